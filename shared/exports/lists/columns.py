"""What a list that leaves as Excel declares: its right, its columns, and how to read all rows of its filter."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.i18n import lazy_

F = TypeVar("F")
R = TypeVar("R")

#: What a cell may hold; its type says how it is written. An instant is shown on the offices' wall clock.
Cell = str | int | float | Decimal | date | datetime | None
#: Rows asked of the database at a time.
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: its word in the reader's language, the cell of a row, and its width in characters."""

    title: str
    value: Callable[[R], Cell]
    width: int = 14


@dataclass(frozen=True, slots=True)
class List(Generic[F, R]):
    """A list as one of the pages shows it.

    `filter` is the type that the page itself reads from its address; `chunks` gives every row of the filter inside the
    actor's reach, page after page by the page's own query; `said` is the filter in words: (what, value). `pack` and
    `unpack` are for a filter that holds what no job may keep, such as a name somebody looked for.
    """

    name: str
    title: lazy_
    permission: Permission
    filter: type[F]
    columns: Callable[[Actor, F], Sequence[Column[R]]]
    chunks: Callable[[Actor, F], Iterator[Sequence[R]]]
    said: Callable[[Actor, F], list[tuple[str, str]]]
    #: How many rows there will be, for the bar of a job.
    count: Callable[[Actor, F], int] | None = None
    pack: Callable[[F], dict[str, Any]] | None = None


def pack(listed: List[F, R], given: F) -> dict[str, Any]:
    """The filter as a job keeps it: JSON primitives."""
    if listed.pack is not None:
        return listed.pack(given)
    return {
        field.name: _plain(getattr(given, field.name))
        for field in dataclasses.fields(given)  # type: ignore[arg-type]
    }


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def unpack(listed: List[F, R], kept: dict[str, Any]) -> F:
    """The filter as the page had read it. What a newer version no longer knows is left out."""
    hints = get_type_hints(listed.filter)
    fields = {field.name for field in dataclasses.fields(listed.filter)}  # type: ignore[arg-type]
    return listed.filter(
        **{name: _typed(hints[name], value) for name, value in kept.items() if name in fields}
    )


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (Union, UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None))
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    if isinstance(value, list):
        inside = [one for one in get_args(hint) if one is not Ellipsis] or [str]
        return tuple(_typed(inside[min(place, len(inside) - 1)], one) for place, one in enumerate(value))
    return value
