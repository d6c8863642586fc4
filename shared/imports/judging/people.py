"""A row of people by itself: its cells read, checked against each other and against the rows before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.imports.cells.dates import parse_date
from shared.imports.cells.names import parse_name
from shared.imports.cells.numbers import parse_identity, parse_phone
from shared.imports.cells.parsed import text_of
from shared.imports.cells.words import (
    parse_email,
    parse_ethnic,
    parse_posts,
    parse_sex,
    parse_status,
    says_gone,
)
from shared.imports.judging.unit_names import UnitNames

#: [column, code] or [column, code, row or text of the roster that the sentence names].
Finding = list[Any]


@dataclass(slots=True)
class Judged:
    """What was understood of one row. `options` are the candidates of a column among which a person chooses."""

    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    options: dict[str, list[list[str]]] = field(default_factory=dict)

    def codes(self) -> list[str]:
        return [finding[1] for finding in self.findings]


class PeopleJudge:
    """Reads the rows of one sheet. `columns` says in which column what stands."""

    def __init__(self, columns: dict[str, int], units: UnitNames, *, line: str, today: date) -> None:
        self._units = units
        self._line = line
        self._at = columns
        self._seen: dict[str, int] = {}
        limit = today.isoformat()
        by_key: dict[str, Callable[[object], tuple[Any, str | None]]] = {
            "name": parse_name,
            "sex": parse_sex,
            "ethnic": parse_ethnic,
            "born": lambda raw: parse_date(raw, limit),
            "identity": lambda raw: parse_identity(raw, today),
            "joined": lambda raw: parse_date(raw, limit),
            "confirmed": lambda raw: parse_date(raw, limit),
            "phone": parse_phone,
            "email": parse_email,
        }
        self._readers = [(key, columns[key], read) for key, read in by_key.items() if key in columns]
        self._post, self._status, self._note = (columns.get(key) for key in ("post", "status", "note"))
        self._width = max(columns.values(), default=0) + 1

    def judge(self, cells: Sequence[object], row_no: int) -> Judged:
        """One row; rows before with the same identity number are remembered."""
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        judged = Judged()
        values, findings = judged.values, judged.findings
        for key, index, read in self._readers:
            value, code = read(cells[index])
            if value is not None:
                values[key] = value
            if code is not None:
                findings.append([key, code])
        line = self._judge_unit(cells, judged)
        if self._post is not None and (raw := cells[self._post]) != "":
            codes, code = parse_posts(text_of(raw), line)
            if codes:
                values["post"] = codes
            if code is not None:
                findings.append(["post", code])
        if self._status is not None:
            values["status"], code = parse_status(text_of(cells[self._status]), line)
            if code is not None:
                findings.append(["status", code])
        if self._note is not None and (raw := cells[self._note]) != "" and (note := text_of(raw)):
            values["note"] = note[:500]
            if says_gone(note):
                findings.append(["note", "note_gone"])
        self._compare(values, findings, row_no)
        return judged

    def _judge_unit(self, cells: Sequence[object], judged: Judged) -> str:
        found = self._units.find(cells[self._at["unit"]])
        if found.unit is not None:
            judged.values["unit"] = found.unit.ref
            return found.unit.line
        said = "、".join(option.label for option in found.options)
        judged.findings.append(["unit", found.code] if not said else ["unit", found.code, said])
        judged.options["unit"] = [[option.ref, option.label] for option in found.options]
        return self._line

    def _compare(self, values: dict[str, Any], findings: list[Finding], row_no: int) -> None:
        identity, born, joined = values.get("identity"), values.get("born"), values.get("joined")
        if identity is not None:
            if born is None:
                # The number says it, so nobody is asked for it twice.
                born = values["born"] = f"{identity[6:10]}-{identity[10:12]}-{identity[12:14]}"
            elif not identity.startswith(born.replace("-", ""), 6):
                findings.append(["born", "identity_birth"])
            sex = values.get("sex")
            if sex is not None and sex != ("m" if int(identity[16]) % 2 else "f"):
                findings.append(["sex", "identity_sex"])
            first = self._seen.setdefault(identity, row_no)
            if first != row_no:
                findings.append(["identity", "identity_doubled", first])
        if joined is not None:
            if born is not None and joined[:4] <= born[:4]:
                findings.append(["joined", "joined_before_born"])
            confirmed = values.get("confirmed")
            if confirmed is not None and confirmed < joined[: len(confirmed)]:
                findings.append(["confirmed", "confirmed_before_joined"])
