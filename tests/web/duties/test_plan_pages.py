"""The pages of the plan and its rules, and the job and the command behind them."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.web.commands import jiceng
from services.worker.duties import plan_nightly
from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.duties.actions import end_tightening
from shared.duties.models import DueItem, Rule
from shared.jobs import Job
from tests.web.duties.stage import confirmed
from tests.web.events.stage import NOON, inside, item, item_id, plan, theme_day
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")

STRICTER = {
    "cadence": "month",
    "times": "2",
    "early_days": "0",
    "valid_from": "2026-12-01",
    "source": "2026 年第 3 号会议纪要",
}


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def count(app: Flask, side: Side, **by: Any) -> int:
    with inside(app, side):
        return len(db.session.scalars(select(DueItem.id).filter_by(**by)).all())


def rule_id(app: Flask, side: Side, key: str, origin: str = "pack") -> int:
    with inside(app, side):
        found = db.session.scalar(
            select(Rule.id).where(Rule.key == key, Rule.origin == origin).order_by(Rule.id.desc())
        )
    assert found is not None
    return found


def test_the_button_plans_the_year_in_the_background_and_once(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    side = world.organ
    client = enter(side["admin"])
    assert "制定 2026 年计划" in client.get("/duties").text
    sent = {"year": "2026", "form_key": "the-form"}
    assert client.post("/duties/plan", data=sent).status_code == 303
    assert client.post("/duties/plan", data=sent).status_code == 303
    assert work(side.tenant_id) == 1
    assert count(app, side, year=2026) == 94
    with inside(app, side):
        job = db.session.execute(select(Job)).scalar_one()
    assert (job.state, job.done_count, job.total_count) == ("done", 4, 4)
    assert job.result == {"added": 94, "mended": 0, "withdrawn": 0}
    assert "项，按规则为每个适用单位生成" in client.get("/duties").text
    assert count(app, world.union) == 0


def test_the_night_follows_the_rules_and_plans(app: Flask, world: World) -> None:
    with inside(app, world.union):
        plan_nightly()
        plan_nightly()
    assert count(app, world.union, year=2026) == 22


def test_the_plan_opens_on_what_is_missing(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    secretary = enter(world.organ["secretary"])
    january = item_id(app, world.organ, "theme_day", "2026-01")
    assert f"/duties/{january}/record" in secretary.get("/duties").text
    theme_day(secretary, january, held_on="2026-01-20")
    assert f"/duties/{january}/record" not in secretary.get("/duties").text
    done = secretary.get("/duties?show=done").text
    assert f"/events/{item(app, world.organ, january).event_id}" in done
    assert "other branch" not in done
    assert "/record" not in enter(world.organ["leader"]).get("/duties").text


def test_the_plan_comes_by_fifty_and_each_row_once(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    client = enter(world.organ["admin"])
    address, rows, pages = "/duties?show=all", 0, 0
    while address:
        page = client.get(address).text
        rows += page.count('<th scope="row">')
        pages += 1
        following = page.partition('rel="next" href="')[2].partition('"')[0]
        address = following.replace("&amp;", "&")
    assert (rows, pages) == (94, 2)


def test_rules_say_their_source_and_level(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    page = enter(world.organ["secretary"]).get("/rules").text
    assert "每月 1 次" in page
    assert "中国共产党支部工作条例（试行）" in page
    assert "正式文件" in page
    assert "/tighten" not in page
    assert "从严</a>" not in page


def test_an_admin_makes_a_rule_stricter_and_ends_it_again(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    side = world.organ
    plan(app, side)
    key = rule_id(app, side, "theme-day-monthly")
    client = enter(side["admin"])
    assert client.get(f"/rules/{key}").status_code == 200
    assert client.post(f"/rules/{key}/tighten", data={**STRICTER, "times": "1"}).status_code == 422
    assert client.post(f"/rules/{key}/tighten", data={**STRICTER, "times": "x"}).status_code == 422
    assert confirmed(client, f"/rules/{key}/tighten", STRICTER).status_code == 303
    work(side.tenant_id)
    assert count(app, side, kind="theme_day", period="2026-12", state="open") == 4
    assert count(app, side, kind="theme_day", period="2026-11", state="open") == 2
    assert "2026 年第 3 号会议纪要" in client.get("/rules").text
    own = rule_id(app, side, "theme-day-monthly", "tenant")
    assert confirmed(client, f"/rules/{own}/end", {}).status_code == 303
    work(side.tenant_id)
    assert count(app, side, kind="theme_day", period="2026-12", state="open") == 2
    assert count(app, side, kind="theme_day", period="2026-12", state="withdrawn") == 2


def test_the_packs_own_rule_cannot_be_ended(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    key = rule_id(app, world.organ, "theme-day-monthly")
    assert enter(world.organ["admin"]).post(f"/rules/{key}/end").status_code == 422
    assert count(app, world.organ, kind="theme_day", state="open") == 24


def test_a_start_later_than_the_organisations_own_is_refused(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    plan(app, world.organ)
    key = rule_id(app, world.organ, "theme-day-monthly")
    client = enter(world.organ["admin"])
    assert client.post(f"/rules/{key}/start", data={"starts_on": "2199-01-01"}).status_code == 422
    assert confirmed(client, f"/rules/{key}/start", {"starts_on": "2026-03-01"}).status_code == 303
    work(world.organ.tenant_id)
    assert count(app, world.organ, kind="theme_day", state="open") == 20


@pytest.mark.parametrize(
    "role", ["officer", "leader", "secretary", "auditor", "reviewer", "member", "keeper"]
)
def test_only_the_admin_plans_and_changes_rules(app: Flask, world: World, enter: Enter, role: str) -> None:
    plan(app, world.organ)
    key = rule_id(app, world.organ, "theme-day-monthly")
    client = enter(world.organ[role])
    assert client.post("/duties/plan", data={"year": "2026"}).status_code == 403
    assert client.get(f"/rules/{key}").status_code == 403
    for act in ("tighten", "end", "start"):
        assert client.post(f"/rules/{key}/{act}", data=STRICTER).status_code == 403


def test_a_neighbours_rule_is_not_there(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    key = rule_id(app, world.organ, "theme-day-monthly")
    client = enter(world.union["admin"])
    assert client.get(f"/rules/{key}").status_code == 404
    assert client.post(f"/rules/{key}/tighten", data=STRICTER).status_code == 404


def test_the_command_does_what_the_button_does(app: Flask, world: World) -> None:
    runner = app.test_cli_runner()
    given = ["duties", "plan", "2026", "--tenant", str(world.organ.tenant_id), "--as"]
    refused = runner.invoke(jiceng, [*given, world.organ["secretary"].identifier])
    assert refused.exit_code == 1
    assert count(app, world.organ) == 0
    done = runner.invoke(jiceng, [*given, world.organ["admin"].identifier])
    assert done.exit_code == 0, done.output + str(done.exception)
    assert count(app, world.organ) == 94


def test_ending_a_version_that_has_not_begun_switches_it_off(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    key = rule_id(app, world.organ, "theme-day-monthly")
    confirmed(enter(world.organ["admin"]), f"/rules/{key}/tighten", STRICTER)
    with inside(app, world.organ), transaction():
        own = db.session.execute(select(Rule).where(Rule.origin == "tenant")).scalar_one()
        end_tightening(SYSTEM, rule=own)
        assert own.enabled is False
