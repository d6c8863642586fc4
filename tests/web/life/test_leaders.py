"""双重组织生活 and 讲党课: whose rows are counted, who sees them, and in which order people stand."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import db, transaction
from tests.factories.workbooks import book_of
from tests.web.events.stage import NOON, inside
from tests.web.life.stage import event, post, rename
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def led(app: Flask, world: World) -> Side:
    """The admin sits in the committee above and belongs to the branch; the leader leads the general branch."""
    side = world.organ
    post(app, side, person(side, "admin"), "secretary", side.root)
    post(app, side, person(side, "leader"), "secretary", side.middle)
    rename(app, side, person(side, "admin"), "王首长")
    rename(app, side, person(side, "leader"), "李书记")
    return side


def person(side: Side, role: str) -> int:
    found = side[role].person_id
    assert found is not None
    return found


def names(page: str) -> list[str]:
    """The people of the page's table, as they stand."""
    return re.findall(r'<th scope="row" class="nw">(?:<a [^>]*>)?([^<]+)<', page)


def test_a_leaders_attendance_in_the_own_branch_is_counted_and_opens(
    app: Flask, led: Side, enter: Enter
) -> None:
    me, other = person(led, "admin"), person(led, "leader")
    event(app, led, "theme_day", date(2026, 3, 5), present=[me, other])
    missed = event(
        app, led, "branch_assembly", date(2026, 4, 5), present=[other], absent=[me], title="四月大会"
    )
    # Not of the year, not of all members, not his, void: none counts.
    event(app, led, "theme_day", date(2025, 3, 5), absent=[me])
    event(app, led, "branch_committee_meeting", date(2026, 5, 5), absent=[me])
    event(app, led, "theme_day", date(2026, 6, 5), unit_id=led.other_branch, absent=[me])
    event(app, led, "theme_day", date(2026, 7, 5), absent=[me], state="void", void_reason="twice")
    client = enter(led["officer"])
    page = client.get("/life?view=missing").text
    assert names(page) == ["王首长"]
    assert "2 次参加 1 次" in page
    assert "1 次未补" in page
    assert f"/events/{missed}" in page
    whole = client.get("/life?view=all").text
    assert names(whole) == ["李书记", "王首长"]
    rows = client.get(f"/life/leaders/{me}?year=2026").text
    assert rows.count("/events/") == 2
    assert "四月大会" in rows
    assert names(client.get("/life?view=all&year=2025").text) == ["李书记", "王首长"]
    assert "1 次参加 0 次" in client.get("/life?view=all&year=2025").text


def test_what_was_made_up_for_is_not_missing(app: Flask, led: Side, enter: Enter) -> None:
    me = person(led, "admin")
    missed = event(app, led, "theme_day", date(2026, 3, 5), absent=[me], present=[person(led, "leader")])
    client = enter(led["officer"])
    assert names(client.get("/life?view=missing").text) == ["王首长"]
    with inside(app, led), transaction():
        db.session.execute(
            text("update attendance set made_up_on = '2026-03-20' where event_id = :id and not present"),
            {"id": missed},
        )
    assert names(client.get("/life?view=missing").text) == []
    assert "补课 1 次" in client.get("/life?view=all").text


def test_where_nothing_was_held_and_where_nobody_was_named_is_said(
    app: Flask, led: Side, enter: Enter
) -> None:
    client = enter(led["officer"])
    assert "还没开展" in client.get("/life?view=missing").text
    event(app, led, "theme_day", date(2026, 3, 5), due_count=9, present_count=9)
    page = client.get("/life?view=all").text
    assert "1 次参加 0 次" in page
    assert "未点名 1 次" in page


def test_what_was_held_before_he_belonged_there_is_not_his(app: Flask, led: Side, enter: Enter) -> None:
    me = person(led, "admin")
    with inside(app, led), transaction():
        db.session.execute(
            text("update membership set since = '2026-06-01' where person_id = :id"), {"id": me}
        )
    event(app, led, "theme_day", date(2026, 3, 5), present=[person(led, "leader")])
    event(app, led, "theme_day", date(2026, 7, 5), present=[me, person(led, "leader")])
    page = enter(led["officer"]).get("/life?view=all").text
    assert "1 次参加 1 次" in page
    assert "2 次参加 2 次" in page


def test_of_a_group_the_branchs_events_count_that_name_him(app: Flask, led: Side, enter: Enter) -> None:
    me = person(led, "admin")
    with inside(app, led), transaction():
        group = db.session.scalar(
            text(
                "insert into unit (parent_id, path, kind, line, name, duties_since) select id, path || '9999999999.',"
                " 'party_group', 'party', '一组', duties_since from unit where id = :id returning id"
            ),
            {"id": led.branch},
        )
        db.session.execute(
            text("update membership set unit_id = :group where person_id = :id"), {"group": group, "id": me}
        )
    event(app, led, "group_meeting", date(2026, 3, 5), unit_id=group, present=[me])
    event(app, led, "theme_day", date(2026, 4, 5), absent=[me])
    event(app, led, "branch_assembly", date(2026, 5, 5), present=[person(led, "leader")])
    assert "2 次参加 1 次" in enter(led["officer"]).get("/life?view=all").text


def test_a_leader_of_another_unit_is_shown_to_nobody_out_of_reach(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    assert side.colleague is not None
    assert side.colleague.person_id is not None
    post(app, side, side.colleague.person_id, "committee_member", side.root)
    rename(app, side, side.colleague.person_id, "赵隔壁")
    assert names(enter(side["admin"]).get("/life?view=all").text) == ["赵隔壁"]
    assert names(enter(side["officer"]).get("/life?view=all").text) == []
    assert enter(side["officer"]).get(f"/life/leaders/{side.colleague.person_id}").status_code == 403
    assert "赵隔壁" not in enter(world.union["admin"]).get("/life?view=all").text
    assert enter(world.union["admin"]).get(f"/life/leaders/{side.colleague.person_id}").status_code == 404


def test_people_stand_by_unit_and_name_and_no_address_sorts_them_by_a_count(
    app: Flask, led: Side, enter: Enter
) -> None:
    """No ranking of persons: whoever missed more stands where the name puts them, whatever the address says."""
    a, b = person(led, "admin"), person(led, "leader")
    rename(app, led, a, "b second")
    rename(app, led, b, "a first")
    for month in (1, 2, 3):
        event(app, led, "theme_day", date(2026, month, 5), present=[b], absent=[a])
    event(app, led, "theme_day", date(2026, 4, 5), present=[a], absent=[b])
    client = enter(led["admin"])
    for tail in ("", "?sort=absent", "?order=-attended", "?sort=-absent&view=all", "?view=all&order=held"):
        assert names(client.get(f"/life{tail or '?view=missing'}").text) == ["a first", "b second"], tail
    lecturers = [
        names(client.get(f"/life/lectures?view=all{tail}").text)
        for tail in ("", "&sort=given", "&order=-given")
    ]
    assert lecturers[0][:2] == ["b second", "a first"], "the unit above stands first"
    assert lecturers[1:] == [lecturers[0]] * 2
    book = book_of(client.post("/exports/life/leaders?view=all&sort=absent"))
    assert book.column("姓名") == ["a first", "b second"]
    assert book.column("未参加") == [1, 3]


def test_a_page_of_leaders_goes_on_where_it_ended(app: Flask, led: Side, enter: Enter) -> None:
    with inside(app, led), transaction():
        db.session.execute(
            text(
                "with fresh as (insert into person (name, name_key) select 'p' || n, 'p' || lpad(n::text, 3, '0')"
                " from generate_series(1, 60) n returning id), belong as (insert into membership"
                " (person_id, unit_id, kind, status, since)"
                " select id, :branch, 'party', 'full', '2020-01-01' from fresh)"
                " insert into post (person_id, unit_id, code, since)"
                " select id, :root, 'committee_member', '2025-01-01' from fresh"
            ),
            {"branch": led.branch, "root": led.root},
        )
    client = enter(led["admin"])
    first = client.get("/life?view=all").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = client.get(following.group(1).replace("&amp;", "&")).text
    assert len(names(first)) == 50
    assert len({*names(first), *names(second)}) == 62
    assert book_of(client.post("/exports/life/leaders?view=all")).column("姓名") == names(first) + names(
        second
    )
    assert client.get("/life?view=all&after=9~nonsense~x").status_code == 200
    assert client.get("/life?year=99999&unit_id=x").status_code == 200


def lecture(app: Flask, side: Side, on: date, lecturer: str, **values: Any) -> int:
    fields = {"subject": "s", "lecturer": lecturer, "outline": "o"}
    return event(app, side, "party_lecture", on, fields=fields, **values)


def test_a_lecture_counts_for_the_chair_or_for_the_one_of_that_name(
    app: Flask, led: Side, enter: Enter
) -> None:
    secretary, leader = person(led, "secretary"), person(led, "leader")
    rename(app, led, secretary, "张支书")
    client = enter(led["admin"])
    missing = "/life/lectures?view=missing"
    assert {"张支书", "王首长", "李书记"} - set(names(client.get(missing).text)) == set()
    # The chair named somebody else as lecturer: it is that one's lecture, by the name, not the chair's.
    lecture(app, led, date(2026, 3, 1), "李书记", chair_id=secretary, title="三月课")
    page = client.get(missing).text
    assert "张支书" in names(page)
    assert "李书记" not in names(page)
    whole = client.get("/life/lectures?view=all").text
    assert "三月课" in whole
    assert "按姓名认定" in whole
    # The chair who lectures.
    lecture(app, led, date(2026, 4, 1), "张支书", chair_id=secretary)
    assert "张支书" not in names(client.get(missing).text)
    # A guest at another branch, where nobody bears the name.
    lecture(app, led, date(2026, 5, 1), " 王首长 ", unit_id=led.other_branch, title="做客讲课")
    assert "王首长" not in names(client.get(missing).text)
    assert names(client.get(missing).text) == [
        name for name in names(client.get("/life/lectures?view=all").text) if name.startswith("colleague")
    ]
    # The officer does not see what was recorded outside the reach.
    assert "做客讲课" not in enter(led["officer"]).get("/life/lectures?view=all").text
    assert leader


def test_a_name_that_two_of_the_unit_bear_counts_for_nobody(app: Flask, led: Side, enter: Enter) -> None:
    rename(app, led, person(led, "member"), "李书记")
    lecture(app, led, date(2026, 3, 1), "李书记")
    assert "李书记" in names(enter(led["admin"]).get("/life/lectures?view=missing").text)
    # As the chair it is certain who it was.
    lecture(app, led, date(2026, 4, 1), "李书记", chair_id=person(led, "leader"))
    assert "李书记" not in names(enter(led["admin"]).get("/life/lectures?view=missing").text)
    lecture(app, led, date(2026, 5, 1), "", chair_id=person(led, "member"))


def test_the_rules_behind_the_lectures_stand_with_source_and_grade(led: Side, enter: Enter) -> None:
    page = enter(led["admin"]).get("/life/lectures").text
    assert "党委（党组）书记每年至少讲1次党课" in page
    assert "正式文件" in page


def test_the_pages_cost_the_same_however_many_people(
    app: Flask, led: Side, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client = enter(led["admin"])
    for address, most in (
        ("/life?view=all", 13),
        ("/life/lectures?view=all", 13),
        ("/life/talks?view=all", 11),
        (f"/life/talks/{led.branch}?view=all", 12),
        ("/life/birthdays", 13),
    ):
        client.get(address)
        with count_queries() as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= most, (address, len(seen), seen)


def test_a_keeper_of_the_other_line_reads_nothing_of_the_partys_life(
    app: Flask, world: World, enter: Enter
) -> None:
    """A colleague of another branch who is also a member of the own trade union: that is no way into their branch."""
    side = world.organ
    assert side.colleague is not None
    them = side.colleague.person_id
    assert them is not None
    event(
        app, side, "theme_day", date(2026, 3, 5), unit_id=side.other_branch, absent=[them], title="隔壁的活动"
    )
    with inside(app, side), transaction():
        db.session.execute(
            text(
                "insert into membership (person_id, unit_id, kind, status, since)"
                " values (:person, :unit, 'union', 'member', '2020-01-01')"
            ),
            {"person": them, "unit": side.branch},
        )
    page = enter(side["secretary"]).get(f"/life/leaders/{them}?year=2026")
    assert page.status_code == 200
    assert "隔壁的活动" not in page.text
    assert "隔壁的活动" in enter(side["admin"]).get(f"/life/leaders/{them}?year=2026").text
