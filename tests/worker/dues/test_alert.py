"""The alert about those who have long not paid: to the committee, once a month, without names; nothing else changes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from services.worker.dues import warn_unpaid
from services.worker.messages import send_waiting
from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.dues.actions.collecting import Differs, collect_month
from shared.dues.actions.reliefs import ask_relief
from shared.dues.actions.sheets import close_sheet, draw_sheets
from shared.dues.models import Relief
from shared.tenancy import tenant
from tests.factories.dues import base, payer, unit_row
from tests.world import Cast, Side, World

Rows = Callable[..., list[Any]]
Enter = Callable[[Cast], FlaskClient]
MONTHS = [date(2026, month, 1) for month in range(4, 11)]


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


@contextmanager
def inside(app: Flask, side: Side) -> Iterator[None]:
    with app.app_context(), tenant(side.tenant_id):
        yield
        db.session.remove()


def half_a_year(app: Flask, side: Side, *, unpaid: int = 6) -> tuple[int, int]:
    """Two members through seven months; one pays always, the other all but the last `unpaid`. (payer, debtor)."""
    with inside(app, side), transaction():
        good, bad = payer(side.branch, "party"), payer(side.branch, "party")
        base(good, "3000")
        base(bad, "3000")
        for month in MONTHS:
            draw_sheets(SYSTEM, unit_ids=[side.branch], month=month)
            collect_month(
                SYSTEM,
                unit=unit_row(side.branch),
                month=month,
                paid_on=month,
                way="cash",
                form_key=f"m{month}",
                differs=Differs(frozenset({bad} if month in MONTHS[-unpaid:] else ())),
            )
            close_sheet(SYSTEM, unit_id=side.branch, month=month)
    return good, bad


def test_six_months_are_told_to_the_committee_once_and_change_nothing(
    app: Flask, world: World, rows: Rows, enter: Enter, change: Callable[..., None]
) -> None:
    side = world.organ
    _good, bad = half_a_year(app, side)
    before = rows(side, "select * from membership order by id") + rows(
        side, "select * from person order by id"
    )
    with inside(app, side):
        assert warn_unpaid() > 0
        db.session.rollback()
        assert warn_unpaid() == 0
    # The database's clock is not the frozen one.
    change(side, "update delivery set not_before = '2026-01-01'")
    with inside(app, side):
        send_waiting()
    told = {person_id for (person_id,) in rows(side, "select person_id from delivery where state = 'sent'")}
    # The secretary, and the officer and leader of the unit above; nobody else, not the person either.
    assert told == {side[role].person_id for role in ("secretary", "officer", "leader")}
    ((name,),) = rows(side, "select name from person where id = :bad", bad=bad)
    for subject, body in rows(side, "select subject, body from delivery"):
        assert "1 人" in subject
        assert name not in subject + body
        assert "15.00" not in subject + body
    after = rows(side, "select * from membership order by id") + rows(
        side, "select * from person order by id"
    )
    assert after == before
    page = enter(side["officer"]).get("/dues/unpaid").text
    assert name in page
    assert "payer" not in page.replace(name, "")
    # The branch beside and the neighbour are told nothing.
    assert rows(world.union, "select 1 from delivery") == []


def test_five_months_are_nobodys_alert(app: Flask, world: World, rows: Rows) -> None:
    side = world.organ
    half_a_year(app, side, unpaid=5)
    with inside(app, side):
        assert warn_unpaid() == 0
    assert rows(side, "select 1 from occasion") == []


def test_exempt_months_do_not_count(app: Flask, world: World) -> None:
    side = world.organ
    with inside(app, side), transaction():
        one = payer(side.branch, "party")
        base(one, "3000")
        relief = ask_relief(
            SYSTEM,
            unit=unit_row(side.branch),
            person_id=one,
            kind="exemption",
            amount=None,
            from_month=MONTHS[0],
            until_month=MONTHS[-1],
            reason="illness",
            document="",
            form_key="r",
        )
        assert isinstance(relief, Relief)
        relief.state = "approved"
        db.session.flush()
        for month in MONTHS:
            draw_sheets(SYSTEM, unit_ids=[side.branch], month=month)
    with inside(app, side):
        assert warn_unpaid() == 0
