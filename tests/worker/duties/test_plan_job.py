"""Planning in the background: in chunks, with progress, and harmless when it is done twice."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from services.worker import duties
from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.duties.actions import adopt_pack, order_plan
from shared.duties.models import DueItem
from shared.errors import LeaseLost
from shared.jobs import Job, claim
from shared.tenancy import tenant
from tests.world import World


def order(app: Flask, world: World) -> int:
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            adopt_pack(SYSTEM, pack="bureau")
            job_id = order_plan(SYSTEM, year=2026).id
        db.session.remove()
    return job_id


def test_a_chunk_at_a_time_and_all_in_the_end(
    app: Flask, world: World, work: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "CHUNK", 1)
    order(app, world)
    work(world.organ.tenant_id)
    with app.app_context(), tenant(world.organ.tenant_id):
        job = db.session.execute(select(Job)).scalar_one()
        assert (job.state, job.done_count, job.total_count) == ("done", 4, 4)
        assert db.session.scalar(select(func.count()).select_from(DueItem)) == 94
        db.session.remove()


def test_a_worker_that_lost_its_lease_writes_nothing_and_the_next_finishes(app: Flask, world: World) -> None:
    job_id = order(app, world)
    with app.app_context(), tenant(world.organ.tenant_id):
        first = claim(job_id)
        assert first is not None
        with transaction():
            db.session.execute(update(Job).values(lease_until=func.now() - func.make_interval(0, 0, 0, 1)))
        second = claim(job_id)
        assert second is not None
        with pytest.raises(LeaseLost):
            duties.plan(first)
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(DueItem)) == 0
        db.session.rollback()
        duties.plan(second)
        assert db.session.scalar(select(func.count()).select_from(DueItem)) == 94
        db.session.remove()
