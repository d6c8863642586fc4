"""Planning what is to be held: a meeting or a fixed day each month, who is invited, what they answer.

Inviting, answering and the calendar are a convenience; what counts is the record, which a meeting only fills in.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.access.actor import Actor
from shared.accounts.actions.telling import tell
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.kinds import KINDS, MAX_LONGTEXT, MAX_TEXT, REASON_WORDS
from shared.events.marks import refuse_marks
from shared.events.models import Event, Invitation, Meeting
from shared.events.queries.records import on_roll, people_on
from shared.i18n import _
from shared.organisations.models import Unit

#: A meeting is planned at most so far ahead.
AHEAD = timedelta(days=400)
#: Months for which a fixed day makes its meetings, this one included.
MONTHS_AHEAD = 3
#: Attendance of the kinds to which people are invited (shared.events.kinds).
INVITING = ("members", "officers", "counts")
#: The kind of occasion, for the composers of the worker.
OCCASION = "meeting"


@dataclass(frozen=True, slots=True)
class Planned:
    """What a person says about a meeting to come."""

    on_date: date
    starts_at: time
    title: str = ""
    ends_at: time | None = None
    place: str = ""
    chair_id: int | None = None
    agenda: str = ""


def check_plan(unit: Unit, kind: str, given: Planned) -> dict[str, Any]:
    """The columns of a meeting; Invalid names each wrong field."""
    spec = KINDS.get(kind)
    if spec is None or not spec.at(unit.line, unit.kind) or spec.attendance not in INVITING:
        raise Invalid(_("Nobody is invited to events of this kind."))
    if unit.state != "active":
        raise Conflict(_("%(name)s is dissolved.", name=unit.name))
    refuse_marks(given.title, given.place, given.agenda)
    wrong: dict[str, object] = {}
    on = today()
    if given.on_date < on:
        wrong["on_date"] = _("This day is over; record what was held instead.")
    elif given.on_date > on + AHEAD:
        wrong["on_date"] = _("So far ahead? Check the year.")
    if given.ends_at is not None and given.ends_at <= given.starts_at:
        wrong["ends_at"] = _("The end lies before the beginning.")
    for name, value, most in (
        ("title", given.title, MAX_TEXT),
        ("place", given.place, MAX_TEXT),
        ("agenda", given.agenda, MAX_LONGTEXT),
    ):
        if len(value) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
    if given.chair_id is not None and given.chair_id not in {
        person.id for person in people_on(unit.id, given.on_date)
    }:
        wrong["chair_id"] = _("Choose a member of this unit.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    return {
        "title": given.title.strip() or str(spec.name),
        "on_date": given.on_date,
        "starts_at": given.starts_at,
        "ends_at": given.ends_at,
        "place": given.place.strip(),
        "chair_id": given.chair_id,
        "agenda": given.agenda.strip(),
    }


def invite(meeting: Meeting) -> int:
    """Invite everybody who stands on the roll that day and is not invited yet; returns how many."""
    people = [person.id for person in on_roll(meeting.kind, people_on(meeting.unit_id, meeting.on_date))]
    if not people:
        return 0
    rows = select(literal(meeting.id), func.unnest(cast(people, ARRAY(BigInteger))))
    made = db.session.scalars(
        upsert(Invitation)
        .from_select(["meeting_id", "person_id"], rows)
        .on_conflict_do_nothing(index_elements=["tenant_id", "meeting_id", "person_id"])
        .returning(Invitation.id)
    ).all()
    return len(made)


def tell_invited(actor: Actor, meeting: Meeting, step: str) -> int:
    """Everybody invited: once for each version of the meeting."""
    people = db.session.scalars(select(Invitation.person_id).where(Invitation.meeting_id == meeting.id)).all()
    return tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{meeting.id}:{meeting.version}",
        detail={"meeting_id": meeting.id, "step": step},
        person_ids=[person_id for person_id in people if person_id != actor.person_id],
    )


def plan_meeting(
    actor: Actor, *, unit: Unit, kind: str, given: Planned, form_key: str
) -> tuple[Meeting, int]:
    """Plan one meeting, invite the roll and tell it; returns it and the number invited.

    The same form sent again gives the same meeting. Raises Invalid with the wrong fields.
    """
    known = db.session.execute(select(Meeting).where(Meeting.form_key == form_key)).scalar_one_or_none()
    if known is not None:
        return known, 0
    values = check_plan(unit, kind, given)
    meeting = Meeting(
        unit_id=unit.id, kind=kind, created_by=actor.person_id, form_key=form_key, version=1, **values
    )
    db.session.add(meeting)
    db.session.flush()
    invited = invite(meeting)
    tell_invited(actor, meeting, "invited")
    record(
        actor,
        verb="meeting.plan",
        object_type="meeting",
        object_id=meeting.id,
        unit_id=unit.id,
        detail={"kind": kind, "people": invited},
    )
    return meeting, invited


def _still_planned(meeting: Meeting, version: int | None) -> None:
    if meeting.state != "planned":
        raise Conflict(_("This meeting was held or cancelled; it can no longer be changed."))
    if version is not None and meeting.version != version:
        raise Conflict(_("Somebody has changed this meeting in the meantime; look at it again first."))


def change_meeting(actor: Actor, *, meeting: Meeting, unit: Unit, given: Planned, version: int) -> bool:
    """Move or change a meeting; everybody invited is told. Answers stay. False when nothing differs."""
    _still_planned(meeting, version)
    values = check_plan(unit, meeting.kind, given)
    changed = [name for name, value in values.items() if getattr(meeting, name) != value]
    if not changed:
        return False
    for name, value in values.items():
        setattr(meeting, name, value)
    meeting.version += 1
    db.session.flush()
    invite(meeting)
    tell_invited(actor, meeting, "changed")
    record(
        actor,
        verb="meeting.change",
        object_type="meeting",
        object_id=meeting.id,
        unit_id=meeting.unit_id,
        detail={"fields": sorted(changed)},
    )
    return True


def cancel_meeting(actor: Actor, *, meeting: Meeting, reason: str, version: int) -> None:
    """Call a meeting off, with a reason that everybody invited reads."""
    _still_planned(meeting, version)
    if not reason.strip():
        raise Invalid(_("Say why it is called off."), fields={"reason": _("Say why it is called off.")})
    refuse_marks(reason)
    meeting.state, meeting.cancel_reason = "cancelled", reason.strip()[:MAX_TEXT]
    meeting.version += 1
    db.session.flush()
    tell_invited(actor, meeting, "cancelled")
    record(
        actor,
        verb="meeting.cancel",
        object_type="meeting",
        object_id=meeting.id,
        unit_id=meeting.unit_id,
    )


def answer(actor: Actor, *, meeting: Meeting, comes: bool, reason: str = "", note: str = "") -> Invitation:
    """What an invited person answers: comes, or asks for leave with a category; to be changed until the day is over.

    Raises Forbidden for somebody who is not invited, Conflict once it is over or called off.
    """
    invited = db.session.execute(
        select(Invitation)
        .where(Invitation.meeting_id == meeting.id, Invitation.person_id == (actor.person_id or 0))
        .with_for_update()
    ).scalar_one_or_none()
    if invited is None:
        raise Forbidden(_("You are not invited to this meeting."))
    if meeting.state != "planned" or meeting.on_date < today():
        raise Conflict(_("This meeting is over or was called off."))
    if not comes and reason not in REASON_WORDS:
        raise Invalid(
            _("Choose why you ask for leave."), fields={"reason": _("Choose why you ask for leave.")}
        )
    refuse_marks(note)
    invited.answer = "come" if comes else "leave"
    invited.reason = None if comes else reason
    invited.note = None if comes else (note.strip()[:MAX_TEXT] or None)
    invited.answered_at = now()
    record(
        actor,
        verb="meeting.answer",
        object_type="meeting",
        object_id=meeting.id,
        unit_id=meeting.unit_id,
        detail={"answer": invited.answer},
    )
    return invited


def note_held(meeting_id: int, event: Event) -> None:
    """A record that was filled from a meeting says that it was held; a meeting of elsewhere is left alone."""
    db.session.execute(
        update(Meeting)
        .where(
            Meeting.id == meeting_id,
            Meeting.unit_id == event.unit_id,
            Meeting.kind == event.kind,
            Meeting.state == "planned",
        )
        .values(state="held", event_id=event.id)
        .execution_options(synchronize_session="fetch")
    )
