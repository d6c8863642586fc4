"""Why did X not get it: each message with its outcome and reason, each open item with what was told or why not yet."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.reminders.actions.digest import remind_due
from shared.tenancy import tenant
from shared.tenants.actions import put_setting
from tests.factories.clock import Clock
from tests.factories.due_items import due_item
from tests.web.reminders.test_proof import change, told
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def why(client: FlaskClient, cast: Cast | None, tail: str = "") -> str:
    assert cast is not None
    answer = client.get(f"/reminders/why?person_id={cast.person_id}{tail}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def plan(app: Flask, side: Side) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            remind_due(SYSTEM)
        db.session.remove()


def choose(app: Flask, side: Side, **chosen: Any) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            for key, value in chosen.items():
                put_setting(SYSTEM, key=key, value=value)
        db.session.remove()


def test_an_item_not_due_yet_says_when_the_first_step_is(
    app: Flask, world: World, enter: Enter, clock: Clock
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 30))
    with clock.at("2026-06-10", hour=10):
        page = why(enter(side["officer"]), side["secretary"])
    assert "还没到提醒时间：2026-06-23 首次提醒" in page


def test_an_item_whose_window_is_shut_waits_for_its_opening(
    app: Flask, world: World, enter: Enter, clock: Clock
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 30), opens_on=date(2026, 6, 28))
    with clock.at("2026-06-26", hour=10):
        page = why(enter(side["officer"]), side["secretary"])
    assert "还没到提醒时间：2026-06-28 首次提醒" in page


def test_who_does_not_answer_for_the_unit_and_who_does(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    due_item(app, side, side.branch, today())
    page = why(enter(side["officer"]), side["member"])
    assert "不是这个单位的负责人；提醒的是：" in page
    assert "secretary of" in page
    change(
        app,
        side,
        "update role_grant set ended_at = now(), until = current_date - 1 where unit_id = :u",
        u=side.branch,
    )
    change(app, side, "update post set until = current_date - 1 where unit_id = :u", u=side.branch)
    page = why(enter(side["officer"]), side["member"])
    assert "单位也没有别的负责人" in page
    assert "先定书记（主席）或台账员" in page


def test_no_address_is_said_with_what_to_do(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    keeper = side["keeper"]
    due_item(app, side, side.branch, today())
    change(app, side, "update person set email = null where id = :p", p=keeper.person_id)
    change(app, side, "update platform.seat set state = 'ended' where id = :s", s=keeper.seat_id)
    client = enter(side["officer"])
    before = why(client, keeper)
    assert "此人收不到任何消息" in before
    assert "补邮箱或邀请开通账号" in before
    assert f"/members/{keeper.person_id}/change" in before
    plan(app, side)
    after = why(client, keeper)
    assert "没有发出的提醒" in after
    assert "没有账号也没有邮箱" in after
    # A leader may not correct data and is offered no such link.
    assert f"/members/{keeper.person_id}/change" not in why(enter(side["leader"]), keeper)


def test_exempt_and_before_the_duties_began(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    spared = due_item(app, side, side.branch, today())
    change(app, side, "update due_item set state = 'exempt' where id = :i", i=spared)
    old = due_item(app, side, side.branch, today() - timedelta(days=40))
    change(app, side, "update unit set duties_since = current_date - 10 where id = :u", u=side.branch)
    page = why(enter(side["officer"]), side["secretary"])
    assert "免办" in page or "免" in page.split("<tbody>")[1].split("</tbody>")[0]
    assert "之前到期" in page
    assert old


def test_quiet_hours_say_until_when(app: Flask, world: World, enter: Enter, clock: Clock) -> None:
    side = world.organ
    choose(app, side, quiet_from=21, quiet_until=7, quiet_days_off=True, digest_hour=8)
    due_item(app, side, side.branch, date(2026, 6, 17))
    # A Wednesday, late.
    with clock.at("2026-06-17", hour=22):
        page = why(enter(side["officer"]), side["secretary"])
    assert "现在是免打扰时段" in page
    assert "2026-06-18 07:00 起发出" in page
    assert "随 2026-06-18 08:00 的每日提醒发出" in page


def test_what_was_told_stands_with_way_and_hour(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    due_item(app, side, side.branch, today())
    client = enter(side["officer"])
    assert "几分钟内随每日提醒发出" in why(client, side["secretary"])
    plan(app, side)
    waiting = why(client, side["secretary"])
    assert "今天到期" in waiting
    assert "待发" in waiting
    change(app, side, "update delivery set state = 'sent', sent_at = now() where channel = 'in_app'")
    change(
        app, side, "update delivery set state = 'failed', reason = 'address_refused' where channel = 'email'"
    )
    page = why(client, side["secretary"])
    assert "站内信 已发出" in page
    assert "邮件 未送达（邮件服务器不认识这个地址" in page
    assert "改正邮箱地址。" in page


def test_declined_topics_are_said_and_the_row_stands(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    change(
        app,
        side,
        "insert into preference (person_id, topic, channel, wanted) values (:p, 'dues', 'email', false)",
        p=side["keeper"].person_id,
    )
    told(app, side, "dues", "dues:1", side["keeper"])
    page = why(enter(side["officer"]), side["keeper"])
    assert "本人已关闭" in page
    assert "不需发" in page
    assert "本人的选择，站内信仍可看到。" in page


def test_whose_page_it_is(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    assert side.colleague is not None
    client = enter(side["officer"])
    assert client.get(f"/reminders/why?person_id={side.colleague.person_id}").status_code == 403
    assert client.get(f"/reminders/why?person_id={world.union['member'].person_id}").status_code == 404
    assert client.get(f"/reminders/why?person_id={10**14}").status_code == 404
    assert (
        enter(side["member"]).get(f"/reminders/why?person_id={side['member'].person_id}").status_code == 403
    )
    # The colleague, a secretary, sees the own people and no unit of ours.
    assert (
        enter(side.colleague).get(f"/reminders/why?person_id={side['member'].person_id}").status_code == 403
    )


def test_items_of_a_unit_out_of_reach_are_not_shown(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    due_item(app, side, side.other_branch, today())
    change(
        app,
        side,
        "insert into role_grant (person_id, role, unit_id, since) values (:p, 'keeper', :u, '2026-01-01')",
        p=side["keeper"].person_id,
        u=side.other_branch,
    )
    assert "other branch" not in why(enter(side["officer"]), side["keeper"])
    assert "other branch" in why(enter(side["admin"]), side["keeper"])


def test_somebody_is_found_by_name_and_never_by_number(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    client = enter(side["officer"])
    page = client.get("/reminders/why?q=secre").get_data(as_text=True)
    assert "secretary of" not in page or f"person_id={side['secretary'].person_id}" in page
    assert "输入姓名查找" in client.get("/reminders/why?q=13812345678").get_data(as_text=True)
    assert client.get("/reminders/why?q=%00").status_code == 200


def test_who_left_gets_nothing_any_more(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    change(app, side, "update person set state = 'left' where id = :p", p=side["keeper"].person_id)
    assert "不再发给此人" in why(enter(side["admin"]), side["keeper"])


def test_the_days_are_those_asked_for(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    told(app, side, "task", "task:1", side["keeper"])
    change(app, side, "update occasion set created_at = now() - interval '40 days'")
    client = enter(side["officer"])
    assert "任务下达或变更" not in why(client, side["keeper"])
    assert "任务下达或变更" in why(client, side["keeper"], "&days=90")
    assert "任务下达或变更" not in why(client, side["keeper"], "&days=99999")


def test_few_queries_however_many_items(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    client = enter(side["officer"])
    due_item(app, side, side.branch, today())
    why(client, side["secretary"])
    with count_queries() as few:
        why(client, side["secretary"])
    for _number in range(12):
        due_item(app, side, side.branch, today())
    plan(app, side)
    with count_queries() as many:
        why(client, side["secretary"])
    assert len(many) <= len(few) + 3
    assert len(many) <= 45


def test_the_page_is_reached_from_a_persons_page_the_proof_and_the_log(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    client = enter(side["officer"])
    client.post("/reminders/press", data={"year": "2026", "form_key": "k"})
    wanted = f"/reminders/why?person_id={side['keeper'].person_id}"
    for page in ("/reminders?outcome=all", "/reminders/messages", f"/members/{side['keeper'].person_id}"):
        assert wanted in client.get(page).get_data(as_text=True), page
    assert "/reminders/why" in client.get("/reminders/proof").get_data(as_text=True)
    # The keeper reads no reminders and is led to none.
    said = enter(side["keeper"]).get(f"/members/{side['member'].person_id}").get_data(as_text=True)
    assert "/reminders/why" not in said
