"""The work of imports: read a file, commit its rows, undo them."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from itertools import chain

from services.worker.app import flask_app
from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.errors import Problem
from shared.imports.actions import reading
from shared.imports.actions.commit import commit_rows
from shared.imports.actions.ledger.commit import Entered, close, sheets_to_write, write_chunk
from shared.imports.actions.ledger.staging import LedgerReading
from shared.imports.actions.ledger.undo import undo_ledger
from shared.imports.actions.staging import RELAXED, Reading
from shared.imports.actions.undo import undo_rows
from shared.imports.actions.upload import purge
from shared.imports.layouts.ledgers import incomplete_ledger, survey_ledger
from shared.imports.queries.ledger import Reach, Units
from shared.imports.workbook.sheets import sheets
from shared.jobs import Claimed


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python's cycle collector away from a big read.

    It would walk the living cells of the whole file again and again, a fifth of all the time; rows hold no cycles, so
    they are freed as they pass all the same.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def read(job: Claimed) -> None:
    """Stage the rows of a roster, chunk by chunk; begun again from the start after a crash."""
    _read(job, _look_over_and_stage)


def read_ledger(job: Claimed) -> None:
    """The same for an office's own ledger."""
    _read(job, _look_over_ledger)


def _read(job: Claimed, stage: Callable[[Claimed, reading.Source], None]) -> None:
    batch_id = int(job.args["batch_id"])
    with transaction():
        job.hold()
        source = reading.begin(batch_id)
        if source is None:
            job.finish()
            return
    try:
        with _without_collector():
            stage(job, source)
    except Problem as problem:
        with transaction():
            job.hold()
            reading.refuse(batch_id, str(problem))
            job.fail(str(problem))


def _look_over_and_stage(job: Claimed, source: reading.Source) -> None:
    found = reading.look_over(source, sheets(source.data, source.kind, source.name))
    source.data = b""
    with transaction():
        job.hold()
        if reading.ask_for_columns(source.batch_id, found):
            job.finish(result={"batch_id": source.batch_id, "asks": "columns"})
            return
    _stage(job, source.batch_id, found)


def _by_chunks(
    job: Claimed,
    sheets_found: list[reading.Found],
    chunks_of: Callable[[reading.Found], Iterator[int]],
    *,
    before: int,
    total: int,
) -> None:
    """Stage these sheets, a transaction a chunk; of `total` rows so many were staged `before`."""
    for sheet in sheets_found:
        chunks = chunks_of(sheet)
        done: int | None = 0
        while done is not None:
            with transaction():
                job.hold()
                db.session.execute(RELAXED)
                done = next(chunks, None)
            job.progress(before + (done or 0), total)
        before += sheet.total


def _stage(job: Claimed, batch_id: int, found: list[reading.Found]) -> None:
    trees = [one for one in found if one.entry["layout"] == "units"]
    people = [one for one in found if one.entry["layout"] == "people"]
    total = sum(one.total for one in chain(trees, people))
    with transaction():
        job.hold()
        stage = Reading.start(batch_id)
        for tree in trees:
            stage.stage_units(tree)
    before = sum(one.total for one in trees)
    job.progress(before, total)
    _by_chunks(job, people, stage.stage_people, before=before, total=total)
    with transaction():
        job.hold()
        reading.finish(batch_id, stage.counts)
        job.finish(result={"batch_id": batch_id, "rows": total})


def _reach(job: Claimed) -> Reach:
    given = job.args.get("reach")
    return None if given is None else [(str(path), bool(below)) for path, below in given]


def _look_over_ledger(job: Claimed, source: reading.Source) -> None:
    batch_id = source.batch_id
    with transaction():
        job.hold()
        units = Units(_reach(job))
    look = partial(survey_ledger, units=units.names, file_name=source.name)
    found = reading.look_over(source, sheets(source.data, source.kind, source.name), look)
    source.data = b""
    with transaction():
        job.hold()
        if reading.ask_for_columns(batch_id, found, incomplete_ledger):
            job.finish(result={"batch_id": batch_id, "asks": "columns"})
            return
    known = [one for one in found if one.entry["layout"]]
    total = sum(one.total for one in known)
    with transaction():
        job.hold()
        stage = LedgerReading.start(batch_id, _reach(job))
    _by_chunks(job, known, stage.stage, before=0, total=total)
    with transaction():
        job.hold()
        reading.finish(batch_id, stage.counts)
        job.finish(result={"batch_id": batch_id, "rows": total})


def commit_ledger(job: Claimed) -> None:
    """Write the good rows of a ledger chunk by chunk; what is written is passed over when it goes on."""
    batch_id = int(job.args["batch_id"])
    with transaction():
        job.hold()
        found = sheets_to_write(batch_id)
        if found is None:
            job.finish()
            return
    tally = Entered()
    total, before = sum(rows for _number, rows in found), 0
    for sheet, rows in found:
        after: int | None = 0
        while after is not None:
            with transaction():
                job.hold()
                after = write_chunk(batch_id, sheet, after, reach=_reach(job), tally=tally)
            job.progress(before + (after or 0), total)
        before += rows
    with transaction():
        job.hold()
        job.finish(result=close(batch_id, tally))


def undo_entry(job: Claimed) -> None:
    """Take the entry of a ledger back: one transaction."""
    with transaction():
        job.hold()
        result = undo_ledger(int(job.args["batch_id"]))
        job.finish(result=result or {})


def heartbeat(job: Claimed) -> Callable[[int, int], None]:
    """Progress from the middle of a long transaction, through a session and connection of its own."""

    def beat(done: int, total: int) -> None:
        def tell() -> None:
            with flask_app.app_context():
                job.progress(done, total)

        copy_context().run(tell)

    return beat


def commit(job: Claimed) -> None:
    """Write the good rows: one transaction, which counts only while the job is ours."""
    with transaction():
        result = commit_rows(SYSTEM, batch_id=int(job.args["batch_id"]), beat=heartbeat(job))
        job.hold()
        job.finish(result=result or {})


def undo(job: Claimed) -> None:
    """Take a commit back: one transaction as well."""
    with transaction():
        result = undo_rows(SYSTEM, batch_id=int(job.args["batch_id"]), beat=heartbeat(job))
        job.hold()
        job.finish(result=result or {})


def purge_imports() -> None:
    """Nightly: delete what has been staged for too long. One tenant."""
    with transaction():
        purge()
