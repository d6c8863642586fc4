"""What goes into the minutes of one record: everything its page shows, as it was filed."""

from dataclasses import dataclass

from sqlalchemy import select

from shared.db import db
from shared.duties.actions import fulfilled_by
from shared.duties.models import DueItem
from shared.duties.queries import LedgerEvent, ledger_events
from shared.events.models import Event
from shared.events.parts.context import Row
from shared.events.parts.guests import read as guests_of
from shared.events.queries import Attached, Attendee, attendance_of, files_of, names_of
from shared.events.queries.resolutions import Resolved, resolutions_of
from shared.events.queries.votes import Said, votes_said


@dataclass(frozen=True, slots=True)
class Minutes:
    """One record with all that belongs to it. `people`: who signed and who checked it, by key."""

    event: Event
    shown: LedgerEvent
    roll: list[Attendee]
    guests: list[Row]
    votes: list[Said]
    resolutions: list[Resolved]
    files: list[Attached]
    duties: list[DueItem]
    people: dict[int, str]

    @property
    def absent(self) -> list[Attendee]:
        return [one for one in self.roll if not one.present]

    @property
    def present(self) -> list[str]:
        return [one.name for one in self.roll if one.present]


def event_of(event_id: int) -> Event:
    """The record, whose reach was looked at where it was asked for. One query."""
    return db.session.execute(select(Event).where(Event.id == event_id)).scalar_one()


def minutes_of(event_id: int) -> Minutes:
    """Eleven queries, whatever stands in the record."""
    event = event_of(event_id)
    return Minutes(
        event=event,
        shown=ledger_events([event])[0],
        roll=attendance_of(event.id),
        guests=guests_of(event.id),
        votes=votes_said(event.id, event.held_on),
        resolutions=resolutions_of(event.id),
        files=[one for one in files_of(event.id) if one.removed_at is None],
        duties=fulfilled_by(event.id),
        people=names_of([event.signed_by, event.reviewed_by]),
    )
