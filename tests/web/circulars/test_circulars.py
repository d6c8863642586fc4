"""A circular from its draft to its receipts: through the pages, as those who send and those who get it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from services.worker.messages import send_waiting
from shared.db import db
from shared.tenancy import tenant
from tests.web.circulars.stage import Rows, draft, drafted, out, paper, send, shown
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Change = Callable[..., None]
OTHERS = {"whom": "answering"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


def told(rows: Rows, world: World) -> dict[str, set[int]]:
    """Who has a message, by its act."""
    found: dict[str, set[int]] = {}
    for act, person_id in rows(
        world.organ,
        "select detail->>'act', person_id from delivery join occasion"
        " on occasion.tenant_id = delivery.tenant_id and occasion.id = delivery.occasion_id where kind = 'circular'",
    ):
        found.setdefault(act, set()).add(person_id)
    return found


def outcomes(rows: Rows, world: World) -> set[tuple[str, str | None]]:
    return {
        (row[0], row[1])
        for row in rows(
            world.organ,
            "select delivery.state, delivery.reason from delivery join occasion"
            " on occasion.tenant_id = delivery.tenant_id and occasion.id = delivery.occasion_id"
            " where kind = 'circular' and delivery.channel = 'in_app'",
        )
    }


def test_sent_to_units_read_and_answered(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary, keeper = (enter(organ[role]) for role in ("officer", "secretary", "keeper"))
    circular_id = drafted(
        officer, organ.middle, reply="choice", choices="参加\n不参加", due_on="2026-11-25", files=paper()
    )
    # Nothing has left; whom it reaches is shown first. The unit that sends is left out.
    assert secretary.get(f"/circulars/{circular_id}").status_code == 403
    assert shown(officer, circular_id) == 1
    assert send(officer, circular_id).status_code == 303
    assert rows(organ, "select unit_id, person_id, read_at from receipt") == [(organ.branch, None, None)]
    assert {organ["secretary"].person_id, organ["keeper"].person_id} <= told(rows, world)["send"]
    assert organ["member"].person_id not in told(rows, world)["send"]
    assert "关于报送材料的通知" in secretary.get("/").text
    assert "未读" in officer.get(f"/circulars/{circular_id}/receipts").text
    # One of those who answer for the unit reads for it; the first look counts.
    page = secretary.get(f"/circulars/{circular_id}").text
    assert "请按时报送" in page
    first = rows(organ, "select read_at, read_by from receipt")
    assert first[0][1] == organ["secretary"].person_id
    keeper.get(f"/circulars/{circular_id}")
    assert rows(organ, "select read_at, read_by from receipt") == first
    file_id = rows(organ, "select id from circular_file")[0][0]
    assert secretary.get(f"/circulars/files/{file_id}").data == b"%PDF-1.4 list"
    # It stands on today until it is answered.
    assert "待回复" in secretary.get("/").text
    receipt_id = rows(organ, "select id from receipt")[0][0]
    address = f"/circulars/{circular_id}/reply"
    assert secretary.post(address, data={"receipt_id": receipt_id, "choice": "也许"}).status_code == 422
    answer = {"receipt_id": receipt_id, "choice": "参加", "text": "王书记带队"}
    assert secretary.post(address, data=answer).status_code == 303
    assert "关于报送材料的通知" not in secretary.get("/").text
    assert keeper.post(address, data={**answer, "choice": "不参加"}).status_code == 303
    assert rows(organ, "select choice, reply_text, replied_by from receipt") == [
        ("不参加", "王书记带队", organ["keeper"].person_id)
    ]
    page = officer.get(f"/circulars/{circular_id}/receipts?view=replied").text
    assert "不参加" in page
    assert "王书记带队" in page
    assert officer.get(f"/circulars/sent-files/{file_id}").data == b"%PDF-1.4 list"


def test_the_reply_changes_until_the_last_day_and_a_late_one_is_shown(
    world: World, enter: Enter, rows: Rows
) -> None:
    organ = world.organ
    officer, secretary, keeper = (enter(organ[role]) for role in ("officer", "secretary", "keeper"))
    circular_id = out(
        officer, organ.middle, reply="text", due_on="2026-11-21", choice={**OTHERS, "under_id": organ.branch}
    )
    address = f"/circulars/{circular_id}/reply"
    assert secretary.post(address, data={"text": " "}).status_code == 422
    assert secretary.post(address, data={"text": "已办"}).status_code == 303
    with time_machine.travel("2026-11-23T04:00:00Z", tick=False):
        officer, secretary, keeper = (enter(organ[role]) for role in ("officer", "secretary", "keeper"))
        late = {"text": "改了"}
        assert secretary.post(address, data=late, follow_redirects=True).text.count("回复不能再改") == 1
        assert keeper.post(address, data=late).status_code == 303
        page = officer.get(f"/circulars/{circular_id}/receipts?view=replied").text
    assert "逾期回复" in page
    assert sorted(rows(organ, "select reply_text from receipt where replied_at is not null")) == [
        ("已办",),
        ("改了",),
    ]


def test_nobody_else_reads_answers_or_gets_the_file(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    circular_id = out(officer, organ.middle, reply="text", files=paper())
    file_id = rows(organ, "select id from circular_file")[0][0]
    receipt_id = rows(organ, "select id from receipt")[0][0]
    assert organ.colleague is not None
    for who in (organ.colleague, organ["member"]):
        client = enter(who)
        assert client.get(f"/circulars/{circular_id}").status_code == 403
        assert client.get(f"/circulars/files/{file_id}").status_code == 403
        data = {"receipt_id": receipt_id, "text": "x"}
        assert client.post(f"/circulars/{circular_id}/reply", data=data).status_code == 403
        assert "关于报送材料的通知" not in client.get("/circulars").text
    for role in ("admin", "secretary"):
        neighbour = enter(world.union[role])
        for page in ("", "/receipts", "/send", "/edit"):
            assert neighbour.get(f"/circulars/{circular_id}{page}").status_code in {403, 404}
        assert neighbour.get(f"/circulars/files/{file_id}").status_code == 404
        assert neighbour.get(f"/circulars/sent-files/{file_id}").status_code == 404
    # Not by another noun's address either.
    key = rows(organ, "select file_id from circular_file")[0][0]
    assert officer.get(f"/files/{key}").status_code in {403, 404}


def test_an_answer_for_another_units_receipt_is_refused(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    admin = enter(organ["admin"])
    circular_id = out(admin, organ.root, reply="text")
    theirs = rows(organ, "select id from receipt where unit_id = :unit", unit=organ.other_branch)[0][0]
    answer = {"receipt_id": theirs, "text": "冒充"}
    client = enter(organ["secretary"])
    assert client.post(f"/circulars/{circular_id}/reply", data=answer).status_code == 403
    assert rows(organ, "select count(*) from receipt where replied_at is not null")[0][0] == 0


def test_an_audience_of_nobody_and_a_number_that_changed(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    # The only unit in reach is the one that sends.
    circular_id = drafted(secretary, organ.branch)
    page = secretary.get(f"/circulars/{circular_id}/send").text
    assert "没有人" in page
    refused = send(secretary, circular_id, seen=0)
    assert refused.status_code == 422
    assert send(secretary, circular_id, seen=9999, whom="members").status_code == 409
    assert send(secretary, circular_id, seen=1, whom="nonsense").status_code == 422
    assert rows(organ, "select state from circular") == [("draft",)]
    assert rows(organ, "select count(*) from receipt")[0][0] == 0
    assert send(secretary, circular_id, whom="members").status_code == 303
    # Whoever sends is no recipient of the own circular.
    people = {row[0] for row in rows(organ, "select person_id from receipt")}
    assert organ["member"].person_id in people
    assert organ["secretary"].person_id not in people


def test_a_form_sent_twice_is_one_circular_and_sends_once(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    circular_id = drafted(officer, organ.middle)
    assert drafted(officer, organ.middle) == circular_id
    assert [send(officer, circular_id, seen=1).status_code for _press in range(2)] == [303, 303]
    assert rows(organ, "select count(*) from circular") == [(1,)]
    assert rows(organ, "select count(*) from receipt") == [(1,)]
    # The text of what was sent stays.
    assert officer.post(f"/circulars/{circular_id}/edit", data={"title": "x", "body": "y"}).status_code == 303
    officer.post(f"/circulars/{circular_id}/delete")
    assert rows(organ, "select title, state from circular") == [("关于报送材料的通知", "sent")]


def test_reminding_once_a_day_and_only_who_has_not_read(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    admin, secretary = enter(organ["admin"]), enter(organ["secretary"])
    circular_id = out(admin, organ.root)
    address = f"/circulars/{circular_id}/remind"
    assert "今天都已经告知过了" in admin.post(address, follow_redirects=True).text
    secretary.get(f"/circulars/{circular_id}")
    assert organ.colleague is not None
    with time_machine.travel("2026-11-21T04:00:00Z", tick=False):
        admin = enter(organ["admin"])
        assert "已提醒" in admin.post(address, follow_redirects=True).text
        assert "今天都已经告知过了" in admin.post(address, follow_redirects=True).text
    reminded = told(rows, world)["remind"]
    assert organ.colleague.person_id in reminded
    assert organ["secretary"].person_id not in reminded
    assert len(rows(organ, "select id from occasion where kind = 'circular'")) == 2


def test_who_left_is_not_waited_for(world: World, enter: Enter, rows: Rows, change: Change) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    circular_id = out(secretary, organ.branch, choice={"whom": "members"})
    before = rows(organ, "select count(*) from receipt")[0][0]
    change(organ, "update person set state = 'left' where id = :id", id=organ["member"].person_id)
    page = secretary.get(f"/circulars/{circular_id}/receipts").text
    assert re.search(rf"<b>{before - 1}</b>未读", page), page
    assert re.search(r"<b>1</b>已不在册", page)
    with time_machine.travel("2026-11-21T04:00:00Z", tick=False):
        secretary = enter(organ["secretary"])
        assert (
            f"已提醒 {before - 1} 个"
            in secretary.post(f"/circulars/{circular_id}/remind", follow_redirects=True).text
        )
    assert organ["member"].person_id not in told(rows, world)["remind"]


def test_withdrawn_while_it_is_being_sent(world: World, enter: Enter, rows: Rows, app: Any) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    circular_id = out(officer, organ.middle, files=paper())
    address = f"/circulars/{circular_id}/withdraw"
    assert "请说明原因" in officer.post(address, follow_redirects=True).text
    assert officer.post(address, data={"reason": "内容有误"}).status_code == 303
    assert outcomes(rows, world) == {("suppressed", "withdrawn")}
    with app.app_context(), tenant(organ.tenant_id):
        send_waiting()
        db.session.remove()
    assert outcomes(rows, world) == {("suppressed", "withdrawn")}
    page = secretary.get(f"/circulars/{circular_id}").text
    assert "内容有误" in page
    assert "请按时报送" not in page
    file_id = rows(organ, "select id from circular_file")[0][0]
    assert secretary.get(f"/circulars/files/{file_id}").status_code == 404
    assert "关于报送材料的通知" not in secretary.get("/").text
    # Once more does nothing; nothing further may be done with it.
    officer.post(address, data={"reason": "另一个原因"})
    officer.post(f"/circulars/{circular_id}/remind")
    assert rows(organ, "select reason, version from circular") == [("内容有误", 3)]


def test_a_message_claimed_before_the_withdrawal_does_not_go_out(
    world: World, enter: Enter, rows: Rows, change: Change, app: Any
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    circular_id = out(officer, organ.middle)
    # As if the worker had taken them in hand in the moment of the withdrawal.
    change(organ, "update circular set state = 'withdrawn', reason = 'x' where id = :id", id=circular_id)
    with app.app_context(), tenant(organ.tenant_id):
        send_waiting()
        db.session.remove()
    assert outcomes(rows, world) == {("suppressed", "withdrawn")}


def test_whoever_had_the_message_is_told_of_the_withdrawal(
    world: World, enter: Enter, rows: Rows, app: Any
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    circular_id = out(officer, organ.middle)
    with app.app_context(), tenant(organ.tenant_id):
        send_waiting()
        db.session.remove()
    assert outcomes(rows, world) == {("sent", None)}
    officer.post(f"/circulars/{circular_id}/withdraw", data={"reason": "内容有误"})
    with app.app_context(), tenant(organ.tenant_id):
        send_waiting()
        db.session.remove()
    assert told(rows, world)["withdraw"] == told(rows, world)["send"]
    bodies = rows(organ, "select subject, body from delivery where channel = 'in_app' order by id")
    assert any("通知已撤回" in subject and "内容有误" in body for subject, body in bodies)
    assert all("请按时报送" not in body for _subject, body in bodies)


def test_another_last_day_is_told_and_two_at_once(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    circular_id = out(officer, organ.middle, due_on="2026-11-25")
    address = f"/circulars/{circular_id}/day"
    version = rows(organ, "select version from circular")[0][0]
    assert "日期已过" in officer.post(
        address, data={"version": version, "due_on": "2026-11-01"}, follow_redirects=True
    ).text or rows(organ, "select due_on::text from circular") == [("2026-11-25",)]
    officer.post(address, data={"version": version, "due_on": "2026-11-30"})
    officer.post(address, data={"version": version, "due_on": "2026-12-30"})
    officer.post(address, data={"version": "x", "due_on": "9999-12-30"})
    assert rows(organ, "select due_on::text from circular") == [("2026-11-30",)]
    assert told(rows, world)["day"] == told(rows, world)["send"]


def test_passed_on_once_and_withdrawn_with_its_original(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    circular_id = out(officer, organ.middle, files=paper())
    page = secretary.get(f"/circulars/{circular_id}").text
    assert 'value="members"' in page
    assert 'value="units"' not in page
    press = {"unit_id": organ.branch, "to": "members"}
    for _press in range(2):
        assert secretary.post(f"/circulars/{circular_id}/pass-on", data=press).status_code == 303
    copies = rows(organ, "select id, unit_id, state, whom from circular where from_id = :id", id=circular_id)
    assert [row[1:] for row in copies] == [(organ.branch, "sent", "people")]
    member = enter(organ["member"])
    assert "请按时报送" in member.get(f"/circulars/{copies[0][0]}").text
    assert "附件.pdf" in member.get(f"/circulars/{copies[0][0]}").text
    # The member's own is the copy, not the original.
    assert member.get(f"/circulars/{circular_id}").status_code == 403
    # A unit that it did not come to passes nothing on.
    data = {"unit_id": organ.branch, "to": "units"}
    assert officer.post(f"/circulars/{circular_id}/pass-on", data={**data, "unit_id": organ.middle})
    assert rows(organ, "select count(*) from circular") == [(2,)]
    officer.post(f"/circulars/{circular_id}/withdraw", data={"reason": "内容有误"})
    assert {row[0] for row in rows(organ, "select state from circular")} == {"withdrawn"}
    assert "内容有误" in member.get(f"/circulars/{copies[0][0]}").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "长" * 121},
        {"body": " "},
        {"reply": "maybe"},
        {"reply": "choice", "choices": "参加"},
        {"reply": "choice", "choices": "参加\n参加"},
        {"reply": "choice", "choices": "\n".join(str(n) for n in range(9))},
        {"reply": "choice", "choices": "长" * 41 + "\n短"},
        {"due_on": "2026-11-01"},
        {"due_on": "9999-01-01"},
        {"due_on": "yesterday"},
        {"body": "本件为绝密★30年"},
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    wrong: dict[str, str], world: World, enter: Enter, rows: Rows
) -> None:
    client = enter(world.organ["officer"])
    answer = draft(client, world.organ.middle, **{"body": "写了很久的正文", **wrong})
    assert answer.status_code == 422, answer.text
    assert rows(world.organ, "select count(*) from circular") == [(0,)]
    if "body" not in wrong:
        assert "写了很久的正文" in answer.text


def test_a_draft_is_changed_its_files_taken_off_and_it_is_deleted(
    world: World, enter: Enter, rows: Rows
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    circular_id = drafted(officer, organ.middle, files=paper())
    key = rows(organ, "select file_id from circular_file")[0][0]
    page = officer.get(f"/circulars/{circular_id}/edit").text
    assert "附件.pdf" in page
    data = {"version": "1", "title": "改过的标题", "body": "b", "reply": "none", "drop": str(key)}
    assert officer.post(f"/circulars/{circular_id}/edit", data=data).status_code == 303
    assert rows(organ, "select count(*) from circular_file") == [(0,)]
    # Somebody else's older copy of the form changes nothing.
    assert officer.post(f"/circulars/{circular_id}/edit", data={**data, "title": "旧"}).status_code == 409
    assert rows(organ, "select title, version from circular") == [("改过的标题", 2)]
    assert "<script" not in officer.get("/circulars/sent").text.split("<main", 1)[-1].split("</main", 1)[0]
    assert officer.post(f"/circulars/{circular_id}/delete").status_code == 303
    assert rows(organ, "select count(*) from circular") == [(0,)]


def test_a_text_with_markup_is_shown_as_it_was_written(world: World, enter: Enter) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    circular_id = out(
        officer,
        organ.middle,
        title="<b>粗</b>",
        body="<script>alert(1)</script>",
        reply="choice",
        choices='"><i>a\nb',
    )
    page = enter(organ["secretary"]).get(f"/circulars/{circular_id}").text
    assert "<script>alert" not in page
    assert "<i>a" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_lists_are_paged_and_ask_a_fixed_number_of_queries(
    world: World, enter: Enter, change: Change, count_queries: Any
) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    out(officer, organ.middle)
    pages = (
        (secretary, "/circulars"),
        (officer, "/circulars/sent"),
        (secretary, "/"),
    )
    few = []
    for client, page in pages:
        client.get(page)
        with count_queries() as counted:
            assert client.get(page).status_code == 200
        few.append(len(counted))
    change(
        organ,
        "with made as (insert into circular (unit_id, title, body, state, sent_at, form_key)"
        " select :middle, '第' || n || '号', 'x', 'sent', now(), 'many' || n from generate_series(1, 60) n"
        " returning id) insert into receipt (circular_id, unit_id, at_unit_id) select id, :branch, :branch from made",
        middle=organ.middle,
        branch=organ.branch,
    )
    for (client, page), before in zip(pages, few, strict=True):
        with count_queries() as counted:
            text = client.get(page).text
        assert len(counted) <= before, page
        if page != "/":
            more = re.search(r'rel="next" href="([^"]+)"', text)
            assert more, page
            second = client.get(more[1].replace("&amp;", "&")).text
            assert "第10号" in second or "第9号" in second
            assert "第60号" not in second


def test_the_receipts_leave_as_excel_within_the_reach(world: World, enter: Enter) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    circular_id = out(officer, organ.middle)
    address = f"/exports/circulars/receipts?circular_id={circular_id}&view=all"
    book = officer.post(address, data={"form_key": "x"})
    assert book.status_code == 200
    assert book.data[:2] == b"PK"
    assert organ.colleague is not None
    assert enter(organ["member"]).post(address, data={"form_key": "y"}).status_code == 403
    assert enter(organ["secretary"]).post(address, data={"form_key": "z"}).status_code == 403
    assert enter(organ.colleague).post(address, data={"form_key": "c"}).status_code == 403
    assert enter(world.union["admin"]).post(address, data={"form_key": "n"}).status_code == 404


def test_hundreds_of_units_are_sent_to_by_as_many_statements_as_one(
    world: World, enter: Enter, rows: Rows, change: Change, count_queries: Any
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    few = drafted(officer, organ.middle)
    with count_queries() as one:
        assert send(officer, few, seen=1).status_code == 303
    change(
        organ,
        "insert into unit (id, parent_id, path, kind, line, name, duties_since, founded_on)"
        " select made.id, :middle, u.path || lpad(made.id::text, 10, '0') || '.', b.kind, b.line,"
        " '新' || made.id, '2026-01-01', '2010-01-01'"
        " from (select 900000 + n as id from generate_series(1, 300) n) made"
        " join unit u on u.id = :middle join unit b on b.id = :branch",
        middle=organ.middle,
        branch=organ.branch,
    )
    many = drafted(officer, organ.middle, key="c2")
    with count_queries() as all_of_them:
        assert send(officer, many, seen=301).status_code == 303
    assert len(all_of_them) <= len(one)
    found = rows(organ, "select count(*) from receipt where circular_id = :id", id=many)
    assert found == [(301,)]
