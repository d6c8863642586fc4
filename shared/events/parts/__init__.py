"""What a record holds in rows of its own beside its fields: guests and what later is added here.

A part is one module with `check`, `write` and `read` over plain rows, as the form sends them (`guests-0-name`); the
form, the correction with its before and after, drafts and merging work on plain rows and know no part by name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.errors import Invalid
from shared.events.models import Event
from shared.events.parts import guests, resolutions, voting
from shared.events.parts.context import Context, Row
from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class Part:
    """`name` heads its section and its line in a correction; `fields` are the columns of its rows."""

    name: lazy_
    fields: tuple[str, ...]
    #: Clean rows, or Invalid that names each wrong field under '<part>-<row>-<field>'.
    check: Callable[[Context, Sequence[Row]], list[Row]]
    #: Make the stored rows of the event equal the clean ones.
    write: Callable[[Event, Sequence[Row]], None]
    #: The stored rows as the form would send them, in order.
    read: Callable[[int], list[Row]]
    #: The rows in words, one a line, where the plain values would not be understood.
    say: Callable[[Sequence[Row]], str] | None = None


PARTS: Mapping[str, Part] = {
    "guests": Part(lazy_("Sitting in"), guests.FIELDS, guests.check, guests.write, guests.read),
    "voting": Part(lazy_("Votes taken"), voting.FIELDS, voting.check, voting.write, voting.read, voting.say),
    "resolutions": Part(
        lazy_("Resolutions to follow up"),
        resolutions.FIELDS,
        resolutions.check,
        resolutions.write,
        resolutions.read,
        resolutions.say,
    ),
}


def check_parts(context: Context, given: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """The clean rows of the parts that were sent, empty rows left out; Invalid names all their wrong fields."""
    clean: dict[str, list[Row]] = {}
    wrong: dict[str, object] = {}
    for name, part in PARTS.items():
        if name not in given:
            continue
        rows = [row for row in given[name] if any(value.strip() for value in row.values())]
        try:
            clean[name] = part.check(context, rows)
        except Invalid as problem:
            wrong.update(problem.fields or {name: str(problem)})
    if wrong:
        raise Invalid("", fields=wrong)
    return clean


def read_parts(event_id: int) -> dict[str, list[Row]]:
    """The stored rows of every part of one record."""
    return {name: part.read(event_id) for name, part in PARTS.items()}


def write_parts(event: Event, clean: Mapping[str, Sequence[Row]]) -> None:
    for name, rows in clean.items():
        PARTS[name].write(event, rows)


__all__ = ["PARTS", "Context", "Part", "Row", "check_parts", "read_parts", "write_parts"]
