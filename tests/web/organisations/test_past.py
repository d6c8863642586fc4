"""The tree on a day, the chart and the list of units, through their pages."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.db import db, transaction
from shared.organisations.actions import write_versions
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.factories.clock import Clock
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
REASON = "机关党委〔2026〕5号"


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "name": "测绘党支部",
        "kind": "party_branch",
        "sector": "organ",
        "duties_since": "2026-01-01",
        "reason": REASON,
        **changes,
    }


def made(client: FlaskClient, parent: int | str, **changes: Any) -> int:
    answer = client.post(f"/organisations/{parent}/add", data=fields(**changes))
    assert answer.status_code == 303
    return int(answer.location.rsplit("/", 1)[1])


@pytest.fixture
def lives(app: Flask, world: World, enter: Enter) -> dict[str, int]:
    """Founded in January, renamed in March, moved in May, dissolved in July; beside it a second general branch."""
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        units = db.session.scalars(select(Unit.id)).all()
        write_versions(list(units), on=date(2020, 1, 1))
    with Clock().at("2026-01-10"):
        client = enter(world.organ["admin"])
        second = made(client, world.organ.root, name="二总支", kind="general_branch")
        branch = made(client, world.organ.middle)
    with Clock().at("2026-03-10"):
        client = enter(world.organ["admin"])
        assert (
            client.post(f"/organisations/{branch}/change", data=fields(name="勘测党支部")).status_code == 303
        )
    with Clock().at("2026-05-10"):
        client = enter(world.organ["admin"])
        move = {"parent_id": second, "reason": REASON}
        assert client.post(f"/organisations/{branch}/move", data=move).status_code == 303
    with Clock().at("2026-07-10"):
        client = enter(world.organ["admin"])
        end = {"on": "2026-07-10", "reason": REASON}
        assert client.post(f"/organisations/{branch}/dissolve", data=end).status_code == 303
    return {"branch": branch, "second": second}


def chart(client: FlaskClient, day: str = "", **more: Any) -> str:
    answer = client.get("/organisations/chart", query_string={"on": day, **more})
    assert answer.status_code == 200
    return answer.text


def list_of(page: str) -> str:
    """The chart's list, without the head and the navigation."""
    return page.split('id="chart-list"', 1)[1].split("</aside>", 1)[0]


def test_the_tree_of_each_day(world: World, enter: Enter, lives: dict[str, int]) -> None:
    with Clock().at("2026-08-01"):
        client = enter(world.organ["admin"])
        assert "党支部" not in list_of(chart(client, "2026-01-09"))
        assert "测绘党支部" in list_of(chart(client, "2026-01-10"))
        assert "测绘党支部" in list_of(chart(client, "2026-03-09"))
        renamed = list_of(chart(client, "2026-03-10"))
        assert "勘测党支部" in renamed
        assert "测绘党支部" not in renamed
        # Below the general branch of then, and from the move on below the other.
        assert renamed.index("middle") < renamed.index("勘测党支部") < renamed.index("二总支")
        moved = list_of(chart(client, "2026-07-09"))
        assert moved.index("二总支") < moved.index("勘测党支部")
        assert "勘测党支部" not in list_of(chart(client, "2026-07-10"))
        assert "勘测党支部" not in list_of(chart(client))


def test_the_list_of_a_day_names_the_superior_of_then(
    world: World, enter: Enter, lives: dict[str, int]
) -> None:
    with Clock().at("2026-08-01"):
        client = enter(world.organ["admin"])
        page = client.get("/organisations/list?on=2026-02-01").text
        row = re.search(r"<tr>(?:(?!</tr>).)*测绘党支部.*?</tr>", page, re.DOTALL)
        assert row is not None
        assert "middle" in row.group()
        assert "2026-07-10" in row.group()
        gone = client.get("/organisations/list?show=dissolved").text
        assert "勘测党支部" in gone
        assert "2026-07-10" in gone
        assert "other branch" not in gone


@pytest.mark.parametrize("page", ["chart", "list"])
@pytest.mark.parametrize("day", ["2999-01-01", "2026-02-30", "gestern", "0000-00-00"])
def test_a_day_that_cannot_be_is_said_and_the_present_shown(
    world: World, enter: Enter, page: str, day: str
) -> None:
    answer = enter(world.organ["admin"]).get(f"/organisations/{page}?on={day}&show=all")
    assert answer.status_code == 200
    assert "jc-note is-due" in answer.text
    assert "other branch" in answer.text


def test_the_past_is_seen_within_the_reach_only(world: World, enter: Enter, lives: dict[str, int]) -> None:
    with Clock().at("2026-08-01"):
        officer = enter(world.organ["officer"])
        # What left the officer's part is the other part's past, also for the days before.
        assert "测绘党支部" not in chart(officer, "2026-02-01")
        assert "测绘党支部" not in officer.get("/organisations/list?on=2026-02-01").text
        assert "other branch" not in chart(officer, "2026-02-01")
        neighbour = enter(world.union["admin"])
        assert "测绘党支部" not in chart(neighbour, "2026-02-01")
        assert neighbour.get(f"/organisations/chart?unit_id={lives['second']}").status_code == 404
        assert officer.get(f"/organisations/list?unit_id={lives['second']}").status_code == 403


def test_a_dissolved_unit_says_since_when_and_by_which_document(
    app: Flask, world: World, enter: Enter, lives: dict[str, int]
) -> None:
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        ended = db.session.execute(select(Unit).where(Unit.id == lives["branch"])).scalar_one()
        ended.followed_by = world.organ.other_branch
    client = enter(world.organ["admin"])
    page = client.get(f"/organisations/{lives['branch']}").text
    assert "2026-07-10" in page
    assert REASON in page
    assert f'/organisations/{world.organ.other_branch}"' in page
    assert client.get(f"/ledger/{lives['branch']}").status_code == 200


def test_a_unit_cannot_have_ended_before_its_last_change(world: World, enter: Enter) -> None:
    with Clock().at("2026-01-10"):
        client = enter(world.organ["admin"])
        branch = made(client, world.organ.middle, name="甲支部")
    with Clock().at("2026-03-10"):
        client = enter(world.organ["admin"])
        client.post(f"/organisations/{branch}/change", data=fields(name="乙支部"))
        early = {"on": "2026-02-01", "reason": REASON}
        answer = client.post(f"/organisations/{branch}/dissolve", data=early)
        assert answer.status_code == 422
        assert "2026-03-10" in answer.text
        assert (
            client.post(f"/organisations/{branch}/dissolve", data={**early, "on": "2026-03-10"}).status_code
            == 303
        )


def test_the_chart_unfolds_what_was_searched(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    deep = made(client, world.organ.branch, name="三小组", kind="party_group")
    found = client.get("/organisations/chart", query_string={"q": "sxz"}).text
    address = re.search(rf'href="(/organisations/chart\?[^"]*at={deep}[^"]*)"', found)
    assert address is not None
    page = list_of(client.get(address.group(1).replace("&amp;", "&")).text)
    assert re.search(r'aria-current="page">[^\n]*三小组', page)
    # The way to it stands open, and only that.
    for step in (world.organ.root, world.organ.middle, world.organ.branch):
        assert re.search(rf'<ul id="node-{step}"\s*>', page), step
    beside = made(client, world.organ.other_branch, name="四小组", kind="party_group")
    assert re.search(rf'<ul id="node-{world.organ.other_branch}" hidden>', list_of(chart(client, at=deep))), (
        beside
    )


def test_a_tree_too_large_is_drawn_down_to_a_level(
    world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.web.organisations.views.chart.MOST", 3)
    page = chart(enter(world.organ["admin"]))
    assert "root" in list_of(page)
    assert "middle" in list_of(page)
    assert f"/organisations/{world.organ.branch}" not in list_of(page)
    assert "jc-note is-idle" in page
    part = list_of(chart(enter(world.organ["admin"]), unit_id=world.organ.middle))
    assert f"/organisations/{world.organ.branch}" in part


def names_on(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page)


def test_the_list_goes_page_by_page_and_back(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client = enter(world.organ["admin"])
    client.get("/organisations/list?show=all")
    with count_queries() as few:
        client.get("/organisations/list?show=all")
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        parent = db.session.execute(select(Unit).where(Unit.id == world.organ.middle)).scalar_one()
        units = [
            Unit(parent_id=parent.id, path=f"{parent.path}x{n:09d}.", line="party", kind="party_branch",
                 name=f"第{n:03d}党支部", duties_since=date(2026, 1, 1))
            for n in range(120)
        ]  # fmt: skip
        db.session.add_all(units)
        db.session.flush()
        for one in units:
            one.path = f"{parent.path}{one.id:010d}."
    seen: list[str] = []
    address = "/organisations/list?show=all"
    while address:
        with count_queries() as many:
            page = client.get(address).text
        assert len(many) == len(few)
        assert len(many) <= 14
        seen += names_on(page)
        after = re.search(r'rel="next" href="([^"]*)"', page)
        address = after.group(1).replace("&amp;", "&") if after else ""
    assert len(seen) == len(set(seen)) == 124
    back = re.search(r'rel="prev" href="([^"]*)"', page)
    assert back is not None
    assert names_on(client.get(back.group(1).replace("&amp;", "&")).text) == seen[50:100]


def test_the_filters_and_their_counts_agree(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    made(client, world.organ.middle, name="事业支部", sector="institution")
    for query in ({"kind": "party_branch"}, {"sector": "institution"}, {"line": "party"}, {"q": "shiye"}, {}):
        for number, show in enumerate(("lacks", "all", "dissolved")):
            page = client.get("/organisations/list", query_string={**query, "show": show}).text
            counts = re.findall(r"<b>([\d,]+)</b>", page.split("jc-tally", 1)[1].split("</nav>", 1)[0])
            assert len(names_on(page)) == int(counts[number]), (query, show)
    assert names_on(client.get("/organisations/list?sector=institution&show=all").text) == ["事业支部"]
    assert client.get("/organisations/list?kind=nonsense&line=%00&after=%27&sector=x").status_code == 200
