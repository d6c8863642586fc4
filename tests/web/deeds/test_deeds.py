"""A deed from entering to closing: through the pages, as the people who do it."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.worker.messages import send_waiting
from services.worker.reminders import remind
from shared.db import db
from shared.tenancy import tenant
from tests.factories.objects import make
from tests.factories.workbooks import book_of
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


def sent(client: FlaskClient, unit_id: int, *, key: str = "deed", **more: Any) -> TestResponse:
    data = {
        "form_key": key,
        "unit_id": unit_id,
        "kind": "practical",
        "source": "hotline",
        "reference": "12345-2026-0042",
        "title": "修好三号楼路灯",
        "came_on": "2026-11-10",
        "due_on": "2026-11-30",
    }
    return client.post("/deeds/new", data={**data, **more})


def entered(client: FlaskClient, unit_id: int, **more: Any) -> int:
    answer = sent(client, unit_id, **more)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def act(client: FlaskClient, deed_id: int, name: str, *, key: str | None = None, **more: Any) -> TestResponse:
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(f"/deeds/{deed_id}").text)
    number = version.group(1) if version is not None else "0"
    data = {"act": name, "form_key": key or f"{deed_id} {name} {number}", "version": number, **more}
    return client.post(f"/deeds/{deed_id}/act", data=data, content_type="multipart/form-data")


def standing(rows: Rows, world: World, deed_id: int) -> str:
    return str(rows(world.organ, "select state from deed where id = :id", id=deed_id)[0][0])


def told(rows: Rows, world: World, kind: str) -> dict[str, set[int]]:
    """Who was told, by the act or stage of the occasion."""
    found: dict[str, set[int]] = {}
    for said, person_id in rows(
        world.organ,
        "select coalesce(detail->>'act', detail->>'stage'), person_id from delivery join occasion"
        " on occasion.tenant_id = delivery.tenant_id and occasion.id = delivery.occasion_id where kind = :kind",
        kind=kind,
    ):
        found.setdefault(said, set()).add(person_id)
    return found


def test_a_deed_is_given_done_asked_about_and_closed(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    deed_id = entered(officer, organ.branch)
    assert entered(officer, organ.branch) == deed_id
    assert organ["secretary"].person_id in told(rows, world, "deed")["give"]
    assert "修好三号楼路灯" in secretary.get("/").text
    refused = act(secretary, deed_id, "done")
    assert refused.status_code == 422
    assert "请填写办理结果" in refused.text
    paper = (io.BytesIO(b"%PDF-1.4 lamp"), "验收单.pdf")
    assert act(secretary, deed_id, "progress", remark="已联系电力公司", file=paper).status_code == 303
    assert act(secretary, deed_id, "done", remark="路灯已亮", on="2026-11-18").status_code == 303
    # The unit that does it does not close what another unit gave.
    assert act(secretary, deed_id, "close", satisfaction="satisfied").status_code == 403
    assert "等待办结" in officer.get("/").text
    assert act(officer, deed_id, "close", satisfaction="nonsense").status_code == 422
    assert act(officer, deed_id, "close", satisfaction="basically", on="2026-11-19").status_code == 303
    assert rows(organ, "select state, satisfaction, done_on::text, closed_on::text, result from deed") == [
        ("closed", "basically", "2026-11-18", "2026-11-19", "路灯已亮")
    ]
    page = officer.get(f"/deeds/{deed_id}").text
    for word in ("已办结", "基本满意", "验收单.pdf", "热线", "12345-2026-0042"):
        assert word in page
    note = rows(organ, "select id from deed_note where file_id is not null")[0][0]
    assert officer.get(f"/deeds/proofs/{note}").data == b"%PDF-1.4 lamp"
    # The answer asked afterwards opens into its rows.
    assert "修好三号楼路灯" in officer.get("/deeds?view=closed&satisfaction=basically").text
    assert "修好三号楼路灯" not in officer.get("/deeds?view=closed&satisfaction=unsatisfied").text


def test_a_closed_deed_is_returned_and_has_its_day_anew(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    deed_id = entered(officer, organ.branch, due_on="2026-11-12")
    assert act(secretary, deed_id, "done", remark="办好了").status_code == 303
    assert act(officer, deed_id, "close", satisfaction="unsatisfied").status_code == 303
    assert act(officer, deed_id, "return").status_code == 422
    assert act(officer, deed_id, "return", remark="又坏了").status_code == 303
    assert rows(organ, "select state, done_on, closed_on, satisfaction, due_on::text from deed") == [
        ("returned", None, None, None, "2026-11-20")
    ]
    assert organ["secretary"].person_id in told(rows, world, "deed")["return"]
    assert "又坏了" in secretary.get(f"/deeds/{deed_id}").text
    assert act(secretary, deed_id, "progress", remark="在换灯").status_code == 303
    assert standing(rows, world, deed_id) == "open"


def test_the_second_of_two_is_told_and_a_form_sent_twice_acts_once(
    world: World, enter: Enter, rows: Rows
) -> None:
    secretary = enter(world.organ["secretary"])
    deed_id = entered(secretary, world.organ.branch)
    data = {"act": "progress", "form_key": "same", "version": "1", "remark": "一半"}
    for _again in range(2):
        assert secretary.post(f"/deeds/{deed_id}/act", data=data).status_code == 303
    assert rows(world.organ, "select count(*) from deed_note where act = 'progress'") == [(1,)]
    late = secretary.post(f"/deeds/{deed_id}/act", data={**data, "form_key": "other"})
    assert late.status_code == 409
    assert "一半" in late.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "必填"),
        ("title", "请回复 13800138000 张先生", "这里不能填写身份证号和手机号"),
        ("content", "身份证 11010519491231002X", "这里不能填写身份证号和手机号"),
        ("reference", "x" * 41, "40"),
        ("kind", "gossip", ""),
        ("source", "Zhang San", ""),
        ("due_on", "2026-11-09", "早于"),
        ("due_on", "31.12.2026", ""),
        ("came_on", "2026-11-21", "晚于今天"),
        ("came_on", "1999-12-31", "2000-01-01"),
        ("title", "绝密★ 某事", "密"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(
    field: str, value: str, said: str, world: World, enter: Enter, rows: Rows
) -> None:
    refused = sent(enter(world.organ["secretary"]), world.organ.branch, **{field: value})
    assert refused.status_code == 422
    assert said in refused.text or field == "title"
    # What was typed stays.
    assert "12345-2026-0042" in refused.text or field == "reference"
    assert rows(world.organ, "select count(*) from deed") == [(0,)]


def test_one_of_the_units_below_takes_up_what_is_offered(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary, colleague = (
        enter(organ["officer"]),
        enter(organ["secretary"]),
        enter(organ.colleague or organ["member"]),
    )
    deed_id = entered(officer, organ.middle, offered="y")
    assert standing(rows, world, deed_id) == "offered"
    assert "修好三号楼路灯" in secretary.get("/deeds/offered").text
    assert "修好三号楼路灯" not in colleague.get("/deeds/offered").text
    take = {"form_key": "t", "deed_id": deed_id}
    # The other branch is not below the unit that offers; nobody takes up for another's unit.
    other = colleague.post("/deeds/offered/take", data={**take, "unit_id": organ.other_branch})
    assert other.status_code == 409
    assert (
        secretary.post("/deeds/offered/take", data={**take, "unit_id": organ.other_branch}).status_code == 403
    )
    for _again in range(2):
        taken = secretary.post("/deeds/offered/take", data={**take, "unit_id": organ.branch})
        assert taken.status_code == 303
    assert rows(organ, "select unit_id, by_unit_id, state, claimed_on::text from deed") == [
        (organ.branch, organ.middle, "open", "2026-11-20")
    ]
    assert rows(organ, "select act from deed_note order by id") == [("offer",), ("claim",)]
    late = officer.post("/deeds/offered/take", data={**take, "unit_id": organ.middle})
    assert late.status_code == 409
    assert "主动认领" in officer.get("/deeds").text


def test_a_deed_next_door_is_not_taken_up(app: Flask, world: World, enter: Enter, change: Change) -> None:
    organ = world.organ
    neighbour = make(app, "deed_id", world.union, world.union.branch, world.union["member"])
    data = {"form_key": "t", "deed_id": neighbour, "unit_id": organ.branch}
    assert enter(organ["secretary"]).post("/deeds/offered/take", data=data).status_code == 409


def test_dropped_with_a_reason_by_whoever_gave_it(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    deed_id = entered(officer, organ.branch)
    assert act(secretary, deed_id, "drop", remark="不办").status_code == 403
    assert act(officer, deed_id, "drop").status_code == 422
    assert act(officer, deed_id, "drop", remark="重复登记").status_code == 303
    assert standing(rows, world, deed_id) == "dropped"
    assert act(officer, deed_id, "done", remark="x").status_code == 409
    assert "修好三号楼路灯" not in officer.get("/deeds?view=all").text
    assert "修好三号楼路灯" in officer.get("/deeds?view=dropped").text


def test_who_answers_and_the_last_day(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    deed_id = entered(officer, organ.branch)
    member = organ["member"].person_id
    data = {"form_key": "c", "version": "1", "owner_id": member, "due_on": "2027-01-31"}
    assert secretary.post(f"/deeds/{deed_id}/change", data=data).status_code == 303
    # The unit says who; until when says whoever gave it.
    assert rows(organ, "select owner_id, due_on::text from deed") == [(member, "2026-11-30")]
    again = {**data, "form_key": "d", "version": "2"}
    assert officer.post(f"/deeds/{deed_id}/change", data=again).status_code == 303
    assert rows(organ, "select due_on::text from deed") == [("2027-01-31",)]
    stranger = organ.colleague.person_id if organ.colleague is not None else 0
    wrong = {**data, "form_key": "e", "version": "3", "owner_id": stranger}
    assert secretary.post(f"/deeds/{deed_id}/change", data=wrong).status_code == 422


def test_a_counter_opens_into_exactly_the_rows_that_it_counts(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    admin, officer = enter(organ["admin"]), enter(organ["officer"])
    policy = {"kind": "policy", "came_on": "2025-12-01"}
    entered(officer, organ.branch, key="p0", title="政策第0号", **policy)
    for number, day in ((1, "2026-01-01"), (2, "2026-03-01"), (3, "2025-12-31")):
        done = {"done_on": day, "result": "已出台"}
        entered(officer, organ.branch, key=f"p{number}", title=f"政策第{number}号", **policy, **done)
    entered(officer, organ.branch, key="other", kind="problem", title="别的难题")
    named = {"form_key": "n", "name": "推动政策", "kind": "policy", "state": "done", "since": "2026-01-01"}
    assert admin.post("/deeds/counters", data=named).status_code == 303
    assert admin.post("/deeds/counters", data=named).status_code == 303
    assert (
        admin.post("/deeds/counters", data={**named, "form_key": "m", "until": "2025-01-01"}).status_code
        == 422
    )
    counter = rows(organ, "select id from deed_counter")[0][0]
    assert re.search(r"<b>2</b>\s*推动政策", officer.get("/deeds").text)
    opened = officer.get(f"/deeds?counter_id={counter}&view=all").text
    assert "政策第1号" in opened
    assert "政策第2号" in opened
    assert "政策第0号" not in opened
    assert "政策第3号" not in opened
    assert "别的难题" not in opened
    # Somebody elsewhere counts what they see, which is nothing.
    colleague = enter(organ.colleague or organ["member"])
    assert re.search(r"<b>0</b>\s*推动政策", colleague.get("/deeds").text)
    assert admin.post(f"/deeds/counters/{counter}/drop").status_code == 303
    assert "推动政策" not in officer.get("/deeds").text
    assert rows(organ, "select count(*) from deed") == [(5,)]


def test_late_deeds_are_told_once_a_stage(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    entered(enter(organ["officer"]), organ.branch, due_on="2026-11-25")

    def swept(on: str) -> dict[str, set[int]]:
        with time_machine.travel(f"{on}T04:00:00Z", tick=False):
            for _twice in range(2):
                with app.app_context(), tenant(organ.tenant_id):
                    remind()
                    db.session.remove()
        return told(rows, world, "deed_late")

    assert swept("2026-11-25") == {}
    first = swept("2026-11-26")
    assert set(first) == {"1"}
    assert {organ["secretary"].person_id, organ["keeper"].person_id} <= first["1"]
    count = rows(organ, "select count(*) from occasion where kind = 'deed_late'")
    assert swept("2026-11-27") == first
    assert rows(organ, "select count(*) from occasion where kind = 'deed_late'") == count
    second = swept("2026-12-05")
    assert {organ["officer"].person_id, organ["leader"].person_id} <= second["2"]
    assert second["1"] == first["1"]
    with (
        time_machine.travel("2026-12-05T04:30:00Z", tick=False),
        app.app_context(),
        tenant(organ.tenant_id),
    ):
        send_waiting()
        db.session.remove()
    subjects = rows(organ, "select distinct subject from delivery where subject like '%逾期%'")
    assert {subject for (subject,) in subjects} >= {"本单位有 1 件实事已逾期", "本单位交办的 1 件实事已逾期"}


def test_the_list_goes_on_and_asks_as_much_for_many(
    world: World, enter: Enter, change: Change, rows: Rows, count_queries: Callable[[], Any]
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    entered(officer, organ.branch)
    officer.get("/deeds?view=all")
    with count_queries() as few:
        officer.get("/deeds?view=all")
    change(
        organ,
        "insert into deed (unit_id, by_unit_id, kind, source, title, came_on, due_on, form_key)"
        " select :unit, :by, 'practical', 'own', '实事' || n, '2026-01-01', date '2026-06-01' + n % 60, 'bulk' || n"
        " from generate_series(1, 120) n",
        unit=organ.branch,
        by=organ.middle,
    )
    with count_queries() as many:
        page = officer.get("/deeds?view=all").text
    assert len(many) == len(few)
    seen: list[str] = []
    while True:
        seen += re.findall(r'href="/deeds/(\d+)"', page)
        further = re.search(r'rel="next" href="([^"]+)"', page)
        if further is None:
            break
        page = officer.get(further.group(1).replace("&amp;", "&")).text
    assert len(seen) == len(set(seen)) == 121


def test_the_register_leaves_as_excel(world: World, enter: Enter) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    entered(officer, organ.branch, title="=cmd|'/c calc'!A1")
    book = book_of(officer.post("/exports/deeds/list?view=open", data={"form_key": "x"}))
    assert book.column("类型") == ["我为群众办实事"]
    # What looks like a formula is text.
    assert all(cell.data_type != "f" for row in book.sheet.iter_rows() for cell in row)


def test_a_secretary_who_gave_it_sees_what_a_unit_below_does(
    world: World, enter: Enter, change: Change, rows: Rows
) -> None:
    """The unit that gave a deed closes it, also where its own rights end at itself."""
    organ = world.organ
    deed_id = entered(enter(organ["officer"]), organ.middle, offered="y")
    taken = {"form_key": "t", "deed_id": deed_id, "unit_id": organ.branch}
    secretary = enter(organ["secretary"])
    assert secretary.post("/deeds/offered/take", data=taken).status_code == 303
    assert act(secretary, deed_id, "done", remark="好了").status_code == 303
    change(
        organ,
        "update role_grant set unit_id = :unit where person_id = :person",
        unit=organ.middle,
        person=organ["keeper"].person_id,
    )
    keeper = enter(organ["keeper"])
    assert "修好三号楼路灯" in keeper.get("/deeds?view=done").text
    assert act(keeper, deed_id, "close", satisfaction="not_asked").status_code == 303
    assert standing(rows, world, deed_id) == "closed"
