"""Filing, correcting and voiding what was held. Which duty it fulfils is decided in shared.duties.actions."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import text

from shared.access.actor import Actor
from shared.audit import record
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.actions.backfilled import keep_numbers
from shared.events.actions.checking import Checked, Held, check_day, check_held, proposal
from shared.events.actions.resolutions import drop_open
from shared.events.actions.signing import clear_signature, note_signed
from shared.events.actions.study import follow_record
from shared.events.marks import refuse_marks
from shared.events.models import Correction, Event
from shared.events.parts import read_parts, write_parts
from shared.events.queries import absent_of, event_by_form
from shared.i18n import _
from shared.organisations.models import Unit

__all__ = ["Held", "amend_event", "check_day", "file_event", "proposal", "void_event"]

#: Somebody who has made up for an absence keeps that, as long as they count as absent.
_ATTEND = text(
    "insert into attendance (event_id, person_id, present, reason, note)"
    " select :event_id, person_id, reason is null, reason, note"
    " from unnest(cast(:people as bigint[]), cast(:reasons as text[]), cast(:notes as text[]))"
    " as given (person_id, reason, note)"
    " on conflict (tenant_id, event_id, person_id) do update"
    " set present = excluded.present, reason = excluded.reason, note = excluded.note,"
    " made_up_on = case when excluded.present then null else attendance.made_up_on end,"
    " made_up_how = case when excluded.present then null else attendance.made_up_how end,"
    " made_up_by = case when excluded.present then null else attendance.made_up_by end,"
    " made_up_asked_on = case when excluded.present then null else attendance.made_up_asked_on end,"
    " made_up_asked_how = case when excluded.present then null else attendance.made_up_asked_how end"
)
_STRIKE = text(
    "delete from attendance where event_id = :event_id and not person_id = any(cast(:people as bigint[]))"
)


def file_event(actor: Actor, *, unit: Unit, kind: str, held: Held, form_key: str) -> tuple[Event, bool]:
    """File what was held. The same form sent again gives the same event and False; nothing is written twice."""
    known = event_by_form(form_key)
    if known is not None:
        if known.unit_id != unit.id or known.kind != kind:
            raise Conflict(_("This form was already used for another record."))
        return known, False
    checked = check_held(unit, kind, held)
    event = Event(unit_id=unit.id, kind=kind, form_key=form_key, filed_by=actor.person_id, **checked.values)
    note_signed(actor, event)
    db.session.add(event)
    db.session.flush()
    _write_roll(event, checked.roll)
    write_parts(event, checked.parts)
    record(
        actor,
        verb="event.file",
        object_type="event",
        object_id=event.id,
        unit_id=unit.id,
        detail={"kind": kind, "held_on": held.held_on.isoformat(), "present": event.present_count},
    )
    return event, True


def _write_roll(event: Event, people: Mapping[int, tuple[str | None, str | None]]) -> None:
    if not people:
        return
    db.session.execute(
        _ATTEND,
        {
            "event_id": event.id,
            "people": list(people),
            "reasons": [reason for reason, _note in people.values()],
            "notes": [note for _reason, note in people.values()],
        },
    )


def amend_event(
    actor: Actor, *, event: Event, unit: Unit, held: Held, reason: str, version: int
) -> Correction | None:
    """Correct a filed event; what it said before stays with the reason. None when nothing differs.

    Raises Conflict when somebody else has corrected it since `version` was shown.
    """
    if event.state != "filed":
        raise Conflict(_("This record was declared void; it cannot be corrected."))
    if event.version != version:
        raise Conflict(_("Somebody has corrected this record in the meantime; look at it again first."))
    if not reason.strip():
        raise Invalid(_("Some fields need another look."), fields={"reason": _("Say why it is corrected.")})
    refuse_marks(reason)
    checked = keep_numbers(event, check_held(unit, event.kind, held))
    before, after = _differences(event, checked)
    if not after:
        return None
    for name, value in checked.values.items():
        setattr(event, name, value)
    event.version += 1
    clear_signature(event)
    note_signed(actor, event)
    db.session.execute(_STRIKE, {"event_id": event.id, "people": list(checked.roll)})
    db.session.flush()
    _write_roll(event, checked.roll)
    write_parts(event, checked.parts)
    follow_record(actor, event)
    correction = Correction(
        event_id=event.id, person_id=actor.person_id, reason=reason.strip(), before=before, after=after
    )
    db.session.add(correction)
    record(
        actor,
        verb="event.correct",
        object_type="event",
        object_id=event.id,
        unit_id=event.unit_id,
        detail={"fields": sorted(after), "version": event.version},
    )
    return correction


def _differences(event: Event, checked: Checked) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a correction changes, before and after; the rows of a part stand under 'part:<name>'."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in checked.values.items():
        old = getattr(event, name)
        if old != value:
            before[name], after[name] = _plain(old), _plain(value)
    absent_before = {key: why for key, (why, _note) in absent_of(event.id).items()}
    absent_after = {key: why for key, (why, _note) in checked.roll.items() if why}
    if absent_before != absent_after:
        before["absent"] = {str(key): why for key, why in sorted(absent_before.items())}
        after["absent"] = {str(key): why for key, why in sorted(absent_after.items())}
    stored = read_parts(event.id) if checked.parts else {}
    for name, rows in checked.parts.items():
        if rows != stored[name]:
            before[f"part:{name}"], after[f"part:{name}"] = stored[name], rows
    return before, after


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def void_event(actor: Actor, *, event: Event, reason: str, version: int) -> None:
    """Declare a record void, with a reason. It stays readable and counts for nothing."""
    if event.state == "void":
        return
    if event.version != version:
        raise Conflict(_("Somebody has corrected this record in the meantime; look at it again first."))
    if not reason.strip():
        raise Invalid(_("Say why it is void."), fields={"reason": _("Say why it is void.")})
    refuse_marks(reason)
    event.state = "void"
    event.void_reason = reason.strip()
    event.version += 1
    db.session.flush()
    follow_record(actor, event)
    drop_open(actor, event)
    record(
        actor,
        verb="event.void",
        object_type="event",
        object_id=event.id,
        unit_id=event.unit_id,
        detail={"kind": event.kind},
    )
