"""A record form as plain values: what a draft stores, what two people's versions are compared by."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, MultipleFileField, SelectField

from services.web.events.forms import RecordForm, person_key
from shared.events.actions.merging import ABSENT, PART, Body
from shared.events.parts import PARTS, Row

#: What belongs to the sending and not to the minutes.
_APART = {"csrf_token", "form_key", "version", "files", "reason"}


def _plain(field: Field) -> str:
    """What stands in a field, as the browser would send it."""
    if isinstance(field, BooleanField):
        return "y" if field.data else ""
    if field.raw_data is not None:
        text = str(field.raw_data[0]) if field.raw_data else ""
    elif isinstance(field, SelectField):
        text = "" if field.data is None else str(field.data)
    else:
        text = str(getattr(field, "_value", str)() or "")
    return text.replace("\r\n", "\n").strip()


def body_of(
    form: RecordForm,
    absent: Mapping[int, tuple[str, str]],
    parts: Mapping[str, Sequence[Row]],
) -> Body:
    """The form, who is absent and the rows of the parts, flat."""
    body: Body = {
        name: _plain(field)
        for name, field in form._fields.items()
        if name not in _APART and not isinstance(field, MultipleFileField)
    }
    for key in sorted(absent):
        body[f"{ABSENT}{key}"] = [part.strip() for part in absent[key]]
    for name, rows in parts.items():
        body[f"{PART}{name}"] = [{code: text.strip() for code, text in row.items()} for row in rows]
    return body


def absences_in(body: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    found = {}
    for key, value in body.items():
        person_id = person_key(key.removeprefix(ABSENT)) if key.startswith(ABSENT) else None
        if person_id is not None and value:
            found[person_id] = (str(value[0]), str(value[1]))
    return found


def parts_in(body: Mapping[str, Any]) -> dict[str, list[Row]]:
    return {name: list(body.get(f"{PART}{name}") or []) for name in PARTS}


def as_sent(body: Mapping[str, Any], **more: str) -> MultiDict[str, str]:
    """A body as the form would send it."""
    sent: MultiDict[str, str] = MultiDict()
    for key, value in body.items():
        if key.startswith(ABSENT):
            number = key.removeprefix(ABSENT)
            sent.add("absent", number)
            sent[f"reason-{number}"], sent[f"note-{number}"] = str(value[0]), str(value[1])
        elif key.startswith(PART):
            name = key.removeprefix(PART)
            sent[f"{name}-rows"] = str(len(value))
            for at, row in enumerate(value):
                for code, text in row.items():
                    sent[f"{name}-{at}-{code}"] = str(text)
        else:
            sent[key] = str(value)
    for name, text in more.items():
        sent[name] = text
    return sent


def packed(body: Mapping[str, Any]) -> str:
    """A body for a hidden field: what the form was opened with, to compare by."""
    return base64.urlsafe_b64encode(json.dumps(body, ensure_ascii=False).encode()).decode()


def unpacked(text: str | None) -> Body:
    """What `packed` wrote; {} for anything else: then every difference is asked."""
    try:
        found = json.loads(base64.urlsafe_b64decode((text or "").encode()))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return (
        {key: value for key, value in found.items() if _could_be(key, value)}
        if isinstance(found, dict)
        else {}
    )


def _could_be(key: str, value: object) -> bool:
    """Whether a body may hold this: it comes back from the browser."""
    if key.startswith(ABSENT):
        known = person_key(key.removeprefix(ABSENT)) is not None
        return (
            known
            and isinstance(value, list)
            and len(value) == 2
            and all(isinstance(one, str) for one in value)
        )
    if key.startswith(PART):
        rows = value if isinstance(value, list) else [None]
        return key.removeprefix(PART) in PARTS and all(
            isinstance(row, dict) and all(isinstance(text, str) for text in row.values()) for row in rows
        )
    return isinstance(value, str)
