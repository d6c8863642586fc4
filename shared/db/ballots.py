"""The database's own part of secret ballots: who owns them, and the only functions that touch them (ADR 0033).

What these protect: the running system, every page, job and log of it can cast and count, and nothing else. It cannot
read a ballot, tie one to a voter, count before the close, or count a class of too few. docs/ballots.md says against
whom they do not protect.
"""

from collections.abc import Iterator

from shared.db.policies import APP_ROLE, TENANT

ROLE = "jiceng_ballots"
#: What a refusal of a function is told apart by (SQLSTATE).
NOT_OPEN, NO_VOTER, NOT_CLOSED, UNREADABLE = "JB001", "JB002", "JB003", "JB004"

_OPEN = "nullif(current_setting('app.tenant_id', true), '')::bigint"

#: Checks a voter off and puts a ballot in, in one act. Returns the code of the receipt, which leads to no ballot.
_CAST = f"""
create function ballots.cast_ballot(p_poll bigint, p_person bigint, p_answers jsonb) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    t bigint := {_OPEN};
    of_class text;
    receipt uuid;
begin
    perform from public.poll where tenant_id = t and id = p_poll and way = 'screen' and state = 'open'
        and opens_at <= now() and closes_at > now() for share;
    if not found then
        raise exception 'the vote is not open' using errcode = '{NOT_OPEN}';
    end if;
    if jsonb_typeof(p_answers) is distinct from 'object' or length(p_answers::text) > 100000
        or p_answers ? 'w' and jsonb_typeof(p_answers -> 'w') <> 'array'
    then
        raise exception 'no ballot' using errcode = '{UNREADABLE}';
    end if;
    update public.poll_voter set voted = true
        where tenant_id = t and poll_id = p_poll and person_id = p_person and not voted
        returning voter_class into of_class;
    if of_class is null then
        raise exception 'no voter, or has voted' using errcode = '{NO_VOTER}';
    end if;
    insert into ballots.ballot (tenant_id, poll_id, voter_class, answers) values (t, p_poll, of_class, p_answers);
    insert into ballots.receipt (tenant_id, poll_id) values (t, p_poll) returning code into receipt;
    return receipt;
end $$
"""  # noqa: S608 - our own constants

#: Ends the vote for good, and writes ballots, receipts and the check-off list anew in random order, so that neither
#: their place nor their transaction tells who cast which. What stood before is gone with the next vacuum.
_CLOSE = f"""
create function ballots.close_poll(p_poll bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    t bigint := {_OPEN};
begin
    update public.poll set state = 'closed', closed_at = now()
        where tenant_id = t and id = p_poll and way = 'screen' and state = 'open';
    if not found then
        raise exception 'the vote is not open' using errcode = '{NOT_OPEN}';
    end if;
    with gone as (
        delete from ballots.ballot where tenant_id = t and poll_id = p_poll returning voter_class, answers
    )
    insert into ballots.ballot (tenant_id, poll_id, voter_class, answers)
        select t, p_poll, voter_class, answers from gone order by random();
    with gone as (
        delete from ballots.receipt where tenant_id = t and poll_id = p_poll returning code
    )
    insert into ballots.receipt (tenant_id, poll_id, code) select t, p_poll, code from gone order by random();
    update public.poll_voter set voted = voted where tenant_id = t and poll_id = p_poll;
end $$
"""  # noqa: S608 - our own constants

#: How many ballots each class cast, once closed.
_COUNTS = f"""
create function ballots.ballot_counts(p_poll bigint) returns table (voter_class text, ballots bigint, shown boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    t bigint := {_OPEN};
    least smallint;
begin
    select minimum into least from public.poll
        where tenant_id = t and id = p_poll and way = 'screen' and state in ('closed', 'published');
    if least is null then
        raise exception 'not closed' using errcode = '{NOT_CLOSED}';
    end if;
    return query select b.voter_class, count(*), count(*) >= least from ballots.ballot b
        where b.tenant_id = t and b.poll_id = p_poll group by b.voter_class order by b.voter_class;
end $$
"""  # noqa: S608 - our own constants

#: Votes by class, item and choice, once closed, of classes that are large enough. Names written in: item 'w'.
_TOTALS = f"""
create function ballots.ballot_totals(p_poll bigint)
returns table (voter_class text, item text, choice text, votes bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    t bigint := {_OPEN};
    least smallint;
begin
    select minimum into least from public.poll
        where tenant_id = t and id = p_poll and way = 'screen' and state in ('closed', 'published');
    if least is null then
        raise exception 'not closed' using errcode = '{NOT_CLOSED}';
    end if;
    return query
        with mine as (
            select b.voter_class, b.answers from ballots.ballot b where b.tenant_id = t and b.poll_id = p_poll
        ), large as (select voter_class from mine group by voter_class having count(*) >= least)
        select m.voter_class, a.key, a.value, count(*)
        from mine m join large using (voter_class), jsonb_each_text(m.answers - 'w') a
        group by 1, 2, 3
        union all
        select m.voter_class, 'w', w.name, count(*)
        from mine m join large using (voter_class),
            jsonb_array_elements_text(coalesce(m.answers -> 'w', '[]')) w(name)
        group by 1, 2, 3
        order by 1, 2, 3;
end $$
"""  # noqa: S608 - our own constants

#: The codes of the ballots counted, once closed, sorted by themselves.
_RECEIPTS = f"""
create function ballots.ballot_receipts(p_poll bigint) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    t bigint := {_OPEN};
begin
    perform from public.poll
        where tenant_id = t and id = p_poll and way = 'screen' and state in ('closed', 'published');
    if not found then
        raise exception 'not closed' using errcode = '{NOT_CLOSED}';
    end if;
    return query select code from ballots.receipt where tenant_id = t and poll_id = p_poll order by code;
end $$
"""  # noqa: S608 - our own constants

FUNCTIONS = {
    "cast_ballot(bigint, bigint, jsonb)": _CAST,
    "close_poll(bigint)": _CLOSE,
    "ballot_counts(bigint)": _COUNTS,
    "ballot_totals(bigint)": _TOTALS,
    "ballot_receipts(bigint)": _RECEIPTS,
}

#: A vote never goes back, and what its voters were told does not change: whoever could reopen one could count it twice.
_FORWARD = f"""
create function public.poll_goes_forward() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        if old.state not in ('draft', 'void') then
            raise exception 'a vote that was opened stays' using errcode = '{NOT_OPEN}';
        end if;
        return old;
    end if;
    if not (case old.state
        when 'draft' then new.state in ('draft', 'open', 'void')
        when 'open' then new.state in ('open', 'closed', 'void')
        when 'closed' then new.state in ('closed', 'published')
        else new.state = old.state end)
    then
        raise exception 'a vote never goes back' using errcode = '{NOT_OPEN}';
    end if;
    if old.state = 'open' and new.state = 'closed' and new.way = 'screen' and current_user <> '{ROLE}' then
        raise exception 'closed by its own function only' using errcode = '{NOT_OPEN}';
    end if;
    if old.state <> 'draft' and (new.unit_id, new.kind, new.title, new.way, new.minimum, new.opens_at)
        is distinct from (old.unit_id, old.kind, old.title, old.way, old.minimum, old.opens_at)
        or old.state <> 'draft' and new.seats is distinct from old.seats
        or old.state = 'open' and new.closes_at < old.closes_at
    then
        raise exception 'an open vote does not change' using errcode = '{NOT_OPEN}';
    end if;
    return new;
end $$
"""

#: Items and voters stand once the vote is open.
_FIXED = f"""
create function public.poll_is_fixed() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    of_poll bigint := case tg_op when 'DELETE' then old.poll_id else new.poll_id end;
    of_tenant bigint := case tg_op when 'DELETE' then old.tenant_id else new.tenant_id end;
begin
    if current_user <> '{ROLE}'
        and exists (select from public.poll where tenant_id = of_tenant and id = of_poll and state <> 'draft')
    then
        raise exception 'who votes on what is fixed at opening' using errcode = '{NOT_OPEN}';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$
"""


def before_tables() -> Iterator[str]:
    """The schema, as its owner."""
    yield f"create schema ballots authorization {ROLE}"
    yield f"grant references (tenant_id, id), select, update (state, closed_at) on public.poll to {ROLE}"
    yield f"grant select, update (voted) on public.poll_voter to {ROLE}"
    yield f"grant usage on schema public to {ROLE}"
    yield f"set role {ROLE}"


def after_tables() -> Iterator[str]:
    """Walls, functions and rights, still as their owner; then the triggers of the polls as the owner of those."""
    for table in ("ballot", "receipt"):
        yield f"alter table ballots.{table} enable row level security"
        yield f"alter table ballots.{table} force row level security"
        yield (
            f"create policy tenant on ballots.{table} using (tenant_id = {TENANT})"
            f" with check (tenant_id = {TENANT})"
        )
        # VACUUM and no more: it neither reads nor writes a row.
        yield f"grant maintain on ballots.{table} to {APP_ROLE}"
    yield f"grant usage on schema ballots to {APP_ROLE}"
    for signature, body in FUNCTIONS.items():
        yield body
        yield f"revoke all on function ballots.{signature} from public"
        yield f"grant execute on function ballots.{signature} to {APP_ROLE}"
    yield "reset role"
    yield _FORWARD
    yield (
        "create trigger forward before update or delete on public.poll"
        " for each row execute function public.poll_goes_forward()"
    )
    yield _FIXED
    for table in ("poll_item", "poll_voter"):
        yield (
            f"create trigger fixed before insert or update or delete on public.{table}"
            " for each row execute function public.poll_is_fixed()"
        )
    yield f"revoke update on public.poll_voter from {APP_ROLE}"
    yield f"grant maintain on public.poll_voter to {APP_ROLE}"


def cast_again() -> Iterator[str]:
    """The function that casts, put in place of its former body: a list of names that is none broke the count."""
    yield f"set role {ROLE}"
    yield _CAST.replace("create function", "create or replace function", 1)
    yield "reset role"
