"""The first page of each role: my to-do list, overdue first."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.clock import today
from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.events.models import Attendance, Event
from shared.organisations.models import Unit
from shared.reminders.models import Reminder
from shared.tenancy import tenant
from tests.factories.clock import Clock
from tests.factories.due_items import due_item, due_items
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]


@pytest.mark.parametrize(
    "role", ["admin", "officer", "leader", "reviewer", "auditor", "secretary", "keeper", "member"]
)
def test_every_role_has_a_first_page(world: World, enter: Enter, role: str) -> None:
    for side in (world.organ, world.union):
        page = enter(side[role]).get("/")
        assert page.status_code == 200
        assert "next door" not in page.text


def test_the_operator_sees_the_tenants_and_nobody_the_door(app: Flask, world: World, enter: Enter) -> None:
    assert enter(world.operator).get("/").location == "/platform"
    assert "/login" in app.test_client().get("/").location


def test_overdue_groups_of_the_reach_with_one_press_each(app: Flask, world: World, enter: Enter) -> None:
    late = today() - timedelta(days=20)
    due_items(app, world.organ, [world.organ.branch, world.organ.other_branch], late)
    due_item(app, world.union, world.union.branch, late)
    whole = enter(world.organ["admin"]).get("/").text
    assert "branch" in whole
    assert "other branch" in whole
    assert whole.count('action="/reminders/press"') == 2
    below = enter(world.organ["officer"]).get("/").text
    assert "other branch" not in below
    assert 'name="kinds" value="theme_day"' in below
    assert f'name="period" value="{late:%Y-%m}"' in below
    assert 'name="expected" value="1"' in below
    reading = enter(world.organ["auditor"]).get("/").text
    assert "other branch" in reading
    assert "/reminders/press" not in reading


def test_a_press_from_today_reminds_exactly_the_group(app: Flask, world: World, enter: Enter) -> None:
    late = today() - timedelta(days=20)
    due_items(app, world.organ, [world.organ.branch, world.organ.other_branch], late)
    client = enter(world.organ["officer"])
    answer = client.post(
        "/reminders/press",
        data={
            "year": late.year,
            "kinds": "theme_day",
            "period": f"{late:%Y-%m}",
            "view": "missing",
            "next": "/",
            "form_key": "k",
        },
    )
    assert answer.status_code == 303
    with app.app_context(), tenant(world.organ.tenant_id):
        told = set(db.session.scalars(select(Reminder.person_id)))
        db.session.remove()
    assert world.organ["secretary"].person_id in told
    assert world.organ.colleague is not None
    assert world.organ.colleague.person_id not in told


def test_the_secretary_records_from_the_first_page(app: Flask, world: World, enter: Enter) -> None:
    with Clock().at("2026-06-10"):
        late = due_item(app, world.organ, world.organ.branch, date(2026, 5, 31))
        open_now = due_item(
            app, world.organ, world.organ.branch, date(2026, 6, 30), opens_on=date(2026, 6, 1)
        )
        not_yet = due_item(app, world.organ, world.organ.branch, date(2026, 7, 9), opens_on=date(2026, 7, 1))
        other = due_item(app, world.organ, world.organ.other_branch, date(2026, 5, 31))
        for role in ("secretary", "keeper"):
            page = enter(world.organ[role]).get("/").text
            assert f"/duties/{late}/record" in page
            assert f"/duties/{open_now}/record" in page
            assert page.index(f"/duties/{late}/record") < page.index(f"/duties/{open_now}/record")
            assert f"/duties/{not_yet}/record" not in page
            assert f"/duties/{other}/record" not in page


def test_a_member_sees_what_comes_and_the_own_record(app: Flask, world: World, enter: Enter) -> None:
    with Clock().at("2026-06-10"):
        due_item(app, world.organ, world.organ.branch, date(2026, 6, 30), opens_on=date(2026, 6, 1))
        with app.app_context(), tenant(world.organ.tenant_id), transaction():
            for day, present in ((3, True), (4, False)):
                event = Event(
                    unit_id=world.organ.branch,
                    kind="theme_day",
                    title=f"title {day}",
                    held_on=date(2026, 6, day),
                    due_count=1,
                    present_count=1,
                    form_key=f"k{day}",
                )
                db.session.add(event)
                db.session.flush()
                db.session.add(
                    Attendance(event_id=event.id, person_id=world.organ["member"].person_id, present=present)
                )
        page = enter(world.organ["member"]).get("/").text
        assert "2026-06-30" in page
        assert "应到 2 次，实到 1 次" in page or "Expected 2 times, present 1" in page
        assert "title 4" in page
        assert "title 4" not in enter(world.organ["keeper"]).get("/me").text
        assert "title 3" in enter(world.organ["member"]).get("/me").text


def test_more_units_cost_no_more_queries(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    late = today() - timedelta(days=20)
    due_items(app, world.organ, [world.organ.branch], late)
    client = enter(world.organ["admin"])
    client.get("/")
    with count_queries() as few:
        client.get("/")
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        parent = db.session.execute(select(Unit).where(Unit.id == world.organ.middle)).scalar_one()
        made = [
            Unit(parent_id=parent.id, path=f"{parent.path}x{n:09d}.", line="party", kind="party_branch", name=f"第{n}",
                 duties_since=date(2026, 1, 1))
            for n in range(100)
        ]  # fmt: skip
        db.session.add_all(made)
        db.session.flush()
        ids = [unit.id for unit in made]
    due_items(app, world.organ, ids, late)
    with count_queries() as many:
        page = client.get("/").text
    assert "第" in page
    # The ledger's, and at most two for each noun that has something to say there.
    assert len(many) == len(few) <= 27
    with app.app_context(), tenant(world.organ.tenant_id):
        assert len(list(db.session.scalars(select(DueItem.id)))) == 101
        db.session.remove()
