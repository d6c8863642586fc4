"""One unit's year as page and paper show it: every due item with what fulfils it, and what was held besides."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import and_, func, select

from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.duties.queries.matrix import cell_state
from shared.errors import NotFound
from shared.events.kinds import KINDS, REASON_WORDS, Field
from shared.events.models import Attendance, Correction, Event
from shared.events.queries import names_of
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One record. `absent` are (name, reason in words, remark); `answers` the kind's own fields in words."""

    id: int
    kind: str
    title: str
    held_on: date
    starts_at: time | None
    ends_at: time | None
    place: str
    chair: str
    clerk: str
    due_count: int
    present_count: int
    absent: list[tuple[str, str, str]]
    answers: list[tuple[str, str]]
    content: str
    filed_at: datetime
    filed_by: str
    corrections: int

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One due item. `state` as in the matrix: late, due, plan, fix, ok, na."""

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

    @property
    def asked(self) -> int:
        """What fell due until the day it was counted."""
        return sum(
            row.due_on < self.counted_on or row.state in ("ok", "fix")
            for row in self.rows
            if row.state != "na"
        )


def unit_ledger(unit_id: int, year: int) -> UnitLedger:
    """The ledger of one unit and year; the caller has fetched the unit through the door. Six queries."""
    unit = db.session.execute(select(Unit).where(Unit.id == unit_id)).scalar_one_or_none()
    if unit is None:
        raise NotFound(_("There is nothing at this address."))
    on = today()
    items = list(
        db.session.scalars(
            select(DueItem)
            .where(
                DueItem.unit_id == unit_id,
                DueItem.year == year,
                DueItem.state.in_(("open", "done", "exempt")),
            )
            .order_by(DueItem.due_on, DueItem.period, DueItem.ordinal, DueItem.id)
        )
    )
    wanted = {item.event_id for item in items if item.event_id is not None}
    events = list(
        db.session.scalars(
            select(Event)
            .where(
                Event.unit_id == unit_id,
                Event.state == "filed",
                Event.held_on.between(date(year, 1, 1), date(year, 12, 31)) | Event.id.in_(wanted),
            )
            .order_by(Event.held_on, Event.id)
        )
    )
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
            )
            for item in items
        ],
        besides=[event for key, event in shown.items() if key not in wanted and key not in elsewhere],
    )


def _fulfilling_elsewhere(event_ids: list[int]) -> set[int]:
    """Events held in this year that fulfil a duty of another one."""
    if not event_ids:
        return set()
    rows = db.session.scalars(select(DueItem.event_id).where(DueItem.event_id.in_(event_ids)))
    return {key for key in rows if key is not None}


def ledger_events(events: list[Event]) -> list[LedgerEvent]:
    """Records with names, absences, answers in words. Three queries for any number."""
    if not events:
        return []
    keys = [event.id for event in events]
    absences = db.session.execute(
        select(Attendance.event_id, Person.name, Attendance.reason, Attendance.note)
        .join(Person, and_(Person.tenant_id == Attendance.tenant_id, Person.id == Attendance.person_id))
        .where(Attendance.event_id.in_(keys), Attendance.present.is_(False))
        .order_by(Person.name_key, Person.id)
    )
    absent: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for event_id, name, reason, note in absences:
        absent[event_id].append((name, str(REASON_WORDS.get(reason or "", "")), note or ""))
    corrected: dict[int, int] = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Correction.event_id, func.count())
            .where(Correction.event_id.in_(keys))
            .group_by(Correction.event_id)
        )
    }
    people: list[int | None] = []
    for event in events:
        people += [event.chair_id, event.clerk_id, event.filed_by, *_people_in(event)]
    names = names_of(people)
    return [
        LedgerEvent(
            id=event.id,
            kind=event.kind,
            title=event.title,
            held_on=event.held_on,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            place=event.place,
            chair=names.get(event.chair_id or 0, ""),
            clerk=names.get(event.clerk_id or 0, ""),
            due_count=event.due_count,
            present_count=event.present_count,
            absent=absent[event.id],
            answers=answers(event, names),
            content=event.content,
            filed_at=event.filed_at,
            filed_by=names.get(event.filed_by or 0, ""),
            corrections=corrected.get(event.id, 0),
        )
        for event in events
    ]


def _people_in(event: Event) -> list[int]:
    return [
        int(event.fields[field.code])
        for field in KINDS[event.kind].fields
        if field.type == "person" and event.fields.get(field.code)
    ]


def answers(event: Event, names: dict[int, str]) -> list[tuple[str, str]]:
    """The kind's own fields as (label, answer in words), the unanswered left out."""
    found = []
    for field in KINDS[event.kind].fields:
        value = event.fields.get(field.code)
        if value not in (None, "", False):
            found.append((str(field.label), in_words(field, value, names)))
    return found


def in_words(field: Field, value: Any, names: dict[int, str]) -> str:
    if field.type == "choice":
        return str(dict(field.choices).get(value, value))
    if field.type == "person":
        return names.get(int(value), "")
    if field.type == "bool":
        return _("yes")
    return str(value)
