"""Hours of study: of a record for all present, of one's own, of several; signed, refused, never ranked."""

import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from services.web.exports.views import ASKED
from tests.factories.people import people
from tests.web.events.stage import NOON, fields
from tests.web.study.test_makeup import held
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
HOURS = "select hours, form, state from study_hours where person_id = :id order by id"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def entered(client: FlaskClient, **changes: str) -> Any:
    page = client.get("/study/mine").text
    found = re.search(r'name="form_key"[^>]*value="([^"]+)"', page)
    assert found is not None
    sent = {
        "form_key": found.group(1),
        "on_date": "2026-11-18",
        "form": "self",
        "hours": "2",
        "subject": "条例",
    }
    return client.post("/study/mine", data={**sent, **changes})


def test_all_present_have_the_hours_in_one_press_and_once(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    member = world.organ["member"].person_id or 0
    client, event_id = held(app, world, enter, rows, member)
    assert "为 7 人签认学时" in client.get(f"/events/{event_id}").text
    press = f"/study/events/{event_id}/hours"
    assert client.post(press, data={"form": "central", "hours": "1.5"}).status_code == 303
    assert client.post(press, data={"form": "central", "hours": "1.5"}).status_code == 303
    everybody = (
        "select count(*), count(distinct person_id), sum(hours) from study_hours where state = 'signed'"
    )
    assert rows(world.organ, everybody) == [(7, 7, Decimal("10.5"))]
    assert rows(world.organ, HOURS, id=member) == []
    # Another number changes it for everybody.
    assert client.post(press, data={"form": "practice", "hours": "4"}).status_code == 303
    assert rows(world.organ, everybody) == [(7, 7, Decimal("28.0"))]
    assert rows(world.organ, HOURS, id=world.organ["leader"].person_id) == [
        (Decimal("4.0"), "practice", "signed")
    ]


@pytest.mark.parametrize("hours", ["0", "-1", "25", "1.25", "NaN", "abc", "", "1e99", "1e999999999"])
def test_hours_that_cannot_be(hours: str, app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    client, event_id = held(app, world, enter, rows)
    answer = client.post(f"/study/events/{event_id}/hours", data={"form": "central", "hours": hours})
    assert answer.status_code == 422
    assert 'class="jc-err"' in answer.text
    mine = entered(enter(world.organ["member"]), hours=hours, subject="自学新条例")
    assert mine.status_code == 422
    assert "自学新条例" in mine.text
    assert rows(world.organ, "select count(*) from study_hours") == [(0,)]


def test_hours_follow_a_correction_and_a_void(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    member, leader = world.organ["member"].person_id or 0, world.organ["leader"].person_id or 0
    client, event_id = held(app, world, enter, rows, member)
    client.post(f"/study/events/{event_id}/hours", data={"form": "central", "hours": "2"})
    sent = fields(client.get(f"/events/{event_id}/correct").text)
    changed = {
        **sent,
        "reason": "点名有误",
        "absent": [str(leader)],
        f"reason-{leader}": "sick",
        "held_on": "2026-10-29",
    }
    assert client.post(f"/events/{event_id}/correct", data=changed).status_code == 303
    assert rows(world.organ, HOURS, id=member) == [(Decimal("2.0"), "central", "signed")]
    assert rows(world.organ, HOURS, id=leader) == [(Decimal("2.0"), "central", "refused")]
    remark = "select remark from study_hours where person_id = :id"
    assert "更正" in rows(world.organ, remark, id=leader)[0][0]
    days = rows(world.organ, "select distinct on_date::text from study_hours where state = 'signed'")
    assert days == [("2026-10-29",)]
    # Back on the roll: signed again, still one row.
    sent = fields(client.get(f"/events/{event_id}/correct").text)
    sent.pop("absent", None)
    assert client.post(f"/events/{event_id}/correct", data={**sent, "reason": "又核一次"}).status_code == 303
    assert rows(world.organ, HOURS, id=leader) == [(Decimal("2.0"), "central", "signed")]
    version = rows(world.organ, "select version from event")[0][0]
    assert (
        client.post(f"/events/{event_id}/void", data={"reason": "重复", "version": version}).status_code
        == 303
    )
    assert rows(world.organ, "select count(*) from study_hours where state = 'signed'") == [(0,)]
    assert (
        client.post(f"/study/events/{event_id}/hours", data={"form": "central", "hours": "2"}).status_code
        == 409
    )


def test_hours_of_a_record_are_taken_back_with_a_reason(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    client, event_id = held(app, world, enter, rows)
    client.post(f"/study/events/{event_id}/hours", data={"form": "central", "hours": "2"})
    back = f"/study/events/{event_id}/hours/back"
    assert client.post(back, data={"reason": " "}).status_code == 422
    assert client.post(back, data={"reason": "按错了"}).status_code == 303
    assert rows(world.organ, "select distinct state, remark from study_hours") == [("refused", "按错了")]
    assert (
        client.post(f"/study/events/{event_id}/hours", data={"form": "central", "hours": "3"}).status_code
        == 303
    )
    assert rows(world.organ, "select distinct state, remark from study_hours") == [("signed", None)]


def test_self_study_is_entered_on_the_phone_and_signed_or_refused(
    world: World, enter: Enter, rows: Rows
) -> None:
    member = world.organ["member"]
    own, secretary = enter(member), enter(world.organ["secretary"])
    page = own.get("/study/mine").text
    key = re.search(r'name="form_key"[^>]*value="([^"]+)"', page)
    assert key is not None
    for _time in range(2):
        assert entered(own, form_key=key.group(1)).status_code == 303
    assert entered(own, hours="3", subject="网上学习").status_code == 303
    assert rows(world.organ, HOURS, id=member.person_id) == [
        (Decimal("2.0"), "self", "asked"),
        (Decimal("3.0"), "self", "asked"),
    ]
    # A day has 24 hours, all entries together.
    full = entered(own, hours="20")
    assert full.status_code == 422
    assert "当天已有 5.0 学时" in full.text
    lines = [row[0] for row in rows(world.organ, "select id from study_hours order by id")]
    decide = "/study/hours/decide"
    assert secretary.post(decide, data={"line": lines, "decision": "refuse"}).status_code == 422
    assert secretary.post(decide, data={"line": lines[:1], "decision": "sign"}).status_code == 303
    refused = {"line": lines[1:], "decision": "refuse", "remark": "写明学了什么"}
    assert secretary.post(decide, data=refused).status_code == 303
    assert secretary.post(decide, data={"line": lines, "decision": "sign"}).status_code == 409
    mine = own.get("/study/mine").text
    assert "写明学了什么" in mine
    assert '<span class="jc-state is-late">已退回</span>' in mine
    assert '<span class="jc-big">2</span>' in mine
    assert "还差 30" in mine
    # Decided, so no longer the person's to take back.
    assert own.post(f"/study/hours/{lines[0]}/withdraw").status_code == 409


def test_nobody_signs_their_own_hours_or_a_strangers(world: World, enter: Enter, rows: Rows) -> None:
    secretary, officer = enter(world.organ["secretary"]), enter(world.organ["officer"])
    assert entered(secretary).status_code == 303
    [(line,)] = rows(world.organ, "select id from study_hours")
    sent = {"line": [line], "decision": "sign"}
    assert secretary.post("/study/hours/decide", data=sent).status_code == 409
    colleague = world.organ.colleague
    assert colleague is not None
    assert enter(colleague).post("/study/hours/decide", data=sent).status_code == 409
    assert enter(world.union["officer"]).post("/study/hours/decide", data=sent).status_code == 409
    assert "条例" not in enter(colleague).get("/study/hours").text
    assert officer.post("/study/hours/decide", data=sent).status_code == 303
    assert rows(world.organ, "select state from study_hours") == [("signed",)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"on_date": "2026-11-21"}, "这一天还没到"),
        ({"on_date": "2024-12-31"}, "已结束"),
        ({"on_date": "2019-06-01"}, "已结束"),
        ({"on_date": "2026-13-01"}, "2026-13-01"),
        ({"form": "sleep"}, "选择学习形式"),
        ({"subject": " "}, "写明学习内容"),
        ({"subject": "x" * 300}, "200"),
    ],
)
def test_an_own_entry_that_cannot_be(
    wrong: dict[str, str], said: str, world: World, enter: Enter, rows: Rows
) -> None:
    answer = entered(enter(world.organ["member"]), **wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert rows(world.organ, "select count(*) from study_hours") == [(0,)]


def test_who_belonged_to_no_unit_that_day_has_no_hours(
    world: World, enter: Enter, rows: Rows, change: Any
) -> None:
    member = world.organ["member"]
    change(
        world.organ, "update membership set since = '2026-11-19' where person_id = :id", id=member.person_id
    )
    assert "那天您不在任何单位" in entered(enter(member)).text
    unit = world.organ.branch
    secretary = enter(world.organ["secretary"])
    page = secretary.get(f"/study/units/{unit}/enter").text
    key = re.search(r'name="form_key"[^>]*value="([^"]+)"', page)
    assert key is not None
    sent = {
        "form_key": key.group(1),
        "on_date": "2026-11-18",
        "form": "central",
        "hours": "8",
        "subject": "县委党校培训班",
        "person": [member.person_id, world.organ["leader"].person_id],
    }
    answer = secretary.post(f"/study/units/{unit}/enter", data=sent)
    assert answer.status_code == 422
    assert "不属于本单位" in answer.text or "不是" in answer.text
    neighbour = world.union["member"].person_id
    assert (
        secretary.post(f"/study/units/{unit}/enter", data={**sent, "person": [neighbour]}).status_code == 422
    )
    assert rows(world.organ, "select count(*) from study_hours") == [(0,)]
    sent["on_date"] = "2026-11-19"
    for _time in range(2):
        assert secretary.post(f"/study/units/{unit}/enter", data=sent).status_code == 303
    assert rows(world.organ, "select count(*), sum(hours) from study_hours where state = 'signed'") == [
        (2, Decimal("16.0"))
    ]
    # A second course on the same day would make 26 hours: who has them already is left out, and it is said.
    again = {**sent, "form_key": "another", "hours": "18"}
    followed = secretary.post(f"/study/units/{unit}/enter", data=again, follow_redirects=True)
    assert "2 人未记" in followed.text
    assert rows(world.organ, "select count(*) from study_hours") == [(2,)]


def test_coverage_opens_into_names_in_their_order_and_nobody_is_ranked(
    app: Flask, world: World, enter: Enter, rows: Rows, change: Any
) -> None:
    names = ["甲安", "乙博", "丙诚"]
    people(app, world.organ, names)
    # The one who sorts last by name has most hours, the first of them none.
    for name, hours in (("甲安", 0), ("乙博", 31), ("丙诚", 40)):
        for part in (hours // 2, hours - hours // 2):
            if part:
                change(
                    world.organ,
                    "insert into study_hours (person_id, unit_id, on_date, form, hours, subject, state, decided_at,"
                    " form_key) select id, :unit, '2026-03-01', 'central', :hours, '课', 'signed', now(),"
                    " gen_random_uuid()::text from person where name = :name",
                    unit=world.organ.branch,
                    hours=part,
                    name=name,
                )
    secretary = enter(world.organ["secretary"])
    units = secretary.get("/study/units").text
    row = units.split(f"/study/units/{world.organ.branch}?", 1)[1].split("</tr>", 1)[0]
    assert 'show=reached">1</a>' in row.replace("&amp;", "&")
    reached = secretary.get(f"/study/units/{world.organ.branch}?show=reached").text
    assert ("丙诚" in reached, "乙博" in reached) == (True, False)
    everybody = secretary.get(f"/study/units/{world.organ.branch}?show=all").text
    table = everybody.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    listed = re.findall(r'<th scope="row">([^<]+)</th>', table)
    stored = [r[0] for r in rows(world.organ, "select name from person order by name_key, id")]
    assert listed == [name for name in stored if name in listed]
    # No address orders them otherwise, and no number of hours of a person stands in the rows.
    for tail in ("&sort=hours", "&order=desc", "&show=hours"):
        again = secretary.get(
            f"/study/units/{world.organ.branch}?show=all{tail}".replace("show=all&show", "show")
        ).text
        body = again.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
        order = re.findall(r'<th scope="row">([^<]+)</th>', body)
        assert order == [name for name in listed if name in order]
    assert "40" not in re.sub(r"<[^>]+>", " ", table)
    assert "31" not in re.sub(r"<[^>]+>", " ", table)
    # What leaves as Excel are units and absences, not people with their hours.
    assert {name for name in ASKED if name.startswith("study.")} == {"study.makeup", "study.units"}
    got = secretary.post("/exports/study/units", data={"form_key": "x"})
    assert got.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(got.get_data()))
    cells = {str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line}
    assert not cells & set(names)


def test_hours_count_in_their_own_year_only(world: World, enter: Enter, change: Any) -> None:
    member = world.organ["member"]
    change(
        world.organ,
        "insert into study_hours (person_id, unit_id, on_date, form, hours, subject, state, decided_at, form_key)"
        " values (:p, :u, '2025-12-31', 'central', 20, '课', 'signed', now(), 'last year')",
        p=member.person_id,
        u=world.organ.branch,
    )
    own = enter(member)
    assert '<span class="jc-big">0</span>' in own.get("/study/mine").text
    assert '<span class="jc-big">20</span>' in own.get("/study/mine?year=2025").text


def test_a_person_is_asked_for_what_their_office_asks(world: World, enter: Enter) -> None:
    assert "应学 32 学时" in enter(world.organ["member"]).get("/study/mine").text
    assert "应学 56 学时" in enter(world.organ["secretary"]).get("/study/mine").text
    assert "没有规则对您提出学时要求" in enter(world.union["member"]).get("/study/mine").text
    assert "应学 32 学时" in enter(world.organ["member"]).get("/study/mine?year=2021").text


def test_the_pages_ask_the_same_queries_however_many(
    app: Flask, world: World, enter: Enter, count_queries: Callable[..., Any]
) -> None:
    officer = enter(world.organ["officer"])
    counts = []
    for _round in range(2):
        seen = []
        for address in ("/study/units", f"/study/units/{world.organ.branch}?show=all", "/study/hours"):
            with count_queries() as counted:
                assert officer.get(address).status_code == 200
            seen.append(len(counted))
        counts.append(seen)
        people(app, world.organ, [f"增加{n:02d}" for n in range(60)])
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 14


def test_nobody_signs_their_own_hours_by_way_of_the_list(world: World, enter: Enter, rows: Rows) -> None:
    unit, me = world.organ.branch, world.organ["secretary"].person_id
    sent = {
        "form_key": "a course",
        "on_date": "2026-11-18",
        "form": "central",
        "hours": "8",
        "subject": "县委党校培训班",
        "person": [me, world.organ["leader"].person_id],
    }
    answer = enter(world.organ["secretary"]).post(
        f"/study/units/{unit}/enter", data=sent, follow_redirects=True
    )
    assert "本人的学时由他人签认" in answer.text
    assert rows(world.organ, "select state, decided_by from study_hours where person_id = :id", id=me) == [
        ("asked", None)
    ]
    others = "select count(*) from study_hours where state = 'signed' and decided_by = :id"
    assert rows(world.organ, others, id=me) == [(1,)]
