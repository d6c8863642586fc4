"""The worker killed (-9) in the middle of reading and of committing: nothing half done, nothing twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.imports.actions.commit import order_commit
from shared.imports.actions.upload import upload
from shared.imports.models import Batch
from shared.tenancy import tenant
from tests.conftest import ROOT
from tests.factories.rosters import roster
from tests.world import Side, World

ROWS = 9000
#: Seconds the killed worker's lease lasts.
LEASE = 3


def one(app: Flask, side: Side, statement: str) -> int:
    with app.app_context(), tenant(side.tenant_id):
        found = int(db.session.scalar(text(statement)) or 0)
        db.session.remove()
    return found


def kill_in_the_middle(app: Flask, side: Side, job_id: int, *, after: int = 3000) -> None:
    """Start a worker on the job and kill it after its second sign of progress."""
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from services.worker.jobs import run; run(tenant_id={side.tenant_id}, job_id={job_id})",
        ],
        cwd=ROOT,
        env={**os.environ, "JOB_LEASE": str(LEASE)},
        start_new_session=True,
    )
    end = time.monotonic() + 120
    while one(app, side, f"select done_count from job where id = {job_id}") < after:
        assert worker.poll() is None, "it was done before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert one(app, side, f"select count(*) from job where id = {job_id} and state = 'running'") == 1


def take_over(app: Flask, side: Side, job_id: int) -> None:
    """What the sweep's nudge does once the lease has lapsed; a doubled nudge does nothing."""
    from services.worker.jobs import run  # noqa: PLC0415 - the worker's app needs the test's environment

    end = time.monotonic() + 60
    while one(app, side, f"select count(*) from job where id = {job_id} and state = 'running'"):
        assert time.monotonic() < end
        time.sleep(0.3)
        run(tenant_id=side.tenant_id, job_id=job_id)
    run(tenant_id=side.tenant_id, job_id=job_id)
    assert one(app, side, f"select count(*) from job where id = {job_id} and state = 'done'") == 1


@pytest.fixture
def uploaded(app: Flask, world: World) -> tuple[int, int]:
    """A batch waiting to be read, and the job."""
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            batch = upload(SYSTEM, data=roster(ROWS, units=60), name="roster.xlsx", form_key="k")
            found = batch.id, int(batch.job_id or 0)
        db.session.remove()
    return found


def test_killed_while_reading(app: Flask, world: World, uploaded: tuple[int, int]) -> None:
    side, (_batch_id, job_id) = world.organ, uploaded
    kill_in_the_middle(app, side, job_id)
    assert 0 < one(app, side, "select count(*) from import_row") < ROWS
    assert one(app, side, "select count(*) from import_batch where state = 'reading'") == 1
    take_over(app, side, job_id)
    assert one(app, side, "select count(*) from import_row") == ROWS + 61
    assert one(app, side, "select (counts -> 'sheets' -> '0' ->> 'new')::int from import_batch") == ROWS


def test_killed_while_committing(
    app: Flask, world: World, uploaded: tuple[int, int], work: Callable[[int], int]
) -> None:
    side, (batch_id, _job_id) = world.organ, uploaded
    work(side.tenant_id)
    before = {
        name: one(app, side, f"select count(*) from {name}") for name in ("unit", "person", "membership")
    }
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            job_id = order_commit(SYSTEM, db.session.get_one(Batch, (side.tenant_id, batch_id))).id
        db.session.remove()
    kill_in_the_middle(app, side, job_id)
    for name, count in before.items():
        assert one(app, side, f"select count(*) from {name}") == count
    take_over(app, side, job_id)
    assert one(app, side, "select count(*) from person") == before["person"] + ROWS
    assert one(app, side, "select count(*) from membership") == before["membership"] + ROWS
    assert one(app, side, "select count(*) from unit") == before["unit"] + 61
    assert one(app, side, "select count(*) from import_batch where state = 'committed'") == 1
