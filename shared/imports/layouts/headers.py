"""Finding the header row of a sheet and what its columns mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from shared.imports.cells.parsed import text_of
from shared.imports.layouts import LAYOUTS, ROSTER, layout_of, missing, plain_title, recognise
from shared.imports.layouts.columns import Layout


@dataclass(frozen=True, slots=True)
class Saved:
    """A mapping that the tenant keeps."""

    id: int
    name: str
    layout: str
    #: Plain title → column key; '' for a column that is not imported.
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was said at earlier imports: of whole headers by their signature, and of single titles by layout."""

    headers: Mapping[str, Saved] = field(default_factory=dict)
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def signature(titles: Iterable[object]) -> str:
    """Stands for the titles of a header: the same for other orders, blanks and remarks in brackets."""
    plain = sorted({word for title in titles if (word := plain_title(title))})
    return sha256("\n".join(plain).encode()).hexdigest()[:32]


def columns_of(layout: Layout, titles: list[str], remembered: Remembered) -> dict[str, int]:
    found = recognise(layout, titles)
    for index, title in enumerate(titles):
        key = remembered.titles.get(layout.key, {}).get(plain_title(title))
        if key == "":
            found = {name: at for name, at in found.items() if at != index}
        elif key:
            found = {name: at for name, at in found.items() if at != index} | {key: index}
    return found


def survey(name: str, head: Sequence[tuple[int, Sequence[object]]], remembered: Remembered) -> dict[str, Any]:
    """The best header among the first rows of a sheet: {name, layout, header, columns, titles, saved}.

    `layout` is '' for a sheet that is neither the tree nor people; it is left out unless a person says otherwise.
    `saved` names the kept mapping whose titles these are; it goes before every guess.
    """
    best: dict[str, Any] = {"name": name, "layout": "", "header": 0, "columns": {}, "titles": []}
    most = (0, 0)
    widest = (0, 0, list[str]())
    for row_no, cells in head:
        titles = [text_of(cell) for cell in cells]
        filled = sum(1 for title in titles if title)
        if filled > widest[0]:
            widest = (filled, row_no, titles)
        if filled and (saved := remembered.headers.get(signature(titles))):
            return best | {
                "layout": saved.layout,
                "header": row_no,
                "columns": as_said(saved, titles),
                "titles": titles,
                "saved": {"id": saved.id, "name": saved.name},
            }
        for layout in LAYOUTS[ROSTER]:
            columns = columns_of(layout, titles, remembered)
            telling = sum(1 for key in layout.telling if key in columns)
            if telling and len(columns) >= 2 and (telling, len(columns)) > most:
                most = (telling, len(columns))
                best |= {"layout": layout.key, "header": row_no, "columns": columns, "titles": titles}
    if not best["layout"]:
        best |= {"header": widest[1], "titles": widest[2]}
    return best


def as_said(saved: Saved, titles: list[str]) -> dict[str, int]:
    """The columns as the kept mapping says; the first of two with one title."""
    found: dict[str, int] = {}
    known = layout_of(saved.layout).keys
    for index, title in enumerate(titles):
        key = saved.titles.get(plain_title(title), "") if title else ""
        if key in known and key not in found:
            found[key] = index
    return found


def incomplete(entries: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a person has to say what the columns mean: no sheet is known, or one lacks a required column."""
    known = [entry for entry in entries if entry["layout"]]
    return not known or any(missing(layout_of(entry["layout"]), dict(entry["columns"])) for entry in known)
