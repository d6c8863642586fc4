"""Onto the watch-list by the ledger or by hand, worked on month by month, off it by two people: through the pages."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.clock import today
from shared.duties.periods import months_after
from shared.settings import settings
from shared.watchlist.conditions import NAMES, conditions
from shared.watchlist.queries.ledger import READERS
from tests.factories.workbooks import book_of
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]


def listed(client: FlaskClient, unit_id: int, *chosen: str, key: str = "list", **more: Any) -> TestResponse:
    data = {"form_key": key, "decided_on": str(today()), "chosen": list(chosen), **more}
    return client.post(f"/watchlist/units/{unit_id}/new", data=data)


def act(
    client: FlaskClient, watch_id: int, name: str, *, key: str | None = None, **more: Any
) -> TestResponse:
    page = client.get(f"/watchlist/{watch_id}").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    number = version.group(1) if version is not None else "0"
    where = {"apply": "work", "approve": "check", "return": "check"}.get(name, "settle")
    data = {"act": name, "form_key": key or f"{watch_id} {name} {number}", "version": number, **more}
    return client.post(f"/watchlist/{watch_id}/{where}", data=data)


def planned(client: FlaskClient, watch_id: int, *, key: str = "plan", **more: Any) -> TestResponse:
    data = {"form_key": key, "problem": "班子不齐", "content": "补选书记", "due_on": str(today()), **more}
    return client.post(f"/watchlist/{watch_id}/measures", data=data)


def state(rows: Rows, side: Side, watch_id: int) -> str:
    return str(rows(side, "select state from watch_entry where id = :id", id=watch_id)[0][0])


@pytest.fixture
def entry(world: World, enter: Enter, rows: Rows) -> int:
    """The branch on the list by what a person says."""
    more: dict[str, Any] = {
        "basis-satisfaction": "民主测评满意率 52%",
        "leader_id": world.organ["leader"].person_id,
    }
    answer = listed(enter(world.organ["officer"]), world.organ.branch, "satisfaction", **more)
    assert answer.status_code == 303, answer.text
    return int(rows(world.organ, "select id from watch_entry")[0][0])


@pytest.fixture
def applied(world: World, enter: Enter, rows: Rows, entry: int) -> int:
    secretary = enter(world.organ["secretary"])
    assert planned(secretary, entry).status_code == 303
    [(measure_id,)] = rows(world.organ, "select id from watch_measure")
    assert secretary.post(f"/watchlist/measures/{measure_id}", data={"act": "done"}).status_code == 303
    assert act(secretary, entry, "apply").status_code == 303
    return entry


def test_every_condition_has_a_source_a_name_and_a_reader() -> None:
    found = conditions(today())
    assert {one.key for one in found} == set(NAMES)
    assert {one.ledger for one in found if one.ledger} == set(READERS)
    for one in found:
        assert one.source
        assert one.grade in "ABCK"
    assert conditions(date(2010, 1, 1)) == []


def vacate(change: Change, side: Side, *, days: int) -> None:
    change(
        side,
        "update post set until = :day where unit_id = :unit and code = 'secretary'",
        day=today() - timedelta(days=days),
        unit=side.branch,
    )


def test_a_vacant_secretary_makes_a_candidate_after_three_months(
    world: World, enter: Enter, change: Change
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    assert f"/watchlist/units/{organ.branch}/new" not in officer.get("/watchlist/candidates").text
    vacate(change, organ, days=60)
    assert f"/watchlist/units/{organ.branch}/new" not in officer.get("/watchlist/candidates").text
    vacate(change, organ, days=100)
    page = officer.get("/watchlist/candidates").text
    assert f"/watchlist/units/{organ.branch}/new" in page
    assert f"自 {today() - timedelta(days=100)} 起无人任书记" in page
    # The form comes with what the ledger says ticked; nothing need be written.
    form = officer.get(f"/watchlist/units/{organ.branch}/new").text
    assert re.search(r'name="chosen" value="secretary_vacant" checked', form)
    assert listed(officer, organ.branch, "secretary_vacant").status_code == 303
    # On the list it is no candidate any more.
    assert f"/watchlist/units/{organ.branch}/new" not in officer.get("/watchlist/candidates").text


def owe(app: Flask, change: Change, side: Side, kind: str, days: list[int], *, held: int = 0) -> None:
    """Due items of the branch that many days ago; the first `held` of them exempt, so that they count as nothing."""
    change(
        side,
        "insert into duty_rule (key, kind, unit_kinds, cadence, level, source, grade, valid_from)"
        " values (:key, :kind, array['party_branch'], 'month', 'unit', 'x', 'K', '2020-01-01')",
        key=f"rule {kind}",
        kind=kind,
    )
    for place, ago in enumerate(days):
        change(
            side,
            "insert into due_item (rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on, state)"
            " select id, :unit, :kind, 2026, 'p', :place, cast(:day as date) - 5, :day, :state from duty_rule"
            " where kind = :kind order by id desc limit 1",
            unit=side.branch,
            kind=kind,
            place=place + 1,
            day=today() - timedelta(days=ago),
            state="exempt" if place < held else "open",
        )


def test_meetings_never_held_are_read_out_of_the_ledger(
    app: Flask, world: World, enter: Enter, change: Change
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    # Once due and missed is not enough for what is held monthly; an exempt item counts as nothing.
    owe(app, change, organ, "branch_assembly", [400, 30, 10], held=2)
    assert f"/watchlist/units/{organ.branch}/new" not in officer.get("/watchlist/candidates").text
    owe(app, change, organ, "branch_committee_meeting", [60, 30])
    page = officer.get("/watchlist/candidates?condition=life_not_held").text
    assert "支委会：应开展 2 次，一次未开展" in page or "应开展 2 次，一次未开展" in page
    assert f"/ledger/{organ.branch}" in page
    # Another condition, another unit's filter: nothing.
    assert "一次未开展" not in officer.get("/watchlist/candidates?condition=secretary_vacant").text
    # The other branch lies outside the reach of the officer, and the neighbour sees nothing.
    assert "一次未开展" not in enter(world.union["admin"]).get("/watchlist/candidates").text


def test_nobody_admitted_for_two_years_only_where_days_are_known(
    world: World, enter: Enter, change: Change
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    address = "/watchlist/candidates?condition=nobody_developed"
    assert "未发展党员</b>" not in officer.get(address).text
    long_ago = str(today().year - 4)
    change(
        organ, "update membership set joined = :day where unit_id = :unit", day=long_ago, unit=organ.branch
    )
    assert f"自 {long_ago} 后未发展党员" in officer.get(address).text
    # Somebody on the way, or admitted lately: it is not met.
    change(
        organ,
        "update membership set status = 'probationary' where unit_id = :unit and person_id = :person",
        unit=organ.branch,
        person=organ["member"].person_id,
    )
    assert "后未发展党员" not in officer.get(address).text


def test_what_the_ledger_does_not_say_needs_a_basis(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    bare = listed(officer, organ.branch, "satisfaction")
    assert bare.status_code == 422
    assert "请写明依据" in bare.text
    assert listed(officer, organ.branch).status_code == 422
    for wrong in (
        {"decided_on": str(today() + timedelta(days=1))},
        {"decided_on": "0001-01-01"},
        {"until": "2020-01-01"},
        {"leader_id": world.union["leader"].person_id},
        {"decision": "字" * 121},
        {"basis-satisfaction": "机密★"},
    ):
        data: dict[str, Any] = {"basis-satisfaction": "52%", **wrong}
        assert listed(officer, organ.branch, "satisfaction", **data).status_code == 422, wrong
    assert listed(officer, organ.branch, "no such").status_code == 422
    assert rows(organ, "select count(*) from watch_entry") == [(0,)]


def test_a_unit_stands_on_the_list_once(world: World, enter: Enter, rows: Rows, entry: int) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    again = listed(officer, organ.branch, "referred", key="two", **{"basis-referred": "信访局转办"})
    assert again.status_code == 409
    same = listed(officer, organ.branch, "satisfaction", **{"basis-satisfaction": "x"})
    assert same.status_code == 303
    assert rows(organ, "select count(*) from watch_entry") == [(1,)]
    [(until,)] = rows(organ, "select until from watch_entry")
    assert until == months_after(today(), 12)
    told = rows(organ, "select distinct person_id from delivery where channel = 'in_app'")
    assert {(organ["secretary"].person_id,), (organ["leader"].person_id,)} <= set(told)
    # The unit's page and Today say so to whoever may see it, and to nobody else.
    assert "在软弱涣散整顿名单中" in officer.get(f"/organisations/{organ.branch}").text
    secretary = enter(organ["secretary"])
    assert f"/watchlist/{entry}" in secretary.get("/").text
    member = enter(organ["member"])
    assert f"/watchlist/{entry}" not in member.get("/").text
    assert member.get(f"/watchlist/{entry}").status_code == 403


def test_the_plan_is_the_units_own(world: World, enter: Enter, rows: Rows, entry: int) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    assert organ.colleague is not None
    for wrong in (
        {"problem": " "},
        {"content": "字" * 501},
        {"due_on": "2020-01-01"},
        {"due_on": "2199-01-01"},
        {"owner_id": organ.colleague.person_id},
        {"content": "【机密】"},
    ):
        assert planned(secretary, entry, **wrong).status_code == 422, wrong
    for _again in range(2):
        assert planned(secretary, entry, owner_id=organ["keeper"].person_id).status_code == 303
    [(measure_id,)] = rows(organ, "select id from watch_measure")
    settle = f"/watchlist/measures/{measure_id}"
    assert secretary.post(settle, data={"act": "done"}).status_code == 303
    # What is done is not taken out.
    assert secretary.post(settle, data={"act": "drop"}).status_code == 409
    assert secretary.post(settle, data={"act": "x"}).status_code == 409
    assert secretary.post(settle, data={"act": "open"}).status_code == 303
    assert secretary.post(settle, data={"act": "drop"}).status_code == 303
    assert rows(organ, "select count(*) from watch_measure") == [(0,)]


def test_off_the_list_by_two_people_condition_by_condition(
    world: World, enter: Enter, rows: Rows, applied: int
) -> None:
    organ = world.organ
    officer, leader = enter(organ["officer"]), enter(organ["leader"])
    # A condition that was not checked keeps it on the list.
    refused = act(officer, applied, "approve", key="unchecked")
    assert refused.status_code == 422
    assert "请逐项核对" in refused.text
    assert act(officer, applied, "approve", gone=["satisfaction"]).status_code == 303
    assert state(rows, organ, applied) == "reviewed"
    assert act(officer, applied, "approve", gone=["satisfaction"], key="again").status_code == 409
    assert act(leader, applied, "approve", gone=["satisfaction"]).status_code == 303
    assert rows(organ, "select state, closed_on from watch_entry") == [("off", today())]
    assert f"/watchlist/{applied}" in officer.get("/watchlist?view=off").text
    assert "在软弱涣散整顿名单中" not in officer.get(f"/organisations/{organ.branch}").text
    # It does not hold: a year more.
    assert act(officer, applied, "back", key="no word").status_code == 422
    assert act(officer, applied, "back", remark="书记又调走").status_code == 303
    assert rows(organ, "select state, turn, until, closed_by from watch_entry") == [
        ("listed", 2, months_after(today(), 12), None)
    ]


def test_nobody_takes_off_what_they_applied_for(world: World, enter: Enter, rows: Rows, entry: int) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    planned(officer, entry)
    [(measure_id,)] = rows(organ, "select id from watch_measure")
    officer.post(f"/watchlist/measures/{measure_id}", data={"act": "done"})
    assert act(officer, entry, "apply").status_code == 303
    assert act(officer, entry, "approve", gone=["satisfaction"]).status_code == 409
    for approved, second in (
        (organ["officer"], organ["leader"]),
        (organ["leader"], organ["leader"]),
        (organ["leader"], organ["officer"]),
    ):
        with psycopg.connect(settings().database_url) as connection:
            connection.execute("select set_config('app.tenant_id', %s, true)", [str(organ.tenant_id)])
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute(
                    "update watch_entry set approved_by = %s, closed_by = %s, closed_on = current_date, state = 'off'"
                    " where id = %s",
                    [approved.person_id, second.person_id, entry],
                )


def test_what_the_ledger_still_says_keeps_it_on_the_list(
    world: World, enter: Enter, rows: Rows, change: Change
) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    vacate(change, organ, days=100)
    assert listed(officer, organ.branch, "secretary_vacant").status_code == 303
    [(watch_id,)] = rows(organ, "select id from watch_entry")
    planned(secretary, watch_id)
    [(measure_id,)] = rows(organ, "select id from watch_measure")
    secretary.post(f"/watchlist/measures/{measure_id}", data={"act": "done"})
    assert act(secretary, watch_id, "apply").status_code == 303
    refused = act(officer, watch_id, "approve", gone=["secretary_vacant"])
    assert refused.status_code == 422
    assert "台账显示该情形仍然存在" in refused.text
    change(organ, "update post set until = null where unit_id = :unit", unit=organ.branch)
    assert "台账显示已消除" in officer.get(f"/watchlist/{watch_id}").text
    assert act(officer, watch_id, "approve", gone=["secretary_vacant"], key="now").status_code == 303


def test_without_a_plan_or_a_month_nothing_is_applied_for(
    world: World, enter: Enter, rows: Rows, change: Change, entry: int
) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    bare = act(secretary, entry, "apply", key="bare")
    assert bare.status_code == 422
    assert "还没有整顿方案" in bare.text
    planned(secretary, entry)
    assert "未完成的措施" in act(secretary, entry, "apply", key="open").text
    [(measure_id,)] = rows(organ, "select id from watch_measure")
    secretary.post(f"/watchlist/measures/{measure_id}", data={"act": "done"})
    this = today().replace(day=1)
    change(organ, "update watch_entry set decided_on = :day", day=months_after(this, -3) + timedelta(days=9))
    first, second = months_after(this, -2), months_after(this, -1)
    refused = act(secretary, entry, "apply", key="months")
    assert f"以下月份未报整顿进展：{first:%Y-%m}、{second:%Y-%m}" in refused.text
    assert f"/watchlist/{entry}" in enter(organ["officer"]).get("/watchlist?view=late").text
    address = f"/watchlist/{entry}/months"
    for wrong in (
        {"month": str(months_after(this, 1)), "progress": "x"},
        {"month": "2019-01-01", "progress": "x"},
        {"month": str(this + timedelta(days=1)), "progress": "x"},
        {"month": "x", "progress": "x"},
        {"month": str(first), "progress": " "},
        {"month": str(first), "progress": "字" * 2001},
    ):
        assert secretary.post(address, data=wrong).status_code == 422, wrong
    for month in (first, second, second):
        assert (
            secretary.post(address, data={"month": str(month), "progress": "班子已补齐"}).status_code == 303
        )
    assert rows(organ, "select count(*) from watch_month") == [(2,)]
    assert act(secretary, entry, "apply").status_code == 303
    # While it is being checked its plan stands.
    assert planned(secretary, entry, key="late").status_code == 409


def test_returned_stays_a_year_longer_void(world: World, enter: Enter, rows: Rows, applied: int) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    assert act(officer, applied, "return", key="no word").status_code == 422
    assert act(officer, applied, "return", remark="材料不全").status_code == 303
    assert "材料不全" in secretary.get(f"/watchlist/{applied}").text
    [(before,)] = rows(organ, "select until from watch_entry")
    assert act(officer, applied, "stay", remark="年底仍未转化").status_code == 303
    assert rows(organ, "select state, until, turn from watch_entry") == [
        ("listed", months_after(before, 12), 2)
    ]
    assert act(secretary, applied, "stay", remark="x").status_code == 403
    assert act(officer, applied, "void", remark="登记错误").status_code == 303
    assert act(officer, applied, "apply", key="late").status_code == 409
    told = rows(
        organ,
        "select o.detail->>'act' from occasion o join delivery d on d.occasion_id = o.id where o.kind = 'watch'"
        " and d.person_id = :p and d.channel = 'in_app' order by o.id",
        p=organ["secretary"].person_id,
    )
    assert [row[0] for row in told] == ["list", "return", "stay", "void"]


def test_two_at_once_the_second_is_told(world: World, enter: Enter, rows: Rows, entry: int) -> None:
    officer = enter(world.organ["officer"])
    head = {"form_key": "one", "version": "1", "until": "2199-12-31"}
    assert officer.post(f"/watchlist/{entry}/head", data=head).status_code == 303
    assert officer.post(f"/watchlist/{entry}/head", data={**head, "form_key": "two"}).status_code == 409
    wrong = {**head, "form_key": "three", "version": "2", "secretary_id": world.union["leader"].person_id}
    assert officer.post(f"/watchlist/{entry}/head", data=wrong).status_code == 422
    assert rows(world.organ, "select until, version from watch_entry") == [(date(2199, 12, 31), 2)]


def test_the_list_leaves_as_excel_in_a_constant_number_of_queries(
    world: World, enter: Enter, change: Change, count_queries: Any, entry: int
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    book = book_of(officer.post("/exports/watchlist/list"))
    assert "群众满意度低于60%" in str(book.rows)
    officer.get("/watchlist")
    with count_queries() as few:
        officer.get("/watchlist")
        officer.get("/watchlist/candidates")
    change(
        organ,
        "insert into watch_entry (unit_id, state, decided_on, until, form_key, applied_by, approved_by, closed_by,"
        " closed_on) select :unit, 'off', '2026-01-01', date '2026-02-01' + n, 'k' || n, :a, :b, :c, '2026-03-01'"
        " from generate_series(1, 120) n",
        unit=organ.branch,
        a=organ["secretary"].person_id,
        b=organ["officer"].person_id,
        c=organ["leader"].person_id,
    )
    with count_queries() as many:
        page = officer.get("/watchlist?view=all").text
        officer.get("/watchlist/candidates")
    assert len(many) == len(few)
    seen: set[str] = set()
    while True:
        seen |= set(re.findall(r'href="/watchlist/(\d+)"', page))
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        if onward is None:
            break
        page = officer.get(onward.group(1).replace("&amp;", "&")).text
    assert len(seen) == 121


def test_a_colleague_and_a_neighbour_see_nothing(world: World, enter: Enter, entry: int) -> None:
    organ = world.organ
    assert organ.colleague is not None
    colleague, stranger = enter(organ.colleague), enter(world.union["admin"])
    assert colleague.get(f"/watchlist/{entry}").status_code == 403
    assert stranger.get(f"/watchlist/{entry}").status_code == 404
    for client in (colleague, stranger):
        assert f"/watchlist/{entry}" not in client.get("/watchlist?view=all").text
