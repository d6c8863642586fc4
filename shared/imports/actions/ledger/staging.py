"""The rows of an office's own ledger on their way into the table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.clock import today
from shared.imports.actions.ledger.settling import Settled, complete, known_among, rolls_for, settle
from shared.imports.actions.reading import CHUNK, Found
from shared.imports.actions.settling import plain_cells
from shared.imports.actions.staging import Pile, says_total
from shared.imports.issues import verdict_of
from shared.imports.judging.happenings import Sheet, judge_row
from shared.imports.judging.people import Judged
from shared.imports.layouts.ledgers import is_header_again
from shared.imports.queries.ledger import Key, Reach, Units
from shared.imports.workbook.safety import refuse_secret
from shared.sealing import Keys
from shared.tenants.queries import keys

#: The same as in the cell above.
DITTO = frozenset(("同上", "〃", "″", '"', "''", "同前"))
_EMPTY = ("", None)


@dataclass(slots=True)
class Waiting:
    """A row judged by itself."""

    row_no: int
    cells: Sequence[object]
    judged: Judged


class Filler:
    """Gives every row what merged cells and 同上 leave to the cell above."""

    def __init__(self, merged: Sequence[tuple[int, int, int, int]], columns: dict[str, int]) -> None:
        self._merged = list(merged)
        self._next = 0
        self._open: list[tuple[int, int, int, object]] = []
        self._mapped = sorted(columns.values())
        self._above: dict[int, object] = {}

    def fill(self, row_no: int, cells: Sequence[object]) -> tuple[list[object], bool]:
        """The row with what belongs into it, and whether any mapped cell holds something of its own."""
        full = list(cells)
        own = any(at < len(full) and full[at] not in _EMPTY for at in self._mapped)
        self._open = [one for one in self._open if one[2] >= row_no]
        while self._next < len(self._merged) and self._merged[self._next][0] <= row_no:
            top, left, bottom, right = self._merged[self._next]
            self._next += 1
            if bottom > row_no or top == row_no:
                self._open.append((left, right, bottom, full[left] if left < len(full) else ""))
        for left, right, _bottom, value in self._open:
            for at in self._mapped:
                if left <= at <= right and at < len(full) and full[at] in _EMPTY:
                    full[at] = value
        for at in self._mapped:
            cell = full[at] if at < len(full) else ""
            if isinstance(cell, str) and cell.strip() in DITTO:
                full[at] = self._above.get(at, "")
            elif cell not in _EMPTY:
                self._above[at] = cell
        return full, own


def sheet_of(entry: dict[str, Any], units: Units, on: date) -> Sheet:
    return Sheet(
        entry["columns"],
        units.names,
        units.records,
        units.outside,
        on.isoformat(),
        entry.get("year"),
        entry.get("month"),
        entry.get("kind") or "",
        entry.get("unit") or "",
    )


def data_rows(found: Found) -> Iterator[tuple[int, list[object], bool]]:
    """The rows below the header as (number, cells, counts as data); blank ones are left out silently."""
    columns: dict[str, int] = found.entry["columns"]
    filler = Filler(found.merged, columns)
    header, titles = found.entry["header"], found.entry["titles"]
    date_at = columns["date"]
    title = titles[date_at] if date_at < len(titles) else ""
    for row_no, raw in found.rows:
        cells, own = filler.fill(row_no, raw)
        if row_no <= header or not own:
            continue
        if found.suspect:
            refuse_secret(raw)
        total = any(says_total(cell) for cell in cells[:3])
        again = is_header_again(cells[date_at] if date_at < len(cells) else "", title)
        filled = sum(1 for at in columns.values() if at < len(cells) and cells[at] not in _EMPTY)
        # 填表人：… below the table, a remark, a signature.
        footer = filled < 2 and (date_at >= len(cells) or cells[date_at] in _EMPTY)
        yield row_no, cells, not (total or again or footer)


@dataclass
class LedgerReading:
    """Stages the rows of one ledger. The worker opens one transaction for each step of `stage`."""

    batch_id: int
    keys: Keys
    on: date
    units: Units
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    #: Key → rows that named it so far: (sheet, row number).
    _seen: dict[Key, list[int]] = field(default_factory=dict)

    @classmethod
    def start(cls, batch_id: int, reach: Reach) -> "LedgerReading":
        return cls(batch_id, keys(), today(), Units(reach))

    def _count(self, sheet: int, verdict: str) -> None:
        counts = self.counts.setdefault(str(sheet), {})
        counts[verdict] = counts.get(verdict, 0) + 1

    def stage(self, found: Found) -> Iterator[int]:
        """Yields after each chunk how many rows of the sheet are behind it; each step writes one chunk."""
        sheet = sheet_of(found.entry, self.units, self.on)
        pile = Pile(self.batch_id, found.number, self.keys)
        waiting: list[Waiting] = []
        for row_no, cells, data in data_rows(found):
            if data:
                waiting.append(Waiting(row_no, cells, judge_row(sheet, cells)))
            else:
                pile.add(row_no, {"c": plain_cells(cells)}, "skip", [])
                self._count(found.number, "skip")
            if len(waiting) >= CHUNK:
                self._settle(found.number, waiting, pile)
                waiting = []
                yield row_no
        self._settle(found.number, waiting, pile)
        yield found.total

    def _settle(self, sheet: int, waiting: list[Waiting], pile: Pile) -> None:
        for one, (content, verdict) in zip(waiting, settle_rows(waiting, self._seen), strict=True):
            pile.add(one.row_no, content, verdict, one.judged.findings)
            self._count(sheet, verdict)
        pile.write()


def settle_rows(
    waiting: Sequence[Waiting], seen: dict[Key, list[int]]
) -> Iterable[tuple[dict[str, Any], str]]:
    """Content and verdict of each row; two queries for all. `seen` remembers the keys of the rows before."""
    rolls = rolls_for([one.judged.values for one in waiting])
    settled = [settle(one.judged.values, rolls) if complete(one.judged.values) else None for one in waiting]
    known = known_among([one for one in settled if one is not None])
    for one, means in zip(waiting, settled, strict=True):
        yield _verdict(one, means, known, seen)


def _verdict(
    one: Waiting, means: Settled | None, known: dict[Key, list[int]], seen: dict[Key, list[int]]
) -> tuple[dict[str, Any], str]:
    judged = one.judged
    content: dict[str, Any] = {"v": judged.values, "c": plain_cells(one.cells)}
    if means is not None:
        before = seen.setdefault(means.key, [])
        events = known.get(means.key, [])
        place = len(before)
        before.append(one.row_no)
        if place < len(events):
            # Recorded already; nothing is asked about it.
            content["e"] = events[place]
            judged.findings.clear()
            return content, "same"
        judged.findings.extend(means.findings)
        if place:
            judged.findings.append(["date", "happened_twice", before[0]])
    if judged.options:
        content["o"] = judged.options
    if judged.findings:
        content["f"] = judged.findings
    return content, verdict_of(judged.codes(), "new")
