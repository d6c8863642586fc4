"""What the parts of one commit share."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import text

from shared.db import db
from shared.imports.actions.reading import CHUNK
from shared.imports.judging.matching import UnitRecord
from shared.imports.judging.unit_names import UnitNames
from shared.imports.queries import ROW_CONTEXT, staged
from shared.sealing import Keys, unseal

_WAITS = text(
    "update import_row r set verdict = 'question', decision = null, issues = u.issues::jsonb"
    " from unnest(cast(:row_nos as int[]), cast(:issues as text[])) as u(row_no, issues)"
    " where r.batch_id = :batch and r.sheet = :sheet and r.row_no = u.row_no"
)
_APPLIED = text(
    "update import_row set applied = true where batch_id = :batch and sheet = :sheet and row_no = any(:row_nos)"
)


@dataclass
class Tally:
    """What a commit has done, in rows."""

    units_new: int = 0
    units_changed: int = 0
    people_new: int = 0
    people_changed: int = 0
    moved: int = 0
    same: int = 0
    waiting: int = 0
    due_items: int = 0


@dataclass
class Commit:
    """One commit in one transaction. `refs` leads from a row of the tree to its unit."""

    batch_id: int
    keys: Keys
    since: date
    first: bool
    units: UnitNames
    records: list[UnitRecord]
    refs: dict[str, int]
    nameless: frozenset[str] | None
    tally: Tally = field(default_factory=Tally)
    new_units: list[int] = field(default_factory=list)
    _hashes: set[bytes] = field(default_factory=set)

    def rows(self, sheet: int, after: int) -> list[tuple[int, dict[str, Any], bool]]:
        """The next rows of a sheet as (number, content, decided by a person)."""
        return [
            (row_no, json.loads(unseal(self.keys, sealed, ROW_CONTEXT)), verdict in {"question", "bad"})
            for row_no, sealed, verdict, _decision in staged(
                self.batch_id, sheet, after=after, limit=CHUNK, first=self.first
            )
        ]

    def settle_rows(self, sheet: int, applied: Sequence[int], waits: Sequence[tuple[int, str, str]]) -> None:
        """Mark rows that a person let through as written, and those that must wait as questions."""
        if applied:
            db.session.execute(_APPLIED, {"batch": self.batch_id, "sheet": sheet, "row_nos": list(applied)})
        if waits:
            self.tally.waiting += len(waits)
            db.session.execute(
                _WAITS,
                {
                    "batch": self.batch_id,
                    "sheet": sheet,
                    "row_nos": [row_no for row_no, _column, _code in waits],
                    "issues": [json.dumps([[column, code]]) for _row, column, code in waits],
                },
            )

    def unit_id(self, ref: str) -> int | None:
        if ref.startswith("u:"):
            return int(ref[2:])
        return self.refs.get(ref[2:]) if ref.startswith("s:") else None

    def seen(self, identity_hashes: Sequence[bytes]) -> bool:
        """Whether an earlier row of this commit had the same identity number; by its hash under the present key."""
        if not identity_hashes:
            return False
        before = identity_hashes[0] in self._hashes
        self._hashes.add(identity_hashes[0])
        return before
