"""A change of a rule shows its effect before it is made, and is made as it was shown or shown again."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from shared.audit import AuditEntry
from shared.db import db, transaction
from shared.duties.models import DueItem, Rule
from shared.jobs import Job
from tests.web.duties.stage import confirmed, seen
from tests.web.duties.test_plan_pages import STRICTER, count, rule_id
from tests.web.events.stage import NOON, inside, item_id, plan, theme_day
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def told(page: str) -> dict[str, int]:
    """What the preview counts: word → how many."""
    return {word: int(n) for n, word in re.findall(r"<li><b[^>]*>(\d+)</b>\s*([^<]+)</li>", page)}


def periods_of(app: Flask, side: Side) -> list[tuple[int, str, str, str]]:
    with inside(app, side):
        rows = db.session.execute(
            select(DueItem.unit_id, DueItem.kind, DueItem.period, DueItem.state).order_by(DueItem.id)
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]


def test_the_preview_counts_what_comes_and_keeps_nothing(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    plan(app, side)
    before = periods_of(app, side)
    page = enter(side["admin"]).post(
        f"/rules/{rule_id(app, side, 'theme-day-monthly')}/tighten", data=STRICTER
    )
    assert page.status_code == 200
    # Two branches, one more theme day each in December; the first ones stand on the new rule.
    assert "涉及 2 个单位" in page.text
    assert told(page.text) == {"新增": 2, "时间不变，改按新规定": 2}
    assert "2026-12" in page.text
    assert periods_of(app, side) == before
    with inside(app, side):
        assert db.session.scalars(select(Rule.id).where(Rule.origin == "tenant")).all() == []
        assert db.session.scalars(select(Job.id)).all() == []
        assert db.session.scalars(select(AuditEntry.id).where(AuditEntry.verb == "rule.tighten")).all() == []


def test_what_was_counted_is_what_planning_does(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    side = world.organ
    plan(app, side)
    client, key = enter(side["admin"]), rule_id(app, side, "theme-day-monthly")
    sent = {**STRICTER, "early_days": "5"}
    page = client.post(f"/rules/{key}/tighten", data=sent)
    assert told(page.text) == {"新增": 2, "改期": 2}
    assert confirmed(client, f"/rules/{key}/tighten", sent).status_code == 303
    work(side.tenant_id)
    assert count(app, side, kind="theme_day", period="2026-12", state="open") == 4
    with inside(app, side):
        due = set(
            db.session.scalars(
                select(DueItem.due_on).where(DueItem.kind == "theme_day", DueItem.period == "2026-12")
            )
        )
    assert {day.isoformat() for day in due} == {"2026-12-26"}


def test_recorded_meanwhile_the_effect_is_shown_again_and_nothing_is_made(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    plan(app, side)
    client = enter(side["admin"])
    own = {**STRICTER, "valid_from": "2026-12-01"}
    key = rule_id(app, side, "theme-day-monthly")
    mark = seen(client.post(f"/rules/{key}/tighten", data=own).text)
    with inside(app, side), transaction():
        db.session.execute(
            update(DueItem)
            .where(DueItem.kind == "theme_day", DueItem.period == "2026-12", DueItem.unit_id == side.branch)
            .values(state="withdrawn", reason="not_asked")
            .execution_options(synchronize_session=False)
        )
    answer = client.post(f"/rules/{key}/tighten", data={**own, "seen": mark})
    assert answer.status_code == 409
    assert "影响已有变化" in answer.text
    assert count(app, side, kind="theme_day", period="2026-12", state="withdrawn") == 1
    with inside(app, side):
        assert db.session.scalars(select(Rule.id).where(Rule.origin == "tenant")).all() == []
    again = client.post(f"/rules/{key}/tighten", data={**own, "seen": seen(answer.text)})
    assert again.status_code == 303


def test_back_from_the_preview_keeps_what_was_typed(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    key = rule_id(app, world.organ, "theme-day-monthly")
    page = enter(world.organ["admin"]).post(f"/rules/{key}/tighten", data={**STRICTER, "back": "1"})
    assert page.status_code == 200
    assert f'value="{STRICTER["source"]}"' in page.text


def test_a_year_that_is_not_planned_yet_is_told_by_its_number(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    key = rule_id(app, world.organ, "theme-day-monthly")
    page = enter(world.organ["admin"]).post(
        f"/rules/{key}/tighten", data={**STRICTER, "valid_from": "2027-01-01"}
    )
    assert "2027 年尚未制定计划：此类事项将由 24 项变为 48 项" in page.text
    assert "没有新增、改期或取消" in page.text


def test_ending_shows_what_goes(app: Flask, world: World, enter: Enter, work: Callable[[int], int]) -> None:
    side = world.organ
    plan(app, side)
    client = enter(side["admin"])
    confirmed(client, f"/rules/{rule_id(app, side, 'theme-day-monthly')}/tighten", STRICTER)
    work(side.tenant_id)
    own = rule_id(app, side, "theme-day-monthly", "tenant")
    page = client.post(f"/rules/{own}/end")
    assert told(page.text) == {"取消": 2, "时间不变，改按新规定": 2}
    assert client.post(f"/rules/{own}/end", data={"seen": seen(page.text)}).status_code == 303
    work(side.tenant_id)
    assert count(app, side, kind="theme_day", period="2026-12", state="open") == 2


def test_a_practice_may_be_left_out_and_a_binding_rule_may_not(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    side = world.organ
    plan(app, side)
    client = enter(side["admin"])
    binding = rule_id(app, side, "theme-day-monthly")
    refused = client.post(f"/rules/{binding}/switch", data={"on": "no", "reason": "不办了"})
    assert refused.status_code == 422
    assert "约束力" in refused.text
    practice = rule_id(app, side, "party-lecture-quarterly")
    assert client.post(f"/rules/{practice}/switch", data={"on": "no"}).status_code == 200
    sent = {"on": "no", "reason": "2026 年第 9 号会议纪要"}
    assert client.post(f"/rules/{practice}/switch", data={**sent, "reason": ""}).status_code == 422
    assert confirmed(client, f"/rules/{practice}/switch", sent).status_code == 303
    work(side.tenant_id)
    assert count(app, side, kind="party_lecture", state="open") == 0
    assert f"/rules/{practice}/switch" in client.get("/rules").text
    # Asked again, it asks nothing of the time before.
    assert confirmed(client, f"/rules/{practice}/switch", {**sent, "on": "yes"}).status_code == 303
    work(side.tenant_id)
    assert count(app, side, kind="party_lecture", state="open") == 2


def test_counting_for_another_duty_says_how_many_it_may_fulfil(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    plan(app, side)
    client = enter(side["admin"])
    sent = {"kind": "theme_day", "also": "party_lecture"}
    page = client.post("/rules/counting", data=sent)
    assert "2 个单位今年两项都要办，尚未到期的 2 项" in page.text
    secretary = enter(side["secretary"])
    lecture = item_id(app, side, "party_lecture", "2026-Q4")
    theme_day(secretary, item_id(app, side, "theme_day", "2026-11"), held_on="2026-11-20")
    assert count(app, side, kind="party_lecture", period="2026-Q4", state="open") == 2
    assert client.post("/rules/counting", data={**sent, "seen": seen(page.text)}).status_code == 303
    theme_day(secretary, item_id(app, side, "theme_day", "2026-10"), held_on="2026-10-20")
    with inside(app, side):
        done = db.session.scalars(select(DueItem.state).where(DueItem.id == lecture)).one()
    assert done == "done"
    assert client.post("/rules/counting", data={"kind": "theme_day", "also": "theme_day"}).status_code == 422


def test_a_rules_page_opens_into_the_units_of_the_reach(
    app: Flask, world: World, enter: Enter, count_queries: Any
) -> None:
    side = world.organ
    plan(app, side)
    key = rule_id(app, side, "theme-day-monthly")
    page = enter(side["admin"]).get(f"/rules/{key}/about").text
    assert f"/ledger/{side.branch}" in page
    assert f"/ledger/{side.other_branch}" in page
    assert "随产品" in page
    officer = enter(side["officer"]).get(f"/rules/{key}/about").text
    assert f"/ledger/{side.branch}" in officer
    assert f"/ledger/{side.other_branch}" not in officer
    assert enter(world.union["admin"]).get(f"/rules/{key}/about").status_code == 404
