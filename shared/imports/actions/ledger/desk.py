"""Judges single rows of a ledger anew: after a corrected cell, a chosen unit or kind."""

import json
from typing import Any

from shared.access.actor import Actor
from shared.clock import today
from shared.events.kinds import KINDS
from shared.imports.actions.decision import Decision, can_take
from shared.imports.actions.ledger.staging import Waiting, settle_rows, sheet_of
from shared.imports.issues import verdict_of
from shared.imports.judging.happenings import judge_row
from shared.imports.models import Batch, Row
from shared.imports.queries import ROW_CONTEXT, Opened, opened
from shared.imports.queries.ledger import Units, reach_of
from shared.sealing import Keys, seal
from shared.tenants.queries import keys


class LedgerDesk:
    """As shared.imports.actions.decide.Desk, for the rows of an office's own ledger, within the actor's reach."""

    def __init__(self, actor: Actor, batch: Batch) -> None:
        self.batch = batch
        self.keys: Keys = keys()
        self.units = Units(reach_of(actor))

    def _edited(self, one: Opened, decision: Decision) -> tuple[list[Any], dict[str, str]] | None:
        """The cells and choices after the decision; None where it changes neither."""
        columns: dict[str, int] = self.batch.mapping["sheets"][one.row.sheet]["columns"]
        chosen: dict[str, str] = dict(one.content.get("x", {}))
        cells, edited = one.cells, False
        for key, text in decision.cells.items():
            if key in columns:
                cells += [""] * (columns[key] + 1 - len(cells))
                if str(cells[columns[key]]) != text.strip():
                    cells[columns[key]] = text.strip()[:2000]
                    chosen.pop(key, None)
                    edited = True
        if decision.choice.startswith("use:"):
            _use, column, ref = decision.choice.split(":", 2)
            if (column == "unit" and ref in self.units.records) or (column == "kind" and ref in KINDS):
                chosen[column] = ref
                edited = True
        return (cells, chosen) if edited else None

    def _judge(self, one: Opened, cells: list[Any], chosen: dict[str, str]) -> tuple[dict[str, Any], str]:
        row, entry = one.row, self.batch.mapping["sheets"][one.row.sheet]
        judged = judge_row(sheet_of(entry, self.units, today()), cells, chosen=chosen)
        waiting = Waiting(row.row_no, cells, judged)
        [(content, verdict)] = settle_rows([waiting], {})
        if verdict != "same":
            # Which row it doubles was found when the file was read; a changed day, unit or kind tells them apart.
            same_key = all(one.values.get(key) == judged.values.get(key) for key in ("unit", "kind", "date"))
            judged.findings += [f for f in one.content.get("f", ()) if f[1] == "happened_twice" and same_key]
            if judged.findings:
                content["f"] = judged.findings
            verdict = verdict_of(judged.codes(), "question")
        if chosen:
            content["x"] = chosen
        return content, verdict

    def settle(self, row: Row, decision: Decision) -> None:
        """Write one decision into its row."""
        one = opened(row, self.keys)
        if decision.choice == "leave":
            row.decision = "leave"
            return
        findings = list(one.content.get("f", row.issues))
        edited = self._edited(one, decision)
        if edited is not None:
            content, verdict = self._judge(one, *edited)
            findings = content.get("f", [])
            row.sealed = seal(
                self.keys, json.dumps(content, ensure_ascii=False, separators=(",", ":")), ROW_CONTEXT
            )
            row.issues = [finding[:2] for finding in findings]
            row.verdict = verdict
            if verdict == "same":
                row.decision = "leave"
                return
        takes = not findings or (decision.choice == "take" and can_take(findings))
        row.decision = "take" if takes else None
