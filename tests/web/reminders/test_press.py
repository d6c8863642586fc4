"""一键提醒: exactly the rows of the filter, counted before and after; the block to paste; the call list."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import db, transaction
from shared.sealing import seal
from shared.tenancy import tenant
from shared.tenants.queries import keys
from tests.factories.due_items import due_item, due_items
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
LATE = date(2026, 6, 20)


@pytest.fixture
def rows(app: Flask) -> Callable[..., list[Any]]:
    def read(side: Side, statement: str, **values: Any) -> list[Any]:
        with app.app_context(), tenant(side.tenant_id):
            found = [tuple(row) for row in db.session.execute(text(statement), values)]
            db.session.remove()
        return found

    return read


def change(app: Flask, side: Side, statement: str, **values: Any) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            db.session.execute(text(statement), values)
        db.session.remove()


Rows = Callable[..., list[Any]]
REMINDED = "select distinct due_item_id from reminder order by 1"


def test_exactly_the_rows_of_the_filter_are_reminded(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    mine = due_item(app, side, side.branch, LATE)
    # What could leak: the other branch, another period, what is not due yet, what is done, the neighbour's.
    due_item(app, side, side.other_branch, LATE)
    due_item(app, side, side.branch, date(2026, 5, 31))
    due_item(app, side, side.branch, date(2199, 6, 1), opens_on=date(2199, 5, 1))
    done = due_item(app, side, side.branch, LATE)
    change(app, side, "update due_item set state = 'exempt' where id = :i", i=done)
    due_item(app, world.union, world.union.branch, LATE)
    client = enter(side["officer"])
    form = {"year": "2026", "period": "2026-06", "view": "missing", "form_key": "k1"}
    before = client.get("/reminders/press", query_string=form).get_data(as_text=True)
    assert "1 个单位有 1 项未记录。将提醒 1 个单位的 2 人。" in before
    answer = client.post("/reminders/press", data=form)
    assert answer.status_code == 303
    assert rows(side, REMINDED) == [(mine,)]
    assert rows(world.union, REMINDED) == []
    after = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "已提醒 1 个单位的 2 人" in after
    assert rows(side, "select count(*) from delivery") == [(4,)]


def test_a_form_sent_twice_and_a_second_press_today_send_nothing_more(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    due_item(app, side, side.branch, LATE)
    client = enter(side["officer"])
    for key in ("same", "same", "another"):
        assert client.post("/reminders/press", data={"year": "2026", "form_key": key}).status_code == 303
    assert rows(side, "select count(*) from delivery") == [(4,)]
    assert rows(side, "select count(*) from occasion") == [(2,)]
    page = client.get("/reminders/press?year=2026").get_data(as_text=True)
    assert "将提醒 0 个单位的 0 人" in page
    assert "今天已提醒" in page


def test_one_message_a_person_however_many_items(
    app: Flask, world: World, enter: Enter, rows: Rows, work: Callable[[int], int]
) -> None:
    side = world.organ
    due_items(app, side, [side.branch] * 7, LATE)
    enter(side["admin"]).post("/reminders/press", data={"year": "2026", "form_key": "k"})
    assert rows(side, "select person_id, channel from delivery group by 1, 2 having count(*) > 1") == []
    assert rows(side, "select count(*) from reminder where delivery_id is not null") == [(28,)]


def test_a_press_over_many_items_is_a_job_for_exactly_them(
    app: Flask, world: World, enter: Enter, rows: Rows, work: Callable[[int], int]
) -> None:
    side = world.organ
    due_items(app, side, [side.branch] * 510, LATE)
    client = enter(side["admin"])
    data = {"year": "2026", "form_key": "k"}
    first = client.post("/reminders/press", data=data)
    assert client.post("/reminders/press", data=data).status_code == first.status_code == 303
    late = due_item(app, side, side.other_branch, LATE)
    assert rows(side, "select count(*) from reminder") == [(0,)]
    assert work(side.tenant_id) == 1
    assert rows(side, "select count(*) from reminder") == [(2040,)]
    assert rows(side, "select count(*) from reminder where due_item_id = :i", i=late) == [(0,)]
    assert rows(side, "select count(*) from delivery") == [(4,)]
    page = client.get("/jobs").get_data(as_text=True)
    assert "已提醒 1 个单位的 2 人" in page


def test_nothing_left_to_remind_of_is_said(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    answer = enter(side["officer"]).post("/reminders/press", data={"year": "2026", "form_key": "k"})
    assert answer.status_code == 422
    assert "没有要提醒的" in answer.get_data(as_text=True)
    assert rows(side, "select count(*) from occasion") == [(0,)]


@pytest.mark.parametrize("role", ["secretary", "keeper", "reviewer", "auditor", "member"])
def test_who_may_not_remind_is_refused(app: Flask, world: World, enter: Enter, rows: Rows, role: str) -> None:
    side = world.organ
    due_item(app, side, side.branch, LATE)
    client = enter(side[role])
    assert client.post("/reminders/press", data={"year": "2026", "form_key": "k"}).status_code == 403
    assert client.get("/reminders/press").status_code == 403
    assert client.get("/reminders/block").status_code == 403
    assert rows(side, "select count(*) from reminder") == [(0,)]


def test_a_unit_outside_the_reach_or_next_door_reminds_nobody(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    due_item(app, side, side.other_branch, LATE)
    due_item(app, world.union, world.union.branch, LATE)
    client = enter(side["officer"])
    for unit_id in (side.other_branch, world.union.branch, 10**14):
        data = {"year": "2026", "unit_id": str(unit_id), "form_key": f"k{unit_id}"}
        assert client.post("/reminders/press", data=data).status_code == 422
    assert rows(side, "select count(*) from reminder") == [(0,)]
    assert rows(world.union, "select count(*) from reminder") == [(0,)]


def test_the_page_after_a_press_is_ours_only(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    due_item(app, side, side.branch, LATE)
    client = enter(side["officer"])
    for number, target in enumerate(
        ("https://evil.test/", "//evil.test", "/\\evil.test", "/ledger?year=2026")
    ):
        data = {"year": "2026", "form_key": f"k{number}", "next": target}
        location = client.post("/reminders/press", data=data).headers["Location"]
        assert location.startswith("/reminders?") or location == "/ledger?year=2026"


def test_the_block_lists_the_units_that_have_not(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    due_items(app, side, [side.branch, side.other_branch], LATE)
    due_item(app, world.union, world.union.branch, LATE)
    page = enter(side["admin"]).get("/reminders/block?year=2026").get_data(as_text=True)
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    lines = found[1].strip().splitlines()
    assert len(lines) == 3
    assert "2026-06-20 到期）未记录的 2 个单位" in lines[0]
    assert lines[1].startswith("branch")
    assert lines[2].startswith("other branch")


def test_the_call_list_masks_numbers_until_they_are_asked_for(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    keeper = side["keeper"]
    due_item(app, side, side.branch, LATE)
    with app.app_context(), tenant(side.tenant_id):
        sealed = seal(keys(), "13812345678", "phone")
        db.session.remove()
    change(
        app,
        side,
        "update person set email = null, phone_sealed = :s where id = :p",
        s=sealed,
        p=keeper.person_id,
    )
    change(app, side, "update platform.seat set state = 'ended' where id = :s", s=keeper.seat_id)
    officer = enter(side["officer"])
    answer = officer.post("/reminders/press", data={"year": "2026", "form_key": "k"})
    said = officer.get(answer.headers["Location"]).get_data(as_text=True)
    assert "1 人没有账号和邮箱，已列入电话名单" in said
    listed = officer.get("/reminders/call-list").get_data(as_text=True)
    assert "138****5678" in listed
    assert "13812345678" not in listed
    assert "13812345678" in officer.post("/reminders/call-list").get_data(as_text=True)
    assert rows(side, "select object_id from audit_entry where verb = 'member.reveal'") == [
        (keeper.person_id,)
    ]
    assert enter(side["leader"]).post("/reminders/call-list").status_code == 403
    colleague = side.colleague
    assert colleague is not None
    assert "138****" not in enter(colleague).get("/reminders/call-list").get_data(as_text=True)
    assert "138****" not in enter(world.union["admin"]).get("/reminders/call-list").get_data(as_text=True)


def test_the_log_shows_the_own_reach_with_outcomes_by_a_constant_number_of_queries(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    due_items(app, side, [side.branch, side.other_branch], LATE)
    enter(side["admin"]).post("/reminders/press", data={"year": "2026", "form_key": "k"})
    client = enter(side["secretary"])
    with count_queries() as few:
        page = client.get("/reminders?outcome=all").get_data(as_text=True)
    assert "待发" in page
    assert "secretary of" in page
    assert "colleague of" not in page
    due_items(app, side, [side.branch] * 60, LATE)
    enter(side["admin"]).post("/reminders/press", data={"year": "2026", "form_key": "k2"})
    with count_queries() as many:
        client.get("/reminders?outcome=all")
    assert len(many) == len(few) <= 8
    assert enter(side["member"]).get("/reminders").status_code == 403


def test_a_preview_over_many_rows_takes_a_constant_number_of_queries(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    due_item(app, side, side.branch, LATE)
    client = enter(side["admin"])
    with count_queries() as few:
        client.get("/reminders/press?year=2026")
    due_items(app, side, [side.branch, side.other_branch] * 200, LATE)
    with count_queries() as many:
        assert client.get("/reminders/press?year=2026").status_code == 200
    assert len(many) == len(few) <= 13
