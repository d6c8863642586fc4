"""A reform of 87 units (28 of them new) with 10,000 members in all, against the same rows written by plain statements.

Each round has a tenant of its own, so nothing is put back in between. The bare side knows what comes out: as superuser,
where no policy applies, it writes the same units, memberships, posts, roles, duties and history by one statement each.
"""

import itertools
import os
from typing import Any

import psycopg
from sqlalchemy import select

from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.organisations.terms import terms
from shared.reforms.actions import add_steps, begin_draft, execute
from shared.reforms.models import Reform
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser

ROUNDS = 3
#: Two old branches into each of the new ones, three renamed: 28 + 56 + 3 = 87.
NEW, OLD, RENAMED = 28, 56, 3
PEOPLE = 10_000
#: Branches beside, which a real tenant has too.
BESIDE = 441

STAGE = """
with fresh as (
    insert into person (tenant_id, name, name_key)
    select %(tenant)s, 'Person ' || n, 'person ' || n from generate_series(1, %(people)s) n returning id
), homes as (
    select id, row_number() over (order by id) - 1 as k from unit
    where tenant_id = %(tenant)s and kind = 'party_branch' order by id limit %(old)s + %(renamed)s
), joined as (
    insert into membership (tenant_id, person_id, unit_id, kind, status, since)
    select %(tenant)s, f.id, h.id, 'party', 'full', '2020-01-01'
    from (select id, row_number() over (order by id) as k from fresh) f
    join homes h on h.k = f.k %% (%(old)s + %(renamed)s)
    returning person_id, unit_id
), leads as (
    select unit_id, min(person_id) as person_id from joined group by unit_id
), posts as (
    insert into post (tenant_id, person_id, unit_id, code, since)
    select %(tenant)s, person_id, unit_id, 'secretary', '2022-01-01' from leads
)
insert into role_grant (tenant_id, person_id, role, unit_id, since)
select %(tenant)s, person_id, 'secretary', unit_id, '2022-01-01' from leads
"""
VERSIONS = """
insert into unit_version (tenant_id, unit_id, since, parent_id, name, kind)
select tenant_id, id, '2015-01-01', parent_id, name, kind from unit where tenant_id = %(tenant)s
"""
RULES = """
insert into duty_rule (tenant_id, key, kind, unit_kinds, cadence, level, source, grade, valid_from)
select %(tenant)s, kind, kind, '{party_branch}', cadence, 'unit', 'bench', 'K', '2020-01-01'
from unnest('{theme_day,dues_collection,branch_committee_meeting,branch_assembly}'::text[],
    '{month,month,month,quarter}'::text[]) as given (kind, cadence)
"""
ITEMS = """
insert into due_item (tenant_id, rule_id, unit_id, kind, year, period, opens_on, due_on)
select unit.tenant_id, rule.id, unit.id, rule.kind, %(year)s, period.label, period.first, period.last
from duty_rule rule
join (
    select 'month' as cadence, to_char(day, 'YYYY-MM') as label, day::date as first,
        (day + interval '1 month' - interval '1 day')::date as last
    from generate_series(make_date(%(year)s, 1, 1), make_date(%(year)s, 12, 1), interval '1 month') day
    union all
    select 'quarter', to_char(day, 'YYYY-"Q"Q'), day::date, (day + interval '3 months' - interval '1 day')::date
    from generate_series(make_date(%(year)s, 1, 1), make_date(%(year)s, 10, 1), interval '3 months') day
) period on period.cadence = rule.cadence
join unit on unit.tenant_id = %(tenant)s and unit.kind = 'party_branch'
where rule.tenant_id = %(tenant)s
"""
#: The bare side, in the order in which the keys need it. `pair` is old branch → new name.
BARE = (
    """
    insert into unit (tenant_id, parent_id, path, line, kind, name, founded_on, duties_since)
    select %(tenant)s, %(root)s, '~' || name, 'party', 'party_branch', name, %(on)s, %(on)s
    from unnest(%(new)s::text[]) name
    """,
    """
    update unit set path = lpad(%(root)s::text, 10, '0') || '.' || lpad(id::text, 10, '0') || '.'
    where tenant_id = %(tenant)s and name = any(%(new)s)
    """,
    """
    create temporary table pair on commit drop as
    select given.id as old_id, unit.id as new_id from unnest(%(old)s::bigint[], %(into)s::text[]) as given (id, name)
    join unit on unit.tenant_id = %(tenant)s and unit.name = given.name
    """,
    """
    insert into reform_effect (tenant_id, reform_id, unit_id, act, before)
    select tenant_id, %(reform)s, id, 'changed', jsonb_build_object('parent_id', parent_id, 'name', name, 'kind', kind,
        'state', state, 'ended_on', ended_on, 'followed_by', followed_by)
    from unit where tenant_id = %(tenant)s and id = any(%(changed)s)
    union all
    select %(tenant)s, %(reform)s, id, 'made', null from unit where tenant_id = %(tenant)s and name = any(%(new)s)
    """,
    """
    update unit set state = 'dissolved', ended_on = %(on)s, followed_by = new_id from pair
    where tenant_id = %(tenant)s and id = old_id
    """,
    """
    update unit set name = given.name from unnest(%(renamed)s::bigint[], %(names)s::text[]) as given (id, name)
    where tenant_id = %(tenant)s and unit.id = given.id
    """,
    """
    insert into unit_term (tenant_id, unit_id, term)
    select %(tenant)s, unit.id, given.term from unnest(%(term_names)s::text[], %(terms)s::text[]) as given (name, term)
    join unit on unit.tenant_id = %(tenant)s and unit.name = given.name
    """,
    """
    update unit_version set until = %(on)s, ended_by = %(reform)s
    where tenant_id = %(tenant)s and unit_id = any(%(changed)s)
    """,
    """
    insert into unit_version (tenant_id, unit_id, since, parent_id, name, kind, began_by)
    select tenant_id, id, %(on)s, parent_id, name, kind, %(reform)s from unit
    where tenant_id = %(tenant)s and (name = any(%(new)s) or id = any(%(renamed)s))
    """,
    """
    with closed as (
        update membership set until = %(on)s, end_reason = 'reformed', ended_by = %(reform)s from pair
        where tenant_id = %(tenant)s and unit_id = old_id and until is null
        returning person_id, new_id, kind, status, relation, card_number, joined, confirmed
    )
    insert into membership (tenant_id, person_id, unit_id, kind, status, relation, card_number, joined, confirmed,
        since, began_by)
    select %(tenant)s, person_id, new_id, kind, status, relation, card_number, joined, confirmed, %(on)s, %(reform)s
    from closed
    """,
    """
    update post set until = %(on)s, ended_by = %(reform)s from pair
    where tenant_id = %(tenant)s and unit_id = old_id and until is null
    """,
    """
    update role_grant set ended_at = now(), ended_by = %(reform)s from pair
    where tenant_id = %(tenant)s and unit_id = old_id and ended_at is null
    """,
    """
    insert into reform_item (tenant_id, reform_id, due_item_id, before)
    select tenant_id, %(reform)s, id, jsonb_build_object('unit_id', unit_id, 'rule_id', rule_id, 'opens_on', opens_on,
        'due_on', due_on, 'state', state, 'reason', reason, 'followed_from', followed_from, 'reform_id', reform_id,
        'planned_at', planned_at)
    from due_item join pair on unit_id = old_id where tenant_id = %(tenant)s and state = 'open'
    """,
    """
    with ranked as (
        select id, new_id, row_number() over (partition by new_id, kind, period, ordinal order by due_on, id) as place
        from due_item join pair on unit_id = old_id where tenant_id = %(tenant)s and state = 'open'
    )
    update due_item set reform_id = %(reform)s, unit_id = case place when 1 then new_id else unit_id end,
        followed_from = case place when 1 then unit_id end, state = case place when 1 then 'open' else 'withdrawn' end,
        reason = case place when 1 then null else 'merged' end, planned_at = now()
    from ranked where due_item.tenant_id = %(tenant)s and due_item.id = ranked.id
    """,
    """
    insert into unit_change (tenant_id, unit_id, what, on_date, before, after, reason, reform_id)
    select %(tenant)s, id, 'set_up', %(on)s, '', '', 'bench', %(reform)s from unit
    where tenant_id = %(tenant)s and name = any(%(new)s)
    union all
    select %(tenant)s, side, 'merge', %(on)s, old.name, fresh.name, 'bench', %(reform)s
    from pair join unit old on old.tenant_id = %(tenant)s and old.id = old_id
    join unit fresh on fresh.tenant_id = %(tenant)s and fresh.id = new_id
    cross join unnest(array[old_id, new_id]) as side
    union all
    select %(tenant)s, id, 'rename', %(on)s, '', name, 'bench', %(reform)s from unit
    where tenant_id = %(tenant)s and id = any(%(renamed)s)
    """,
    "update reform set state = 'executed', executed_at = now() where tenant_id = %(tenant)s and id = %(reform)s",
)
#: What must be the same on both sides.
OUTCOME = (
    "select state, count(*), count(followed_by) from unit where tenant_id = %s group by 1 order by 1",
    """
    select until is null, end_reason, count(*), count(distinct unit_id) from membership where tenant_id = %s
    group by 1, 2 order by 1, 2
    """,
    """
    select state, reason, count(*), count(followed_from), count(distinct unit_id) from due_item where tenant_id = %s
    group by 1, 2 order by 1, 2
    """,
    """
    select until is null, began_by is null, count(*) from unit_version where tenant_id = %s
    group by 1, 2 order by 1, 2
    """,
    "select until is null, count(*) from post where tenant_id = %s group by 1 order by 1",
    "select ended_at is null, count(*) from role_grant where tenant_id = %s group by 1 order by 1",
    "select what, count(*) from unit_change where tenant_id = %s group by 1 order by 1",
    "select act, count(*) from reform_effect where tenant_id = %s group by 1 order by 1",
    "select count(*) from reform_item where tenant_id = %s",
    "select count(*) from unit_term where tenant_id = %s",
)


class Side:
    """One tenant with its draft, ready to be executed by either side."""

    def __init__(self, connection: psycopg.Connection, name: str) -> None:
        self.connection = connection
        self.tenant_id = new_tenant(connection, name=name)
        root = many_units(connection, self.tenant_id, branches=OLD + RENAMED + BESIDE)
        values = {
            "tenant": self.tenant_id,
            "people": PEOPLE,
            "old": OLD,
            "renamed": RENAMED,
            "year": today().year,
        }
        for statement in (STAGE, VERSIONS, RULES, ITEMS):
            connection.execute(statement, values)
        rows = connection.execute(
            "select id from unit where tenant_id = %s and kind = 'party_branch' order by id limit %s",
            [self.tenant_id, OLD + RENAMED],
        ).fetchall()
        keys = [int(row[0]) for row in rows]
        old, renamed = keys[:OLD], keys[OLD:]
        new = [f"新支部{n}" for n in range(NEW)]
        names = [f"改名支部{n}" for n in range(RENAMED)]
        self.values: dict[str, Any] = {
            "tenant": self.tenant_id,
            "root": root,
            "on": today(),
            "new": new,
            "old": old,
            "into": [new[place // 2] for place in range(OLD)],
            "renamed": renamed,
            "names": names,
            "changed": [*old, *renamed],
        }
        pairs = [(name, term) for name in (*new, *names) for term in terms(name)]
        self.values |= {
            "term_names": [name for name, _term in pairs],
            "terms": [term for _name, term in pairs],
        }
        self._draft()

    def _draft(self) -> None:
        values = self.values
        rows = [
            {"operation": "set_up", "into_id": values["root"], "name": name, "kind": "party_branch"}
            for name in values["new"]
        ]
        rows += [
            {"operation": "merge", "unit_id": key, "into_row": place // 2}
            for place, key in enumerate(values["old"])
        ]
        rows += [
            {"operation": "rename", "unit_id": key, "name": name}
            for key, name in zip(values["renamed"], values["names"], strict=True)
        ]
        with tenant(self.tenant_id):
            with transaction():
                reform = begin_draft(
                    SYSTEM, title="bench", document_no="1", effective_on=today(), form_key="bench"
                )
                add_steps(SYSTEM, reform, rows)
                self.values["reform"] = reform.id
            db.session.remove()

    def ours(self) -> None:
        with tenant(self.tenant_id):
            with transaction():
                reform_id = self.values["reform"]
                version = db.session.scalars(select(Reform.version).where(Reform.id == reform_id)).one()
                execute(SYSTEM, reform_id=reform_id, version=version)
            db.session.remove()

    def bare(self) -> None:
        with self.connection.transaction():
            for statement in BARE:
                self.connection.execute(statement, self.values)

    def outcome(self) -> tuple[object, ...]:
        return tuple(
            tuple(self.connection.execute(statement, [self.tenant_id]).fetchall()) for statement in OUTCOME
        )


def main() -> None:
    app = bare_app(settings())
    with superuser() as connection, app.app_context():
        mine = [Side(connection, f"mine {n}") for n in range(ROUNDS)]
        theirs = [Side(connection, f"theirs {n}") for n in range(ROUNDS)]
        connection.execute("vacuum analyze")
        next_mine, next_bare = itertools.chain(mine), itertools.chain(theirs)
        ours, bare = alternate(lambda: next(next_mine).ours(), lambda: next(next_bare).bare(), rounds=ROUNDS)
        outcomes = {side.outcome() for side in (*mine, *theirs)}
        if len(outcomes) != 1:
            raise SystemExit(f"not the same rows: {outcomes}")
        db.engine.dispose()
    report(
        measure("reorganise", ours=ours, reference=bare, unit="s for 87 units, 10,000 members", goal="≤ 2")
    )


if __name__ == "__main__":
    assert os.environ["BENCH_SUPERUSER_URL"]
    main()
