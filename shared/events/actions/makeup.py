"""补课: who was absent makes up for it. The person may say so; the organiser confirms, for several at once."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, select, update

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.kinds import MAX_TEXT
from shared.events.marks import refuse_marks
from shared.events.models import Attendance, Event
from shared.events.study import WAYS
from shared.i18n import _
from shared.organisations.models import Unit

#: Absences confirmed by one press.
MOST = 500


def _how(way: str, remark: str, on: date | None, held_on: date) -> str:
    wrong: dict[str, object] = {}
    if way not in WAYS:
        wrong["way"] = _("Choose how it was made up for.")
    elif way == "other" and not remark.strip():
        wrong["remark"] = _("Say which way.")
    if len(remark) > MAX_TEXT:
        wrong["remark"] = _("At most %(n)s characters.", n=MAX_TEXT)
    if on is None:
        wrong["on"] = _("Fill this in.")
    elif on > today():
        wrong["on"] = _("This day is still to come; note it when it was made up for.")
    elif on < held_on:
        wrong["on"] = _("It lies before the meeting of %(day)s.", day=held_on.isoformat())
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(remark)
    return f"{way} {remark.strip()}".strip()


def confirm_made_up(
    actor: Actor, *, attendance_ids: Sequence[int], on: date | None, way: str, remark: str = ""
) -> int:
    """Several absent people have made up for it, on that day and in that way; returns how many.

    Raises Invalid for a day before one of the meetings or still to come; Conflict where a line no longer waits (made
    up for meanwhile, corrected, void) or lies outside the reach.
    """
    wanted = sorted(set(attendance_ids))
    if not wanted:
        raise Invalid(_("Tick at least one line."))
    if len(wanted) > MOST:
        raise Invalid(_("At most %(n)s lines.", n=MOST))
    found = db.session.execute(
        select(Attendance.id, Event.id.label("event_id"), Event.unit_id, Event.held_on)
        .join(Event, and_(Event.tenant_id == Attendance.tenant_id, Event.id == Attendance.event_id))
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(
            Attendance.id.in_(wanted),
            Attendance.present.is_(False),
            Attendance.made_up_on.is_(None),
            Event.state == "filed",
            reach_filter(actor, Permission.DUTY_RECORD, Unit.path),
        )
        .with_for_update(of=Attendance.__table__)
    ).all()
    if len(found) != len(wanted):
        raise Conflict(
            _("Some of these were made up for or corrected in the meantime; look at the list again.")
        )
    how = _how(way, remark, on, max(row.held_on for row in found))
    db.session.execute(
        update(Attendance)
        .where(Attendance.id.in_(wanted))
        .values(
            made_up_on=on,
            made_up_how=how,
            made_up_by=actor.person_id,
            made_up_asked_on=None,
            made_up_asked_how=None,
        )
        .execution_options(synchronize_session=False)
    )
    events, units = {row.event_id for row in found}, {row.unit_id for row in found}
    record(
        actor,
        verb="study.make_up",
        object_type="event",
        object_id=next(iter(events)) if len(events) == 1 else None,
        unit_id=next(iter(units)) if len(units) == 1 else None,
        detail={"people": len(wanted)},
    )
    return len(wanted)


def take_made_up_back(actor: Actor, *, attended: Attendance, unit_id: int) -> None:
    """A confirmation that was a slip: the person has still to make up for it. Who did it stays in the trail."""
    if attended.made_up_on is None:
        raise Conflict(_("This is not noted as made up for."))
    attended.made_up_on = attended.made_up_how = attended.made_up_by = None
    db.session.flush()
    record(
        actor,
        verb="study.make_up_back",
        object_type="event",
        object_id=attended.event_id,
        unit_id=unit_id,
        detail={"people": 1},
    )


def ask_made_up(
    actor: Actor, *, attendance_id: int, on: date | None, way: str, remark: str = ""
) -> Attendance:
    """An absent person says "I made up for it"; the organiser confirms. Sent again it says it anew."""
    found = db.session.execute(
        select(Attendance, Event.held_on, Event.unit_id)
        .join(Event, and_(Event.tenant_id == Attendance.tenant_id, Event.id == Attendance.event_id))
        .where(Attendance.id == attendance_id, Event.state == "filed")
        .with_for_update(of=Attendance.__table__)
    ).one_or_none()
    if found is None or actor.person_id is None or found[0].person_id != actor.person_id:
        raise Forbidden(_("This belongs to somebody else."))
    attended: Attendance = found[0]
    if attended.present or attended.made_up_on is not None:
        raise Conflict(_("Nothing is left to be made up for here."))
    attended.made_up_asked_how = _how(way, remark, on, found[1])
    attended.made_up_asked_on = on
    db.session.flush()
    record(
        actor,
        verb="study.ask_make_up",
        object_type="event",
        object_id=attended.event_id,
        unit_id=found[2],
    )
    return attended
