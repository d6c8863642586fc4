"""A row of people by itself: its cells read, checked against each other and against the rows before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.imports.cells.dates import parse_date
from shared.imports.cells.names import parse_name
from shared.imports.cells.numbers import parse_identity, parse_phone
from shared.imports.cells.parsed import Parsed, text_of
from shared.imports.cells.words import (
    Standing,
    parse_choice,
    parse_email,
    parse_ethnic,
    parse_posts,
    parse_sex,
    parse_standing,
    parse_words,
    says_gone,
)
from shared.imports.judging.unit_names import UnitNames
from shared.members.registry import REGISTRY

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


def _choice_reader(column: str) -> Callable[[object], Parsed]:
    return lambda raw: parse_choice(column, raw if isinstance(raw, str) else text_of(raw))


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
            "job_title": lambda raw: parse_words(raw, 100),
            "card_number": lambda raw: parse_words(raw, 40),
        }
        for column in REGISTRY:
            by_key[column] = _choice_reader(column)
        self._readers = [(key, columns[key], read) for key, read in by_key.items() if key in columns]
        self._post, self._note = columns.get("post"), columns.get("note")
        self._standing = [(key, columns[key]) for key in ("status", "relation") if key in columns]
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
        if self._standing:
            self._judge_standing(cells, judged, line)
        if self._note is not None and (raw := cells[self._note]) != "" and (note := text_of(raw)):
            values["note"] = note[:500]
            if says_gone(note):
                findings.append(["note", "note_gone"])
        self._compare(values, findings, row_no)
        return judged

    def _judge_standing(self, cells: Sequence[object], judged: Judged, line: str) -> None:
        """Two columns may say it, in each other's words. Who is new and without a word is an ordinary member."""
        status: str | None = None
        for key, index in self._standing:
            raw = cells[index]
            said = parse_standing(text_of(raw), line) if raw != "" else Standing()
            status = status or said.status
            if said.relation is not None:
                judged.values["relation"] = said.relation
            if said.code is not None:
                judged.findings.append([key, said.code])
        if status is not None:
            judged.values["status"] = status

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
