"""Records as the ledger shows them: names, absences, the kind's own answers in words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from shared.db import db
from shared.events.kinds import KINDS, REASON_WORDS, Field
from shared.events.models import Attendance, Correction, Event
from shared.events.queries import names_of
from shared.i18n import _
from shared.members.models import Person

#: What of an event is shown; a year's records come as these columns alone.
SHOWN = (
    Event.id,
    Event.kind,
    Event.title,
    Event.held_on,
    Event.starts_at,
    Event.ends_at,
    Event.place,
    Event.chair_id,
    Event.clerk_id,
    Event.due_count,
    Event.present_count,
    Event.fields,
    Event.content,
    Event.filed_at,
    Event.filed_by,
    Event.backfilled,
)


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
    #: Entered later from the office's own ledger (补录).
    backfilled: bool

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)


def among(column: InstrumentedAttribute[Any], keys: list[int]) -> ColumnElement[bool]:
    """column = any(keys): one parameter, so that the statement stays the same, however many keys."""
    return column == any_(literal(keys, ARRAY(BigInteger)))


def ledger_events(events: Sequence[Any]) -> list[LedgerEvent]:
    """Records with names, absences, answers in words. Three queries for any number.

    An event is an Event, or a row with the columns of SHOWN.
    """
    if not events:
        return []
    keys = [event.id for event in events]
    absences = db.session.execute(
        select(Attendance.event_id, Person.name, Attendance.reason, Attendance.note)
        .join(Person, and_(Person.tenant_id == Attendance.tenant_id, Person.id == Attendance.person_id))
        .where(among(Attendance.event_id, keys), Attendance.present.is_(False))
        .order_by(Person.name_key, Person.id)
    )
    absent: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for event_id, name, reason, note in absences:
        absent[event_id].append((name, str(REASON_WORDS.get(reason or "", "")), note or ""))
    corrected: dict[int, int] = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Correction.event_id, func.count())
            .where(among(Correction.event_id, keys))
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
            backfilled=event.backfilled,
        )
        for event in events
    ]


def _people_in(event: Any) -> list[int]:
    return [
        int(event.fields[field.code])
        for field in KINDS[event.kind].fields
        if field.type == "person" and event.fields.get(field.code)
    ]


def answers(event: Any, names: dict[int, str]) -> list[tuple[str, str]]:
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
    if field.type == "money":
        return _("%(amount)s yuan", amount=value)
    return str(value)
