"""From the file to staged rows: a chunk at a time, so that a killed worker starts over without doubling anything."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from sqlalchemy import delete, select

from shared.db import db
from shared.files import File
from shared.files import read as read_file
from shared.imports.actions.mappings import note_use, remembered
from shared.imports.actions.upload import discard
from shared.imports.layouts.headers import Remembered, incomplete, survey
from shared.imports.models import Batch, Row
from shared.imports.workbook.safety import refuse_secret
from shared.imports.workbook.sheets import HEADER_WITHIN, Sheet
from shared.jobs import Job
from shared.tenants.queries import keys

#: Told how many of how many are done, from inside a long transaction; must not use that transaction.
Beat = Callable[[int, int], None]
#: Rows of one statement; in reading, of one transaction.
CHUNK = 2000


@dataclass(slots=True)
class Source:
    """What the worker needs to begin, read in one short transaction."""

    batch_id: int
    data: bytes
    kind: str
    name: str
    #: A key of shared.imports.layouts.LAYOUTS.
    layout: str
    entries: list[dict[str, Any]]
    confirmed: bool
    remembered: Remembered


def batch_of(batch_id: int) -> Batch:
    return db.session.scalars(select(Batch).where(Batch.id == batch_id).with_for_update()).one()


def given_up(batch: Batch, state: str) -> bool:
    """The work of this state has failed or was cancelled; nothing of it was written, so it may be ordered anew."""
    if batch.state != state or batch.job_id is None:
        return False
    return db.session.get_one(Job, (batch.tenant_id, batch.job_id)).state in {"failed", "cancelled"}


def begin(batch_id: int) -> Source | None:
    """Clear what an interrupted reading has left, and hand out the file. None when there is nothing to read."""
    batch = batch_of(batch_id)
    if batch.state != "reading" or batch.file_id is None:
        return None
    db.session.execute(delete(Row).where(Row.batch_id == batch.id))
    file = db.session.get_one(File, (batch.tenant_id, batch.file_id))
    return Source(
        batch.id,
        read_file(file, keys=keys()),
        file.media_type.removeprefix("import/"),
        batch.file_name,
        batch.layout,
        list(batch.mapping.get("sheets", [])),
        bool(batch.mapping.get("confirmed")),
        remembered(),
    )


def refuse(batch_id: int, problem: str) -> None:
    """The file cannot be read or must not be here: say why, delete it."""
    batch = batch_of(batch_id)
    discard(batch)
    batch.state = "failed"
    batch.problem = problem


@dataclass(slots=True)
class Found:
    """One sheet with its entry of the mapping; `rows` begins at the top again."""

    number: int
    entry: dict[str, Any]
    rows: Iterator[tuple[int, Sequence[object]]]
    total: int
    suspect: bool
    merged: Sequence[tuple[int, int, int, int]] = ()


#: Says what a sheet is: its name, its first rows, what the tenant has said of such titles.
Survey = Callable[[str, Sequence[tuple[int, Sequence[object]]], Remembered], dict[str, Any]]


def look_over(source: Source, sheets: list[Sheet], look: Survey = survey) -> list[Found]:
    """Find the header of each sheet, or take what a person has said about it."""
    said = {entry["name"]: entry for entry in source.entries} if source.confirmed else {}
    found = []
    for number, sheet in enumerate(sheets):
        head = list(islice(sheet.rows, HEADER_WITHIN))
        for _row, cells in head if sheet.suspect else ():
            refuse_secret(cells)
        entry = dict(said.get(sheet.name) or look(sheet.name, head, source.remembered))
        entry["rows"] = sheet.total
        rows = chain(head, sheet.rows)
        found.append(Found(number, entry, rows, sheet.total, sheet.suspect, sheet.merged))
    return found


def ask_for_columns(
    batch_id: int,
    found: list[Found],
    lacks: Callable[[Sequence[dict[str, Any]]], bool] = incomplete,
) -> bool:
    """Write the mapping down; True when a person has to complete it before rows can be read."""
    batch = batch_of(batch_id)
    entries = [one.entry for one in found]
    asks = lacks(entries)
    note_use(entries)
    batch.mapping = {"sheets": entries, "confirmed": bool(batch.mapping.get("confirmed"))}
    if asks:
        batch.state = "mapping"
    return asks


def finish(batch_id: int, counts: dict[str, dict[str, int]]) -> None:
    """The rows stand; a person may look at them."""
    batch = batch_of(batch_id)
    batch.counts = {"sheets": counts}
    batch.state = "staged"
    batch.problem = None
