"""Planning: units × rules × periods become due items, by SQL, as often as one likes."""

from datetime import date

from sqlalchemy import BigInteger, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.duties.actions.terms.planning import SECTORS, Planned, plan_terms
from shared.duties.jobs import PLAN
from shared.duties.models import DueItem
from shared.duties.periods import periods
from shared.events.kinds import TERM_KINDS
from shared.jobs import Job, enqueue
from shared.organisations.models import Unit

#: Wanted are rows of (unit, kind, period, ordinal). A tenant's own version of a rule takes the pack's place from the
#: first period that begins on or after its valid_from; of two rules for one kind the tenant's, then the more frequent
#: wins. All parts see the table as it was before, so a row just added is neither mended nor gone. What is done or
#: exempt is never touched.
_PLAN = text(
    """
    with asked as (
        select distinct on (rule.kind, unit_kind, sector, period.label, ordinal)
            rule.id as rule_id, rule.kind, unit_kind, sector, period.label as period, ordinal,
            span.opens_on, span.due_on
        from duty_rule as rule
        join unnest(
            cast(:cadences as text[]), cast(:labels as text[]), cast(:firsts as date[]), cast(:lasts as date[])
        ) as period (cadence, label, first, last) on period.cadence = rule.cadence
        cross join lateral (
            select
                case when rule.cadence = 'year' and rule.from_month is not null
                    then make_date(:year, rule.from_month, 1) else period.first end as opens_on,
                (case when rule.cadence = 'year' and rule.to_month is not null
                    then (make_date(:year, rule.to_month, 1)
                        + case when rule.to_month < rule.from_month then interval '13 months'
                            else interval '1 month' end - interval '1 day')::date
                    else period.last end) - rule.early_days as due_on
        ) as span
        cross join unnest(rule.unit_kinds) as unit_kind
        cross join unnest(coalesce(rule.sectors, cast(:sectors as text[]))) as sector
        cross join generate_series(1, rule.times) as ordinal
        where rule.enabled
            and rule.valid_from <= period.first
            and (rule.valid_to is null or rule.valid_to >= period.first)
            and (rule.starts_on is null or rule.starts_on <= span.due_on)
            and not (rule.origin = 'pack' and exists (
                select from duty_rule as own
                where own.key = rule.key and own.origin = 'tenant' and own.enabled
                    and own.valid_from <= period.first and (own.valid_to is null or own.valid_to >= period.first)))
        order by rule.kind, unit_kind, sector, period.label, ordinal, rule.origin desc, rule.times desc, rule.id
    ), scope as (
        select unit.id, unit.kind, unit.sector, unit.state, unit.duties_since
        from unit
        where (cast(:unit_ids as bigint[]) is null or unit.id = any(cast(:unit_ids as bigint[])))
            and (cast(:path as text) is null or starts_with(unit.path, cast(:path as text)))
    ), wanted as materialized (
        select scope.id as unit_id, asked.rule_id, asked.kind, asked.period, asked.ordinal, asked.opens_on, asked.due_on
        from asked join scope on scope.kind = asked.unit_kind and scope.sector = asked.sector
        where scope.state = 'active' and scope.duties_since <= asked.due_on
    ), added as (
        insert into due_item (rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on)
        select rule_id, unit_id, kind, :year, period, ordinal, opens_on, due_on from wanted
        on conflict (tenant_id, unit_id, kind, period, ordinal) do nothing
        returning 1
    ), mended as (
        update due_item as item
        set state = 'open', reason = null, rule_id = wanted.rule_id,
            opens_on = wanted.opens_on, due_on = wanted.due_on, planned_at = :at
        from wanted
        where item.unit_id = wanted.unit_id and item.kind = wanted.kind
            and item.period = wanted.period and item.ordinal = wanted.ordinal
            and (item.state = 'withdrawn' or (item.state = 'open'
                and (item.rule_id, item.opens_on, item.due_on)
                    is distinct from (wanted.rule_id, wanted.opens_on, wanted.due_on)))
        returning 1
    ), gone as (
        update due_item as item
        set state = 'withdrawn', planned_at = :at,
            reason = case when scope.state = 'dissolved' then 'dissolved' else 'not_asked' end
        from scope
        where scope.id = item.unit_id and item.year = :year and item.state = 'open'
            and not item.kind = any(cast(:term_kinds as text[]))
            and item.followed_from is null
            and not exists (
                select from wanted
                where wanted.unit_id = item.unit_id and wanted.kind = item.kind
                    and wanted.period = item.period and wanted.ordinal = item.ordinal)
        returning 1
    )
    select (select count(*) from added) as added, (select count(*) from mended) as mended,
        (select count(*) from gone) as gone
    """
)


def plan_units(*, year: int, unit_ids: list[int] | None = None, unit_path: str | None = None) -> Planned:
    """Plan some units (None: all) for one year. No audit row: the caller writes one for the whole work."""
    calendar = periods(year)
    values = {
        "year": year,
        "cadences": [period.cadence for period in calendar],
        "labels": [period.label for period in calendar],
        "firsts": [period.first for period in calendar],
        "lasts": [period.last for period in calendar],
        "sectors": list(SECTORS),
        "unit_ids": unit_ids,
        "path": unit_path,
        "at": now(),
        "term_kinds": list(TERM_KINDS),
    }
    row = db.session.execute(_PLAN, values).one()
    terms = plan_terms(unit_ids=unit_ids, unit_path=unit_path)
    return Planned(row.added, row.mended, row.gone) + terms


def plan_year(actor: Actor, *, year: int, unit_path: str | None = None) -> Planned:
    """Make the due items of a year for every unit its rules apply to (`unit_path`: that unit and all below).

    Adds what is missing, opens again what was withdrawn and is asked again, withdraws open items that no rule asks
    any more. Never touches what is done or exempt; planning twice changes nothing. In the running transaction.
    """
    planned = plan_units(year=year, unit_path=unit_path)
    note_plan(actor, year=year, planned=planned)
    return planned


def note_plan(actor: Actor, *, year: int, planned: Planned) -> None:
    if any(planned.counts().values()):
        record(actor, verb="duty.plan", object_type="year", object_id=year, detail=planned.counts())


def years_ahead(on: date) -> tuple[int, ...]:
    """The years that stand planned: this one, and from 1 December the next."""
    return (on.year, on.year + 1) if on.month == 12 else (on.year,)


def plan_ahead(actor: Actor, *, unit_path: str | None = None) -> Planned:
    """Plan every year that should stand planned today: nightly, and after a change of the tree or an import."""
    planned = Planned()
    for year in years_ahead(today()):
        planned += plan_year(actor, year=year, unit_path=unit_path)
    return planned


def order_plan(actor: Actor, *, year: int, form_key: str | None = None) -> Job:
    """Plan a year in the background, with progress."""
    return enqueue(actor, PLAN, args={"year": year}, subject=str(year), form_key=form_key)


def plannable_unit_ids() -> list[int]:
    """Every unit, in the order of the keys: the worker plans them by the thousand."""
    return list(db.session.scalars(select(Unit.id).order_by(Unit.id)))


def withdraw_items(actor: Actor, *, unit_ids: list[int], reason: str) -> int:
    """Withdraw the open items of some units; the undo of an import does. Returns how many."""
    wanted = bindparam("ids", unit_ids, type_=ARRAY(BigInteger))
    changed = db.session.execute(
        update(DueItem)
        .where(DueItem.state == "open", DueItem.unit_id == func.any(wanted))
        .values(state="withdrawn", reason=reason, planned_at=now())
        .execution_options(synchronize_session=False)
    )
    count: int = changed.rowcount  # type: ignore[attr-defined]
    if count:
        record(actor, verb="duty.withdraw", object_type="unit", detail={"items": count, "reason": reason})
    return count
