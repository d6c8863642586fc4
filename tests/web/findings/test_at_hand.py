"""Findings on Today and on a unit's page, who may agree, and what is told when something is late."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.worker.messages import send_waiting
from services.worker.reminders import remind
from shared.clock import today
from shared.db import db
from shared.tenancy import tenant
from tests.factories.clock import Clock
from tests.factories.objects import make
from tests.web.findings.test_findings import act, entered, paper, pasted
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]
DUE = "2026-12-01"
TOLD = (
    "select (detail->>'stage')::int, person_id, count(*) from delivery d join occasion o on o.id = d.occasion_id"
    " where o.kind = :kind and channel = 'in_app' group by 1, 2"
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def finding(world: World, enter: Enter, rows: Rows) -> int:
    """One finding of the branch with one measure of the keeper, both due on DUE."""
    officer = enter(world.organ["officer"])
    inspection_id = entered(officer, world.organ.middle)
    pasted(officer, inspection_id, "1. 支委会记录不全", unit_id=world.organ.branch, due_on=DUE)
    finding_id = int(rows(world.organ, "select id from finding")[0][0])
    step = {
        "form_key": "step",
        "content": "补齐记录",
        "due_on": DUE,
        "owner_id": world.organ["keeper"].person_id,
    }
    assert (
        enter(world.organ["secretary"]).post(f"/findings/{finding_id}/measures", data=step).status_code == 303
    )
    return finding_id


def swept(app: Flask, side: Side) -> None:
    with app.app_context(), tenant(side.tenant_id):
        remind()
        db.session.remove()


def sent(app: Flask, rows: Rows, side: Side, kind: str, person_id: int | None) -> list[Any]:
    with app.app_context(), tenant(side.tenant_id):
        send_waiting()
        db.session.remove()
    return rows(
        side,
        "select d.state, d.subject, d.body from delivery d join occasion o on o.id = d.occasion_id"
        " where o.kind = :kind and d.person_id = :person and d.channel = 'in_app' order by d.id",
        kind=kind,
        person=person_id,
    )


def test_today_says_what_is_open_and_what_waits(
    world: World, enter: Enter, change: Change, finding: int
) -> None:
    organ = world.organ
    secretary, officer, leader = (enter(organ[role]) for role in ("secretary", "officer", "leader"))
    change(organ, "update finding set due_on = '2026-01-06'")
    page = secretary.get("/").text
    assert f"/findings/{finding}" in page
    assert "天" in page.split(f"/findings/{finding}")[1][:400]
    # The unit's page says so to whoever may see findings there.
    assert "有 1 个问题待整改" in officer.get(f"/organisations/{organ.branch}").text
    assert "待整改" not in enter(organ["admin"]).get(f"/organisations/{organ.other_branch}").text
    assert "等您审核" not in leader.get("/").text
    act(secretary, finding, "start")
    act(secretary, finding, "apply", file=paper())
    assert "1 个问题申请销号，等您审核" in leader.get("/").text
    assert "等您审核" in officer.get("/").text
    act(officer, finding, "approve")
    # Whoever agreed already has nothing to do; the other one has.
    assert "等您审核" not in officer.get("/").text
    assert "等您审核" in leader.get("/").text
    assert f"/findings/{finding}" not in secretary.get("/").text
    assert enter(world.union["secretary"]).get("/").status_code == 200


def test_why_one_may_not_agree_is_said(world: World, enter: Enter, finding: int) -> None:
    officer = enter(world.organ["officer"])
    act(officer, finding, "start")
    act(officer, finding, "apply", file=paper())
    refused = act(officer, finding, "approve")
    assert refused.status_code == 409
    assert "由您申请销号，须由另外两人审核同意" in refused.text
    leader = enter(world.organ["leader"])
    act(leader, finding, "approve")
    again = act(leader, finding, "approve", key="twice")
    assert again.status_code == 409
    assert "您已审核同意，须由另一人复核销号" in again.text


def test_too_few_who_may_agree_is_said_with_what_to_do(
    world: World, enter: Enter, change: Change, finding: int
) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    few = "能审核销号的人员不足"
    assert few not in secretary.get(f"/findings/{finding}").text
    change(organ, "update role_grant set ended_at = now() where role in ('leader', 'admin')")
    page = secretary.get(f"/findings/{finding}").text
    assert few in page
    assert "officer of bureau" in page
    assert "请管理员在“账号”中授予" in page
    # Whoever only reads is not told what to do.
    assert few not in enter(organ["auditor"]).get(f"/findings/{finding}").text


def test_late_is_told_to_the_unit_then_above_once_each(
    app: Flask, world: World, rows: Rows, clock: Clock, finding: int
) -> None:
    organ = world.organ
    with clock.at(DUE, hour=11):
        swept(app, organ)
    assert rows(organ, TOLD, kind="finding_late") == []
    with clock.at("2026-12-04", hour=11):
        swept(app, organ)
        swept(app, organ)
        first = {(stage, person): count for stage, person, count in rows(organ, TOLD, kind="finding_late")}
        assert set(first.values()) == {1}
        assert {(1, organ["secretary"].person_id), (1, organ["keeper"].person_id)} <= set(first)
        assert {stage for stage, _person in first} == {1}
        [(state, subject, body)] = sent(app, rows, organ, "digest", organ["secretary"].person_id)
    assert (state, subject) == ("sent", "本组织有 1 个问题超过整改期限")
    assert "支委会记录不全" in body
    assert "补齐记录" in body
    with clock.at("2027-02-01", hour=11):
        swept(app, organ)
        swept(app, organ)
        second = {(stage, person) for stage, person, _count in rows(organ, TOLD, kind="finding_late")}
        assert {(2, organ["officer"].person_id), (2, organ["leader"].person_id)} <= second
        assert (2, organ["secretary"].person_id) not in second
        [(_state, subject, _body)] = sent(app, rows, organ, "digest", organ["leader"].person_id)
    assert subject == "下级组织有 1 个问题超过整改期限"
    assert rows(world.union, TOLD, kind="finding_late") == []


def test_what_was_applied_for_meanwhile_is_not_told(
    app: Flask, world: World, enter: Enter, rows: Rows, clock: Clock, finding: int
) -> None:
    organ = world.organ
    with clock.at("2026-12-04", hour=11):
        swept(app, organ)
        secretary = enter(organ["secretary"])
        act(secretary, finding, "start")
        act(secretary, finding, "apply", file=paper())
        states = {row[0] for row in sent(app, rows, organ, "digest", organ["secretary"].person_id)}
    assert states == {"suppressed"}


def test_another_last_day_is_told_anew(
    app: Flask, world: World, enter: Enter, rows: Rows, clock: Clock, finding: int
) -> None:
    organ = world.organ
    with clock.at("2027-02-01", hour=11):
        swept(app, organ)
        assert rows(organ, "select told from finding") == [(2,)]
        days = {"version": rows(organ, "select version from finding")[0][0], "due_on": "2027-03-01"}
        assert enter(organ["officer"]).post(f"/findings/{finding}/change", data=days).status_code == 303
    assert rows(organ, "select told from finding") == [(0,)]


def test_the_messages_say_what_happened(
    app: Flask, world: World, enter: Enter, rows: Rows, finding: int
) -> None:
    organ = world.organ
    secretary, officer, leader = (enter(organ[role]) for role in ("secretary", "officer", "leader"))
    [(_state, subject, body)] = sent(app, rows, organ, "findings", organ["secretary"].person_id)
    assert "市委第*轮巡察" in subject
    assert "整改" in body
    act(secretary, finding, "start")
    act(secretary, finding, "apply", file=paper())
    heard = sent(app, rows, organ, "finding", organ["officer"].person_id)
    assert [row[1] for row in heard] == ["申请销号：支委会记录不全"]
    assert len(sent(app, rows, organ, "finding", organ["leader"].person_id)) == 1
    # Two who may agree are near; the administrator of the whole is left in peace.
    assert sent(app, rows, organ, "finding", organ["admin"].person_id) == []
    act(officer, finding, "return", remark="缺签名")
    [(_state, subject, body)] = sent(app, rows, organ, "finding", organ["secretary"].person_id)
    assert subject == "退回整改：支委会记录不全"
    assert DUE in body
    act(secretary, finding, "apply", key="again")
    act(officer, finding, "approve")
    act(leader, finding, "approve")
    last = sent(app, rows, organ, "finding", organ["secretary"].person_id)[-1]
    assert last[1] == "已销号：支委会记录不全"
    # Opened again at once, nobody is told any more that it was closed.
    act(officer, finding, "failed", on_date=str(today()), remark="又中断")
    last = sent(app, rows, organ, "finding", organ["secretary"].person_id)[-1]
    assert "支委会记录不全" in last[1]


def test_a_missing_month_on_the_watch_list_is_told_once(
    app: Flask, world: World, enter: Enter, rows: Rows, change: Change, clock: Clock
) -> None:
    organ = world.organ
    watch_id = make(app, "watch_id", organ, organ.branch, organ["secretary"])
    change(organ, "update watch_entry set leader_id = :p", p=organ["leader"].person_id)
    with clock.at("2026-03-01", hour=11):
        swept(app, organ)
    assert rows(organ, TOLD, kind="watch_late") == []
    with clock.at("2026-03-20", hour=11):
        for _twice in range(2):
            swept(app, organ)
        told = {row[1] for row in rows(organ, TOLD, kind="watch_late")}
        assert {organ["secretary"].person_id, organ["leader"].person_id} <= told
        [(state, subject, _body)] = sent(app, rows, organ, "digest", organ["secretary"].person_id)
        assert (state, subject) == ("sent", "软弱涣散整顿：2026-02 进展未报")
    with clock.at("2026-04-20", hour=11):
        swept(app, organ)
        said = {"month": "2026-03-01", "progress": "已补选"}
        assert enter(organ["secretary"]).post(f"/watchlist/{watch_id}/months", data=said).status_code == 303
        second = sent(app, rows, organ, "digest", organ["secretary"].person_id)
    assert [row[0] for row in second] == ["sent", "suppressed"]
