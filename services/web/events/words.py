"""What a record says in words: a correction before and after, two versions side by side, a draft to be signed."""

from collections.abc import Mapping
from typing import Any

from shared.db.types import key_of
from shared.events.actions.merging import ABSENT, PART
from shared.events.kinds import KINDS, REASON_WORDS
from shared.events.parts import PARTS, Row
from shared.events.queries import Corrected, names_of
from shared.i18n import _


def _labels(kind: str) -> dict[str, str]:
    common = {
        "title": _("Title"),
        "held_on": _("Date"),
        "starts_at": _("Begin"),
        "ends_at": _("End"),
        "place": _("Place"),
        "chair_id": _("Chair"),
        "clerk_id": _("Minutes kept by"),
        "due_count": _("Expected"),
        "present_count": _("Present"),
        "content": _("Speaking points"),
        "absent": _("Absent"),
        "made_up": _("Made up for"),
        "paper": _("Signed on paper"),
        "paper_on": _("Signed on"),
    }
    parts = {f"{PART}{name}": str(part.name) for name, part in PARTS.items()}
    return {**common, **parts, **{field.code: str(field.label) for field in KINDS[kind].fields}}


def corrected_rows(kind: str, one: Corrected) -> list[tuple[str, str, str]]:
    """(field, before, after) of one correction, in the reader's language."""
    labels = _labels(kind)
    before, after = _flat(one.before), _flat(one.after)
    people = _people(kind, before) | _people(kind, after)
    names = names_of(people) if people else {}
    rows = []
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if old != new:
            rows.append((labels.get(key, key), _say(kind, key, old, names), _say(kind, key, new, names)))
    return rows


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    own = values.get("fields") or {}
    return {**{key: value for key, value in values.items() if key != "fields"}, **own}


def _person_fields(kind: str) -> set[str]:
    return {"chair_id", "clerk_id"} | {field.code for field in KINDS[kind].fields if field.type == "person"}


def _people(kind: str, values: dict[str, Any]) -> set[int]:
    keys = {int(values[key]) for key in _person_fields(kind) if values.get(key)}
    return keys | {int(key) for key in values.get("absent") or {}}


def _say(kind: str, key: str, value: Any, names: dict[int, str]) -> str:
    if value in (None, "", {}, []):
        return "—"
    if key.startswith(PART):
        return _rows(key.removeprefix(PART), value)
    if key == "absent":
        return "、".join(
            f"{names.get(int(person), '')}（{REASON_WORDS.get(why, '')}）" for person, why in value.items()
        )
    if key in _person_fields(kind):
        person_id = key_of(str(value))
        return names.get(person_id, "") if person_id is not None else str(value)
    choices = next((dict(field.choices) for field in KINDS[kind].fields if field.code == key), {})
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(choices.get(value, value))[:400]


def _rows(name: str, rows: list[Row]) -> str:
    """The rows of a part, one a line; a part may say its own rows."""
    part = PARTS.get(name)
    if part is not None and part.say is not None:
        return part.say(rows)
    return "\n".join("，".join(text for text in row.values() if text) for row in rows)


def said(kind: str, key: str, theirs: Any, mine: Any) -> tuple[str, str, str]:
    """(question, their answer, my answer) of one key of two bodies."""
    people = _named(kind, {key: theirs}) | _named(kind, {key: mine})
    names = names_of(people)
    if key.startswith(ABSENT):
        label = _("Attendance of %(name)s", name=names.get(int(key.removeprefix(ABSENT)), ""))
        return label, _absence(theirs), _absence(mine)
    return _labels(kind).get(key, key), _say(kind, key, theirs, names), _say(kind, key, mine, names)


def _absence(value: Any) -> str:
    if not value:
        return _("Present")
    reason, note = str(value[0]), str(value[1])
    return f"{_('Absent')}（{REASON_WORDS.get(reason, '')}）{note}"


def _named(kind: str, body: Mapping[str, Any]) -> set[int]:
    """The people whom a body names."""
    found = {int(key.removeprefix(ABSENT)) for key in body if key.startswith(ABSENT)}
    for key in _person_fields(kind):
        text = str(body.get(key) or "")
        if text.isascii() and text.isdigit() and len(text) < 19:
            found.add(int(text))
    return found


def body_rows(kind: str, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(question, answer) of everything a draft says; the empty left out."""
    names = names_of(_named(kind, body))
    own = [field.code for field in KINDS[kind].fields]
    order = ["title", "held_on", "starts_at", "ends_at", "place", "chair_id", "clerk_id", "due_count"]
    order += ["present_count", *own, "content", "made_up", "paper_on"]
    labels = _labels(kind)
    switches = {field.code for field in KINDS[kind].fields if field.type == "bool"} | {"made_up"}
    rows = [
        (labels[key], _say(kind, key, bool(body[key]) if key in switches else body[key], names))
        for key in order
        if body.get(key)
    ]
    absent = [
        f"{names.get(int(key.removeprefix(ABSENT)), '')}（{REASON_WORDS.get(str(value[0]), '')}）"
        for key, value in body.items()
        if key.startswith(ABSENT)
    ]
    if absent:
        rows.append((_("Absent"), "、".join(absent)))
    return rows + [
        (labels[key], _say(kind, key, value, names))
        for key, value in body.items()
        if key.startswith(PART) and value and key in labels
    ]
