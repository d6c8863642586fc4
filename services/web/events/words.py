"""A correction in words: what a field said before and says now."""

from typing import Any

from shared.events.kinds import KINDS, REASON_WORDS
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
        "content": _("Content"),
        "absent": _("Absent"),
    }
    return {**common, **{field.code: str(field.label) for field in KINDS[kind].fields}}


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
    if value in (None, "", {}):
        return "—"
    if key == "absent":
        return "、".join(
            f"{names.get(int(person), '')}（{REASON_WORDS.get(why, '')}）" for person, why in value.items()
        )
    if key in _person_fields(kind):
        return names.get(int(value), "")
    choices = next((dict(field.choices) for field in KINDS[kind].fields if field.code == key), {})
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(choices.get(value, value))[:400]
