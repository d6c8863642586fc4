"""A row of the organisation tree."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.imports.cells.dates import parse_date
from shared.imports.cells.names import parse_name
from shared.imports.cells.numbers import parse_count, parse_credit_code
from shared.imports.cells.words import parse_kind, parse_sector, parse_words
from shared.imports.judging.people import Finding, Judged
from shared.imports.judging.unit_names import unit_name
from shared.organisations.kinds import KINDS

#: The day a term ends may lie this many years ahead; the longest term is five.
TERM_AHEAD = 10


class UnitJudge:
    """Reads the rows of one sheet of units. Superiors are looked up when the whole sheet is known."""

    def __init__(self, columns: dict[str, int], *, today: date) -> None:
        self._at = columns
        self._limit = today.isoformat()
        self._seen: dict[tuple[str, str], int] = {}

    def _cell(self, cells: Sequence[object], key: str) -> object:
        index = self._at.get(key)
        return "" if index is None or index >= len(cells) else cells[index]

    def judge(self, cells: Sequence[object], row_no: int) -> Judged:
        judged = Judged()
        values, findings = judged.values, judged.findings
        name = unit_name(self._cell(cells, "name"))
        # Programs and formulas are refused in a unit's name as in a person's; digits are usual there.
        _, code = parse_name(name)
        if code in {"name_missing", "name_formula", "name_script"}:
            findings.append(["name", code])
        else:
            values["name"] = name
        values["parent"] = unit_name(self._cell(cells, "parent"))
        first = self._seen.setdefault((name, values["parent"]), row_no)
        if name and first != row_no:
            findings.append(["name", "unit_doubled", first])
        kind, code = parse_kind(self._cell(cells, "kind"))
        self._note(values, findings, "kind", kind, code)
        if kind:
            values["line"] = KINDS[kind].line
        sector, code = parse_sector(self._cell(cells, "sector"))
        self._note(values, findings, "sector", sector, code)
        credit_code, code = parse_credit_code(self._cell(cells, "credit_code"))
        self._note(values, findings, "credit_code", credit_code, code)
        legal_number, code = parse_words(self._cell(cells, "legal_number"), 40)
        self._note(values, findings, "legal_number", legal_number, code)
        staff_count, code = parse_count(self._cell(cells, "staff_count"))
        self._note(values, findings, "staff_count", staff_count, code)
        self._day(cells, judged, "founded", None)
        self._day(cells, judged, "term_ends", TERM_AHEAD)
        return judged

    def _day(self, cells: Sequence[object], judged: Judged, key: str, ahead: int | None) -> None:
        value, code = parse_date(self._cell(cells, key), self._limit, ahead)
        if value is not None and len(value) < 10:
            value, code = None, "date_needs_day"
        self._note(judged.values, judged.findings, key, value, code)

    @staticmethod
    def _note(
        values: dict[str, Any], findings: list[Finding], key: str, value: Any, code: str | None
    ) -> None:
        if value is not None:
            values[key] = value
        if code is not None:
            findings.append([key, code])
