"""A month drawn up for many units: a job, in chunks, killed anywhere and begun again."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from services.web.dues.views import over
from services.worker import dues
from services.worker.jobs import run
from shared.db import db, transaction
from shared.dues.actions.sheets import Drawn, draw_sheets
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.factories.dues import base, payer, unit_row
from tests.world import Cast, Side, World, waiting_jobs

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=True):
        yield


def branches(app: Flask, side: Side, count: int) -> None:
    """Further branches with one payer each."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            parent = unit_row(side.middle)
            for number in range(count):
                unit = Unit(
                    parent_id=parent.id,
                    path=f"new {number}",
                    kind="party_branch",
                    line="party",
                    name=f"branch no. {number}",
                    duties_since=date(2026, 1, 1),
                )
                db.session.add(unit)
                db.session.flush()
                unit.path = f"{parent.path}{unit.id:010d}."
                base(payer(unit.id, "party"), "3000")
        db.session.remove()


def test_many_units_are_a_job_that_survives_its_worker(
    app: Flask,
    world: World,
    enter: Enter,
    rows: Rows,
    change: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    side = world.organ
    branches(app, side, 7)
    monkeypatch.setattr(over, "AT_ONCE", 3)
    monkeypatch.setattr(dues, "CHUNK", 3)
    answer = enter(side["officer"]).post("/dues/draw", data={"month": "2026-11"})
    assert "/jobs/" in answer.location
    (job_id,) = waiting_jobs(app, side.tenant_id)
    chunks = []

    def killed(*args: Any, **kwargs: Any) -> Drawn:
        chunks.append(len(kwargs["unit_ids"]))
        if len(chunks) == 2:
            raise KeyboardInterrupt
        return draw_sheets(*args, **kwargs)

    with monkeypatch.context() as once:
        once.setattr(dues, "draw_sheets", killed)
        with pytest.raises(KeyboardInterrupt):
            run(tenant_id=side.tenant_id, job_id=job_id)
    assert rows(side, "select state from job") == [("running",)]
    assert len(rows(side, "select 1 from dues_sheet")) == 3
    # The database's clock is not the frozen one.
    change(side, "update job set lease_until = '2026-01-01'")
    run(tenant_id=side.tenant_id, job_id=job_id)
    ((state, result),) = rows(side, "select state, result from job")
    assert state == "done"
    # Seven new branches and the one of the cast, whose members have no base.
    assert result == {"sheets": 8, "lines": 7}
    assert rows(side, "select count(*), sum(payable) from dues_charge")[0][0] == 7
    assert "8" in enter(side["officer"]).get(f"/jobs/{job_id}").text
