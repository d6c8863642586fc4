"""Planning what follows a unit's term: the election that is due at its end, or the end itself where it is unknown."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from shared.clock import now, today
from shared.db import db
from shared.events.kinds import TERM_KINDS

SECTORS = ("organ", "institution", "state_enterprise", "private", "social")

#: The living term follows the unit's own date, which the tree's form and the import write too.
_FOLLOW = text(
    """
    update tenure
    set ends_on = unit.term_ends_on, postponed_to = null, postponed_by = ''
    from unit
    where unit.id = tenure.unit_id and tenure.closed_on is null
        and (cast(:unit_ids as bigint[]) is null or unit.id = any(cast(:unit_ids as bigint[])))
        and (cast(:path as text) is null or starts_with(unit.path, cast(:path as text)))
        and unit.term_ends_on > tenure.began_on
        and unit.term_ends_on <> coalesce(tenure.postponed_to, tenure.ends_on)
    """
)

#: Wanted is one row a unit whose kind has a term: its election, once the window before the end opens in the horizon, or
#: its date, where none is known. A tenant's own rule takes the pack's place. An end before the unit's duties began is
#: due on the day they begin: the election is still wanting, but nobody is late for what lay before.
WANTED_TERMS = """
    with asked as (
        select distinct on (unit_kind, sector)
            rule.id as rule_id, unit_kind, sector,
            coalesce((select max(months) from unnest(rule.notice_months) as months), 0)::int as notice
        from duty_rule as rule
        cross join unnest(rule.unit_kinds) as unit_kind
        cross join unnest(coalesce(rule.sectors, cast(:sectors as text[]))) as sector
        where rule.cadence = 'term' and rule.enabled and rule.valid_from <= :on
            and (rule.valid_to is null or rule.valid_to >= :on)
            and (rule.starts_on is null or rule.starts_on <= :on)
        order by unit_kind, sector, rule.origin desc, rule.valid_from desc, rule.id
    ), scope as (
        select unit.id, unit.kind, unit.sector, unit.state, unit.duties_since, unit.term_ends_on
        from unit
        where (cast(:unit_ids as bigint[]) is null or unit.id = any(cast(:unit_ids as bigint[])))
            and (cast(:path as text) is null or starts_with(unit.path, cast(:path as text)))
    ), wanted as materialized (
        select scope.id as unit_id, asked.rule_id,
            case when scope.term_ends_on is null then 'term_date' else 'term_election' end as kind,
            coalesce(to_char(scope.term_ends_on, 'YYYY-MM-DD'), 'term') as period, 1 as ordinal,
            cast(null as bigint) as exemption_id, cast(null as text) as spared_for, span.opens_on, span.due_on,
            extract(year from span.due_on)::smallint as year
        from asked
        join scope on scope.kind = asked.unit_kind and scope.sector = asked.sector
        cross join lateral (
            select
                case when scope.term_ends_on is null then greatest(cast(:on as date), scope.duties_since)
                    else (scope.term_ends_on - make_interval(months => asked.notice))::date end as opens_on,
                case when scope.term_ends_on is null
                    then (greatest(cast(:on as date), scope.duties_since) + interval '1 month')::date
                    else greatest(scope.term_ends_on, scope.duties_since) end as due_on
        ) as span
        where scope.state = 'active' and span.opens_on <= :horizon
    )
    """

_WRITE = """
    , added as (
        insert into due_item (rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on)
        select rule_id, unit_id, kind, year, period, 1, opens_on, due_on from wanted
        on conflict (tenant_id, unit_id, kind, period, ordinal) do nothing
        returning 1
    ), mended as (
        update due_item as item
        set state = 'open', reason = null, rule_id = wanted.rule_id, year = wanted.year,
            opens_on = wanted.opens_on, due_on = wanted.due_on, planned_at = :at
        from wanted
        where item.unit_id = wanted.unit_id and item.kind = wanted.kind
            and item.period = wanted.period and item.ordinal = 1
            and (item.state = 'withdrawn' or (item.state = 'open' and wanted.kind = 'term_election'
                and (item.rule_id, item.opens_on, item.due_on)
                    is distinct from (wanted.rule_id, wanted.opens_on, wanted.due_on)))
        returning 1
    ), gone as (
        update due_item as item
        set state = 'withdrawn', planned_at = :at,
            reason = case when scope.state = 'dissolved' then 'dissolved'
                when item.kind = 'term_date' and scope.term_ends_on is not null then 'date_entered'
                when item.period <> coalesce(to_char(scope.term_ends_on, 'YYYY-MM-DD'), 'term') then 'date_changed'
                else 'not_asked' end
        from scope
        where scope.id = item.unit_id and item.kind = any(cast(:term_kinds as text[])) and item.state = 'open'
            and item.followed_from is null
            and not exists (
                select from wanted
                where wanted.unit_id = item.unit_id and wanted.kind = item.kind and wanted.period = item.period)
        returning 1
    )
    select (select count(*) from added) as added, (select count(*) from mended) as mended,
        (select count(*) from gone) as gone
    """

_PLAN = text(WANTED_TERMS + _WRITE)


@dataclass(frozen=True, slots=True)
class Planned:
    """What one planning changed, in due items."""

    added: int = 0
    mended: int = 0
    withdrawn: int = 0

    def __add__(self, other: "Planned") -> "Planned":
        return Planned(self.added + other.added, self.mended + other.mended, self.withdrawn + other.withdrawn)

    def counts(self) -> dict[str, int]:
        return {"added": self.added, "mended": self.mended, "withdrawn": self.withdrawn}


def plan_terms(*, unit_ids: list[int] | None = None, unit_path: str | None = None) -> Planned:
    """Plan the elections and missing dates of some units (None: all) as of today. Doing it twice changes nothing.

    An election stands planned from the year in which its window opens. The units' rows must be flushed.
    """
    on = today()
    scope = {"unit_ids": unit_ids, "path": unit_path}
    db.session.execute(_FOLLOW, scope)
    row = db.session.execute(
        _PLAN,
        {
            **scope,
            "on": on,
            "horizon": date(on.year, 12, 31),
            "sectors": list(SECTORS),
            "term_kinds": list(TERM_KINDS),
            "at": now(),
        },
    ).one()
    return Planned(row.added, row.mended, row.gone)
