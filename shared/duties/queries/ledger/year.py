"""One unit's year: every due item with what fulfils it, and what was held besides."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem, Exemption
from shared.duties.periods import period_label
from shared.duties.queries.ledger.events import SHOWN, LedgerEvent, among, ledger_events
from shared.duties.queries.matrix import cell_state
from shared.errors import NotFound
from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.i18n import _
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One due item. `state`: late, due, plan, fix, ok or na; `sign` tells also what was returned or is out of the past.

    `reason` is why it is not asked; `returned_event_id` the record that the superior sent back.
    """

    due_item_id: int
    kind: str
    period: str
    ordinal: int
    opens_on: date
    due_on: date
    state: str
    made_up: bool
    held_on: date | None
    recorded_at: datetime | None
    event: LedgerEvent | None
    reason: str = ""
    returned_event_id: int | None = None

    @property
    def sign(self) -> str:
        """One of CELLS, as the matrix shows it."""
        if self.returned_event_id is not None and self.event is None and self.state != "na":
            return "back"
        return (
            "past" if self.state == "ok" and self.event is not None and self.event.backfilled else self.state
        )

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def period_label(self) -> str:
        return period_label(self.period)


@dataclass(frozen=True, slots=True)
class UnitLedger:
    """`rows` by kind and period; `besides` are events of the year that fulfil none of them."""

    unit_id: int
    unit_name: str
    unit_kind: str
    duties_since: date
    year: int
    counted_on: date
    rows: list[LedgerRow]
    besides: list[LedgerEvent]

    @property
    def by_kind(self) -> list[tuple[str, list[LedgerRow]]]:
        """The rows in the registry's order of kinds."""
        groups: dict[str, list[LedgerRow]] = defaultdict(list)
        for row in self.rows:
            groups[row.kind].append(row)
        return [(kind, groups[kind]) for kind in KINDS if kind in groups]

    def count(self, *states: str) -> int:
        return sum(row.state in states for row in self.rows)

    def signed(self, *signs: str) -> list[LedgerRow]:
        """The rows that bear one of these signs."""
        return [row for row in self.rows if row.sign in signs]

    @property
    def events(self) -> list[LedgerEvent]:
        """Every event of the year once, by day."""
        found = {event.id: event for event in self.besides}
        found |= {row.event.id: row.event for row in self.rows if row.event is not None}
        return sorted(found.values(), key=lambda event: (event.held_on, event.id))

    @property
    def attended(self) -> tuple[int, int]:
        """(present, due) over the year's events that have a roll."""
        events = self.events
        return sum(event.present_count for event in events), sum(event.due_count for event in events)

    @property
    def asked(self) -> int:
        """What fell due until the day it was counted."""
        return sum(
            row.due_on < self.counted_on or row.state in ("ok", "fix")
            for row in self.rows
            if row.state != "na"
        )


def unit_ledger(unit_id: int, year: int, *, unit: Unit | None = None) -> UnitLedger:
    """The ledger of one unit and year; the caller has fetched the unit through the door. Six queries, five with it."""
    if unit is None:
        unit = db.session.execute(select(Unit).where(Unit.id == unit_id)).scalar_one_or_none()
    if unit is None:
        raise NotFound(_("There is nothing at this address."))
    on = today()
    items = _items(unit_id, year)
    wanted = {item.event_id for item in items if item.event_id is not None}
    first, last = date(year, 1, 1), date(year, 12, 31)
    held: ColumnElement[bool] = Event.held_on.between(first, last)
    outside = [
        item.event_id
        for item in items
        if item.event_id is not None and (item.held_on is None or not first <= item.held_on <= last)
    ]
    if outside:
        held = held | among(Event.id, outside)
    events = db.session.execute(
        select(*SHOWN)
        .where(Event.unit_id == unit_id, Event.state == "filed", held)
        .order_by(Event.held_on, Event.id)
    ).all()
    shown = {event.id: event for event in ledger_events(events)}
    elsewhere = _fulfilling_elsewhere([event.id for event in events if event.id not in wanted])
    return UnitLedger(
        unit_id=unit.id,
        unit_name=unit.name,
        unit_kind=unit.kind,
        duties_since=unit.duties_since,
        year=year,
        counted_on=on,
        rows=[
            LedgerRow(
                due_item_id=item.id,
                kind=item.kind,
                period=item.period,
                ordinal=item.ordinal,
                opens_on=item.opens_on,
                due_on=item.due_on,
                state=cell_state(item.state, item.due_on, made_up=item.made_up, on=on),
                made_up=item.made_up,
                held_on=item.held_on,
                recorded_at=item.recorded_at,
                event=shown.get(item.event_id) if item.event_id else None,
                reason=(item.spared or item.reason or "") if item.state == "exempt" else "",
                returned_event_id=item.returned_event_id,
            )
            for item in items
        ],
        besides=[event for key, event in shown.items() if key not in wanted and key not in elsewhere],
    )


def _items(unit_id: int, year: int) -> Sequence[Any]:
    """The due items of a unit and year, with the reason of the exempt period that spares one."""
    return db.session.execute(
        select(
            DueItem.id,
            DueItem.kind,
            DueItem.period,
            DueItem.ordinal,
            DueItem.opens_on,
            DueItem.due_on,
            DueItem.state,
            DueItem.made_up,
            DueItem.held_on,
            DueItem.recorded_at,
            DueItem.event_id,
            DueItem.returned_event_id,
            DueItem.reason,
            Exemption.reason.label("spared"),
        )
        .join(
            Exemption,
            and_(Exemption.tenant_id == DueItem.tenant_id, Exemption.id == DueItem.exemption_id),
            isouter=True,
        )
        .where(
            DueItem.unit_id == unit_id,
            DueItem.year == year,
            DueItem.state.in_(("open", "done", "exempt")),
        )
        .order_by(DueItem.due_on, DueItem.period, DueItem.ordinal, DueItem.id)
    ).all()


def _fulfilling_elsewhere(event_ids: list[int]) -> set[int]:
    """Events held in this year that fulfil a duty of another one."""
    if not event_ids:
        return set()
    rows = db.session.scalars(select(DueItem.event_id).where(among(DueItem.event_id, event_ids)))
    return {key for key in rows if key is not None}
