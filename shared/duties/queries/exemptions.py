"""Exempt periods: of a unit, of a reach, and what one spares."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, any_, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem, Exemption
from shared.duties.periods import period_label
from shared.duties.queries.filters import below
from shared.events.kinds import KINDS, TERM_KINDS
from shared.hanzi import fold
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit, UnitTerm

PAGE = 50
#: So many units are shown; whoever looks for another types more of its name.
FOUND = 20
Shown = Literal["running", "coming", "over", "all"]


@dataclass(frozen=True, slots=True)
class ExemptionFilter:
    """`kind`: periods that spare this duty (those of all duties too). `after`: the last row before this page."""

    show: Shown = "running"
    unit_id: int | None = None
    kind: str | None = None
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class Spared:
    """One exempt period as a list shows it. `items`: how many due items it spares now."""

    id: int
    unit_id: int
    unit_name: str
    unit_path: str
    kinds: list[str] | None
    since: date
    until: date
    spares_until: date
    reason: str
    document: str
    granted_by: str
    granted_at: datetime
    ended_by: str
    end_reason: str | None
    items: int

    @property
    def kind_names(self) -> str:
        if self.kinds is None:
            return _("All duties")
        return "、".join(str(KINDS[kind].name) for kind in self.kinds if kind in KINDS)

    def stands(self, on: date) -> str:
        """running, coming, over, ended (taken back)."""
        if self.end_reason is not None:
            return "ended"
        return "coming" if self.since > on else "over" if self.until < on else "running"


def _part(show: str, on: date) -> ColumnElement[bool]:
    living = Exemption.ended_at.is_(None)
    return {
        "running": and_(living, Exemption.since <= on, Exemption.until >= on),
        "coming": and_(living, Exemption.since > on),
        "over": or_(Exemption.ended_at.is_not(None), Exemption.until < on),
        "all": Exemption.id.is_not(None),
    }[show]


def _conditions(actor: Actor, given: ExemptionFilter) -> list[ColumnElement[bool]]:
    found = [reach_filter(actor, Permission.DUTY_VIEW, Unit.path)]
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    if given.kind is not None:
        found.append(or_(Exemption.kinds.is_(None), literal(given.kind) == any_(Exemption.kinds)))
    return found


def _read(*conditions: ColumnElement[bool], size: int) -> list[Spared]:
    granter, ender = aliased(Person), aliased(Person)
    items = (
        select(func.count())
        .where(DueItem.tenant_id == Exemption.tenant_id, DueItem.exemption_id == Exemption.id)
        .correlate(Exemption)
        .scalar_subquery()
    )
    rows: Any = db.session.execute(
        select(
            Exemption.id,
            Unit.id,
            Unit.name,
            Unit.path,
            Exemption.kinds,
            Exemption.since,
            Exemption.until,
            Exemption.spares_until,
            Exemption.reason,
            Exemption.document,
            func.coalesce(granter.name, ""),
            Exemption.granted_at,
            func.coalesce(ender.name, ""),
            Exemption.end_reason,
            items,
        )
        .join(Unit, and_(Unit.tenant_id == Exemption.tenant_id, Unit.id == Exemption.unit_id))
        .outerjoin(
            granter, and_(granter.tenant_id == Exemption.tenant_id, granter.id == Exemption.granted_by)
        )
        .outerjoin(ender, and_(ender.tenant_id == Exemption.tenant_id, ender.id == Exemption.ended_by))
        .where(*conditions)
        .order_by(Exemption.since.desc(), Exemption.id.desc())
        .limit(size)
    )
    return [Spared(*row) for row in rows]


def exemption_page(
    actor: Actor, given: ExemptionFilter, *, size: int = PAGE
) -> tuple[list[Spared], tuple[date, int] | None]:
    """One page, the latest first, and where to go on from. One query."""
    conditions = [*_conditions(actor, given), _part(given.show, today())]
    if given.after is not None:
        conditions.append(tuple_(Exemption.since, Exemption.id) < given.after)
    found = _read(*conditions, size=size + 1)
    more, found = len(found) > size, found[:size]
    return found, (found[-1].since, found[-1].id) if more else None


def exemption_counts(actor: Actor, given: ExemptionFilter) -> dict[str, int]:
    """How many run, come, are over, and are there at all. One query."""
    on = today()
    row = db.session.execute(
        select(*(func.count().filter(_part(show, on)) for show in ("running", "coming", "over", "all")))
        .select_from(Exemption)
        .join(Unit, and_(Unit.tenant_id == Exemption.tenant_id, Unit.id == Exemption.unit_id))
        .where(*_conditions(actor, given))
    ).one()
    return {"running": row[0], "coming": row[1], "over": row[2], "all": row[3]}


def exemptions_of(unit_id: int) -> list[Spared]:
    """The exempt periods of one unit that run or come. The caller has fetched the unit. One query."""
    return _read(
        Exemption.unit_id == unit_id,
        Exemption.ended_at.is_(None),
        Exemption.until >= today(),
        size=PAGE,
    )


def granted_by_form(form_key: str) -> int | None:
    """The period that a form has granted already."""
    return db.session.scalar(select(Exemption.id).where(Exemption.form_key == form_key))


def kinds_asked(unit_id: int) -> set[str]:
    """The kinds of duty that stand planned for a unit. One query."""
    return set(db.session.scalars(select(DueItem.kind).where(DueItem.unit_id == unit_id).distinct()))


def units_named(actor: Actor, words: str) -> list[Unit]:
    """Active units below the actor whose name begins with what was typed, the shortest first. One query."""
    typed = fold(words)
    if not typed:
        return []
    found = select(UnitTerm.unit_id).where(func.starts_with(UnitTerm.term, typed)).distinct().subquery()
    return list(
        db.session.scalars(
            select(Unit)
            .join(found, found.c.unit_id == Unit.id)
            .where(Unit.state == "active", reach_filter(actor, Permission.DUTY_EXEMPT, Unit.path))
            .order_by(func.length(Unit.name), Unit.path)
            .limit(FOUND)
        )
    )


@dataclass(frozen=True, slots=True)
class WouldSpare:
    """A due item that a span would spare."""

    due_item_id: int
    kind: str
    period: str
    ordinal: int
    due_on: date

    @property
    def title(self) -> str:
        return period_label(self.period) + str(KINDS[self.kind].name)


def would_spare(
    unit_id: int, kinds: Sequence[str] | None, since: date, until: date
) -> list[tuple[str, list[WouldSpare]]]:
    """The open items of the unit that a span would spare, by kind in the registry's order. One query.

    They are those that shared.duties.actions.exempting takes: the last day within the span, no record returned.
    """
    conditions = [
        DueItem.unit_id == unit_id,
        DueItem.state == "open",
        DueItem.returned_event_id.is_(None),
        DueItem.due_on.between(since, until),
        DueItem.kind.not_in(TERM_KINDS),
    ]
    if kinds is not None:
        conditions.append(DueItem.kind.in_(list(kinds)))
    rows = db.session.execute(
        select(DueItem.id, DueItem.kind, DueItem.period, DueItem.ordinal, DueItem.due_on)
        .where(*conditions)
        .order_by(DueItem.due_on, DueItem.ordinal, DueItem.id)
    )
    groups: dict[str, list[WouldSpare]] = defaultdict(list)
    for row in rows:
        groups[row[1]].append(WouldSpare(*row))
    return [(kind, groups[kind]) for kind in KINDS if kind in groups]


def spared_by(exemption_id: int) -> tuple[Spared, list[WouldSpare]]:
    """One period with the due items it spares now. The caller has fetched it. Two queries."""
    [row] = _read(Exemption.id == exemption_id, size=1)
    rows = db.session.execute(
        select(DueItem.id, DueItem.kind, DueItem.period, DueItem.ordinal, DueItem.due_on)
        .where(DueItem.exemption_id == exemption_id)
        .order_by(DueItem.due_on, DueItem.kind, DueItem.ordinal)
    )
    return row, [WouldSpare(*found) for found in rows]
