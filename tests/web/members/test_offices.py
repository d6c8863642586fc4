"""Who held which office on a day, who took and left office in a period, who belonged on a day."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.db import db, transaction
from shared.members.models import Membership, Person, Post
from shared.members.queries import leaders_on
from shared.tenancy import tenant
from tests.web.members.test_roster import add, membership_of, names
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
DAY = "2026-06-30T04:00:00Z"


def holders(client: FlaskClient, **asked: Any) -> list[str]:
    page = client.get("/members/offices", query_string=asked)
    assert page.status_code == 200
    found = re.findall(r'<td class="nw"><a href="/members/\d+">([^<]+)', page.text)
    return [html.unescape(name) for name in found]


def handed_over(client: FlaskClient, world: World) -> int:
    """The secretary of the branch (since 2025-01-01) passes the office on at 2026-03-01."""
    key = add(client, world)
    give = {"unit_id": world.organ.branch, "code": "secretary", "basis": "elected", "since": "2026-03-01"}
    assert client.post(f"/members/{key}/posts", data=give).status_code == 303
    return key


@time_machine.travel(DAY, tick=False)
def test_who_led_the_unit_on_a_day(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    key = handed_over(client, world)
    unit = {"unit_id": world.organ.branch, "post": "leaders"}
    former = holders(client, on="2026-02-28", **unit)
    assert len(former) == 1
    assert former[0].startswith("secretary of")
    # On the day itself the successor holds the office.
    assert holders(client, on="2026-03-01", **unit) == ["单晓琳"]
    assert holders(client, **unit) == ["单晓琳"]
    assert holders(client, on="2024-12-31", **unit) == []
    with app.app_context(), tenant(world.organ.tenant_id):
        assert [row.person_id for row in leaders_on(world.organ.branch, date(2026, 3, 1))] == [key]
        before = leaders_on(world.organ.branch, date(2026, 2, 28))
        assert [row.person_id for row in before] == [world.organ["secretary"].person_id]
        db.session.remove()


@time_machine.travel(DAY, tick=False)
def test_who_took_and_left_office_in_a_period(world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    handed_over(client, world)
    period = {"show": "period", "since": "2026-01-01", "until": "2026-06-30"}
    assert holders(client, change="took", **period) == ["单晓琳"]
    (left,) = holders(client, change="left", **period)
    assert left.startswith("secretary of")
    assert len(holders(client, **period)) == 2
    page = client.get("/members/offices", query_string=period).text
    assert re.findall(r"<b>(\d+)</b>", page)[:2] == ["1", "1"]
    assert holders(client, **{**period, "since": "2026-03-02"}) == []
    # Turned round, it is the same period.
    turned = {"show": "period", "since": "2026-06-30", "until": "2026-01-01"}
    assert len(holders(client, **turned)) == 2
    for odd in ({"since": "x"}, {"until": "2999-01-01"}, {"change": "nonsense"}, {"after": "1~2"}):
        assert client.get("/members/offices", query_string={**period, **odd}).status_code == 200


def test_offices_in_reach_only(world: World, enter: Enter) -> None:
    secretary = enter(world.organ["secretary"])
    assert len(holders(enter(world.organ["admin"]))) == 2
    assert len(holders(secretary)) == 1
    assert (
        secretary.get("/members/offices", query_string={"unit_id": world.organ.other_branch}).status_code
        == 403
    )
    assert secretary.get(f"/members/offices?unit_id={world.union.branch}").status_code == 404
    assert enter(world.organ["member"]).get("/members/offices").status_code == 403


def test_offices_page_by_page_within_the_budget(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client = enter(world.organ["admin"])
    client.get("/members/offices")
    with count_queries() as few:
        client.get("/members/offices")
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        people = [Person(name=f"委{n:03d}", name_key=f"wei {n:03d}") for n in range(118)]
        db.session.add_all(people)
        db.session.flush()
        for n, one in enumerate(people):
            code = "committee_member" if n % 2 else "deputy_secretary"
            unit_id = world.organ.branch if n % 3 else world.organ.middle
            db.session.add(Post(person_id=one.id, unit_id=unit_id, code=code, since=date(2025, 5, 1)))
    with count_queries() as many:
        client.get("/members/offices")
    assert len(few) == len(many) <= 9
    seen: list[str] = []
    pages = []
    address: str | None = "/members/offices"
    while address:
        page = client.get(address).text
        pages.append(re.findall(r'<td class="nw"><a href="/members/(\d+)"', page))
        seen += pages[-1]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = html.unescape(following.group(1)) if following else None
    assert len(pages) == 3
    assert len(seen) == len(set(seen)) == 120
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    back_page = client.get(html.unescape(back.group(1))).text
    assert re.findall(r'<td class="nw"><a href="/members/(\d+)"', back_page) == pages[1]


@time_machine.travel(DAY, tick=False)
def test_who_belonged_on_a_day_without_todays_numbers(app: Flask, world: World, enter: Enter) -> None:
    admin, officer = enter(world.organ["admin"]), enter(world.organ["officer"])
    key = add(officer, world, phone="13800005678", since="2026-01-15")
    move = {
        "membership_id": membership_of(app, world, key).id,
        "on": "2026-04-01",
        "unit_id": world.organ.other_branch,
    }
    assert admin.post(f"/members/{key}/membership/move", data=move).status_code == 303
    asked = {"unit_id": world.organ.branch, "show": "all"}
    at = "/members"
    assert "单晓琳" not in names(officer.get(at, query_string=asked).text)
    past = officer.get(at, query_string={**asked, "on": "2026-03-31"}).text
    assert "单晓琳" in names(past)
    # Who is elsewhere today is shown by name, not by today's numbers.
    assert "138****5678" not in past
    assert "单晓琳" not in names(officer.get(at, query_string={**asked, "on": "2026-04-01"}).text)
    assert "单晓琳" not in names(officer.get(at, query_string={**asked, "on": "2026-01-14"}).text)
    elsewhere = {"unit_id": world.organ.other_branch, "show": "all", "on": "2026-04-01"}
    assert "单晓琳" in names(admin.get(at, query_string=elsewhere).text)
    with app.app_context(), tenant(world.organ.tenant_id):
        rows = db.session.scalars(select(Membership.since).where(Membership.person_id == key)).all()
        assert sorted(rows) == [date(2026, 1, 15), date(2026, 4, 1)]
        db.session.remove()
