"""Hours of a calendar year: a person's own sums, a unit's sums, how many reached the rule's number (ADR 0020).

The people of a unit come by name only: there is on purpose no query that orders anybody by hours."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Numeric,
    Text,
    column,
    exists,
    func,
    select,
    text,
    true,
    tuple_,
)

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.events.models import StudyHours
from shared.events.queries.records import COMMITTEE
from shared.events.queries.study.makeup import within
from shared.events.study import HoursRule, rule_of
from shared.members.models import Membership
from shared.members.relations import EXPECTED
from shared.members.statuses import COUNTED
from shared.organisations.models import Unit

PAGE = 100


@dataclass(frozen=True, slots=True)
class UnitsFilter:
    """The units of a reach, or a unit and all below it; `after`: the path of the last one shown."""

    year: int
    unit_id: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class UnitHours:
    """One unit's year. `reached` and `asked_of` count people whom a rule asks for a number."""

    unit_id: int
    name: str
    line: str
    path: str
    people: int = 0
    asked_of: int = 0
    reached: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    due: int = 0
    present: int = 0

    @property
    def missing(self) -> int:
        return self.asked_of - self.reached

    @property
    def attendance(self) -> str:
        """实到/应到 of the year's records in percent, one decimal; '' where nobody was due."""
        return f"{100 * self.present / self.due:.1f} %" if self.due else ""


def _days(year: int) -> dict[str, date]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return {"first": first, "last": last, "on": min(last, max(first, today()))}


#: Who learns in some units on a day, whom which number is asked of, what they have signed in the year. NULL: no rule.
_LEARNER = (
    text(
        "with belonging as (select distinct m.unit_id, m.person_id, m.kind from membership m"
        "  where m.unit_id = any(cast(:units as bigint[])) and m.since <= :on"
        "  and (m.until is null or m.until >= :on)"
        "  and m.status = any(cast(:statuses as text[])) and m.relation = any(cast(:relations as text[]))),"
        " holding as (select distinct o.person_id from post o"
        "  where o.person_id in (select person_id from belonging)"
        "  and o.code = any(cast(:codes as text[])) and o.since <= :on"
        "  and (o.until is null or o.until >= :on)),"
        " signed as (select h.person_id,"
        "  coalesce(sum(h.hours) filter (where h.form = any(cast(:members_counts as text[]))), 0) as as_member,"
        "  coalesce(sum(h.hours) filter (where h.form = any(cast(:committee_counts as text[]))), 0)"
        "   as as_committee"
        "  from study_hours h where h.state = 'signed' and h.on_date between :first and :last"
        "  and h.person_id in (select person_id from belonging) group by h.person_id)"
        " select b.unit_id, p.id, p.name, p.name_key, c.person_id is not null as committee,"
        "  case when b.kind <> 'party' then null when c.person_id is null then cast(:members as numeric)"
        "   else cast(:committee as numeric) end as needed,"
        "  coalesce(case when c.person_id is null then s.as_member else s.as_committee end, 0) as hours"
        " from belonging b join person p on p.id = b.person_id and p.state <> 'removed'"
        " left join holding c on c.person_id = b.person_id left join signed s on s.person_id = b.person_id"
    )
    .columns(
        column("unit_id", BigInteger),
        column("id", BigInteger),
        column("name", Text),
        column("name_key", Text(collation="C")),
        column("committee", Boolean),
        column("needed", Numeric),
        column("hours", Numeric),
    )
    .subquery("learner")
)
_OF = _LEARNER.c
_COUNTS = select(
    _OF.unit_id,
    func.count(),
    func.count(_OF.needed),
    func.count().filter(_OF.hours >= _OF.needed),
).group_by(_OF.unit_id)
#: The people of one unit by name: who has not reached the number, who has, everybody.
SHOWN: dict[str, ColumnElement[bool]] = {
    "missing": _OF.hours < _OF.needed,
    "reached": _OF.hours >= _OF.needed,
    "all": true(),
}
_SUMS = text(
    "select unit_id, form, sum(hours) from study_hours where state = 'signed'"
    " and unit_id = any(cast(:units as bigint[])) and on_date between :first and :last group by unit_id, form"
)
_ATTENDANCE = text(
    "select unit_id, sum(due_count), sum(present_count) from event where state = 'filed'"
    " and unit_id = any(cast(:units as bigint[])) and held_on between :first and :last group by unit_id"
)


def _asked(units: list[int], year: int) -> dict[str, Any]:
    """What the statements are asked with."""
    members, committee = rule_of("party", "members", year), rule_of("party", "committee", year)
    return {
        **_days(year),
        "units": units,
        "statuses": list(COUNTED),
        "relations": list(EXPECTED),
        "codes": list(COMMITTEE),
        "members": members.hours if members else None,
        "committee": committee.hours if committee else None,
        "members_counts": list(members.counts) if members else [],
        "committee_counts": list(committee.counts) if committee else [],
    }


def _filled(units: list[UnitHours], year: int) -> list[UnitHours]:
    values = _asked([unit.unit_id for unit in units], year)
    days = {key: values[key] for key in ("units", "first", "last")}
    counts = {row[0]: tuple(row)[1:] for row in db.session.execute(_COUNTS, values)}
    sums: dict[int, dict[str, Decimal]] = {}
    for unit_id, form, hours in db.session.execute(_SUMS, days):
        sums.setdefault(unit_id, {})[form] = hours
    held = {row[0]: tuple(row)[1:] for row in db.session.execute(_ATTENDANCE, days)}
    return [
        UnitHours(
            unit.unit_id,
            unit.name,
            unit.line,
            unit.path,
            people=counts.get(unit.unit_id, (0, 0, 0))[0],
            asked_of=counts.get(unit.unit_id, (0, 0, 0))[1],
            reached=counts.get(unit.unit_id, (0, 0, 0))[2],
            sums=sums.get(unit.unit_id, {}),
            due=held.get(unit.unit_id, (0, 0))[0],
            present=held.get(unit.unit_id, (0, 0))[1],
        )
        for unit in units
    ]


def units_page(actor: Actor, given: UnitsFilter) -> tuple[list[UnitHours], str | None]:
    """The units that have members, in the order of the tree, with their sums; four queries."""
    statement = (
        select(Unit.id, Unit.name, Unit.line, Unit.path)
        .where(
            Unit.state == "active",
            reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
            exists(
                select(1).where(
                    Membership.tenant_id == Unit.tenant_id,
                    Membership.unit_id == Unit.id,
                    Membership.until.is_(None),
                )
            ),
        )
        .order_by(Unit.path)
        .limit(PAGE + 1)
    )
    if (narrowed := within(given.unit_id)) is not None:
        statement = statement.where(narrowed)
    if given.after is not None:
        statement = statement.where(Unit.path > given.after)
    rows = [UnitHours(*row) for row in db.session.execute(statement)]
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return _filled(rows, given.year), rows[-1].path if more else None


def unit_hours(unit: Unit, year: int) -> UnitHours:
    """One unit's year. Three queries."""
    return _filled([UnitHours(unit.id, unit.name, unit.line, unit.path)], year)[0]


@dataclass(frozen=True, slots=True)
class Learner:
    """A person of a unit. How many hours they have is theirs to see; here stands only whether the number is reached."""

    id: int
    name: str
    committee: bool
    needed: Decimal | None
    reached: bool | None


def learners_page(
    unit_id: int, year: int, show: str, after: tuple[str, int] | None = None
) -> tuple[list[Learner], tuple[str, int] | None]:
    """People of a unit by name: who has not reached the number, who has, or all (SHOWN). One query."""
    statement = (
        select(_OF.id, _OF.name, _OF.committee, _OF.needed, _OF.hours >= _OF.needed, _OF.name_key)
        .where(SHOWN[show])
        .order_by(_OF.name_key, _OF.id)
        .limit(PAGE + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(_OF.name_key, _OF.id) > after)
    found = db.session.execute(statement, _asked([unit_id], year)).all()
    rows = [Learner(*row[:5]) for row in found[:PAGE]]
    return rows, (found[PAGE - 1].name_key, rows[-1].id) if len(found) > PAGE else None


@dataclass(frozen=True, slots=True)
class OwnYear:
    """A person's own year: signed hours by form, what waits, and the number that a rule asks."""

    sums: dict[str, Decimal]
    asked: Decimal
    rule: HoursRule | None

    @property
    def counted(self) -> Decimal:
        """Signed hours in the forms that count towards the rule."""
        counts = self.rule.counts if self.rule else tuple(self.sums)
        return sum((hours for form, hours in self.sums.items() if form in counts), Decimal(0))

    @property
    def missing(self) -> Decimal:
        return max(self.rule.hours - self.counted, Decimal(0)) if self.rule else Decimal(0)


_OWN = text(
    "select form, coalesce(sum(hours) filter (where state = 'signed'), 0),"
    " coalesce(sum(hours) filter (where state = 'asked'), 0) from study_hours"
    " where person_id = :person and on_date between :first and :last group by form"
)
_STANDS = text(
    "select exists (select 1 from membership m where m.person_id = :person and m.kind = 'party'"
    "  and m.status = any(cast(:statuses as text[])) and m.since <= :on and (m.until is null or m.until >= :on)),"
    " exists (select 1 from post o where o.person_id = :person and o.code = any(cast(:codes as text[]))"
    "  and o.since <= :on and (o.until is null or o.until >= :on))"
)


def own_year(person_id: int, year: int) -> OwnYear:
    """One person's hours of a calendar year; nothing is carried over. Two queries."""
    days = _days(year)
    span = {key: days[key] for key in ("first", "last")}
    rows = db.session.execute(_OWN, {"person": person_id, **span}).all()
    member, committee = db.session.execute(
        _STANDS,
        {"person": person_id, "on": days["on"], "statuses": list(COUNTED), "codes": list(COMMITTEE)},
    ).one()
    rule = rule_of("party", "committee" if committee else "members", year) if member else None
    return OwnYear(
        {form: signed for form, signed, _asked in rows},
        sum((asked for _form, _signed, asked in rows), Decimal(0)),
        rule,
    )


def own_entries(person_id: int, year: int, *, limit: int = 100) -> list[StudyHours]:
    """A person's own entries of a year, the newest day first. One query."""
    days = _days(year)
    return list(
        db.session.scalars(
            select(StudyHours)
            .where(StudyHours.person_id == person_id, StudyHours.on_date.between(days["first"], days["last"]))
            .order_by(StudyHours.on_date.desc(), StudyHours.id.desc())
            .limit(limit)
        )
    )
