"""A printing in chunks: divided once, each chunk taken by a lease, so that several workers have different ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.clock import now
from shared.db import db, transaction
from shared.documents.models import PrintPart
from shared.errors import LeaseLost
from shared.jobs import Job, lease_end

#: Papers in one chunk: small enough that two workers end at about the same time.
CHUNK = 20


@dataclass(slots=True)
class Part:
    """A chunk in hand."""

    id: int
    job_id: int
    worker: str
    subject_ids: list[int]
    failed: list[tuple[int, str]] = field(default_factory=list)
    done: int = 0
    renders: int = 0

    def hold(self) -> None:
        """Lock the chunk in the running transaction and renew its lease. Raises LeaseLost where it is another's now,

        or the printing was stopped.
        """
        mine = select(PrintPart.id).where(
            PrintPart.id == self.id, PrintPart.state == "running", PrintPart.lease_by == self.worker
        )
        going_on = select(Job.id).where(Job.id == self.job_id, Job.state == "running")
        if db.session.execute(mine.with_for_update()).one_or_none() is None:
            raise LeaseLost(f"chunk {self.id} is another worker's now")
        if db.session.execute(going_on).one_or_none() is None:
            raise LeaseLost(f"job {self.job_id} was stopped")

    def note(self) -> None:
        """Write how far it is, in the running transaction, after `hold`."""
        db.session.execute(
            update(PrintPart)
            .where(PrintPart.id == self.id)
            .values(
                done_count=self.done,
                renders=self.renders,
                failed=[list(one) for one in self.failed],
                lease_until=lease_end(),
            )
        )

    def close(self) -> None:
        """Mark it done."""
        with transaction():
            self.hold()
            self.note()
            db.session.execute(
                update(PrintPart)
                .where(PrintPart.id == self.id)
                .values(state="done", lease_by=None, lease_until=None)
            )


def divide(job_id: int, subject_ids: Sequence[int], *, size: int = CHUNK) -> int:
    """Write the chunks of a printing; what is there already stays. Returns how many there are."""
    chunks = [
        {"job_id": job_id, "number": number, "subject_ids": list(subject_ids[start : start + size])}
        for number, start in enumerate(range(0, len(subject_ids), size))
    ]
    with transaction():
        db.session.execute(
            insert(PrintPart).on_conflict_do_nothing(index_elements=["tenant_id", "job_id", "number"]), chunks
        )
    return len(chunks)


def reopen_failed(job_id: int) -> None:
    """Let the chunks with papers that could not be made be taken once more: the job begins again."""
    with transaction():
        db.session.execute(
            update(PrintPart)
            .where(PrintPart.job_id == job_id, PrintPart.state == "done", PrintPart.failed != [])
            .values(state="queued", failed=[])
        )


def take_part(job_id: int, worker: str) -> Part | None:
    """The next chunk that nobody has, or whose worker died; None when there is none, or the job runs no longer."""
    free = (
        select(PrintPart.id)
        .join(Job, and_(Job.tenant_id == PrintPart.tenant_id, Job.id == PrintPart.job_id))
        .where(
            PrintPart.job_id == job_id,
            Job.state == "running",
            or_(
                PrintPart.state == "queued",
                and_(PrintPart.state == "running", PrintPart.lease_until < now()),
            ),
        )
        .order_by(PrintPart.number)
        .limit(1)
        .with_for_update(of=PrintPart, skip_locked=True)
    )
    with transaction():
        part_id = db.session.scalar(free)
        if part_id is None:
            return None
        row = db.session.execute(
            update(PrintPart)
            .where(PrintPart.id == part_id)
            .values(state="running", lease_by=worker, lease_until=lease_end())
            .returning(PrintPart.subject_ids, PrintPart.renders)
        ).one()
    return Part(part_id, job_id, worker, [int(one) for one in row.subject_ids], renders=row.renders)


@dataclass(frozen=True, slots=True)
class PartsState:
    """How far all chunks of a printing are."""

    open: int
    done: int
    renders: int
    failed: list[tuple[int, str]]


def parts_state(job_id: int) -> PartsState:
    rows = db.session.execute(
        select(PrintPart.state, PrintPart.done_count, PrintPart.renders, PrintPart.failed)
        .where(PrintPart.job_id == job_id)
        .order_by(PrintPart.number)
    ).all()
    return PartsState(
        open=sum(row.state != "done" for row in rows),
        done=sum(row.done_count for row in rows),
        renders=sum(row.renders for row in rows),
        failed=[(int(subject_id), str(why)) for row in rows for subject_id, why in row.failed],
    )


def help_wanted(job_id: int) -> int:
    """How many chunks of a printing nobody has."""
    return (
        db.session.scalar(select(func.count()).where(PrintPart.job_id == job_id, PrintPart.state == "queued"))
        or 0
    )
