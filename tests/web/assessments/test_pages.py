"""The board and a unit's sheet, through the browser's door."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from shared.access.actor import SYSTEM
from shared.assessments.actions import adopt_sheets, score_units
from shared.assessments.models import Score
from shared.audit import AuditEntry
from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.jobs import Job
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.shared.assessments.ledger import ask, hold
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


@pytest.fixture(autouse=True)
def mid_november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 22, 4, tzinfo=UTC), tick=False):
        yield


def ledgers(app: Flask, side: Side) -> None:
    """The first branch missed October's theme day and made September's up; the other one held all."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            adopt_sheets(SYSTEM, tenant_kind=side.kind)
            months = ("2026-08", "2026-09", "2026-10", "2026-11")
            first = ask(side.branch, "theme_day", *months)
            hold(first[0])
            hold(first[1], made_up=True)
            for item in ask(side.other_branch, "theme_day", *months[:3]):
                hold(item)
            score_units(SYSTEM, year=2026)
        db.session.remove()


def test_the_board_shows_the_lowest_first_and_says_where(app: Flask, world: World, enter: Enter) -> None:
    ledgers(app, world.organ)
    page = enter(world.organ["admin"]).get("/assessments").text
    names = re.findall(r'<th scope="row"><a href="/assessments/(\d+)', page)
    assert names == [str(world.organ.branch), str(world.organ.other_branch)]
    # 8.5 of 10 for theme days, with 10 for term and secretary: 18.5 of 20.
    assert "92.5%" in page
    assert "主题党日四有" in page
    assert "−1.5" in page


def test_the_board_ends_at_the_reach(app: Flask, world: World, enter: Enter) -> None:
    ledgers(app, world.organ)
    own = enter(world.organ["secretary"]).get("/assessments").text
    assert f"/assessments/{world.organ.branch}?" in own
    assert f"/assessments/{world.organ.other_branch}?" not in own
    assert f"/assessments/{world.organ.branch}?" not in enter(world.union["admin"]).get("/assessments").text
    # Narrowing to a unit outside the reach is refused, to a neighbour's is not there.
    client = enter(world.organ["secretary"])
    assert client.get(f"/assessments?unit_id={world.organ.root}").status_code == 403
    assert client.get(f"/assessments?unit_id={world.union.root}").status_code == 404


def test_only_units_with_losses(app: Flask, world: World, enter: Enter) -> None:
    ledgers(app, world.organ)
    page = enter(world.organ["admin"]).get("/assessments?view=lost").text
    assert f"/assessments/{world.organ.branch}?" in page
    assert f"/assessments/{world.organ.other_branch}?" not in page


def test_a_sheet_opens_into_the_rows_behind_each_lost_mark(app: Flask, world: World, enter: Enter) -> None:
    ledgers(app, world.organ)
    page = enter(world.organ["secretary"]).get(f"/assessments/{world.organ.branch}").text
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "主题党日四有缺 1 次" in text
    assert "主题党日四有补记 1 次" in text
    # October is missing, and one press leads to its form.
    with app.app_context(), tenant(world.organ.tenant_id):
        key = db.session.scalar(
            select(DueItem.id).where(DueItem.period == "2026-10", DueItem.state == "open")
        )
        db.session.remove()
    assert f"/duties/{key}/record" in page
    # What brings marks back, and what is still open.
    assert "+0.5" in text
    assert "应于 2026-10-31" in text
    assert "不计分：待材料" in text
    assert "不计分：待测评" in text


def test_who_only_reads_sees_no_record_button(app: Flask, world: World, enter: Enter) -> None:
    ledgers(app, world.organ)
    page = enter(world.organ["reviewer"]).get(f"/assessments/{world.organ.branch}").text
    assert "/record" not in page
    assert "/documents/print/" not in page


def test_colleague_and_neighbour(app: Flask, world: World, enter: Enter) -> None:
    ledgers(app, world.organ)
    address = f"/assessments/{world.organ.branch}"
    assert world.organ.colleague is not None
    assert enter(world.organ.colleague).get(address).status_code == 403
    assert enter(world.organ["member"]).get(address).status_code == 403
    assert enter(world.union["admin"]).get(address).status_code == 404


def test_units_without_a_sheet_and_before_the_first_count(world: World, enter: Enter, app: Flask) -> None:
    client = enter(world.organ["admin"])
    assert "没有适用于本单位的考核表" in client.get(f"/assessments/{world.organ.root}").text
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            adopt_sheets(SYSTEM, tenant_kind="bureau")
        db.session.remove()
    assert "还没有统计" in client.get(f"/assessments/{world.organ.branch}").text
    assert "还没有得分" in client.get("/assessments").text


@pytest.mark.parametrize("year", ["1875", "2199", "-1", "abc", "9" * 30])
def test_an_odd_year_is_a_clear_message(world: World, enter: Enter, year: str) -> None:
    client = enter(world.organ["admin"])
    assert client.get("/assessments", query_string={"year": year}).status_code == 422
    assert client.post("/assessments/score", data={"year": year}).status_code == 422


@pytest.mark.parametrize("after", ["x", "1", "1:x", "NaN:1", "Infinity:1", "1:" + "9" * 40, "", "0:0"])
def test_an_odd_cursor_is_the_first_page(app: Flask, world: World, enter: Enter, after: str) -> None:
    ledgers(app, world.organ)
    page = enter(world.organ["admin"]).get("/assessments", query_string={"after": after})
    assert page.status_code == 200
    assert f"/assessments/{world.organ.branch}?" in page.text


def test_count_now_is_one_job_however_often_sent(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    ledgers(app, world.organ)
    client = enter(world.organ["officer"])
    for _time in range(2):
        answer = client.post("/assessments/score", data={"year": "2026", "form_key": "once"})
        assert answer.status_code == 303
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            db.session.execute(delete(Score))
        db.session.remove()
    assert work(world.organ.tenant_id) == 1
    with app.app_context(), tenant(world.organ.tenant_id):
        # The officer's reach is the general branch: one branch of the two.
        assert set(db.session.scalars(select(Score.unit_id))) == {world.organ.branch}
        assert db.session.scalar(select(Job.state)) == "done"
        assert db.session.scalar(select(func.count()).where(AuditEntry.verb == "job.enqueue")) == 1
        db.session.remove()
    assert (
        enter(world.organ["secretary"]).post("/assessments/score", data={"year": "2026"}).status_code == 403
    )


def test_pages_follow_each_other_and_cost_the_same(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            adopt_sheets(SYSTEM, tenant_kind="bureau")
            root = db.session.scalars(select(Unit).where(Unit.id == side.root)).one()
            for number in range(60):
                unit = Unit(
                    parent_id=root.id,
                    path=f"{root.path}b{number:03d}.",
                    kind="party_branch",
                    line="party",
                    name=f"branch {number}",
                    duties_since=datetime(2026, 1, 1, tzinfo=UTC).date(),
                    term_ends_on=datetime(2028, 1, 1, tzinfo=UTC).date(),
                )
                db.session.add(unit)
            db.session.flush()
            score_units(SYSTEM, year=2026)
        db.session.remove()
    client = enter(side["admin"])
    with count_queries() as many:
        first = client.get("/assessments")
    seen = re.findall(r'<th scope="row"><a href="/assessments/(\d+)', first.text)
    assert len(seen) == 50
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = client.get(following.replace("&amp;", "&"))
    seen += re.findall(r'<th scope="row"><a href="/assessments/(\d+)', second.text)
    assert len(seen) == len(set(seen)) == 62
    with count_queries() as few:
        enter(world.organ["secretary"]).get("/assessments")
    assert len(many) == len(few) <= 9
    with count_queries() as sheet:
        client.get(f"/assessments/{side.branch}")
    assert len(sheet) <= 10
