"""From an inspection to findings that are closed off by two people: through the pages, as the people who do it."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.clock import today
from shared.settings import settings
from tests.factories.objects import make
from tests.factories.workbooks import book_of
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]
#: Far enough that no test's day lies behind it.
DAY = "2199-12-31"
ON = "2026-01-05"


def entered(client: FlaskClient, unit_id: int, *, key: str = "inspection", **more: Any) -> int:
    head = {
        "form_key": key,
        "unit_id": unit_id,
        "kind": "patrol",
        "title": "市委第*轮巡察",
        "round_label": "第*轮",
        "feedback_on": ON,
        "focus_end": DAY,
    }
    answer = client.post("/findings/inspections/new", data={**head, **more})
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def pasted(
    client: FlaskClient, inspection_id: int, lines: str, *, key: str = "lines", **more: Any
) -> TestResponse:
    data = {"form_key": key, "category": "组织生活", "found_on": ON, "due_on": DAY, "lines": lines}
    return client.post(f"/findings/inspections/{inspection_id}/findings", data={**data, **more})


def act(
    client: FlaskClient, finding_id: int, name: str, *, key: str | None = None, **more: Any
) -> TestResponse:
    page = client.get(f"/findings/{finding_id}").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    number = version.group(1) if version is not None else "0"
    where = {"approve": "check", "return": "check", "holds": "settle", "failed": "settle", "void": "settle"}
    data = {"act": name, "form_key": key or f"{finding_id} {name} {number}", "version": number}
    address = f"/findings/{finding_id}/{where.get(name, 'work')}"
    return client.post(address, data={**data, **more}, content_type="multipart/form-data")


def paper() -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"%PDF-1.4 rectified"), "整改报告.pdf"


def state(rows: Rows, side: Any, finding_id: int) -> str:
    return str(rows(side, "select state from finding where id = :id", id=finding_id)[0][0])


@pytest.fixture
def finding(world: World, enter: Enter, rows: Rows) -> int:
    """One finding of the branch, entered by the officer of the middle unit."""
    officer = enter(world.organ["officer"])
    inspection_id = entered(officer, world.organ.middle)
    assert pasted(officer, inspection_id, "1. 支委会记录不全", unit_id=world.organ.branch).status_code == 303
    return int(rows(world.organ, "select id from finding")[0][0])


@pytest.fixture
def closed(world: World, enter: Enter, finding: int) -> int:
    secretary = enter(world.organ["secretary"])
    assert act(secretary, finding, "start").status_code == 303
    assert act(secretary, finding, "apply", file=paper()).status_code == 303
    assert act(enter(world.organ["officer"]), finding, "approve").status_code == 303
    assert act(enter(world.organ["leader"]), finding, "approve").status_code == 303
    return finding


def test_a_table_is_pasted_with_its_headings(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    branch = rows(world.organ, "select name from unit where id = :id", id=world.organ.branch)[0][0]
    inspection_id = entered(officer, world.organ.middle)
    table = (
        "序号\t问题类别\t具体问题\t责任单位\t整改时限\n"
        f"1\t组织生活\t三会一课记录不全\t{branch}\t2030年6月30日\n"
        "2\t党费收缴\t核定基数不准\t\t\n"
    )
    assert pasted(officer, inspection_id, table, unit_id=world.organ.middle).status_code == 303
    found = rows(
        world.organ, "select number, unit_id, category, content, due_on::text from finding order by number"
    )
    assert found == [
        (1, world.organ.branch, "组织生活", "三会一课记录不全", "2030-06-30"),
        (2, world.organ.middle, "党费收缴", "核定基数不准", DAY),
    ]
    # The same form again enters nothing; the same inspection's form is the same inspection.
    assert pasted(officer, inspection_id, table, unit_id=world.organ.middle).status_code == 303
    assert rows(world.organ, "select count(*) from finding") == [(2,)]
    assert entered(officer, world.organ.middle) == inspection_id
    told = rows(world.organ, "select person_id from delivery where channel = 'in_app'")
    assert (world.organ["secretary"].person_id,) in told
    page = officer.get(f"/findings/inspections/{inspection_id}").text
    for word in ("第*轮", "问题清单", "任务清单", "责任清单", "整改台账", "三会一课记录不全"):
        assert word in page


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("好\t不存在\t没有这个支部", "第 1 行：找不到责任单位"),
        ("类别\t问题\t\t31.12.", "第 1 行：整改时限无法识别"),
        ("一行\n类别\t\n", "第 2 行：没有写问题"),
        ("\n \n", "请至少写一个问题"),
        ("类别\t问题\t\t1999-01-01", "早于发现日期"),
        ("字" * 4001, "超过 4000 字"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_entered(
    lines: str, said: str, world: World, enter: Enter, rows: Rows
) -> None:
    officer = enter(world.organ["officer"])
    inspection_id = entered(officer, world.organ.middle)
    refused = pasted(officer, inspection_id, lines, unit_id=world.organ.branch)
    assert refused.status_code == 422
    assert said in refused.text or lines.strip() == ""
    assert rows(world.organ, "select count(*) from finding") == [(0,)]


def test_secrets_and_days_that_cannot_be_are_refused(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    inspection_id = entered(officer, world.organ.middle)
    assert pasted(officer, inspection_id, "机密★ 某问题", unit_id=world.organ.branch).status_code == 422
    early = pasted(officer, inspection_id, "某问题", unit_id=world.organ.branch, found_on="0001-01-01")
    assert early.status_code == 422
    head = {
        "form_key": "x",
        "unit_id": world.organ.middle,
        "kind": "patrol",
        "title": "督查",
        "feedback_on": ON,
    }
    for wrong in ({"plan_due": "2025-12-31"}, {"feedback_on": DAY}, {"kind": "x"}, {"title": " "}):
        assert officer.post("/findings/inspections/new", data={**head, **wrong}).status_code == 422, wrong
    assert rows(world.organ, "select count(*) from finding") == [(0,)]


def test_from_entered_to_closed_by_two_people(world: World, enter: Enter, rows: Rows, finding: int) -> None:
    organ = world.organ
    secretary, officer, leader = enter(organ["secretary"]), enter(organ["officer"]), enter(organ["leader"])
    assert act(secretary, finding, "start").status_code == 303
    assert act(secretary, finding, "progress", remark="已补记三次").status_code == 303
    assert act(secretary, finding, "mostly").status_code == 303
    # Without proof nothing is applied for.
    refused = act(secretary, finding, "apply", key="bare")
    assert refused.status_code == 422
    assert "申请销号须有佐证" in refused.text
    assert act(secretary, finding, "apply", file=paper()).status_code == 303
    # Returned with a remark only, and the unit is told.
    assert act(officer, finding, "return", key="no word").status_code == 422
    assert act(officer, finding, "return", remark="缺签名").status_code == 303
    assert state(rows, organ, finding) == "returned"
    assert "缺签名" in secretary.get(f"/findings/{finding}").text
    # The proof of before is proof still.
    assert act(secretary, finding, "apply").status_code == 303
    assert act(officer, finding, "approve").status_code == 303
    assert state(rows, organ, finding) == "reviewed"
    # The same person again does not close it.
    again = act(officer, finding, "approve", key="the second time")
    assert again.status_code == 409
    assert state(rows, organ, finding) == "reviewed"
    assert act(leader, finding, "approve").status_code == 303
    assert rows(organ, "select state, closed_on from finding") == [("closed", today())]
    told = rows(
        organ,
        "select o.detail->>'act' from occasion o join delivery d on d.occasion_id = o.id"
        " where o.kind = 'finding' and d.person_id = :p and d.channel = 'in_app' order by o.id",
        p=organ["secretary"].person_id,
    )
    assert told == [("return",), ("close",)]
    # The proof is served by the finding's address alone.
    [(note_id, file_id)] = rows(organ, "select id, file_id from finding_note where file_id is not null")
    got = leader.get(f"/findings/proofs/{note_id}")
    assert got.data == b"%PDF-1.4 rectified"
    assert secretary.get(f"/files/{file_id}").status_code == 404
    assert enter(world.union["officer"]).get(f"/findings/proofs/{note_id}").status_code == 404


def test_nobody_agrees_to_what_they_applied_for(world: World, enter: Enter, rows: Rows, finding: int) -> None:
    officer = enter(world.organ["officer"])
    act(officer, finding, "start")
    assert act(officer, finding, "apply", file=paper()).status_code == 303
    assert act(officer, finding, "approve").status_code == 409
    assert act(enter(world.organ["leader"]), finding, "approve").status_code == 303
    assert act(officer, finding, "approve").status_code == 409
    assert state(rows, world.organ, finding) == "reviewed"
    assert act(enter(world.organ["admin"]), finding, "approve").status_code == 303
    assert state(rows, world.organ, finding) == "closed"


def test_the_database_itself_refuses_one_person_twice(world: World, closed: int) -> None:
    officer, leader = world.organ["officer"].person_id, world.organ["leader"].person_id
    secretary = world.organ["secretary"].person_id
    for approved, second in ((officer, officer), (secretary, leader), (officer, secretary), (None, leader)):
        with psycopg.connect(settings().database_url) as connection:
            connection.execute("select set_config('app.tenant_id', %s, true)", [str(world.organ.tenant_id)])
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute(
                    "update finding set approved_by = %s, closed_by = %s where id = %s",
                    [approved, second, closed],
                )


def test_two_at_once_the_second_is_told(world: World, enter: Enter, rows: Rows, finding: int) -> None:
    secretary, keeper = enter(world.organ["secretary"]), enter(world.organ["officer"])
    stale = re.search(r'name="version"[^>]*value="(\d+)"', keeper.get(f"/findings/{finding}").text)
    assert stale is not None
    assert act(secretary, finding, "start", key="once").status_code == 303
    # The same form twice is one act.
    assert act(secretary, finding, "start", key="once").status_code == 303
    late = keeper.post(
        f"/findings/{finding}/work", data={"act": "progress", "form_key": "late", "version": stale.group(1)}
    )
    assert late.status_code == 409
    assert rows(world.organ, "select act from finding_note where act <> 'enter'") == [("start",)]


def test_the_same_point_found_again_reopens_what_was_closed(
    world: World, enter: Enter, rows: Rows, change: Change, closed: int
) -> None:
    officer = enter(world.organ["officer"])
    later = entered(officer, world.organ.middle, key="later", title="年底督查")
    # In the other script and with blanks it is the same point.
    answer = pasted(
        officer, later, "支委會 記錄不全", key="later", unit_id=world.organ.branch, found_on=str(today())
    )
    assert answer.status_code == 303
    assert state(rows, world.organ, closed) == "reopened"
    [(new, again_of)] = rows(
        world.organ, "select id, again_of_id from finding where inspection_id = :i", i=later
    )
    assert again_of == closed
    assert f"/findings/{closed}" in officer.get(f"/findings/{new}").text
    assert f"/findings/{new}" in officer.get(f"/findings/{closed}").text
    assert "反弹" in officer.get("/findings").text
    # Another point, and the same one at another unit, are findings of their own.
    pasted(officer, later, "会议室漏水\n支委会记录不全", key="third", unit_id=world.organ.middle)
    assert rows(world.organ, "select count(*) from finding where again_of_id is not null") == [(1,)]


def test_after_the_tenants_months_it_is_a_new_finding(
    world: World, enter: Enter, rows: Rows, change: Change, closed: int
) -> None:
    before = today() - timedelta(days=70)
    change(world.organ, "update finding set closed_on = :day", day=before)
    officer = enter(world.organ["officer"])
    later = entered(officer, world.organ.middle, key="later")
    assert enter(world.organ["admin"]).get("/settings").status_code == 200
    change(
        world.organ,
        "insert into setting (key, value) values ('finding_again_months', cast('{\"value\": 2}' as jsonb))",
    )
    pasted(officer, later, "支委会记录不全", key="later", unit_id=world.organ.branch, found_on=str(today()))
    assert state(rows, world.organ, closed) == "closed"
    assert rows(world.organ, "select count(*) from finding where again_of_id is not null") == [(0,)]


def test_looked_at_again_it_holds_or_opens(world: World, enter: Enter, rows: Rows, closed: int) -> None:
    officer, secretary = enter(world.organ["officer"]), enter(world.organ["secretary"])
    version = rows(world.organ, "select version from finding")[0][0]
    days = {"version": version, "due_on": DAY, "check_on": str(today()), "long_term": "y"}
    assert officer.post(f"/findings/{closed}/change", data=days).status_code == 303
    assert f"/findings/{closed}" in officer.get("/findings?view=check").text
    assert act(officer, closed, "holds", on_date="2199-01-01", key="future").status_code == 422
    assert act(officer, closed, "holds", on_date=str(today())).status_code == 303
    assert state(rows, world.organ, closed) == "closed"
    assert f"/findings/{closed}" not in officer.get("/findings?view=check").text
    assert act(officer, closed, "failed", on_date=str(today()), key="no word").status_code == 422
    assert act(officer, closed, "failed", on_date=str(today()), remark="又中断了").status_code == 303
    assert state(rows, world.organ, closed) == "working"
    # What proved it the first time proves nothing now.
    assert act(secretary, closed, "apply").status_code == 422
    assert act(secretary, closed, "apply", file=paper(), key="new").status_code == 303
    assert "反弹" in officer.get(f"/findings/{closed}").text


def test_a_record_of_the_own_ledger_proves_it_and_no_other(
    app: Flask, world: World, enter: Enter, finding: int
) -> None:
    organ = world.organ
    assert organ.colleague is not None
    own = make(app, "event_id", organ, organ.branch, organ["secretary"])
    others = make(app, "event_id", organ, organ.other_branch, organ.colleague)
    secretary = enter(organ["secretary"])
    act(secretary, finding, "start")
    assert act(secretary, finding, "apply", event_id=others, key="others").status_code == 422
    assert act(secretary, finding, "apply", event_id=own).status_code == 303


def test_measures_stand_in_the_lists_of_tasks_and_responsibilities(
    world: World, enter: Enter, rows: Rows, finding: int
) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    step = {
        "form_key": "step",
        "content": "补齐会议记录",
        "deliverable": "记录本",
        "due_on": "2030-01-01",
        "department": "办公室",
        "owner_id": organ["keeper"].person_id,
    }
    assert organ.colleague is not None
    for wrong in (
        {"content": " "},
        {"due_on": "2025-01-01"},
        {"owner_id": organ.colleague.person_id},
        {"lead_id": world.union["secretary"].person_id},
        {"due_on": "x"},
    ):
        assert secretary.post(f"/findings/{finding}/measures", data={**step, **wrong}).status_code == 422, (
            wrong
        )
    for _again in range(2):
        assert secretary.post(f"/findings/{finding}/measures", data=step).status_code == 303
    [(measure_id,)] = rows(organ, "select id from measure")
    done = secretary.post(f"/findings/measures/{measure_id}", data={**step, "done": "y"})
    assert done.status_code == 303
    assert rows(organ, "select done_on from measure") == [(today(),)]
    inspection_id = rows(organ, "select inspection_id from finding")[0][0]
    page = enter(organ["officer"]).get(f"/findings/inspections/{inspection_id}").text
    name = rows(organ, "select name from person where id = :id", id=organ["keeper"].person_id)[0][0]
    for word in ("补齐会议记录", "记录本", "办公室", name):
        assert word in page
    # Done it stays; while it is being checked nothing of it changes.
    assert secretary.post(f"/findings/measures/{measure_id}", data={"act": "drop"}).status_code == 409
    act(secretary, finding, "start")
    act(secretary, finding, "apply", file=paper())
    assert (
        secretary.post(f"/findings/{finding}/measures", data={**step, "form_key": "more"}).status_code == 409
    )


def test_what_is_late_is_listed_and_leaves_as_excel(
    world: World, enter: Enter, change: Change, finding: int
) -> None:
    officer = enter(world.organ["officer"])
    assert f"/findings/{finding}" not in officer.get("/findings?view=late").text
    change(world.organ, "update finding set due_on = '2026-01-06', found_on = '2026-01-05'")
    assert f"/findings/{finding}" in officer.get("/findings?view=late").text
    book = book_of(officer.post("/exports/findings/list?view=late"))
    assert "支委会记录不全" in str(book.rows)
    assert "逾期" in str(book.rows)


def test_the_list_pages_by_key_in_a_constant_number_of_queries(
    app: Flask, world: World, enter: Enter, count_queries: Any
) -> None:
    officer = enter(world.organ["officer"])
    inspection_id = entered(officer, world.organ.middle)
    pasted(officer, inspection_id, "第一个", key="one", unit_id=world.organ.branch)
    officer.get("/findings")
    with count_queries() as few:
        officer.get("/findings")
        officer.get(f"/findings/inspections/{inspection_id}")
    pasted(
        officer,
        inspection_id,
        "\n".join(f"问题甲{n}" for n in range(120)),
        key="many",
        unit_id=world.organ.branch,
    )
    with count_queries() as many:
        page = officer.get("/findings").text
        officer.get(f"/findings/inspections/{inspection_id}")
    assert len(many) == len(few)
    seen: set[str] = set()
    while True:
        seen |= set(re.findall(r'href="/findings/(\d+)"', page))
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        if onward is None:
            break
        page = officer.get(onward.group(1).replace("&amp;", "&")).text
    assert len(seen) == 121


def test_others_see_and_do_nothing(world: World, enter: Enter, rows: Rows, finding: int) -> None:
    organ = world.organ
    assert organ.colleague is not None
    colleague, stranger = enter(organ.colleague), enter(world.union["admin"])
    assert colleague.get(f"/findings/{finding}").status_code == 403
    assert stranger.get(f"/findings/{finding}").status_code == 404
    for client in (colleague, stranger):
        assert "支委会记录不全" not in client.get("/findings?view=all").text
    # The branch sees its finding, not the list of the unit above.
    secretary = enter(organ["secretary"])
    inspection_id = rows(organ, "select inspection_id from finding")[0][0]
    assert secretary.get(f"/findings/{finding}").status_code == 200
    assert secretary.get(f"/findings/inspections/{inspection_id}").status_code == 403
    assert enter(organ["member"]).get("/findings").status_code == 403
    # No finding for a unit outside the leading one's, not even by the administrator.
    admin = enter(organ["admin"])
    refused = pasted(admin, inspection_id, "某问题", key="outside", unit_id=organ.other_branch)
    assert refused.status_code == 422
    void = act(enter(organ["officer"]), finding, "void", remark="重复登记")
    assert void.status_code == 303
    assert f"/findings/{finding}" not in secretary.get("/findings?view=all").text
