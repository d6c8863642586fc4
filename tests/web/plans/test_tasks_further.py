"""What surrounds a task: the page of today, units below, reminders, lists."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from services.worker.messages import send_waiting
from services.worker.reminders import remind
from shared.db import db
from shared.tenancy import tenant
from tests.web.plans.test_plans import act, given, taken_in
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


@pytest.fixture
def issued(world: World, enter: Enter) -> int:
    """A plan of the middle unit, given to its branches and issued."""
    officer = enter(world.organ["officer"])
    plan_id = taken_in(officer, world.organ.middle)
    officer.post(f"/plans/{plan_id}/decide", data={"all": "1", "act": "take"})
    assert given(officer, plan_id, kinds="party_branch").status_code == 303
    assert officer.post(f"/plans/{plan_id}/move", data={"to": "issued"}).status_code == 303
    return plan_id


def one_of(rows: Rows, world: World, unit_id: int) -> int:
    found = rows(
        world.organ,
        "select id from task where unit_id = :unit and title not like '%主题党日%' order by id limit 1",
        unit=unit_id,
    )
    return int(found[0][0])


def test_today_names_open_tasks_and_what_waits_to_be_confirmed(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    secretary, officer = enter(world.organ["secretary"]), enter(world.organ["officer"])
    page = secretary.get("/").text
    assert "whose=own" in page or 'href="/tasks/' in page
    assert "待确认" not in officer.get("/").text
    task_id = one_of(rows, world, world.organ.branch)
    assert act(secretary, task_id, "done").status_code == 303
    page = officer.get("/").text
    assert "1 项任务已提交，待确认" in page
    listed = officer.get("/tasks?view=handed_in&whose=asked").text
    assert f"/tasks/{task_id}" in listed
    # The number belongs to whoever asked: the union side and a member see nothing of it.
    assert "/tasks" not in enter(world.organ["member"]).get("/").text


def test_a_unit_passes_its_task_on_and_sees_the_parts(world: World, enter: Enter, rows: Rows) -> None:
    admin, officer = enter(world.organ["admin"]), enter(world.organ["officer"])
    plan_id = taken_in(admin, world.organ.root)
    admin.post(f"/plans/{plan_id}/decide", data={"all": "1", "act": "drop"})
    assert given(admin, plan_id, kinds="general_branch").status_code == 303
    admin.post(f"/plans/{plan_id}/move", data={"to": "issued"})
    [(task_id,)] = rows(world.organ, "select id from task order by id limit 1")
    page = officer.get(f"/tasks/{task_id}/pass-on").text
    assert f'value="{world.organ.branch}"' in page
    # Not the units beside, nor itself.
    assert f'value="{world.organ.other_branch}"' not in page
    sent = {"form_key": "pass", "version": "1", "due_on": "2199-06-30"}
    assert officer.post(f"/tasks/{task_id}/pass-on", data=sent).status_code == 422
    late = {**sent, "units": world.organ.branch, "due_on": "2199-12-31"}
    beside = {**sent, "units": world.organ.other_branch}
    assert officer.post(f"/tasks/{task_id}/pass-on", data=beside).status_code == 422
    assert officer.post(f"/tasks/{task_id}/pass-on", data={**late, "due_on": "2200-01-01"}).status_code == 422
    for _again in range(2):
        answer = officer.post(f"/tasks/{task_id}/pass-on", data={**sent, "units": world.organ.branch})
        assert answer.status_code == 303
    made = rows(
        world.organ,
        "select id, unit_id, by_unit_id, due_on::text from task where parent_id = :id",
        id=task_id,
    )
    [(part_id, *rest)] = made
    assert rest == [world.organ.branch, world.organ.middle, "2199-06-30"]
    secretary = enter(world.organ["secretary"])
    assert act(secretary, part_id, "progress", percent="40").status_code == 303
    shown = officer.get(f"/tasks/{task_id}").text
    assert f"/tasks/{part_id}" in shown
    assert "40%" in shown
    assert act(secretary, part_id, "done").status_code == 303
    assert act(officer, part_id, "confirm").status_code == 303
    # The secretary of the branch beside sees neither.
    beside_client = enter(world.organ.colleague)  # type: ignore[arg-type]
    assert beside_client.get(f"/tasks/{part_id}").status_code == 403
    assert beside_client.get(f"/tasks/{task_id}/pass-on").status_code == 403
    # Withdrawn above, what is still open below goes with it.
    assert act(officer, part_id, "return", remark="再看").status_code == 303
    assert act(admin, task_id, "withdraw", remark="不再需要").status_code == 303
    assert rows(world.organ, "select state from task where id = :id", id=part_id) == [("withdrawn",)]


def swept(app: Flask, world: World) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        remind()
        db.session.remove()


def test_a_late_task_is_told_to_its_unit_then_above_once_each(
    app: Flask, world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    told = (
        "select detail->>'stage', array_agg(distinct person_id) from delivery join occasion"
        " on occasion.tenant_id = delivery.tenant_id and occasion.id = delivery.occasion_id"
        " where kind = 'task_late' group by 1 order by 1"
    )
    noon = "2200-01-{:02d}T04:00:00Z"
    with time_machine.travel("2026-12-01T04:00:00Z", tick=False):
        swept(app, world)
    assert rows(world.organ, told) == []
    with time_machine.travel(noon.format(20), tick=False):
        swept(app, world)
        first = rows(world.organ, told)
        swept(app, world)
        assert rows(world.organ, told) == first
    people = dict(first)
    organ = world.organ
    assert set(people) == {"1", "2"}
    assert {organ["secretary"].person_id, organ["keeper"].person_id} <= set(people["1"])
    assert {organ["officer"].person_id, organ["leader"].person_id} <= set(people["2"])
    assert organ["secretary"].person_id not in people["2"]
    # Each task stands in one message a person and stage, and nowhere twice.
    assert rows(organ, "select distinct told from task") == [(2,)]


def test_the_message_names_what_is_late(
    app: Flask, world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    with time_machine.travel("2200-02-01T04:00:00Z", tick=False):
        swept(app, world)
        with app.app_context(), tenant(world.organ.tenant_id):
            send_waiting()
            db.session.remove()
    notices = rows(
        world.organ,
        "select subject, body from delivery join occasion on occasion.tenant_id = delivery.tenant_id"
        " and occasion.id = delivery.occasion_id where kind = 'digest' and person_id = :who and channel = 'in_app'",
        who=world.organ["secretary"].person_id,
    )
    assert len(notices) == 1
    assert "项任务已过期限" in notices[0][0]
    assert "阅览室" in notices[0][1]


def test_the_units_stand_on_one_screen_and_each_number_opens(
    world: World, enter: Enter, rows: Rows, issued: int, count_queries: Callable[[], Any]
) -> None:
    officer, secretary = enter(world.organ["officer"]), enter(world.organ["secretary"])
    task_id = one_of(rows, world, world.organ.branch)
    assert act(secretary, task_id, "done").status_code == 303
    with count_queries() as asked:
        page = officer.get("/tasks/wall").text
    assert len(asked) <= 12, asked
    assert f"view=handed_in&amp;unit_id={world.organ.branch}" in page
    listed = officer.get(f"/tasks?view=handed_in&unit_id={world.organ.branch}").text
    assert f"/tasks/{task_id}" in listed
    # Alone: what is given below is not the middle unit's own.
    alone = officer.get(f"/tasks?view=all&alone=1&unit_id={world.organ.middle}").text
    assert f"/tasks/{task_id}" not in alone
    assert officer.get(f"/tasks/wall?unit_id={world.organ.other_branch}").status_code == 403
    assert officer.get(f"/tasks/wall?unit_id={world.union.branch}").status_code == 404
    assert f"plan_id={issued}" in officer.get(f"/tasks/wall?plan_id={issued}").text


def test_the_year_of_a_plan_and_what_has_nobody(world: World, enter: Enter, issued: int, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    page = officer.get(f"/plans/{issued}/year?year=2026").text
    assert 'class="on run"' in page
    assert f"plan_id={issued}" in page
    assert officer.get(f"/plans/{issued}/year?year=99999").status_code == 200
    plan_id = taken_in(officer, world.organ.middle, key="second")
    officer.post(f"/plans/{plan_id}/decide", data={"all": "1", "act": "drop"})
    whole = officer.get(f"/plans/{plan_id}").text
    assert f"/plans/{plan_id}?only=nobody" in whole
    only = officer.get(f"/plans/{plan_id}?only=nobody").text
    tree = only.split('id="tree"')[1].split('id="original"')[0]
    assert "办好课堂" in tree
    assert "党组织书记全年" not in tree.split("<details")[0]


def test_tasks_leave_as_excel_with_their_filter(world: World, enter: Enter, issued: int, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    assert "/exports/tasks/list?view=all" in officer.get("/tasks?view=all").text
    answer = officer.post("/exports/tasks/list?view=all", data={"form_key": "tasks"})
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    count = rows(world.organ, "select count(*) from task")[0][0]
    assert (
        sum(1 for row in sheet.iter_rows(values_only=True) if row[5] == "待接收" or row[5] == "待接受")
        == count
    )


def test_where_only_an_administrator_sits_above_the_late_task_is_told_there(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    organ = world.organ
    admin = enter(organ["admin"])
    plan_id = taken_in(admin, organ.root)
    admin.post(f"/plans/{plan_id}/decide", data={"all": "1", "act": "drop"})
    assert given(admin, plan_id, kinds="general_branch", issue="1").status_code == 303
    with time_machine.travel("2200-01-20T04:00:00Z", tick=False):
        swept(app, world)
    told = rows(
        organ,
        "select distinct person_id from delivery join occasion on occasion.tenant_id = delivery.tenant_id"
        " and occasion.id = delivery.occasion_id where kind = 'task_late' and detail->>'stage' = '2'",
    )
    assert told == [(organ["admin"].person_id,)]
