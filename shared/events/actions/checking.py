"""What a person says about one event, and everything it must satisfy whatever duty it is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from shared.clock import today
from shared.errors import Invalid
from shared.events.kinds import KINDS, MAX_LONGTEXT, MAX_TEXT, REASON_WORDS, EventKind
from shared.events.marks import refuse_marks
from shared.events.parts import Context, Row, check_parts
from shared.events.queries import RollPerson, on_roll, people_on
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
class Checked:
    values: dict[str, Any]
    #: person → (reason or None, note or None)
    roll: dict[int, tuple[str | None, str | None]]
    parts: dict[str, list[Row]]


def check_held(unit: Unit, kind: str, held: Held) -> Checked:
    """Everything a record must satisfy whatever duty it is for; Invalid names each wrong field."""
    spec = KINDS[kind]
    check_day(unit, held.held_on)
    refuse_marks(held.title, held.place, held.content, *(note for _reason, note in held.absent.values()))
    wrong = _common(held)
    fields: dict[str, Any] = {}
    try:
        fields = spec.read(held.fields)
    except Invalid as problem:
        wrong.update(problem.fields)
    everyone = people_on(unit.id, held.held_on)
    roll, due_count, present_count = _roll(spec, held, fields, on_roll(kind, everyone), wrong)
    known = {person.id for person in everyone}
    wrong.update(spec.too_early(fields, held.held_on))
    for own in spec.fields:
        if own.type == "person" and fields.get(own.code) is not None and fields[own.code] not in known:
            wrong.setdefault(own.code, _("Choose a member of this unit."))
    for name, person_id in (("chair_id", held.chair_id), ("clerk_id", held.clerk_id)):
        if person_id is not None and person_id not in known:
            wrong[name] = _("Choose a member of this unit.")
    parts: dict[str, list[Row]] = {}
    if held.parts is not None:
        reasons = {key: reason for key, (reason, _note) in roll.items()}
        context = Context(unit, kind, held.held_on, tuple(everyone), reasons, due_count, present_count)
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
    return Checked(values, roll, parts)


def _common(held: Held) -> dict[str, object]:
    """What is wrong with the questions that every kind has."""
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
    return wrong


def _roll(
    spec: EventKind,
    held: Held,
    fields: Mapping[str, Any],
    expected: Sequence[RollPerson],
    wrong: dict[str, object],
) -> tuple[dict[int, tuple[str | None, str | None]], int, int]:
    """Who was due with their absence, and the two counts; what is wrong is added to `wrong`."""
    people = {person.id for person in expected}
    roll: dict[int, tuple[str | None, str | None]] = {}
    if spec.attendance in ("members", "officers"):
        if any(key not in people for key in held.absent):
            wrong["absent"] = _("Somebody ticked does not belong to this unit on that day.")
        elif any(reason not in REASON_WORDS for reason, _note in held.absent.values()):
            wrong["absent"] = _("Choose why they were absent.")
        for person in expected:
            reason, note = held.absent.get(person.id, (None, None))
            roll[person.id] = (reason, (note or "").strip()[:MAX_TEXT] or None if reason else None)
        return roll, len(roll), sum(1 for reason, _note in roll.values() if not reason)
    if spec.attendance == "counts":
        due, present = held.due_count or 0, held.present_count or 0
        if present > due:
            wrong["present_count"] = _(
                "%(present)s present are more than %(due)s expected; at most %(due)s.",
                present=present,
                due=due,
            )
        elif present < 1:
            wrong["present_count"] = _("This is missing.")
        return roll, due, present
    if spec.attendance == "pair":
        partner = fields.get("partner")
        if partner is not None and (partner not in people or partner == held.chair_id):
            wrong["partner"] = _("Choose another member of this unit.")
        if held.chair_id is None:
            wrong["chair_id"] = _("This is missing.")
        roll = dict.fromkeys((key for key in (held.chair_id, partner) if key is not None), (None, None))
    return roll, len(roll), len(roll)


def proposal(kind: str, on: date) -> str:
    """The title of a record that was given none."""
    return _(
        "%(kind)s of %(year)s-%(month)s", kind=str(KINDS[kind].name), year=on.year, month=f"{on.month:02d}"
    )
