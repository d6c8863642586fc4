"""A worker killed in the middle of an act on a whole filter: the next one goes on, nobody is done twice."""

import os
import signal
import subprocess
import sys
import time
from datetime import date

from flask import Flask
from sqlalchemy import func, insert, literal, select

from shared.access.actor import Actor, Grant
from shared.db import db, transaction
from shared.jobs import Job
from shared.members.actions.bulk import act_on_all
from shared.members.models import BulkTarget, Membership, Person
from shared.members.queries.roster import RosterFilter
from shared.tenancy import tenant
from tests.conftest import ROOT
from tests.world import Side, World

PEOPLE = 9_000
#: Seconds the killed worker's lease lasts.
LEASE = 2


def fill(side: Side) -> None:
    """Many people in one unit, by two statements."""
    number = func.generate_series(1, PEOPLE).table_valued("n").render_derived()
    name = func.concat("众", number.c.n)
    db.session.execute(insert(Person).from_select(["name", "name_key"], select(name, name)))
    db.session.execute(
        insert(Membership).from_select(
            ["person_id", "unit_id", "kind", "status", "since"],
            select(
                Person.id, literal(side.branch), literal("party"), literal("full"), literal(date(2020, 1, 1))
            ).where(func.starts_with(Person.name, "众")),
        )
    )


def outcomes(app: Flask, side: Side) -> int:
    with app.app_context(), tenant(side.tenant_id):
        found = db.session.scalar(
            select(func.count()).select_from(BulkTarget).where(BulkTarget.outcome.is_not(None))
        )
        db.session.remove()
    return found or 0


def test_an_act_goes_on_where_the_killed_worker_was(app: Flask, world: World) -> None:
    side = world.organ
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            fill(side)
        with transaction():
            admin = Actor(name="x", grants=(Grant("admin"),), person_id=side["admin"].person_id)
            job_id = act_on_all(
                admin,
                RosterFilter("party"),
                act="move",
                args={"unit_id": side.other_branch, "on": "2026-01-01"},
                seen=PEOPLE + 9,
                form_key="one",
            ).id
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
    while outcomes(app, side) < 2_000 and time.monotonic() < deadline:
        assert worker.poll() is None
        time.sleep(0.02)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    before = outcomes(app, side)
    assert 2_000 <= before < PEOPLE
    time.sleep(LEASE + 0.5)
    from services.worker.jobs import run  # noqa: PLC0415 - the worker's app needs the test's environment

    run(tenant_id=side.tenant_id, job_id=job_id)
    # A doubled nudge does nothing.
    run(tenant_id=side.tenant_id, job_id=job_id)
    with app.app_context(), tenant(side.tenant_id):
        job = db.session.scalars(select(Job).where(Job.id == job_id)).one()
        living = select(func.count()).where(
            Membership.unit_id == side.other_branch, Membership.until.is_(None)
        )
        # The colleague was there already; the secretary stays with the office, keeper and reviewer with their roles.
        assert db.session.scalar(living) == PEOPLE + 6
        ended = select(func.count()).where(Membership.end_reason == "transferred")
        assert db.session.scalar(ended) == PEOPLE + 5
        db.session.remove()
    assert (job.state, job.attempts) == ("done", 2)
    assert job.result["done"] == PEOPLE + 5
    assert (job.result["same"], job.result["reasons"]) == (1, {"office": 1, "role": 2})
