"""Finding the header of a ledger's sheet, in one row or two, and what the sheet says for rows that do not say it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.imports.cells.happenings import kind_within, numerals, parse_held
from shared.imports.cells.parsed import text_of
from shared.imports.judging.unit_names import UnitNames, unit_name
from shared.imports.layouts import missing, plain_title
from shared.imports.layouts.events import EVENTS
from shared.imports.layouts.headers import Remembered, as_said, columns_of, signature

_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_MONTH = re.compile(r"(?<!\d)(\d{1,2})月")
#: A sheet named like this names no unit.
_NO_UNIT = re.compile(r"sheet\d*|工作表\d*|台账|汇总|总表|记录|登记表", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Titles:
    """The titles of a header: of one row, or of two where the upper one spans the lower."""

    row_no: int
    words: list[str]
    columns: dict[str, int]


def _two_rows(upper: Sequence[str], lower: Sequence[str], remembered: Remembered) -> list[str]:
    """For each column the lower title; the upper one where the lower is empty, or both where only both are known."""
    width = max(len(upper), len(lower))
    words = []
    for at in range(width):
        above = upper[at] if at < len(upper) else ""
        below = lower[at] if at < len(lower) else ""
        both = above + below
        known = columns_of(EVENTS, [both], remembered) if above and below else {}
        words.append(both if known else below or above)
    return words


def _settled(columns: dict[str, int]) -> dict[str, int]:
    """时间 is the day where no other column is."""
    if "date" not in columns and "time" in columns:
        return {key: at for key, at in columns.items() if key != "time"} | {"date": columns["time"]}
    return columns


def _header(head: Sequence[tuple[int, Sequence[object]]], remembered: Remembered) -> Titles | None:
    best: Titles | None = None
    before: list[str] = []
    for row_no, cells in head:
        words = [text_of(cell).replace("\n", "") for cell in cells]
        for titles in (words, _two_rows(before, words, remembered) if any(before) and any(words) else []):
            columns = _settled(columns_of(EVENTS, titles, remembered))
            telling = sum(1 for key in EVENTS.telling if key in columns)
            if telling >= 2 and (best is None or len(columns) > len(best.columns)):
                best = Titles(row_no, titles, columns)
        before = words
    return best


def year_of(*texts: str) -> int | None:
    """The year that a title, the name of a sheet or of a file speaks of."""
    for text in texts:
        if match := _YEAR.search(unicodedata.normalize("NFKC", numerals(text))):
            return int(match[1])
    return None


def _month_of(name: str) -> int | None:
    found = {int(number) for number in _MONTH.findall(unicodedata.normalize("NFKC", numerals(name)))}
    return next(iter(found)) if len(found) == 1 and found <= set(range(1, 13)) else None


def _unit_of(texts: Sequence[str], units: UnitNames) -> str:
    """The unit that the name of the sheet or a title above the header speaks of: the longest name in it."""
    for text in texts:
        name = unit_name(text)
        inside = [held for held in units.by_name if len(held) > 1 and held in name]
        if inside:
            found = units.by_name[max(inside, key=len)]
            return found[0].ref if len(found) == 1 else ""
    name = unit_name(texts[0]) if texts else ""
    if not name or _NO_UNIT.search(name) or kind_within(name) or _month_of(name):
        return ""
    close = units.find(name)
    return close.unit.ref if close.unit else close.options[0].ref if len(close.options) == 1 else ""


def survey_ledger(
    name: str,
    head: Sequence[tuple[int, Sequence[object]]],
    remembered: Remembered,
    *,
    units: UnitNames,
    file_name: str,
) -> dict[str, Any]:
    """As shared.imports.layouts.headers.survey, and beside it `year`, `month`, `kind` and `unit` of the whole sheet."""
    entry: dict[str, Any] = {"name": name, "layout": "", "header": 0, "columns": {}, "titles": []}
    titles = _header(head, remembered)
    if titles is None:
        widest = max(head, key=lambda row: sum(1 for cell in row[1] if text_of(cell)), default=(0, ()))
        return entry | {"header": widest[0], "titles": [text_of(cell) for cell in widest[1]]}
    entry |= {
        "layout": EVENTS.key,
        "header": titles.row_no,
        "columns": titles.columns,
        "titles": titles.words,
    }
    saved = remembered.headers.get(signature(titles.words))
    if saved is not None and saved.layout == EVENTS.key:
        entry |= {"columns": as_said(saved, titles.words), "saved": {"id": saved.id, "name": saved.name}}
    above = [
        text_of(cell) for row_no, cells in head if row_no < titles.row_no for cell in cells if text_of(cell)
    ]
    stem = file_name.rsplit(".", 1)[0]
    entry["year"] = year_of(name, *above, *titles.words, stem)
    entry["month"] = _month_of(name)
    columns = entry["columns"]
    entry["kind"] = (
        "" if "kind" in columns else next(filter(None, map(kind_within, (name, *above, stem))), "")
    )
    entry["unit"] = "" if "unit" in columns else _unit_of([name, *above, stem], units)
    if not entry["unit"] and "unit" not in columns and len(units.by_ref) == 1:
        entry["unit"] = next(iter(units.by_ref))
    entry["asks_year"] = entry["year"] is None and _yearless(entry, head)
    return entry


def _yearless(entry: Mapping[str, Any], head: Sequence[tuple[int, Sequence[object]]]) -> bool:
    """Whether a day among the first rows leaves its year out."""
    at = entry["columns"].get("date")
    return at is not None and any(
        parse_held(cells[at], year=None, month=entry["month"], limit="9999-12-31")[1] == "held_year"
        for row_no, cells in head
        if row_no > entry["header"] and at < len(cells)
    )


def lacking(entry: Mapping[str, Any]) -> list[str]:
    """What a person has to say before the rows can be read: date, kind, unit, year."""
    columns = dict(entry["columns"])
    asks = [column.key for column in missing(EVENTS, columns)]
    asks += [key for key in ("kind", "unit") if key not in columns and not entry.get(key)]
    return [*asks, "year"] if entry.get("asks_year") and not entry.get("year") else asks


def incomplete_ledger(entries: Sequence[Mapping[str, Any]]) -> bool:
    known = [entry for entry in entries if entry["layout"]]
    return not known or any(lacking(entry) for entry in known)


def is_header_again(cell: object, title: str) -> bool:
    """A header repeated further down, as on printed pages."""
    return isinstance(cell, str) and bool(title) and plain_title(cell) == plain_title(title)
