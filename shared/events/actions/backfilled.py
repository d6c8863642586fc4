"""补录: what is special about a record that came in from an office's own ledger."""

from dataclasses import replace

from sqlalchemy import select

from shared.db import db
from shared.events.actions.checking import Checked
from shared.events.models import Attendance, Event
from shared.events.queries import absent_of


def keep_numbers(event: Event, checked: Checked) -> Checked:
    """An old ledger may know how many were there and not who. Where nobody is ticked otherwise, its numbers stand.

    As soon as a correction names the absent, the roll by name takes their place.
    """
    if not event.backfilled or not checked.roll:
        return checked
    named = db.session.scalar(
        select(Attendance.id).where(Attendance.event_id == event.id, Attendance.present).limit(1)
    )
    absent = {key: why for key, (why, _note) in checked.roll.items() if why}
    if named is not None or absent != {key: why for key, (why, _note) in absent_of(event.id).items()}:
        return checked
    numbers = {"due_count": event.due_count, "present_count": event.present_count}
    return replace(
        checked,
        values={**checked.values, **numbers},
        roll={key: said for key, said in checked.roll.items() if said[0]},
    )
