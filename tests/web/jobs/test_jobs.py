"""Background jobs: own ones, everybody's for whoever reaches the tenant; cancel, try again."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import shared
from services.web.jobs.views import KINDS
from shared.clock import now
from shared.db import db, transaction
from shared.jobs import Job, JobKind, claim
from shared.tenancy import tenant
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


def job(app: Flask, side: Side, owner: Cast, *, state: str = "queued", **values: Any) -> int:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            row = Job(
                kind="reminders.press",
                args={"occasion_id": 1, "ids": []},
                subject=f"subject of {owner.role}",
                state=state,
                requested_by=owner.person_id,
                form_key=f"{owner.login_id}-{state}-{len(values)}-{now().timestamp()}",
                **values,
            )
            db.session.add(row)
            db.session.flush()
            key = row.id
        db.session.remove()
    return key


def state_of(app: Flask, side: Side, key: int) -> str:
    with app.app_context(), tenant(side.tenant_id):
        state = db.session.execute(select(Job.state).where(Job.id == key)).scalar_one()
        db.session.remove()
    return state


def test_every_declared_kind_has_its_title_on_the_page() -> None:
    declared = {
        value.name
        for path in Path(shared.__file__ or "").parent.glob("*/jobs.py")
        for value in vars(importlib.import_module(f"shared.{path.parent.name}.jobs")).values()
        if isinstance(value, JobKind)
    }
    assert declared == set(KINDS)


def test_own_jobs_and_for_the_admin_everybodys(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    job(app, side, side["officer"])
    job(app, side, side["secretary"])
    job(app, world.union, world.union["officer"])
    mine = enter(side["officer"]).get("/jobs").get_data(as_text=True)
    assert "subject of officer" in mine
    assert "subject of secretary" not in mine
    everything = enter(side["admin"]).get("/jobs").get_data(as_text=True)
    assert everything.count("subject of") == 2
    assert "subject of" not in enter(side["admin"]).get("/jobs?whose=own").get_data(as_text=True)
    assert "subject of" not in enter(world.union["secretary"]).get("/jobs").get_data(as_text=True)


def test_the_bar_asks_again_while_the_job_is_open_and_not_afterwards(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    open_one = job(
        app, side, side["officer"], state="running", lease_until=now(), done_count=3, total_count=9
    )
    client = enter(side["officer"])
    part = client.get(f"/jobs/{open_one}/progress").get_data(as_text=True)
    assert "已做 3，共 9" in part
    assert "hx-get" in part
    assert "<html" not in part
    over = job(app, side, side["officer"], state="done")
    assert "hx-get" not in client.get(f"/jobs/{over}/progress").get_data(as_text=True)


def test_a_waiting_job_is_cancelled_once_and_never_runs(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    side = world.organ
    key = job(app, side, side["officer"])
    client = enter(side["officer"])
    assert client.post(f"/jobs/{key}/cancel").status_code == 303
    assert client.post(f"/jobs/{key}/cancel").status_code == 409
    assert state_of(app, side, key) == "cancelled"
    with app.app_context(), tenant(side.tenant_id):
        assert claim(key) is None
        db.session.remove()
    assert work(side.tenant_id) == 0


def test_a_failed_job_begins_again_and_a_running_one_does_not(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    key = job(app, side, side["officer"], state="failed", problem="The work failed", attempts=5)
    client = enter(side["officer"])
    page = client.get(f"/jobs/{key}").get_data(as_text=True)
    assert "重做" in page
    assert client.post(f"/jobs/{key}/retry").status_code == 303
    assert state_of(app, side, key) == "queued"
    assert client.post(f"/jobs/{key}/retry").status_code == 409


@pytest.mark.parametrize("act", ["cancel", "retry"])
def test_nobody_elses_job_is_touched(app: Flask, world: World, enter: Enter, act: str) -> None:
    side = world.organ
    key = job(app, side, side["officer"], state="queued" if act == "cancel" else "failed")
    for cast, status in (
        (side["secretary"], 403),
        (side["auditor"], 403),
        (side["member"], 403),
        (world.union["admin"], 404),
    ):
        assert enter(cast).post(f"/jobs/{key}/{act}").status_code == status
    assert state_of(app, side, key) in {"queued", "failed"}
    assert enter(side["admin"]).post(f"/jobs/{key}/{act}").status_code == 303
