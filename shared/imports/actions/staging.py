"""Judged rows on their way into the table: matched with the roster, sealed, written a chunk at a time."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import text

from shared.clock import today
from shared.db import db
from shared.imports.actions.reading import CHUNK, Found
from shared.imports.actions.settling import (
    Waiting,
    match_unit,
    otherwise,
    plain_cells,
    roster_for,
    settle_person,
    settle_unit,
    stands_above_itself,
    weigh,
)
from shared.imports.issues import verdict_of
from shared.imports.judging.matching import UnitRecord
from shared.imports.judging.people import Judged, PeopleJudge
from shared.imports.judging.unit_names import Candidate, UnitNames, unit_name
from shared.imports.judging.units import UnitJudge
from shared.imports.queries import ROW_CONTEXT, nameless_numbers, units_on_hand
from shared.imports.workbook.safety import refuse_secret
from shared.sealing import Keys, seal
from shared.tenants.queries import keys, open_tenant

_TOTAL_ENDS = frozenset("计lLmM:： ")
_TOTALS = frozenset(("小计", "合计", "总计", "累计", "共计", "total", "subtotal", "sum"))

_INSERT = text(
    "insert into import_row (batch_id, sheet, row_no, sealed, verdict, issues)"
    " select :batch, :sheet, u.row_no, decode(u.sealed, 'base64'), u.verdict, u.issues"
    " from unnest(cast(string_to_array(:row_nos, ',') as int[]), string_to_array(:sealed, ','),"
    " string_to_array(:verdicts, ','), cast(string_to_array(:issues, '|') as jsonb[]))"
    " as u(row_no, sealed, verdict, issues)"
)


@lru_cache(maxsize=4096)
def _is_total(word: str) -> bool:
    return "".join(word.split()).lower().rstrip(":：") in _TOTALS


def says_total(cell: object) -> bool:
    """小计, 合计, total: a row that sums others."""
    # Looked at more closely only where it ends like 小计, total or sum.
    return type(cell) is str and cell[-1:] in _TOTAL_ENDS and len(cell) < 12 and _is_total(cell)


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


class Pile:
    """Rows judged and not yet written."""

    def __init__(self, batch_id: int, sheet: int, tenant_keys: Keys) -> None:
        self._batch_id = batch_id
        self._sheet = sheet
        self._keys = tenant_keys
        self._rows: list[tuple[int, bytes, str, str]] = []

    def add(self, row_no: int, content: dict[str, Any], verdict: str, findings: list[Any]) -> None:
        sealed = seal(self._keys, _encode(content), ROW_CONTEXT)
        self._rows.append(
            (row_no, sealed, verdict, json.dumps([f[:2] for f in findings]) if findings else "[]")
        )

    def write(self) -> None:
        """Put them into the table in one statement, in the running transaction."""
        if not self._rows:
            return
        row_nos, sealed, verdicts, issues = zip(*self._rows, strict=True)
        # Four long texts travel several times as fast as four arrays.
        db.session.execute(
            _INSERT,
            {
                "batch": self._batch_id,
                "sheet": self._sheet,
                "row_nos": ",".join(map(str, row_nos)),
                "sealed": b",".join(map(b64encode, sealed)).decode(),
                "verdicts": ",".join(verdicts),
                "issues": "|".join(issues),
            },
        )
        self._rows = []


#: A chunk lost in a crash of the database is read again anyway; the last step of a reading waits for the disk, and with
#: it everything before.
RELAXED = text("set local synchronous_commit to off")


@dataclass
class Reading:
    """Stages the rows of one batch. The worker opens one transaction for each call of `stage_*`."""

    batch_id: int
    keys: Keys
    line: str
    on: date
    units: UnitNames
    unit_records: list[UnitRecord]
    nameless: frozenset[str] | None
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def start(cls, batch_id: int) -> "Reading":
        units, records = units_on_hand()
        line = "union" if open_tenant().kind == "union" else "party"
        return cls(batch_id, keys(), line, today(), units, records, nameless_numbers())

    def _count(self, sheet: int, verdict: str, more: int = 1) -> None:
        counts = self.counts.setdefault(str(sheet), {})
        counts[verdict] = counts.get(verdict, 0) + more

    def rows(self, found: Found) -> Iterator[tuple[int, Sequence[object], bool]]:
        """The rows below the header as (number, cells, counts as data); blank ones are left out silently."""
        columns = found.entry["columns"]
        mapped = sorted(columns.values())
        name_at = columns["name"]
        titles = found.entry["titles"]
        title = titles[name_at] if name_at < len(titles) else ""
        header = found.entry["header"]
        for row_no, cells in found.rows:
            if row_no <= header:
                continue
            if found.suspect:
                refuse_secret(cells)
            name = cells[name_at] if name_at < len(cells) else ""
            if name and type(cells[0]) is float and name_at:
                # A serial number and a name: a row like nearly all.
                yield row_no, cells, True
                continue
            total = says_total(cells[0]) or says_total(name) or (len(cells) > 1 and says_total(cells[1]))
            if name in ("", None) and not total:
                width = len(cells)
                if all(cells[at] in ("", None) for at in mapped if at < width):
                    continue
            again = name == title or (isinstance(name, str) and bool(title) and name.strip() == title)
            yield row_no, cells, not (total or again)

    def stage_units(self, found: Found) -> None:
        """All rows of a sheet of units at once: their superiors may stand anywhere in it."""
        judge = UnitJudge(found.entry["columns"], today=self.on)
        pile = Pile(self.batch_id, found.number, self.keys)
        judged: list[tuple[int, Sequence[object], Judged]] = []
        for row_no, cells, data in self.rows(found):
            if data:
                judged.append((row_no, cells, judge.judge(cells, row_no)))
            else:
                pile.add(row_no, {"c": plain_cells(cells)}, "skip", [])
                self._count(found.number, "skip")
        by_name: dict[str, list[UnitRecord]] = {}
        for record in self.unit_records:
            by_name.setdefault(unit_name(record.name), []).append(record)
        matched = {row_no: match_unit(one.values, by_name) for row_no, _cells, one in judged}
        for row_no, _cells, one in judged:
            name = one.values.get("name")
            if name and matched[row_no] is None and "unit_doubled" not in one.codes():
                ref, line = f"s:{found.number}.{row_no}", one.values.get("line", self.line)
                self.units.add(Candidate(ref, name, line, one.values["parent"]))
        settled = [
            settle_unit(one, matched[row_no], self.units, ref=f"s:{found.number}.{row_no}")
            for row_no, _cells, one in judged
        ]
        above = {
            f"s:{found.number}.{row_no}": str(one.values.get("above", "")) for row_no, _cells, one in judged
        }
        for (row_no, cells, one), content in zip(judged, settled, strict=True):
            if stands_above_itself(f"s:{found.number}.{row_no}", above):
                one.findings.append(["parent", "parent_itself"])
            verdict = verdict_of(one.codes(), otherwise(content))
            if one.findings:
                content |= {"c": plain_cells(cells), "f": one.findings}
            pile.add(row_no, content, verdict, one.findings)
            self._count(found.number, verdict)
        pile.write()

    def stage_people(self, found: Found) -> Iterator[int]:
        """Yields after each chunk how many rows of the sheet are behind it; each step writes one chunk."""
        judge = PeopleJudge(found.entry["columns"], self.units, line=self.line, today=self.on)
        pile = Pile(self.batch_id, found.number, self.keys)
        waiting: list[Waiting] = []
        for row_no, cells, data in self.rows(found):
            if data:
                waiting.append(weigh(judge.judge(cells, row_no), row_no, cells, self.keys))
            else:
                pile.add(row_no, {"c": plain_cells(cells)}, "skip", [])
                self._count(found.number, "skip")
            if len(waiting) >= 2 * CHUNK:
                self._settle(found.number, waiting, pile)
                waiting = []
                yield row_no
        self._settle(found.number, waiting, pile)
        yield found.total

    def _settle(self, sheet: int, waiting: list[Waiting], pile: Pile) -> None:
        roster = roster_for(waiting, self.nameless)
        for one in waiting:
            content, verdict = settle_person(one, roster, self.units)
            pile.add(one.row_no, content, verdict, one.judged.findings)
            self._count(sheet, verdict)
        pile.write()
