"""Contact points, postings, pairings and visits: through the pages, as the people who do it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.worker.messages import send_waiting
from shared.db import db
from shared.tenancy import tenant
from tests.factories.terms import member
from tests.factories.workbooks import book_of
from tests.web.terms.test_handover import pass_office
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


def name_of(rows: Rows, world: World, role: str) -> str:
    return str(
        rows(world.organ, "select name from person where id = :id", id=world.organ[role].person_id)[0][0]
    )


def point(client: FlaskClient, unit_id: int, person: str, *, key: str = "point", **more: Any) -> TestResponse:
    data = {"form_key": key, "unit_id": unit_id, "person": person, "since": "2026-03-01"}
    return client.post("/contacts/new", data={**data, **more})


def visit(client: FlaskClient, address: str, *, key: str = "visit", **more: Any) -> TestResponse:
    data = {"form_key": key, "kind": "contact", "on_date": "2026-11-18", "about": "了解支部情况"}
    return client.post(address, data={**data, **more})


@pytest.fixture
def led(world: World, enter: Enter, rows: Rows) -> int:
    """The leader keeps in touch with the branch."""
    answer = point(enter(world.organ["officer"]), world.organ.branch, name_of(rows, world, "leader"))
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def test_a_leader_sees_what_is_missing_and_records_a_visit(
    app: Flask, world: World, enter: Enter, rows: Rows, led: int
) -> None:
    organ = world.organ
    leader, secretary = enter(organ["leader"]), enter(organ["secretary"])
    home = leader.get("/").text
    assert f"/contacts/mine/{led}" in home
    assert "本年走访 0/4 次" in home
    assert leader.get(f"/contacts/mine/{led}").status_code == 200
    for _again in range(2):
        assert visit(leader, f"/contacts/mine/{led}").status_code == 303
    assert rows(organ, "select kind, person_id, unit_id, contact_id from visit") == [
        ("contact", organ["leader"].person_id, organ.branch, led)
    ]
    assert "本年走访 1/4 次" in leader.get("/").text
    for number in range(3):
        assert visit(leader, f"/contacts/mine/{led}", key=f"v{number}").status_code == 303
    assert f"/contacts/mine/{led}" not in leader.get("/").text
    assert "4/4 次" in secretary.get("/contacts").text
    # The number opens into its rows; the unit's page names who keeps in touch.
    assert secretary.get(f"/contacts/visits?contact_id={led}").text.count("2026-11-18") >= 4
    assert f"/contacts/points/{led}" in secretary.get(f"/organisations/{organ.branch}").text
    # It is the leader's own page, and nobody else's.
    assert secretary.get(f"/contacts/mine/{led}").status_code == 403
    with app.app_context(), tenant(organ.tenant_id):
        send_waiting()
        db.session.remove()
    told = rows(organ, "select distinct person_id from delivery where subject like '联系点：%'")
    assert {person for (person,) in told} >= {organ["leader"].person_id, organ["secretary"].person_id}


def test_the_tenant_says_how_many_visits(
    world: World, enter: Enter, rows: Rows, change: Change, led: int
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    assert (
        visit(
            officer, "/contacts/visits/new", unit_id=organ.branch, person=name_of(rows, world, "leader")
        ).status_code
        == 303
    )
    assert "还差 3 次" in officer.get("/contacts?view=missing").text
    change(organ, "insert into setting (key, value) values ('contact_visits', '{\"value\": 1}')")
    assert "还差" not in officer.get("/contacts").text
    assert f"/contacts/points/{led}" not in officer.get("/contacts?view=missing").text
    # Last year's visits are not this year's.
    assert "0/1" in officer.get("/contacts?year=2025").text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"person": "没有这个人"}, "没有此人"),
        ({"person": ""}, "必填"),
        ({"since": "2026-11-21"}, "晚于今天"),
        ({"since": "1999-01-01"}, "2000-01-01"),
        ({"remark": "字" * 201}, "200"),
    ],
)
def test_a_contact_point_that_cannot_be(
    more: dict[str, str], said: str, world: World, enter: Enter, rows: Rows
) -> None:
    refused = point(
        enter(world.organ["officer"]),
        world.organ.branch,
        **{"person": name_of(rows, world, "leader"), **more},
    )
    assert refused.status_code == 422
    assert said in refused.text or more.get("person") == ""
    assert rows(world.organ, "select count(*) from contact_point") == [(0,)]


def test_the_same_leader_once_a_unit_and_names_that_several_bear(
    app: Flask, world: World, enter: Enter, rows: Rows, led: int
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    again = point(officer, organ.branch, name_of(rows, world, "leader"), key="again")
    assert again.status_code == 422
    assert "已经是这个单位的联系领导" in again.text
    member(app, organ, organ.branch, "李红")
    member(app, organ, organ.middle, "李红")
    several = point(officer, organ.branch, "李红", key="several")
    assert several.status_code == 422
    assert "同名" in several.text
    middle = rows(organ, "select name from unit where id = :id", id=organ.middle)[0][0]
    assert point(officer, organ.branch, f"李红（{middle}）", key="one").status_code == 303
    # Whoever is outside one's units is not found by name.
    colleague = enter(organ.colleague or organ["member"])
    assert point(colleague, organ.other_branch, "李红", key="far").status_code == 422


def test_a_contact_point_ends_and_may_begin_again(world: World, enter: Enter, rows: Rows, led: int) -> None:
    officer = enter(world.organ["officer"])
    end = f"/contacts/points/{led}/end"
    assert officer.post(end, data={"until": "2026-02-28"}).status_code == 422
    assert officer.post(end, data={"until": "2026-11-21"}).status_code == 422
    for _again in range(2):
        assert officer.post(end, data={"until": "2026-11-20"}).status_code == 303
    assert officer.post(end, data={"until": "2026-11-19"}).status_code == 409
    assert f"/contacts/points/{led}" not in officer.get("/contacts").text
    assert f"/contacts/points/{led}" in officer.get("/contacts?view=ended").text
    again = point(officer, world.organ.branch, name_of(rows, world, "leader"), key="again")
    assert again.status_code == 303


def test_a_problem_becomes_a_deed_with_one_press(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    problems = {
        "problems-rows": "3",
        "problems-0-content": "活动室漏雨",
        "problems-1-content": "缺学习资料",
        "problems-1-solution": "当场送来二十册",
    }
    who = name_of(rows, world, "secretary")
    answer = visit(
        secretary, "/contacts/visits/new", unit_id=organ.branch, person=who, **{**problems, "kind": "visit"}
    )
    assert answer.status_code == 303, answer.text
    assert "1" in secretary.get("/contacts/visits?view=open").text
    page = secretary.get(answer.location).text
    assert "当场送来二十册" in page
    keys = [key for (key,) in rows(organ, "select id from visit_problem order by ordinal")]
    for _again in range(2):
        made = secretary.post(f"/contacts/problems/{keys[0]}/deed")
        assert made.status_code == 303
    assert rows(organ, "select kind, source, title, unit_id, came_on::text from deed") == [
        ("problem", "visit", "活动室漏雨", organ.branch, "2026-11-18")
    ]
    assert secretary.post(f"/contacts/problems/{keys[1]}/deed").status_code == 409
    assert "2026-11-18 走访时发现" in secretary.get(made.location).text
    assert "活动室漏雨" not in secretary.get("/contacts/visits?view=open").text
    assert answer.location not in secretary.get("/contacts/visits?view=open").text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"on_date": "2026-11-21"}, "晚于今天"),
        ({"on_date": "x"}, "x"),
        ({"kind": "party"}, ""),
        ({"about": "电话 13800138000"}, "这里不能填写"),
        ({"problems-rows": "1", "problems-0-solution": "只有解决"}, "请填写问题"),
        ({"problems-rows": "1", "problems-0-content": "身份证 11010519491231002X"}, "这里不能填写"),
        ({"person": "没有这个人"}, "没有此人"),
    ],
)
def test_a_visit_that_cannot_be_keeps_what_was_typed(
    more: dict[str, str], said: str, world: World, enter: Enter, rows: Rows
) -> None:
    data: dict[str, Any] = {
        "unit_id": world.organ.branch,
        "person": name_of(rows, world, "secretary"),
        "place": "三楼活动室",
    }
    refused = visit(enter(world.organ["secretary"]), "/contacts/visits/new", **{**data, **more})
    assert refused.status_code == 422
    assert said in refused.text
    assert "三楼活动室" in refused.text
    for typed in more.values():
        assert typed in refused.text or typed == "party"
    assert rows(world.organ, "select count(*) from visit") == [(0,)]


def test_a_void_visit_counts_no_more(world: World, enter: Enter, rows: Rows, led: int) -> None:
    organ = world.organ
    assert visit(enter(organ["leader"]), f"/contacts/mine/{led}").status_code == 303
    officer = enter(organ["officer"])
    key = rows(organ, "select id from visit")[0][0]
    assert "1/4" in officer.get("/contacts").text
    assert officer.post(f"/contacts/visits/{key}/void", data={"reason": ""}).status_code == 422
    assert officer.post(f"/contacts/visits/{key}/void", data={"reason": "日期写错"}).status_code == 303
    assert "0/4" in officer.get("/contacts").text
    assert "日期写错" in officer.get(f"/contacts/visits/{key}").text


def test_postings_count_their_days(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    data = {
        "form_key": "p",
        "unit_id": organ.middle,
        "person": name_of(rows, world, "member"),
        "kind": "village",
        "place": "河东村",
        "since": "2025-12-31",
        "until": "",
        "duties": "帮扶",
    }
    assert officer.post("/contacts/postings/new", data={**data, "place": ""}).status_code == 422
    assert officer.post("/contacts/postings/new", data={**data, "until": "2025-12-30"}).status_code == 422
    for _again in range(2):
        assert officer.post("/contacts/postings/new", data=data).status_code == 303
    page = officer.get("/contacts/postings").text
    # 31 December to 20 November, both counted; this year from 1 January.
    assert ">325<" in page
    assert ">324<" in page
    assert "仍在派驻" in page
    key = rows(organ, "select id from posting")[0][0]
    changed = {name: data[name] for name in ("kind", "place", "since", "duties")} | {"until": "2026-01-10"}
    assert officer.post(f"/contacts/postings/{key}", data=changed).status_code == 303
    assert "河东村" not in officer.get("/contacts/postings").text
    ended = officer.get("/contacts/postings?view=ended").text
    assert ">11<" in ended
    assert ">10<" in ended
    # Who is posted to one's unit is seen there, but put right by the unit that sends.
    there = {**data, "form_key": "q", "place": "", "to_unit_id": organ.branch}
    assert officer.post("/contacts/postings/new", data=there).status_code == 303
    secretary = enter(organ["secretary"])
    assert "仍在派驻" in secretary.get("/contacts/postings").text
    mine = rows(organ, "select id from posting where to_unit_id is not null")[0][0]
    assert secretary.get(f"/contacts/postings/{mine}").status_code == 403


def test_pairings_show_first_what_was_not_done_this_year(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    data = {"form_key": "p", "unit_id": organ.middle, "since": "2026-01-05", "theme": "联学联建"}
    new = "/contacts/pairings/new"
    assert officer.post(new, data=data).status_code == 422
    assert (
        officer.post(new, data={**data, "to_unit_id": organ.branch, "partner": "某社区"}).status_code == 422
    )
    assert officer.post(new, data={**data, "to_unit_id": organ.middle}).status_code == 422
    assert officer.post(new, data={**data, "partner": "城东社区"}).status_code == 303
    inner = officer.post(new, data={**data, "form_key": "q", "to_unit_id": organ.branch})
    assert inner.status_code == 303
    assert inner.location in secretary.get("/contacts/pairings?view=missing").text
    activity = {"form_key": "a", "on_date": "2026-11-01", "title": "共上一堂党课"}
    # Either side notes it; only the one that began it ends it.
    for _again in range(2):
        assert secretary.post(f"{inner.location}/activities", data=activity).status_code == 303
    late = {**activity, "form_key": "b", "on_date": "2026-11-21"}
    assert secretary.post(f"{inner.location}/activities", data=late).status_code == 422
    assert rows(organ, "select count(*) from pairing_activity") == [(1,)]
    assert secretary.post(f"{inner.location}/end", data={"until": "2026-11-20"}).status_code == 403
    page = officer.get("/contacts/pairings").text
    assert page.index("城东社区") < page.index(inner.location)
    assert inner.location not in officer.get("/contacts/pairings?view=missing").text
    assert officer.post(f"{inner.location}/end", data={"until": "2026-11-20"}).status_code == 303
    assert inner.location in officer.get("/contacts/pairings?view=ended").text


def test_deeds_and_contact_points_pass_with_the_office(
    app: Flask, world: World, enter: Enter, rows: Rows, change: Change
) -> None:
    organ = world.organ
    former, new = organ["secretary"], organ["member"]
    officer = enter(organ["officer"])
    named = point(officer, organ.middle, name_of(rows, world, "secretary"))
    assert named.status_code == 303, named.text
    led = int(named.location.rsplit("/", 1)[1])
    assert rows(organ, "select by_unit_id from contact_point") == [(organ.branch,)]
    assert visit(enter(former), f"/contacts/mine/{led}").status_code == 303
    deed = {
        "form_key": "d",
        "unit_id": organ.branch,
        "kind": "practical",
        "source": "own",
        "title": "修门",
        "came_on": "2026-11-01",
        "owner_id": former.person_id,
    }
    assert enter(former).post("/deeds/new", data=deed).status_code == 303
    key = pass_office(app, organ, enter, new)
    taking = enter(new)
    pack = taking.get(f"/terms/handovers/{key}").text
    assert "修门" in pack
    assert "职务联系点" in pack
    accepted = taking.post(f"/terms/handovers/{key}")
    assert accepted.status_code == 303, accepted.text
    assert rows(organ, "select owner_id from deed") == [(new.person_id,)]
    points = rows(organ, "select person_id, until::text, former_id from contact_point order by id")
    assert points == [(former.person_id, "2026-11-20", None), (new.person_id, None, led)]
    # Visits of the year count on.
    assert "本年走访 1/4 次" in enter(new).get("/").text


def test_lists_are_by_unit_and_name_never_by_number(
    app: Flask, world: World, enter: Enter, rows: Rows, led: int
) -> None:
    """No page and no file orders people by how often they went; an order asked for in the address is not heard."""
    officer = enter(world.organ["officer"])
    member(app, world.organ, world.organ.middle, "王安")
    assert point(officer, world.organ.branch, "王安", key="second").status_code == 303
    usual = re.findall(r"/contacts/points/(\d+)", officer.get("/contacts").text)
    for order in ("made", "-made", "visits"):
        asked = re.findall(
            r"/contacts/points/(\d+)", officer.get(f"/contacts?sort={order}&order={order}").text
        )
        assert asked == usual
    second = rows(world.organ, "select max(id) from contact_point")[0][0]
    assert (
        visit(officer, "/contacts/visits/new", unit_id=world.organ.branch, person="王安").status_code == 303
    )
    # One of four or none of four: both lack some, and stand as before.
    assert re.findall(r"/contacts/points/(\d+)", officer.get("/contacts").text) == usual
    assert str(second) in usual


@pytest.mark.parametrize("name", ["points", "postings", "pairings", "visits"])
def test_each_list_leaves_as_excel_and_asks_as_much_for_many(
    name: str,
    world: World,
    enter: Enter,
    rows: Rows,
    change: Change,
    count_queries: Callable[[], Any],
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    address = "/contacts" if name == "points" else f"/contacts/{name}"
    officer.get(address)
    filled = {
        "points": "insert into contact_point (person_id, unit_id, since, form_key)"
        " select p.id, :unit, '2026-01-01', 'b' || p.id from (select min(id) id from person group by id) p",
        "postings": "insert into posting (person_id, from_unit_id, kind, place, since, form_key)"
        " select :who, :unit, 'village', '=1+1', '2026-01-01', 'b' || n from generate_series(1, 120) n",
        "pairings": "insert into pairing (from_unit_id, partner, since, form_key)"
        " select :unit, '=1+1', '2026-01-01', 'b' || n from generate_series(1, 120) n",
        "visits": "insert into visit (kind, person_id, unit_id, on_date, about, form_key)"
        " select 'visit', :who, :unit, date '2026-01-01' + n % 40, '=1+1', 'b' || n from generate_series(1, 120) n",
    }[name]
    values = {"unit": organ.branch, "who": organ["leader"].person_id}
    one = filled.replace("generate_series(1, 120)", "generate_series(1, 1)")
    change(
        organ,
        one.replace(" group by id) p", " group by id limit 1) p"),
        **{key: value for key, value in values.items() if f":{key}" in filled},
    )
    with count_queries() as few:
        officer.get(address)
    used = {key: value for key, value in values.items() if f":{key}" in filled}
    change(organ, filled.replace("'b' ||", "'c' ||") + " on conflict do nothing", **used)
    with count_queries() as many:
        page = officer.get(address).text
    assert len(many) == len(few)
    table = {"points": "contact_point", "postings": "posting", "pairings": "pairing", "visits": "visit"}[name]
    total = rows(organ, f"select count(*) from {table}")[0][0]
    pattern = {
        "points": r"/contacts/points/(\d+)\?",
        "postings": r"/contacts/postings/(\d+)",
        "pairings": r"/contacts/pairings/(\d+)",
        "visits": r"/contacts/visits/(\d+)",
    }[name]
    seen: list[str] = []
    while True:
        seen += re.findall(pattern, page)
        further = re.search(r'rel="next" href="([^"]+)"', page)
        if further is None:
            break
        page = officer.get(further.group(1).replace("&amp;", "&")).text
    assert len(seen) == len(set(seen)) == total
    book = book_of(officer.post(f"/exports/contacts/{name}", data={"form_key": "x"}))
    assert len(book.rows) == total
    # What looks like a formula is text.
    assert all(cell.data_type != "f" for row in book.sheet.iter_rows() for cell in row)
