"""A tenant's new data key: everything sealed is sealed anew, then the key before is forgotten.

A value tells by itself under which key it is, so a run that was killed begins again from the start and passes over
what is done. The key before is dropped only when a whole round has found nothing under it, and that round began after
every transaction and job had ended that could still hold the key, or a value sealed with it.
"""

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select, text

from shared.access.actor import SYSTEM
from shared.accounts.actions.resealing import reseal_channels, reseal_groups
from shared.audit import record
from shared.clock import now
from shared.db import db, transaction
from shared.files.resealing import reseal_files
from shared.imports.actions.resealing import carry_digests, reseal_effects, reseal_rows
from shared.jobs import Claimed, Job
from shared.members.actions.resealing import Resealed, fill_tails, reseal_people
from shared.sealing import Keys
from shared.tenancy import current_tenant, platform
from shared.tenants.actions import end_rotation, order_resealing
from shared.tenants.queries import keys, open_tenant

#: Seconds to wait for older work before the rest is left to the night, and between two looks.
PATIENCE, LOOK = 120.0, 0.5
#: Rows of one transaction; a file counts for many.
CHUNK, FILES = 1000, 20

_OLDER = text(
    "select count(*) from pg_stat_activity where datname = current_database() and usename = current_user"
    " and pid <> pg_backend_pid() and xact_start < :since"
)


def _people(opened: Keys, after: int, limit: int) -> tuple[int | None, int]:
    done = reseal_people(opened, after, limit)
    _note(done)
    return done.last, done.found


def _note(done: Resealed) -> None:
    """In the same transaction: imports know the rows again; a number that two people have is written down."""
    carry_digests(done.digests)
    for person_id in done.doubled:
        record(SYSTEM, verb="member.doubled", object_type="person", object_id=person_id)


#: Every table with sealed values of a tenant: what renews a chunk of it, and the rows of a chunk.
SEALED: dict[str, tuple[Callable[[Keys, int, int], tuple[int | None, int]], int]] = {
    "channel_setting": (reseal_channels, CHUNK),
    "message_group": (reseal_groups, CHUNK),
    "import_effect": (reseal_effects, CHUNK),
    "import_row": (reseal_rows, CHUNK),
    "file": (reseal_files, FILES),
    "person": (_people, CHUNK),
}


def rotate(job: Claimed) -> None:
    """Round after round, until one finds nothing; then forget the former key."""
    with transaction():
        tenant_id, found = current_tenant(), int(open_tenant().former_key is not None)
    renewed = 0
    while found:
        if not _older_work_ended(job, renewed):
            with transaction():
                job.hold()
                job.finish(result={"renewed": renewed, "waiting": 1})
            return
        found = _round(job, renewed)
        renewed += found
    with platform(), transaction():
        end_rotation(SYSTEM, tenant_id=tenant_id)
    with transaction():
        job.hold()
        record(
            SYSTEM, verb="keys.rotate", object_type="tenant", object_id=tenant_id, detail={"renewed": renewed}
        )
        job.finish(result={"renewed": renewed, "waiting": 0})


def _older_work_ended(job: Claimed, renewed: int) -> bool:
    """Wait until every transaction and job that began before now is over; False where patience ends first."""
    with transaction():
        since, on = db.session.execute(select(func.clock_timestamp())).scalar_one(), now()
    end = time.monotonic() + PATIENCE
    while _still_at_work(job.id, since, on):
        if time.monotonic() > end:
            return False
        time.sleep(LOOK)
        job.progress(renewed)
    return True


def _still_at_work(job_id: int, since: datetime, on: datetime) -> bool:
    with transaction():
        jobs = select(func.count()).where(
            Job.state == "running", Job.id != job_id, Job.lease_until > now(), Job.started_at <= on
        )
        return bool(db.session.scalar(_OLDER, {"since": since}) or db.session.scalar(jobs))


def _round(job: Claimed, renewed: int) -> int:
    """Look at every sealed value and renew what is stale; returns how many rows were."""
    found = 0
    for renew, limit in SEALED.values():
        after: int | None = 0
        while after is not None:
            with transaction():
                job.hold()
                after, stale = renew(keys(), after, limit)
            found += stale
            job.progress(renewed + found)
    return found


def tend_keys() -> None:
    """Nightly: go on with a rotation that could not end, and compute last fours that are wanting. One tenant."""
    with transaction():
        if open_tenant().former_key is not None:
            order_resealing(SYSTEM)
    more = True
    while more:
        with transaction():
            done = fill_tails(keys(), CHUNK)
            _note(done)
        more = len(done.digests) == CHUNK
