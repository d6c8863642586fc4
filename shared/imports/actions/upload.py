"""A file comes in; staged rows and the file go after their time."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.files import File, store
from shared.files import delete as delete_file
from shared.imports.jobs import READ, READ_LEDGER
from shared.imports.layouts import LEDGER, ROSTER
from shared.imports.models import Batch, Effect, Row
from shared.imports.queries.ledger import reach_of
from shared.imports.workbook.safety import check_upload
from shared.jobs import Job, enqueue
from shared.settings import settings
from shared.tenants.queries import keys


def upload(actor: Actor, *, data: bytes, name: str, form_key: str, layout: str = ROSTER) -> Batch:
    """Keep a workbook, sealed, and have it read in the background: a roster, or the office's own ledger.

    Raises Invalid or TooLarge for what is no workbook or not safe to unfold; Conflict (a unique `form_key`) when the
    form was sent twice.
    """
    kind = check_upload(data, name)
    expires = now() + timedelta(days=settings().staging_days)
    file = store(
        data,
        name=name[:200],
        media_type=f"import/{kind}",
        purpose="import",
        keys=keys(),
        created_by=actor.person_id,
        expires_at=expires,
    )
    batch = Batch(
        layout=layout,
        file_id=file.id,
        file_name=name[:200],
        created_by=actor.person_id,
        purge_at=expires,
        form_key=form_key,
    )
    db.session.add(batch)
    db.session.flush()
    batch.job_id = order_reading(actor, batch).id
    record(
        actor,
        verb="import.upload",
        object_type="import_batch",
        object_id=batch.id,
        detail={"bytes": len(data)},
    )
    return batch


def order_reading(actor: Actor, batch: Batch) -> Job:
    """Have the file read, or read anew with other columns."""
    if batch.layout == LEDGER:
        args = {"batch_id": batch.id, "reach": reach_of(actor)}
        return enqueue(actor, READ_LEDGER, args=args, subject=batch.file_name)
    return enqueue(actor, READ, args={"batch_id": batch.id}, subject=batch.file_name)


def keep_until(batch: Batch) -> None:
    """Staged rows, upload and the means to undo are kept for STAGING_DAYS from now."""
    batch.purge_at = now() + timedelta(days=settings().staging_days)
    if batch.file_id is not None:
        db.session.execute(update(File).where(File.id == batch.file_id).values(expires_at=batch.purge_at))


def purge() -> int:
    """Delete staged rows and uploads whose time is over. For the nightly work of one tenant; returns how many."""
    batches = db.session.scalars(
        select(Batch)
        .where(Batch.purge_at < now(), Batch.state.not_in(("committing", "undoing")))
        .with_for_update(skip_locked=True)
    ).all()
    for batch in batches:
        discard(batch)
        batch.purge_at = None
        if batch.state in {"reading", "mapping", "staged"}:
            batch.state = "failed"
            batch.problem = "The time to commit this import has passed; its rows have been deleted."
    return len(batches)


def discard(batch: Batch) -> None:
    """Delete a batch's staged rows, its file and the means to undo it; what it committed stays."""
    db.session.execute(delete(Effect).where(Effect.batch_id == batch.id))
    db.session.execute(delete(Row).where(Row.batch_id == batch.id))
    if batch.file_id is not None:
        file = db.session.get_one(File, (batch.tenant_id, batch.file_id))
        if file.deleted_at is None:
            delete_file(file, at=now())
