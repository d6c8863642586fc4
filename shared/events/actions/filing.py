"""Filing, correcting and voiding what was held. Which duty it fulfils is decided in shared.duties.actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from sqlalchemy import text

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.kinds import KINDS, MAX_LONGTEXT, MAX_TEXT, REASON_WORDS
from shared.events.marks import refuse_marks
from shared.events.models import Correction, Event
from shared.events.parts import Context, Row, check_parts, read_parts, write_parts
from shared.events.queries import absent_of, event_by_form, on_roll, people_on
from shared.i18n import _
from shared.organisations.models import Unit

#: A record reaches back this many years at most; an older day is a slip of the hand.
YEARS_BACK = 30


@dataclass(frozen=True, slots=True)
class Held:
    """What a person says about one event, as the form sends it. `absent` maps a person to (reason, remark)."""

    held_on: date
    fields: Mapping[str, Any]
    title: str = ""
    starts_at: time | None = None
    ends_at: time | None = None
    place: str = ""
    chair_id: int | None = None
    clerk_id: int | None = None
    absent: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    #: Only for kinds that are counted, not called by name.
    due_count: int | None = None
    present_count: int | None = None
    content: str = ""
    #: What the record holds in rows of its own: part → rows as the form sends them. None leaves what is stored alone.
    parts: Mapping[str, Sequence[Row]] | None = None


_ATTEND = text(
    "insert into attendance (event_id, person_id, present, reason, note)"
    " select :event_id, person_id, reason is null, reason, note"
    " from unnest(cast(:people as bigint[]), cast(:reasons as text[]), cast(:notes as text[]))"
    " as given (person_id, reason, note)"
)


def check_day(unit: Unit, held_on: date) -> None:
    """Raise Invalid for a day that cannot be: to come, before the unit was founded, or in another age."""
    on = today()
    if held_on > on:
        problem = _("This day is still to come; record the event when it was held.")
    elif unit.founded_on is not None and held_on < unit.founded_on:
        problem = _("The unit was founded on %(day)s only.", day=unit.founded_on.isoformat())
    elif held_on.year < on.year - YEARS_BACK:
        problem = _("So long ago? Check the year.")
    else:
        return
    raise Invalid(problem, fields={"held_on": problem})


@dataclass(frozen=True, slots=True)
class _Checked:
    values: dict[str, Any]
    #: person → (reason or None, note or None)
    roll: dict[int, tuple[str | None, str | None]]
    parts: dict[str, list[Row]]


def _check(unit: Unit, kind: str, held: Held) -> _Checked:
    """Everything a record must satisfy whatever duty it is for; Invalid names each wrong field."""
    spec = KINDS[kind]
    check_day(unit, held.held_on)
    refuse_marks(held.title, held.place, held.content, *(note for _reason, note in held.absent.values()))
    wrong: dict[str, object] = {}
    if held.starts_at and held.ends_at and held.ends_at <= held.starts_at:
        wrong["ends_at"] = _("The end lies before the beginning.")
    for name, value, most in (
        ("title", held.title, MAX_TEXT),
        ("place", held.place, MAX_TEXT),
        ("content", held.content, MAX_LONGTEXT),
    ):
        if len(value) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
    fields: dict[str, Any] = {}
    try:
        fields = spec.read(held.fields)
    except Invalid as problem:
        wrong.update(problem.fields)
    everyone = people_on(unit.id, held.held_on)
    known = {person.id for person in everyone}
    people = {person.id: person for person in on_roll(kind, everyone)}
    attendance: dict[int, tuple[str | None, str | None]] = {}
    due_count = present_count = 0
    if spec.attendance in ("members", "officers"):
        strangers = [key for key in held.absent if key not in people]
        unknown = [key for key, (reason, _note) in held.absent.items() if reason not in REASON_WORDS]
        if strangers:
            wrong["absent"] = _("Somebody ticked does not belong to this unit on that day.")
        elif unknown:
            wrong["absent"] = _("Choose why they were absent.")
        for key in people:
            reason, note = held.absent.get(key, (None, None))
            attendance[key] = (reason, (note or "").strip()[:MAX_TEXT] or None if reason else None)
        due_count = len(attendance)
        present_count = due_count - sum(1 for reason, _note in attendance.values() if reason)
    elif spec.attendance == "counts":
        due_count, present_count = held.due_count or 0, held.present_count or 0
        if present_count > due_count:
            wrong["present_count"] = _(
                "%(present)s present are more than %(due)s expected; at most %(due)s.",
                present=present_count,
                due=due_count,
            )
        elif present_count < 1:
            wrong["present_count"] = _("This is missing.")
    if spec.attendance == "pair":
        partner = fields.get("partner")
        if partner is not None and (partner not in people or partner == held.chair_id):
            wrong["partner"] = _("Choose another member of this unit.")
        pair = [key for key in (held.chair_id, partner) if key is not None]
        attendance = dict.fromkeys(pair, (None, None))
        due_count = present_count = len(pair)
        if held.chair_id is None:
            wrong["chair_id"] = _("This is missing.")
    for name, person_id in (("chair_id", held.chair_id), ("clerk_id", held.clerk_id)):
        if person_id is not None and person_id not in known:
            wrong[name] = _("Choose a member of this unit.")
    parts: dict[str, list[Row]] = {}
    if held.parts is not None:
        roll = {key: reason for key, (reason, _note) in attendance.items()}
        context = Context(unit, kind, held.held_on, tuple(everyone), roll, due_count, present_count)
        try:
            parts = check_parts(context, held.parts)
        except Invalid as problem:
            wrong.update(problem.fields)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    title = held.title.strip() or str(fields.get(spec.title_field or "", "")).strip()
    values = {
        "title": title[:MAX_TEXT] or proposal(kind, held.held_on),
        "held_on": held.held_on,
        "starts_at": held.starts_at,
        "ends_at": held.ends_at,
        "place": held.place.strip(),
        "chair_id": held.chair_id,
        "clerk_id": held.clerk_id,
        "due_count": due_count,
        "present_count": present_count,
        "fields": fields,
        "content": held.content.strip(),
    }
    return _Checked(values, attendance, parts)


def proposal(kind: str, on: date) -> str:
    """The title of a record that was given none."""
    return _(
        "%(kind)s of %(year)s-%(month)s", kind=str(KINDS[kind].name), year=on.year, month=f"{on.month:02d}"
    )


def file_event(actor: Actor, *, unit: Unit, kind: str, held: Held, form_key: str) -> tuple[Event, bool]:
    """File what was held. The same form sent again gives the same event and False; nothing is written twice."""
    known = event_by_form(form_key)
    if known is not None:
        if known.unit_id != unit.id or known.kind != kind:
            raise Conflict(_("This form was already used for another record."))
        return known, False
    checked = _check(unit, kind, held)
    event = Event(unit_id=unit.id, kind=kind, form_key=form_key, filed_by=actor.person_id, **checked.values)
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
    checked = _check(unit, event.kind, held)
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
            before[name], after[name] = stored[name], rows
    if not after:
        return None
    for name, value in checked.values.items():
        setattr(event, name, value)
    event.version += 1
    db.session.execute(text("delete from attendance where event_id = :id"), {"id": event.id})
    db.session.flush()
    _write_roll(event, checked.roll)
    write_parts(event, checked.parts)
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
    record(
        actor,
        verb="event.void",
        object_type="event",
        object_id=event.id,
        unit_id=event.unit_id,
        detail={"kind": event.kind},
    )
