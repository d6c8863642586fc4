"""The good rows of a ledger become records, a chunk at a time; a killed worker goes on where it was."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, text

from shared.access.actor import SYSTEM
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.duties.models import DueItem
from shared.events.actions import proposal
from shared.events.models import Event
from shared.imports.actions.ledger.settling import Settled, complete, known_among, rolls_for, settle
from shared.imports.actions.ledger.writing import NewEvent, add_events, fulfil_duties
from shared.imports.actions.reading import batch_of
from shared.imports.actions.upload import keep_until
from shared.imports.issues import verdict_of
from shared.imports.judging.people import Finding
from shared.imports.queries import ROW_CONTEXT, staged
from shared.imports.queries.ledger import Reach, Units
from shared.sealing import Keys, seal, unseal
from shared.tenants.queries import keys

#: Rows of one transaction.
CHUNK = 500
_WAITS = text(
    "update import_row r set verdict = u.verdict, decision = null, issues = u.issues::jsonb,"
    " sealed = decode(u.sealed, 'base64')"
    " from unnest(cast(:row_nos as int[]), cast(:verdicts as text[]), cast(:issues as text[]), cast(:sealed as text[]))"
    " as u(row_no, verdict, issues, sealed)"
    " where r.batch_id = :batch and r.sheet = :sheet and r.row_no = u.row_no"
)
_APPLIED = text(
    "update import_row set applied = true where batch_id = :batch and sheet = :sheet and row_no = any(:row_nos)"
)
_SAME = text(
    "update import_row set verdict = 'same', applied = true"
    " where batch_id = :batch and sheet = :sheet and row_no = any(:row_nos)"
)


@dataclass(slots=True)
class Entered:
    """Rows that a commit did not write: recorded already, or waiting for a decision."""

    same: int = 0
    waiting: int = 0


#: Row number and content.
Staged = tuple[int, dict[str, Any]]


def sheets_to_write(batch_id: int) -> list[tuple[int, int]] | None:
    """(number, rows) of the sheets; None when there is nothing to write any more."""
    batch = batch_of(batch_id)
    if batch.state != "committing":
        return None
    return [
        (number, int(entry.get("rows", 0)))
        for number, entry in enumerate(batch.mapping["sheets"])
        if entry["layout"]
    ]


def write_chunk(batch_id: int, sheet: int, after: int, *, reach: Reach, tally: Entered) -> int | None:
    """Write the next rows of a sheet in the running transaction; the last row's number, None at the end.

    A row that the roll or the records of this moment put in question waits for a decision instead.
    """
    batch = batch_of(batch_id)
    tenant_keys = keys()
    rows = [
        (row_no, json.loads(unseal(tenant_keys, sealed, ROW_CONTEXT)))
        for row_no, sealed, _verdict, _decision in staged(
            batch_id, sheet, after=after, limit=CHUNK, first=True
        )
    ]
    if not rows:
        return None
    waits, settled = _sort(rows, Units(reach))
    new, same = _doubles(batch_id, sheet, settled, waits)
    ids = add_events(batch_id, batch.created_by, new)
    fulfil_duties(new, ids)
    about = {"batch": batch_id, "sheet": sheet}
    if new:
        db.session.execute(_APPLIED, about | {"row_nos": [one.row_no for one in new]})
    if same:
        db.session.execute(_SAME, about | {"row_nos": same})
    _hold_back(about, dict(rows), waits, tenant_keys)
    tally.same += len(same)
    tally.waiting += len(waits)
    return rows[-1][0]


def _sort(
    rows: Sequence[Staged], units: Units
) -> tuple[dict[int, list[Finding]], list[tuple[Staged, Settled]]]:
    """What has to wait with its findings, and what the other rows mean as of now."""
    waits: dict[int, list[Finding]] = {}
    settled: list[tuple[Staged, Settled]] = []
    rolls = rolls_for([content["v"] for _row_no, content in rows])
    for row_no, content in rows:
        values = content["v"]
        if not complete(values) or values["unit"] not in units.records:
            waits[row_no] = [["unit", "unit_outside"]]
            continue
        means = settle(values, rolls)
        known = _codes(content)
        if fresh := [finding for finding in means.findings if finding[1] not in known]:
            waits[row_no] = fresh
        else:
            settled.append(((row_no, content), means))
    return waits, settled


def _codes(content: dict[str, Any]) -> set[str]:
    return {finding[1] for finding in content.get("f", ())}


def _doubles(
    batch_id: int,
    sheet: int,
    settled: Sequence[tuple[Staged, Settled]],
    waits: dict[int, list[Finding]],
) -> tuple[list[NewEvent], list[int]]:
    """The rows that are new, and those that somebody has recorded meanwhile.

    Two rows of this import that became one by a correction: the second asks once more.
    """
    others = known_among([means for _row, means in settled], besides=batch_id)
    ours = set(known_among([means for _row, means in settled]).keys() - others.keys())
    new: list[NewEvent] = []
    same: list[int] = []
    for (row_no, content), means in settled:
        again = bool(_codes(content) & {"happened_twice", "happened_meanwhile"})
        if means.key in others and not again:
            same.append(row_no)
        elif means.key in ours and not again:
            waits[row_no] = [["date", "happened_meanwhile"]]
        else:
            ours.add(means.key)
            values = content["v"]
            new.append(NewEvent(row_no, f"ledger:{batch_id}:{sheet}:{row_no}", _title(values), values, means))
    return new, same


def _title(values: dict[str, Any]) -> str:
    title = str(values.get("title", ""))
    return title or proposal(values["kind"], date.fromisoformat(values["date"]))


def _hold_back(
    about: dict[str, int], rows: dict[int, dict[str, Any]], waits: dict[int, list[Finding]], tenant_keys: Keys
) -> None:
    """Rows that this moment puts in question wait for a decision, with what was found."""
    if not waits:
        return
    contents = {
        row_no: rows[row_no] | {"f": [*rows[row_no].get("f", ()), *found]} for row_no, found in waits.items()
    }
    db.session.execute(
        _WAITS,
        about
        | {
            "row_nos": list(contents),
            "verdicts": [verdict_of([f[1] for f in one["f"]], "question") for one in contents.values()],
            "issues": [json.dumps([finding[:2] for finding in one["f"]]) for one in contents.values()],
            "sealed": [
                b64encode(seal(tenant_keys, json.dumps(one, ensure_ascii=False), ROW_CONTEXT)).decode()
                for one in contents.values()
            ],
        },
    )


def close(batch_id: int, tally: Entered) -> dict[str, int]:
    """All rows are through: the batch stands committed and can be undone for a while."""
    batch = batch_of(batch_id)
    batch.state = "committed"
    batch.committed_at = batch.committed_at or now()
    keep_until(batch)
    # Counted from what stands, because a worker may have gone on where another one was killed.
    events = select(Event.id).where(Event.batch_id == batch_id)
    result = {
        "events": db.session.scalar(select(func.count()).select_from(events.subquery())) or 0,
        "due_items": db.session.scalar(
            select(func.count()).select_from(DueItem).where(DueItem.event_id.in_(events))
        )
        or 0,
        "same": tally.same,
        "waiting": tally.waiting,
    }
    record(SYSTEM, verb="import.committed", object_type="import_batch", object_id=batch.id, detail=result)
    return result
