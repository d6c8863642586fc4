"""What a person decides about the rows in question: let one through, leave it out, choose a unit, correct a cell."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict
from shared.i18n import _
from shared.imports.actions.decision import Decision, can_take
from shared.imports.actions.ledger.desk import LedgerDesk
from shared.imports.actions.settling import (
    match_unit,
    plain_cells,
    roster_for,
    settle_person,
    settle_unit,
    weigh,
)
from shared.imports.issues import verdict_of
from shared.imports.judging.matching import UnitRecord
from shared.imports.judging.people import Judged, PeopleJudge
from shared.imports.judging.unit_names import Candidate, unit_name
from shared.imports.judging.units import UnitJudge
from shared.imports.layouts import LEDGER
from shared.imports.models import Batch, Row
from shared.imports.queries import ROW_CONTEXT, Opened, opened, units_on_hand
from shared.sealing import Keys, seal
from shared.tenants.queries import keys, open_tenant

#: Columns whose cell names a unit, so that the choice is among units.
UNIT_COLUMNS = ("unit", "parent")


class Desk:
    """Judges single rows of one batch anew."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.keys: Keys = keys()
        self.units, records = units_on_hand()
        self.by_name: dict[str, list[UnitRecord]] = {}
        for held in records:
            self.by_name.setdefault(unit_name(held.name), []).append(held)
        self.line = "union" if open_tenant().kind == "union" else "party"
        self._add_staged_units()

    def _add_staged_units(self) -> None:
        """The units that this file brings, as far as they are not in the tree yet."""
        trees = [n for n, entry in enumerate(self.batch.mapping["sheets"]) if entry["layout"] == "units"]
        refs = self.batch.mapping.get("units", {})
        rows = db.session.scalars(
            select(Row).where(Row.batch_id == self.batch.id, Row.sheet.in_(trees), Row.verdict != "skip")
        )
        for row in rows if trees else ():
            one = opened(row, self.keys)
            name = one.values.get("name")
            if name and "u" not in one.content and f"{row.sheet}.{row.row_no}" not in refs:
                self.units.add(
                    Candidate(
                        f"s:{row.sheet}.{row.row_no}",
                        name,
                        one.values.get("line", self.line),
                        one.values.get("parent", ""),
                    )
                )

    def judge(self, one: Opened, decision: Decision) -> tuple[dict[str, Any], list[Any]]:
        """The row's content and findings after corrected cells and chosen units."""
        row, entry = one.row, self.batch.mapping["sheets"][one.row.sheet]
        columns: dict[str, int] = entry["columns"]
        chosen: dict[str, str] = dict(one.content.get("x", {}))
        cells = one.cells
        edited = bool(cells) and self._edit(cells, columns, decision.cells, chosen)
        if decision.choice.startswith("use:"):
            _use, column, ref = decision.choice.split(":", 2)
            if column in UNIT_COLUMNS and ref in self.units.by_ref:
                chosen[column] = ref
                edited = True
        if not edited:
            return one.content, list(one.content.get("f", row.issues))
        judged = self._parse(entry["layout"], columns, cells, row.row_no) if cells else Judged(one.values)
        if cells and "identity" not in decision.cells:
            judged.findings += [f for f in one.content.get("f", ()) if f[1] == "identity_doubled"]
        for column, ref in chosen.items():
            judged.findings = [finding for finding in judged.findings if finding[0] != column]
            judged.options.pop(column, None)
            judged.values["unit" if column == "unit" else "parent"] = (
                ref if column == "unit" else self.units.by_ref[ref].name
            )
        content = self._settle(entry["layout"], judged, row, chosen)
        if cells:
            content["c"] = plain_cells(cells)
        if judged.findings:
            content["f"] = judged.findings
        content["x"] = chosen
        return content, judged.findings

    @staticmethod
    def _edit(
        cells: list[Any], columns: dict[str, int], given: Mapping[str, str], chosen: dict[str, str]
    ) -> bool:
        edited = False
        for key, text in given.items():
            if key not in columns:
                continue
            cells += [""] * (columns[key] + 1 - len(cells))
            if str(cells[columns[key]]) != text.strip():
                cells[columns[key]] = text.strip()[:200]
                chosen.pop(key, None)
                edited = True
        return edited

    def _parse(self, layout: str, columns: dict[str, int], cells: list[Any], row_no: int) -> Judged:
        if layout == "units":
            return UnitJudge(columns, today=today()).judge(cells, row_no)
        return PeopleJudge(columns, self.units, line=self.line, today=today()).judge(cells, row_no)

    def _settle(self, layout: str, judged: Judged, row: Row, chosen: dict[str, str]) -> dict[str, Any]:
        if layout == "people":
            waiting = weigh(judged, row.row_no, (), self.keys)
            return settle_person(waiting, roster_for([waiting], None), self.units)[0]
        matched = match_unit(judged.values, self.by_name)
        content = settle_unit(judged, matched, self.units, ref=f"s:{row.sheet}.{row.row_no}")
        if "parent" in chosen and matched is None:
            judged.values["above"] = chosen["parent"]
            judged.findings = [finding for finding in judged.findings if finding[0] != "parent"]
        return content

    def settle(self, row: Row, decision: Decision) -> None:
        """Write one decision into its row."""
        one = opened(row, self.keys)
        if decision.choice == "leave":
            row.decision = "leave"
            return
        content, findings = self.judge(one, decision)
        if content is not one.content:
            row.sealed = seal(
                self.keys, json.dumps(content, ensure_ascii=False, separators=(",", ":")), ROW_CONTEXT
            )
            row.issues = [finding[:2] for finding in findings]
            row.verdict = verdict_of([finding[1] for finding in findings], "question")
        if not findings or (decision.choice == "take" and can_take(findings)):
            row.decision = "take"
        else:
            row.decision = None


def decide(actor: Actor, batch: Batch, *, decisions: Mapping[int, Decision]) -> int:
    """Keep what was decided about rows, by row id; returns how many rows it was about.

    Raises Conflict while a job is at work on the batch or after its undo. Rows already committed are passed over.
    """
    if batch.state not in {"staged", "committed"}:
        raise Conflict(_("This import is being worked on or has been undone."))
    rows = db.session.scalars(
        select(Row)
        .where(
            Row.batch_id == batch.id,
            Row.id.in_(list(decisions)),
            Row.verdict.in_(("question", "bad")),
            Row.applied.is_(False),
        )
        .order_by(Row.sheet, Row.row_no)
        .with_for_update()
    ).all()
    desk = LedgerDesk(actor, batch) if batch.layout == LEDGER else Desk(batch)
    for row in rows:
        desk.settle(row, decisions[row.id])
    if rows:
        record(
            actor,
            verb="import.decide",
            object_type="import_batch",
            object_id=batch.id,
            detail={"rows": len(rows)},
        )
    return len(rows)


def take_alike(actor: Actor, batch: Batch, *, row_id: int, column: str, ref: str) -> int:
    """Choose one unit (or kind) for every open row that names it as this row does; returns how many."""
    if column not in (*UNIT_COLUMNS, "kind"):
        return 0
    tenant_keys = keys()
    rows = db.session.scalars(
        select(Row).where(
            Row.batch_id == batch.id,
            Row.verdict.in_(("question", "bad")),
            Row.decision.is_(None),
            Row.applied.is_(False),
        )
    ).all()
    words = {row.id: _word(opened(row, tenant_keys), batch, column) for row in rows}
    said = words.get(row_id)
    alike = {key: Decision(f"use:{column}:{ref}") for key, word in words.items() if said and word == said}
    return decide(actor, batch, decisions=alike)


def _word(one: Opened, batch: Batch, column: str) -> str:
    index = batch.mapping["sheets"][one.row.sheet]["columns"].get(column)
    cells = one.cells
    open_here = any(finding[0] == column for finding in one.content.get("f", ()))
    return str(cells[index]) if open_here and index is not None and index < len(cells) else ""
