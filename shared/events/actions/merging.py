"""Two people writing the same minutes: what only one has changed is taken, what both have changed is asked.

A body is the form as it was last saved, flat: a field's code → what was written; 'absent:<person>' → [reason, remark];
'part:<name>' → the rows of a part.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.errors import Invalid
from shared.events.kinds import MAX_LONGTEXT
from shared.events.marks import refuse_marks
from shared.i18n import _

Body = dict[str, Any]
ABSENT, PART = "absent:", "part:"
#: Characters of one draft, all in all.
LARGEST = 200_000


def merge(
    base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]
) -> tuple[Body, list[str]]:
    """`base`: as I opened it, `theirs`: as it is stored now. The merged body, and the keys where both have changed.

    Where both have changed, the body holds mine. A field that my form did not have stays as it is stored.
    """
    merged: Body = {}
    both: list[str] = []
    for key in dict.fromkeys([*theirs, *mine]):
        old, stored, own = base.get(key), theirs.get(key), mine.get(key)
        if key not in mine and not key.startswith(ABSENT):
            own = old if key in base else stored
        if own in (stored, old):
            value = stored
        elif stored == old:
            value = own
        else:
            value = own
            both.append(key)
        if value is not None:
            merged[key] = value
    return merged, both


def texts(value: Any) -> Iterator[str]:
    """Every text in a body."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, Iterable):
        for one in value:
            yield from texts(one)


def check_body(body: Body) -> None:
    """Raise Invalid for a draft that bears a secrecy mark or is too long; nothing else is asked of a draft."""
    found = list(texts(body))
    refuse_marks(*found)
    for key, value in body.items():
        if any(len(one) > MAX_LONGTEXT for one in texts(value)):
            problem = _("At most %(n)s characters.", n=MAX_LONGTEXT)
            raise Invalid(problem, fields={key: problem})
    if sum(map(len, found)) > LARGEST:
        raise Invalid(_("The draft is too long: at most %(n)s characters in all.", n=LARGEST))
