"""Hours that a record gives to everybody present, and how they follow its corrections."""

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.actions.study.checks import Signed, check
from shared.events.kinds import MAX_TEXT
from shared.events.marks import refuse_marks
from shared.events.models import Event, StudyHours
from shared.i18n import _

#: Everybody present gets the hours; whose day would exceed 24 hours with what stands there already is left out.
_SIGN = text(
    "with present as (select a.person_id, coalesce((select sum(h.hours) from study_hours h"
    "  where h.person_id = a.person_id and h.on_date = :on and h.state <> 'refused'"
    "  and h.event_id is distinct from :event_id), 0) as taken"
    "  from attendance a where a.event_id = :event_id and a.present),"
    " written as (insert into study_hours (person_id, unit_id, event_id, on_date, form, hours, subject, state,"
    "  entered_by, decided_by, decided_at, form_key)"
    "  select person_id, :unit_id, :event_id, :on, :form, :hours, :subject, 'signed', :by, :by, :at, :key"
    "  from present where taken + :hours <= 24"
    "  on conflict (tenant_id, event_id, person_id) where event_id is not null do update set"
    "  on_date = excluded.on_date, form = excluded.form, hours = excluded.hours, subject = excluded.subject,"
    "  state = 'signed', remark = null, decided_by = excluded.decided_by, decided_at = excluded.decided_at"
    "  returning 1)"
    " select (select count(*) from written), (select count(*) from present where taken + :hours > 24)"
)


def _write_event_hours(event: Event, *, form: str, hours: Decimal, subject: str, by: int | None) -> Signed:
    values = {
        "event_id": event.id,
        "unit_id": event.unit_id,
        "on": event.held_on,
        "form": form,
        "hours": hours,
        "subject": subject,
        "by": by,
        "at": now(),
        "key": f"event:{event.id}",
    }
    written, full = db.session.execute(_SIGN, values).one()
    return Signed(written, full)


def sign_event_hours(
    actor: Actor, *, event: Event, form: str, hours: Decimal | None, subject: str = ""
) -> Signed:
    """Everybody present at a record has these hours, signed; pressed again with another number, it changes them.

    Raises Invalid for no or too many hours, Conflict for a record that is void or calls nobody by name.
    """
    if event.state != "filed":
        raise Conflict(_("This record was declared void; it gives no hours."))
    said = subject.strip() or event.title
    clean = check(form, hours, said[:MAX_TEXT], event.held_on, closes=False)
    done = _write_event_hours(event, form=form, hours=clean, subject=said[:MAX_TEXT], by=actor.person_id)
    if not done.people and not done.full:
        raise Conflict(_("Nobody is named as present in this record, so nobody can be given hours."))
    record(
        actor,
        verb="study.sign_event",
        object_type="event",
        object_id=event.id,
        unit_id=event.unit_id,
        detail={"people": done.people, "left_out": done.full},
    )
    return done


def take_event_hours_back(actor: Actor, *, event: Event, reason: str) -> int:
    """The hours that a record gave count no more; they stay readable with the reason."""
    if not reason.strip():
        raise Invalid(_("Say why they are taken back."), fields={"reason": _("Say why they are taken back.")})
    refuse_marks(reason)
    taken = _refuse_event(event, reason.strip()[:MAX_TEXT], actor.person_id)
    if taken:
        record(
            actor,
            verb="study.take_back",
            object_type="event",
            object_id=event.id,
            unit_id=event.unit_id,
            detail={"people": taken},
        )
    return taken


def _refuse_event(event: Event, remark: str, by: int | None, *conditions: Any) -> int:
    done = db.session.scalars(
        update(StudyHours)
        .where(StudyHours.event_id == event.id, StudyHours.state == "signed", *conditions)
        .values(state="refused", remark=remark, decided_by=by, decided_at=now())
        .returning(StudyHours.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(done)


_ABSENT_NOW = text(
    "not exists (select 1 from attendance a where a.tenant_id = study_hours.tenant_id"
    " and a.event_id = study_hours.event_id and a.person_id = study_hours.person_id and a.present)"
)


def follow_record(actor: Actor, event: Event) -> int:
    """After a correction or a declaration as void: the hours of a record follow who was there and on which day.

    Returns how many people's hours changed. Whoever was entered as present since has them too; whoever was not there
    has them no more, with that remark.
    """
    given = db.session.execute(
        select(StudyHours.form, StudyHours.hours, StudyHours.subject)
        .where(StudyHours.event_id == event.id, StudyHours.state == "signed")
        .limit(1)
    ).one_or_none()
    if given is None:
        return 0
    if event.state != "filed":
        return _refuse_event(event, _("The record was declared void."), actor.person_id)
    signed = select(func.count()).where(StudyHours.event_id == event.id, StudyHours.state == "signed")
    before = db.session.scalar(signed) or 0
    lost = _refuse_event(event, _("Not present by the corrected record."), actor.person_id, _ABSENT_NOW)
    _write_event_hours(event, form=given.form, hours=given.hours, subject=given.subject, by=actor.person_id)
    gained = (db.session.scalar(signed) or 0) - (before - lost)
    if lost or gained:
        record(
            actor,
            verb="study.follow",
            object_type="event",
            object_id=event.id,
            unit_id=event.unit_id,
            detail={"removed": lost, "added": gained},
        )
    return lost + gained
