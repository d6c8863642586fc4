"""A worker killed in the middle of printing loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from shared.access.actor import Actor, Grant
from shared.db import db, transaction
from shared.documents.actions import print_units
from shared.documents.models import Document
from shared.files import File, location
from shared.jobs import Job
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.conftest import ROOT
from tests.shared.assessments.ledger import ask, hold
from tests.world import Side, World

UNITS = 8
#: Seconds the killed worker's lease lasts.
LEASE = 2


def ledgers(side: Side) -> None:
    root = db.session.scalars(select(Unit).where(Unit.id == side.root)).one()
    for number in range(UNITS):
        unit = Unit(
            parent_id=root.id,
            path=f"{root.path}b{number:03d}.",
            kind="party_branch",
            line="party",
            name=f"支部 {number}",
            duties_since=root.duties_since,
        )
        db.session.add(unit)
        db.session.flush()
        (item,) = ask(unit.id, "theme_day", "2026-01")
        hold(item)


def finished(app: Flask, side: Side) -> int:
    with app.app_context(), tenant(side.tenant_id):
        found = db.session.scalar(select(func.count()).select_from(Document)) or 0
        db.session.remove()
    return found


def test_printing_goes_on_where_the_killed_worker_was(
    app: Flask, world: World, work: Callable[[int], int]
) -> None:
    side = world.organ
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            ledgers(side)
            officer = Actor(name="x", grants=(Grant("admin"),), person_id=side["admin"].person_id)
            job_id = print_units(officer, year=2026).id
        db.session.remove()
    program = f"from services.worker.jobs import run; run(tenant_id={side.tenant_id}, job_id={job_id})"
    worker = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "JOB_LEASE": str(LEASE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 90
    while finished(app, side) < 2 and time.monotonic() < deadline:
        assert worker.poll() is None
        time.sleep(0.05)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    before = finished(app, side)
    assert 2 <= before < UNITS
    with app.app_context(), tenant(side.tenant_id):
        kept = set(db.session.scalars(select(Document.id)))
        assert db.session.scalar(select(Job.state)) == "running"
        db.session.remove()
    time.sleep(LEASE + 0.5)
    # The sweep's nudge: another worker takes the lapsed lease.
    with app.app_context(), tenant(side.tenant_id):
        from services.worker.jobs import run  # noqa: PLC0415 - the worker's app needs the test's environment

        db.session.remove()
    run(tenant_id=side.tenant_id, job_id=job_id)
    with app.app_context(), tenant(side.tenant_id):
        job = db.session.scalars(select(Job)).one()
        documents = list(db.session.scalars(select(Document)))
        bundle = db.session.scalars(select(File).where(File.id == job.file_id)).one()
        names = zipfile.ZipFile(location(bundle)).namelist()
        db.session.remove()
    assert (job.state, job.attempts, job.result["papers"]) == ("done", 2, UNITS)
    # What the first worker finished was kept, and every unit is there once.
    assert kept < {document.id for document in documents}
    assert len({document.unit_id for document in documents}) == len(documents) == len(names) == UNITS
    # A doubled nudge does nothing.
    run(tenant_id=side.tenant_id, job_id=job_id)
    assert finished(app, side) == UNITS
