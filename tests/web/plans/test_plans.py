"""From a paper to tasks that are confirmed: through the pages, as the people who do it."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]

POINTS = """某局2026年党建工作要点

2026年的总体要求是：抓好队伍。
一、抓实学习
（一）办好课堂。党组织书记全年至少讲2次党课，机关党支部每月开展一次主题党日活动。
（三）用好阵地。12月底前完成阅览室改造。
二、建强组织
（四）配齐队伍。配好书记和委员，今年涌现出**个标兵。
"""
#: Far enough that no test's day lies behind it.
DAY = "2199-12-31"


def taken_in(client: FlaskClient, unit_id: int, *, key: str = "paper", text: str = POINTS) -> int:
    answer = client.post(
        "/plans/new",
        data={
            "form_key": key,
            "unit_id": unit_id,
            "file": (io.BytesIO(text.encode("gb18030")), "要点.txt"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def seen(answer: TestResponse) -> str:
    found = re.search(r'name="seen"[^>]*value="(\d+)"', answer.text)
    assert found is not None
    return found.group(1)


def given(client: FlaskClient, plan_id: int, **more: Any) -> TestResponse:
    """Give what nobody has yet, with the number that the page shows."""
    count = seen(client.get(f"/plans/{plan_id}/assign", query_string=more))
    return client.post(f"/plans/{plan_id}/assign", data={**more, "seen": count, "due_on": DAY})


def act(client: FlaskClient, task_id: int, name: str, *, key: str | None = None, **more: Any) -> TestResponse:
    page = client.get(f"/tasks/{task_id}").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None
    where = "work" if name in ("accept", "refuse", "progress", "done") else "decide"
    data = {
        "act": name,
        "form_key": key or f"{task_id} {name} {version.group(1)}",
        "version": version.group(1),
    }
    return client.post(f"/tasks/{task_id}/{where}", data={**data, **more}, content_type="multipart/form-data")


@pytest.fixture
def issued(world: World, enter: Enter, rows: Rows) -> int:
    """A plan of the middle unit, its proposals taken on, everything given to branches, issued."""
    officer = enter(world.organ["officer"])
    plan_id = taken_in(officer, world.organ.middle)
    officer.post(f"/plans/{plan_id}/decide", data={"all": "1", "act": "take"})
    assert given(officer, plan_id, kinds="party_branch").status_code == 303
    assert officer.post(f"/plans/{plan_id}/move", data={"to": "issued"}).status_code == 303
    return plan_id


def test_a_paper_becomes_a_tree_with_its_original_beside(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    plan_id = taken_in(officer, world.organ.middle)
    page = officer.get(f"/plans/{plan_id}").text
    assert "（三）之前缺第 2 条" in page
    for word in ("办好课堂", "用好阵地", "配齐队伍", "某局2026年党建工作要点"):
        assert word in page
    found = rows(
        world.organ,
        "select label, state, cadence, times, duty_kind, due_on::text from plan_item where plan_id = :id"
        " order by path",
        id=plan_id,
    )
    assert found == [
        ("一、", "item", None, 1, None, None),
        ("（一）", "item", None, 1, None, None),
        ("", "proposed", "year", 2, "party_lecture", None),
        ("", "proposed", "month", 1, "theme_day", None),
        ("（三）", "item", None, 1, None, None),
        ("", "proposed", None, 1, None, "2026-12-31"),
        ("二、", "item", None, 1, None, None),
        ("（四）", "item", None, 1, None, None),
    ]
    original = officer.get(f"/plans/{plan_id}/original")
    assert original.data.decode("gb18030") == POINTS
    # The same form again is the same plan.
    assert taken_in(officer, world.organ.middle) == plan_id


def test_masks_stay_masks_and_are_no_markdown(world: World, enter: Enter) -> None:
    officer = enter(world.organ["officer"])
    page = officer.get(f"/plans/{taken_in(officer, world.organ.middle)}").text
    assert "涌现出**个标兵" in page
    assert "有隐去内容" in page


def test_a_speech_gives_candidates_and_no_item_by_itself(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    speech = (
        "在某局2026年工作会議上的講話\n同志們:\n一、提高認識\n各支部要抓緊學習,每月要開展一次主題黨日。\n"
    )
    plan_id = taken_in(officer, world.organ.middle, text=speech)
    found = rows(
        world.organ,
        "select state, duty_kind from plan_item where plan_id = :id and style = 'clause'",
        id=plan_id,
    )
    assert [state for state, _kind in found] == ["proposed", "proposed"]
    assert "theme_day" in {kind for _state, kind in found}
    # Found in either script.
    assert f"/plans/{plan_id}" in officer.get("/plans?q=抓紧学习").text
    assert f"/plans/{plan_id}" in officer.get("/plans?q=抓緊學習").text
    assert f"/plans/{plan_id}" not in officer.get("/plans?q=沒有這句").text


def test_a_plan_is_issued_once_every_proposal_is_decided(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    plan_id = taken_in(officer, world.organ.middle)
    refused = officer.post(f"/plans/{plan_id}/move", data={"to": "issued"}, follow_redirects=True)
    assert "还有建议未决定" in refused.text
    assert rows(world.organ, "select state from plan where id = :id", id=plan_id) == [("draft",)]
    one = rows(
        world.organ,
        "select min(id) from plan_item where plan_id = :id and state = 'proposed'",
        id=plan_id,
    )[0][0]
    officer.post(f"/plans/{plan_id}/decide", data={"item": str(one), "act": "drop"})
    officer.post(f"/plans/{plan_id}/decide", data={"all": "1", "act": "take"})
    assert officer.post(f"/plans/{plan_id}/move", data={"to": "issued"}).status_code == 303
    states = rows(
        world.organ,
        "select state, count(*) from plan_item where plan_id = :id group by 1 order by 1",
        id=plan_id,
    )
    assert states == [("dropped", 1), ("item", 7)]
    kept = rows(world.organ, "select number, state, jsonb_array_length(items) from plan_version")
    assert kept == [(1, "issued", 8)]


def test_an_item_is_changed_and_says_what_is_wrong(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    plan_id = taken_in(officer, world.organ.middle)
    item_id = rows(world.organ, "select id from plan_item where heading = '配齐队伍'")[0][0]
    right = {"heading": "配齐队伍", "content": "配好。", "times": "1", "cadence": "", "duty_kind": ""}
    for wrong in ({"times": "0"}, {"due_on": "31.12."}, {"heading": "", "content": ""}, {"cadence": "daily"}):
        assert officer.post(f"/plans/items/{item_id}", data={**right, **wrong}).status_code == 422, wrong
    done = officer.post(f"/plans/items/{item_id}", data={**right, "proof": "会议记录", "due_on": DAY})
    assert done.location.endswith(f"/plans/{plan_id}#i{item_id}")
    assert rows(world.organ, "select proof, due_on::text from plan_item where id = :id", id=item_id) == [
        ("会议记录", DAY)
    ]


def test_items_go_to_units_once_and_those_concerned_are_told(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    made = rows(
        world.organ,
        "select unit_id, title, duty_kind, due_on::text from task where plan_id = :id order by id",
        id=issued,
    )
    # The officer's reach ends at the middle unit: the other branch gets nothing.
    assert {unit_id for unit_id, *_rest in made} == {world.organ.branch}
    assert {kind for _unit, _title, kind, _due in made} == {None, "party_lecture", "theme_day"}
    # The item's own day where it names one (or the given day, once that lies behind).
    assert len(made) == 4
    told = rows(world.organ, "select person_id from delivery where channel = 'in_app'")
    assert (world.organ["secretary"].person_id,) in told
    officer = enter(world.organ["officer"])
    again = officer.post(
        f"/plans/{issued}/assign", data={"kinds": "party_branch", "seen": "4", "due_on": DAY}
    )
    assert again.status_code == 422
    assert "没有符合的组织" in again.text
    assert len(rows(world.organ, "select id from task where plan_id = :id", id=issued)) == 4


def test_a_number_that_has_changed_is_shown_again(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    plan_id = taken_in(officer, world.organ.middle)
    stale = officer.post(
        f"/plans/{plan_id}/assign", data={"kinds": "party_branch", "seen": "99", "due_on": DAY}
    )
    assert stale.status_code == 409
    assert seen(stale) == "3"
    assert rows(world.organ, "select count(*) from task where plan_id = :id", id=plan_id) == [(0,)]


def test_a_plan_of_a_year_that_is_over_needs_a_day(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    plan_id = taken_in(officer, world.organ.middle, text=POINTS.replace("2026", "2021"))
    refused = officer.post(f"/plans/{plan_id}/assign", data={"kinds": "party_branch", "seen": "3"})
    assert refused.status_code == 422
    assert "计划年度已过" in refused.text


def test_giving_and_issuing_in_one_press(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    plan_id = taken_in(officer, world.organ.middle)
    officer.post(f"/plans/{plan_id}/decide", data={"all": "1", "act": "take"})
    given(officer, plan_id, kinds="party_branch", issue="1")
    assert rows(world.organ, "select state from plan where id = :id", id=plan_id) == [("issued",)]
    assert "配齐队伍" in enter(world.organ["secretary"]).get("/tasks").text


def test_a_draft_is_no_units_task_yet(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    plan_id = taken_in(officer, world.organ.middle)
    given(officer, plan_id, kinds="party_branch")
    task_id = rows(world.organ, "select min(id) from task where plan_id = :id", id=plan_id)[0][0]
    secretary = enter(world.organ["secretary"])
    assert "办好课堂" not in secretary.get("/tasks?view=all").text
    assert secretary.get(f"/tasks/{task_id}").status_code == 404
    assert officer.get(f"/tasks/{task_id}").status_code == 200


def test_a_task_is_worked_on_and_confirmed(world: World, enter: Enter, rows: Rows, issued: int) -> None:
    task_id = rows(world.organ, "select id from task where title = '配齐队伍'")[0][0]
    secretary, officer = enter(world.organ["secretary"]), enter(world.organ["officer"])
    assert "配齐队伍" in secretary.get("/tasks").text
    assert "配齐队伍" in secretary.get(f"/tasks/{task_id}/plan").text
    assert act(secretary, task_id, "accept").status_code == 303
    assert act(secretary, task_id, "progress", percent="40", remark="选了三人").status_code == 303
    # The same form again changes nothing.
    again = act(secretary, task_id, "progress", percent="90", key=f"{task_id} progress 2")
    assert again.status_code == 303
    assert rows(world.organ, "select percent from task where id = :id", id=task_id) == [(40,)]
    proof = (io.BytesIO(b"%PDF-1.4 minutes of the meeting"), "记录.pdf")
    assert act(secretary, task_id, "done", file=proof).status_code == 303
    assert act(officer, task_id, "return", remark="").status_code == 422
    assert act(officer, task_id, "return", remark="缺名单").status_code == 303
    assert "缺名单" in secretary.get(f"/tasks/{task_id}").text
    assert act(secretary, task_id, "done", remark="补了").status_code == 303
    assert act(officer, task_id, "confirm").status_code == 303
    assert act(officer, task_id, "confirm").status_code == 409
    story = rows(world.organ, "select act from task_note where task_id = :id order by id", id=task_id)
    assert [one for (one,) in story] == ["accept", "progress", "done", "return", "done", "confirm"]
    note_id = rows(world.organ, "select id from task_note where file_id is not null")[0][0]
    assert secretary.get(f"/tasks/proofs/{note_id}").data.startswith(b"%PDF")
    file_id = rows(world.organ, "select file_id from task_note where id = :id", id=note_id)[0][0]
    # Only the task's own address serves it.
    assert secretary.get(f"/files/{file_id}").status_code == 404


def test_proof_that_is_asked_for_is_needed_to_hand_in(
    world: World, enter: Enter, rows: Rows, change: Callable[..., None], issued: int
) -> None:
    task_id = rows(world.organ, "select id from task where title = '配齐队伍'")[0][0]
    change(world.organ, "update task set proof = '会议记录' where id = :id", id=task_id)
    secretary = enter(world.organ["secretary"])
    refused = act(secretary, task_id, "done", remark="写了很多字")
    assert refused.status_code == 422
    assert "需要佐证：会议记录" in refused.text
    assert "写了很多字" in refused.text


def test_two_people_at_once_the_second_is_told(world: World, enter: Enter, rows: Rows, issued: int) -> None:
    task_id = rows(world.organ, "select id from task where title = '配齐队伍'")[0][0]
    secretary, keeper = enter(world.organ["secretary"]), enter(world.organ["keeper"])
    data = {"version": "1", "percent": "30", "act": "progress"}
    assert secretary.post(f"/tasks/{task_id}/work", data={**data, "form_key": "a"}).status_code == 303
    late = keeper.post(f"/tasks/{task_id}/work", data={**data, "form_key": "b", "remark": "我也写了"})
    assert late.status_code == 409
    assert "我也写了" in late.text


def test_a_task_of_a_duty_shows_the_ledger(world: World, enter: Enter, rows: Rows, issued: int) -> None:
    task_id = rows(world.organ, "select id from task where duty_kind = 'theme_day'")[0][0]
    page = enter(world.organ["secretary"]).get(f"/tasks/{task_id}")
    assert page.status_code == 200
    assert "主题党日" in page.text


def test_neither_colleague_nor_neighbour_sees_plan_or_task(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    task_id = rows(world.organ, "select min(id) from task where plan_id = :id", id=issued)[0][0]
    assert world.organ.colleague is not None
    for stranger, status in ((world.organ.colleague, 403), (world.union["admin"], 404)):
        client = enter(stranger)
        assert client.get(f"/plans/{issued}").status_code == status
        assert client.get(f"/tasks/{task_id}").status_code == status
        assert client.get(f"/tasks/{task_id}/plan").status_code == status
        assert "某局2026年党建工作要点" not in client.get("/plans").text
        assert "配齐队伍" not in client.get("/tasks?view=all").text
        assert f"?plan_id={issued}" not in client.get("/").text
        listed = client.get(f"/tasks?view=all&plan_id={issued}").text
        assert "配齐队伍" not in listed


def test_nobody_asks_a_unit_beyond_the_own_reach(world: World, enter: Enter, rows: Rows) -> None:
    secretary = enter(world.organ["secretary"])
    refused = secretary.post(
        "/plans/new",
        data={"form_key": "x", "unit_id": world.organ.middle, "pasted": POINTS},
        content_type="multipart/form-data",
    )
    assert refused.status_code == 403
    plan_id = taken_in(secretary, world.organ.branch)
    count = seen(secretary.get(f"/plans/{plan_id}/assign?kinds=party_branch"))
    # Three items for the one own unit, not for the branches beside it.
    assert count == "3"
    outside = secretary.get(f"/plans/{plan_id}/assign?under_id={world.organ.other_branch}")
    assert outside.status_code == 403


def test_lists_take_few_queries(
    world: World, enter: Enter, issued: int, count_queries: Callable[[], Any]
) -> None:
    officer = enter(world.organ["officer"])
    for address, most in (("/plans", 9), ("/tasks?view=all", 11), (f"/plans/{issued}", 11)):
        with count_queries() as asked:
            assert officer.get(address).status_code == 200
        assert len(asked) <= most, (address, len(asked), asked)


def test_bad_papers_are_refused_at_their_field(world: World, enter: Enter) -> None:
    officer = enter(world.organ["officer"])
    base = {"form_key": "bad", "unit_id": world.organ.middle}
    for more in (
        {},
        {"pasted": "机密★1年\n某局工作要点\n一、抓学习"},
        {"file": (io.BytesIO(b"\xd0\xcf\x11\xe0 old"), "a.doc")},
        {"file": (io.BytesIO(b"%PDF-1.4 broken"), "a.pdf")},
    ):
        answer = officer.post("/plans/new", data={**base, **more}, content_type="multipart/form-data")
        assert answer.status_code == 422, more
