"""A round is opened for the units a scheme measures; they are told and counted, reminded, and it is withdrawn."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.worker.messages import send_waiting
from shared.assessments.actions.opening import proposed_span
from shared.db import db
from shared.tenancy import tenant
from tests.web.rounds.conftest import round_form
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


def told(app: Flask, world: World, rows: Rows, act: str) -> int:
    with app.app_context(), tenant(world.organ.tenant_id):
        send_waiting()
        db.session.remove()
    statement = (
        "select count(*) from delivery d join occasion o on (o.tenant_id, o.id) = (d.tenant_id, d.occasion_id)"
        " where o.kind = 'assessment_round' and o.detail->>'act' = :act and d.channel = 'in_app'"
    )
    return int(rows(world.organ, statement, act=act)[0][0])


def test_the_units_below_are_entered_told_and_counted(
    app: Flask, world: World, enter: Enter, rows: Rows, sheet: dict[str, int], opened: int
) -> None:
    organ = world.organ
    assert rows(organ, "select unit_id, state from assessment_entry where round_id = :id", id=opened) == [
        (organ.branch, "open")
    ]
    # The ledger's line has been counted already, in the round and not in the running year.
    assert rows(organ, "select round_id, line_id from assessment_score where round_id is not null") == [
        (opened, sheet["count"])
    ]
    assert told(app, world, rows, "open") >= 1
    secretary = enter(organ["secretary"])
    assert "二〇二六年度考核" in secretary.get("/notices").text
    assert "二〇二六年度考核" in secretary.get("/").text
    assert "二〇二六年度考核" in secretary.get("/rounds").text
    # The same form again opens nothing more.
    officer = enter(organ["officer"])
    answer = officer.post("/rounds/new", data=round_form(sheet["scheme"], organ.middle))
    assert answer.location.endswith(f"/rounds/{opened}")
    assert rows(organ, "select count(*) from assessment_round") == [(1,)]
    # A page for whoever runs it, with what has come.
    page = officer.get(f"/rounds/{opened}").text
    assert "branch" in page


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"name": ""}, 422),
        ({"starts_on": "2025-06-01", "ends_on": "2026-05-31"}, 422),
        ({"ends_on": "2020-01-01"}, 422),
        ({"self_until": "2020-01-01"}, 422),
        ({"review_until": "2199-05-01"}, 422),
        ({"self_until": ""}, 422),
        ({"starts_on": "2198-01-01", "ends_on": "2198-12-31"}, 422),
        ({"seen": "7"}, 409),
        ({"scheme_id": "999999"}, 422),
    ],
)
def test_what_does_not_fit_opens_nothing(
    world: World, enter: Enter, rows: Rows, sheet: dict[str, int], values: dict[str, str], status: int
) -> None:
    answer = enter(world.organ["officer"]).post(
        "/rounds/new", data=round_form(sheet["scheme"], world.organ.middle, **values)
    )
    assert answer.status_code == status
    assert rows(world.organ, "select count(*) from assessment_round") == [(0,)]


def test_another_units_round_is_not_opened(
    world: World, enter: Enter, rows: Rows, sheet: dict[str, int]
) -> None:
    officer = enter(world.organ["officer"])
    form = round_form(sheet["scheme"], world.organ.other_branch)
    assert officer.post("/rounds/new", data=form).status_code == 403
    # The scheme of a neighbour is none of ours.
    union = enter(world.union["officer"])
    answer = union.post("/rounds/new", data=round_form(sheet["scheme"], world.union.middle))
    assert answer.status_code == 422
    assert enter(world.organ["secretary"]).post("/rounds/new", data=form).status_code == 403
    assert rows(world.organ, "select count(*) from assessment_round") == [(0,)]


def test_other_last_days_are_told_and_two_at_once_are_noticed(
    app: Flask, world: World, enter: Enter, rows: Rows, opened: int
) -> None:
    officer = enter(world.organ["officer"])
    days = {
        "revision": "1",
        "self_until": "2199-06-10",
        "review_until": "2199-06-20",
        "appeal_until": "2199-06-30",
    }
    officer.post(f"/rounds/{opened}/days", data=days)
    officer.post(f"/rounds/{opened}/days", data=days | {"self_until": "2199-06-15"})
    assert rows(world.organ, "select self_until, revision from assessment_round") == [(date(2199, 6, 10), 2)]
    assert told(app, world, rows, "days") >= 1
    officer.post(f"/rounds/{opened}/days", data=days | {"revision": "2", "review_until": "2199-06-01"})
    assert rows(world.organ, "select review_until from assessment_round") == [(date(2199, 6, 20),)]


def test_reminding_tells_once_a_day_and_withdrawing_needs_a_reason(
    app: Flask, world: World, enter: Enter, rows: Rows, opened: int, entry_id: int
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    officer.post(f"/rounds/{opened}/remind")
    first = told(app, world, rows, "remind")
    officer.post(f"/rounds/{opened}/remind")
    assert first >= 1
    assert told(app, world, rows, "remind") == first
    officer.post(f"/rounds/{opened}/withdraw", data={"revision": "1", "reason": " "})
    assert rows(organ, "select state from assessment_round") == [("open",)]
    officer.post(f"/rounds/{opened}/withdraw", data={"revision": "1", "reason": "方案有误"})
    officer.post(f"/rounds/{opened}/withdraw", data={"revision": "1", "reason": "again"})
    assert rows(organ, "select state, reason from assessment_round") == [("withdrawn", "方案有误")]
    assert told(app, world, rows, "withdraw") >= 1
    # Nothing is handed in any more; the page says why.
    secretary = enter(organ["secretary"])
    assert (
        secretary.post(f"/rounds/entries/{entry_id}", data={"act": "save", "version": "1"}).status_code == 409
    )
    assert "方案有误" in secretary.get(f"/rounds/entries/{entry_id}").text


def test_the_lists_cost_the_same_however_many_there_are(
    world: World, enter: Enter, count_queries: Callable[[], Any], sheet: dict[str, int], opened: int
) -> None:
    officer = enter(world.organ["officer"])
    officer.get("/rounds")
    with count_queries() as one:
        officer.get("/rounds")
    for number in range(4):
        form = round_form(sheet["scheme"], world.organ.middle, form_key=f"further {number}")
        assert officer.post("/rounds/new", data=form).status_code == 303
    with count_queries() as many:
        officer.get("/rounds")
    assert len(many) == len(one)


@pytest.mark.parametrize(
    ("period", "on", "span"),
    [
        ("year", date(2026, 11, 22), (date(2026, 1, 1), date(2026, 12, 31))),
        ("year", date(2026, 3, 1), (date(2025, 1, 1), date(2025, 12, 31))),
        ("half", date(2026, 7, 3), (date(2026, 1, 1), date(2026, 6, 30))),
        ("half", date(2026, 2, 3), (date(2025, 7, 1), date(2025, 12, 31))),
        ("quarter", date(2026, 1, 5), (date(2025, 10, 1), date(2025, 12, 31))),
    ],
)
def test_the_period_is_proposed(period: str, on: date, span: tuple[date, date]) -> None:
    assert proposed_span(period, on) == span
