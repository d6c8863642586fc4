"""Plans further: posts, helpers, changes after issue, withdrawn items, remarks on a draft, campaigns, lists."""

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.worker.messages import send_waiting
from services.worker.plans import follow_nightly
from shared.db import db
from shared.tenancy import tenant
from tests.web.plans.test_plans import DAY, act, given, seen, taken_in
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]

POINTS = """某局2026年党建工作要点

一、抓实学习
（一）办好课堂。办好每堂课。
（二）用好阵地。改造阅览室。
"""


@pytest.fixture
def plan_id(world: World, enter: Enter) -> int:
    """A draft of the middle unit with two items, its proposals dropped."""
    officer = enter(world.organ["officer"])
    key = taken_in(officer, world.organ.middle, text=POINTS)
    officer.post(f"/plans/{key}/decide", data={"all": "1", "act": "drop"})
    return key


@pytest.fixture
def issued(world: World, enter: Enter, plan_id: int) -> int:
    """The same, given to the branch and issued."""
    officer = enter(world.organ["officer"])
    assert given(officer, plan_id, kinds="party_branch", issue="1").status_code == 303
    return plan_id


def item_of(rows: Rows, world: World, heading: str) -> int:
    return int(rows(world.organ, "select id from plan_item where heading = :h", h=heading)[0][0])


def task_of(rows: Rows, world: World, title: str, post: str = "") -> int:
    found = rows(
        world.organ,
        "select id from task where title = :t and post = :p and state <> 'withdrawn' order by id",
        t=title,
        p=post,
    )
    return int(found[0][0])


def changed(client: FlaskClient, item_id: int, **more: str) -> Any:
    right = {"heading": "办好课堂", "content": "办好每堂课。", "times": "1", "cadence": "", "duty_kind": ""}
    return client.post(f"/plans/items/{item_id}", data={**right, **more})


def sent(app: Flask, world: World) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        send_waiting()
        db.session.remove()


def inbox(rows: Rows, world: World, role: str) -> list[tuple[str, str]]:
    return rows(
        world.organ,
        "select subject, body from delivery where person_id = :who and channel = 'in_app' and subject is not null"
        " order by id",
        who=world.organ[role].person_id,
    )


# What changes after a plan is issued.


def test_a_change_reaches_open_tasks_once_it_is_told_and_each_is_told_once(
    app: Flask, world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    officer, secretary = enter(world.organ["officer"]), enter(world.organ["secretary"])
    item_id = item_of(rows, world, "办好课堂")
    done_id = task_of(rows, world, "用好阵地")
    assert act(secretary, done_id, "done").status_code == 303
    assert changed(officer, item_id, proof="签到表", due_on="2198-06-30").status_code == 303
    other = item_of(rows, world, "用好阵地")
    assert changed(officer, other, heading="用好阵地", content="另一个写法。").status_code == 303
    # Not before it is told.
    assert rows(world.organ, "select distinct proof from task") == [("",)]
    page = officer.get(f"/plans/{issued}").text
    assert "有 2 条改动尚未告知" in page
    page = officer.get(f"/plans/{issued}/versions").text
    assert "签到表" in page
    assert "2198-06-30" in page
    told = officer.post(f"/plans/{issued}/move", data={"to": "issued", "remark": "补佐证"})
    assert told.status_code == 303
    sent(app, world)
    open_ = rows(
        world.organ, "select proof, due_on::text, version from task where plan_item_id = :i", i=item_id
    )
    assert open_ == [("签到表", "2198-06-30", 2)]
    # What is handed in stays as it was asked for.
    assert rows(world.organ, "select content from task where id = :t", t=done_id) == [("改造阅览室。",)]
    task_id = task_of(rows, world, "办好课堂")
    story = secretary.get(f"/tasks/{task_id}").text
    assert "计划第 2 版改动：完成时限" in story or "计划第 2 版改动" in story
    subjects = [subject for subject, _body in inbox(rows, world, "secretary")]
    assert subjects.count("计划有改动：某局2026年党建工作要点") == 1
    # The same again has nothing to tell.
    again = officer.post(f"/plans/{issued}/move", data={"to": "issued"}, follow_redirects=True)
    assert "与上一版相比没有改动" in again.text
    assert len(rows(world.organ, "select id from task_note where act = 'change'")) == 1
    shown = officer.get(f"/plans/{issued}/versions?number=2").text
    assert "签到表" in shown
    assert "补佐证" in shown


def test_a_withdrawn_item_takes_its_tasks_along_with_the_reason(
    app: Flask, world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    officer, secretary = enter(world.organ["officer"]), enter(world.organ["secretary"])
    item_id = item_of(rows, world, "办好课堂")
    task_id = task_of(rows, world, "办好课堂")
    assert "1 项任务一并撤回" in officer.get(f"/plans/items/{item_id}/withdraw").text
    assert officer.post(f"/plans/items/{item_id}/withdraw", data={"reason": " "}).status_code == 422
    for _again in range(2):
        assert (
            officer.post(f"/plans/items/{item_id}/withdraw", data={"reason": "并入下半年"}).status_code == 303
        )
    sent(app, world)
    assert rows(world.organ, "select state from task where id = :t", t=task_id) == [("withdrawn",)]
    page = secretary.get(f"/tasks/{task_id}").text
    assert "这项任务已撤回" in page
    assert "并入下半年" in page
    assert f"/tasks/{task_id}" in secretary.get("/tasks?view=withdrawn").text
    assert f"/tasks/{task_id}" not in secretary.get("/tasks?view=all").text
    messages = inbox(rows, world, "secretary")
    bodies = [body for subject, body in messages if subject.startswith("条目已撤回")]
    assert [body.count("并入下半年") for body in bodies] == [1]
    # Returning or handing in what was withdrawn answers clearly.
    for client, where, name in (
        (officer, "decide", "return"),
        (officer, "decide", "confirm"),
        (secretary, "work", "done"),
    ):
        answer = client.post(
            f"/tasks/{task_id}/{where}",
            data={"act": name, "form_key": name, "version": "2", "remark": "再看"},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 409
        assert "这项任务已撤回；如仍需要" in answer.text
    # Taken on again it can be given again.
    officer.post(f"/plans/{issued}/decide", data={"item": str(item_id), "act": "take"})
    assert given(officer, issued, kinds="party_branch").status_code == 303
    assert task_of(rows, world, "办好课堂") != task_id


def test_closing_twice_is_closing_once(world: World, enter: Enter, rows: Rows, issued: int) -> None:
    officer = enter(world.organ["officer"])
    for _again in range(2):
        assert officer.post(f"/plans/{issued}/move", data={"to": "closed"}).status_code == 303
    assert rows(world.organ, "select count(*) from plan_version where state = 'closed'") == [(1,)]
    item_id = item_of(rows, world, "办好课堂")
    assert changed(officer, item_id, proof="签到表").status_code == 409
    assert officer.post(f"/plans/items/{item_id}/withdraw", data={"reason": "不再"}).status_code == 409
    assert officer.post(
        f"/plans/{issued}/assign", data={"kinds": "party_branch", "seen": "1"}
    ).status_code in (409, 422)


def test_a_day_before_the_start_is_refused(world: World, enter: Enter, rows: Rows, issued: int) -> None:
    officer = enter(world.organ["officer"])
    count = seen(officer.get(f"/plans/{issued}/assign", query_string={"kinds": "general_branch"}))
    wrong = officer.post(
        f"/plans/{issued}/assign", data={"kinds": "general_branch", "seen": count, "due_on": "2020-01-01"}
    )
    assert wrong.status_code == 422
    task_id = task_of(rows, world, "办好课堂")
    answer = officer.post(
        f"/tasks/{task_id}/change", data={"version": "1", "owner_id": "", "due_on": "2020-01-01"}
    )
    assert answer.status_code == 422


# Posts.


def leaves(rows: Rows, world: World, key: int) -> list[str]:
    found = rows(
        world.organ, "select id from plan_item where plan_id = :p and label like '（%' order by id", p=key
    )
    return [str(one) for (one,) in found]


def given_to_posts(client: FlaskClient, key: int, **more: Any) -> Any:
    return given(
        client, key, to="posts", **{"kinds": "party_branch", "posts": ["secretary", "organisation"], **more}
    )


def test_an_item_goes_to_posts_and_their_holders_lead_it(
    app: Flask, world: World, enter: Enter, rows: Rows, change: Change, plan_id: int
) -> None:
    officer = enter(world.organ["officer"])
    assert given_to_posts(officer, plan_id, issue="1").status_code == 303
    sent(app, world)
    organ = world.organ
    made = rows(organ, "select title, post, owner_id from task order by id")
    assert len(made) == 4
    assert {(post, owner) for _title, post, owner in made} == {
        ("secretary", organ["secretary"].person_id),
        ("organisation", None),
    }
    assert "岗位空缺" in officer.get("/tasks").text
    # A unit still gets the item as a whole, and no post twice.
    items = leaves(rows, world, plan_id)
    assert given(officer, plan_id, kinds="party_branch", item=items).status_code == 303
    assert given_to_posts(officer, plan_id, item=items).status_code == 422
    # The empty post is held from now on: whoever holds it leads, without any role at the unit.
    change(
        organ,
        "insert into post (person_id, unit_id, code, since) values (:who, :unit, 'organisation', '2026-01-01')",
        who=organ["member"].person_id,
        unit=organ.branch,
    )
    with app.app_context(), tenant(organ.tenant_id):
        follow_nightly()
        db.session.remove()
    member = enter(organ["member"])
    listed = member.get("/tasks/mine").text
    assert "办好课堂" in listed
    task_id = task_of(rows, world, "办好课堂", "organisation")
    assert f"/tasks/{task_id}/mine" in member.get("/").text
    page = member.get(f"/tasks/{task_id}/mine").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None
    data = {"act": "done", "form_key": "m", "version": version.group(1), "remark": "办了"}
    assert member.post(f"/tasks/{task_id}/note", data=data).status_code == 303
    assert rows(organ, "select state from task where id = :t", t=task_id) == [("done",)]
    assert rows(organ, "select distinct owner_id from task where post = 'organisation'") == [
        (organ["member"].person_id,)
    ]
    # A post's task is led by its holder, whoever asks otherwise.
    other = task_of(rows, world, "用好阵地", "organisation")
    refused = enter(organ["secretary"]).post(
        f"/tasks/{other}/change", data={"version": "1", "owner_id": organ["secretary"].person_id}
    )
    assert refused.status_code == 422


def test_an_items_own_posts_say_to_whom(
    world: World, enter: Enter, rows: Rows, change: Change, plan_id: int
) -> None:
    change(
        world.organ,
        "update plan_item set posts = '{secretary}', unit_kinds = '{}' where heading = '办好课堂'",
    )
    officer = enter(world.organ["officer"])
    page = officer.get(f"/plans/{plan_id}/assign?to=posts").text
    # One branch in reach has had a secretary; the other item names no post.
    assert "1 条未写明岗位" in page
    assert given(officer, plan_id, to="posts").status_code == 303
    assert rows(world.organ, "select unit_id, post from task") == [(world.organ.branch, "secretary")]


# Helpers.


def test_helpers_see_the_task_and_note_progress_but_do_not_hand_in(
    app: Flask, world: World, enter: Enter, rows: Rows, plan_id: int
) -> None:
    organ = world.organ
    admin, officer = enter(organ["admin"]), enter(organ["officer"])
    key = taken_in(admin, organ.root, text=POINTS, key="root")
    admin.post(f"/plans/{key}/decide", data={"all": "1", "act": "drop"})
    answer = given(
        admin,
        key,
        kinds="general_branch",
        helper_units=[str(organ.branch), str(organ.other_branch)],
        issue="1",
    )
    assert answer.status_code == 303
    sent(app, world)
    helped = rows(organ, "select unit_id, count(*) from task_helper group by 1 order by 1")
    assert helped == [(organ.branch, 2), (organ.other_branch, 2)]
    task_id = int(
        rows(organ, "select id from task where unit_id = :u order by id limit 1", u=organ.middle)[0][0]
    )
    assert organ.colleague is not None
    helper = enter(organ.colleague)
    assert f"/tasks/{task_id}/mine" in helper.get("/").text
    assert helper.get(f"/tasks/{task_id}").location.endswith(f"/tasks/{task_id}/mine")
    page = helper.get(f"/tasks/{task_id}/mine").text
    assert "您配合这项任务" in page
    assert 'value="done"' not in page
    data = {"version": "1", "form_key": "h1", "remark": "借了会议室", "percent": "90"}
    refused = helper.post(f"/tasks/{task_id}/note", data={**data, "act": "done"})
    assert refused.status_code == 409
    file = (io.BytesIO(b"%PDF-1.4 proof"), "证明.pdf")
    noted = helper.post(
        f"/tasks/{task_id}/note",
        data={**data, "act": "progress", "file": file},
        content_type="multipart/form-data",
    )
    assert noted.status_code == 303
    assert rows(organ, "select state, percent from task where id = :t", t=task_id) == [("assigned", 0)]
    assert "借了会议室" in officer.get(f"/tasks/{task_id}").text
    note_id = rows(organ, "select id from task_note where file_id is not null")[0][0]
    assert helper.get(f"/tasks/proofs/{note_id}").data.startswith(b"%PDF")
    assert helper.get(f"/tasks/{task_id}/plan").status_code == 200
    assert "您的任务" in dict(inbox(rows, world, "secretary")).get("计划：某局2026年党建工作要点", "")
    # Nobody else is let in by it.
    assert enter(organ["member"]).get(f"/tasks/{task_id}/mine").status_code == 403
    assert enter(world.union["secretary"]).get(f"/tasks/{task_id}/mine").status_code == 404


def test_helpers_of_one_task_are_chosen_within_the_reach(
    app: Flask, world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    task_id = task_of(rows, world, "办好课堂")
    assert secretary.get(f"/tasks/{task_id}/helpers").status_code == 200
    send = {"version": "1", "helper_people": [str(organ["member"].person_id)]}
    beside = secretary.post(
        f"/tasks/{task_id}/helpers", data={**send, "helper_units": [str(organ.other_branch)]}
    )
    assert beside.status_code == 422
    assert secretary.post(f"/tasks/{task_id}/helpers", data=send).status_code == 303
    assert secretary.post(f"/tasks/{task_id}/helpers", data=send).status_code == 409
    sent(app, world)
    member = enter(organ["member"])
    assert "请您配合：办好课堂" in [subject for subject, _body in inbox(rows, world, "member")]
    assert member.get(f"/tasks/{task_id}/mine").status_code == 200
    assert secretary.post(f"/tasks/{task_id}/helpers", data={"version": "2"}).status_code == 303
    assert member.get(f"/tasks/{task_id}/mine").status_code == 403


def test_a_hand_over_passes_what_the_former_led_and_helped_with(
    app: Flask, world: World, enter: Enter, rows: Rows, change: Change, plan_id: int
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    former, new = organ["secretary"].person_id, organ["keeper"].person_id
    assert given_to_posts(officer, plan_id, posts="secretary", issue="1").status_code == 303
    items = leaves(rows, world, plan_id)
    assert given(officer, plan_id, kinds="party_branch", item=items).status_code == 303
    whole = task_of(rows, world, "办好课堂")
    change(organ, "insert into task_helper (task_id, person_id) values (:t, :p)", t=whole, p=former)
    change(
        organ,
        "insert into handover (unit_id, post_code, from_person_id, to_person_id, offered_by)"
        " values (:u, 'secretary', :f, :n, :n)",
        u=organ.branch,
        f=former,
        n=new,
    )
    change(
        organ,
        "insert into post (person_id, unit_id, code, since) values (:n, :u, 'secretary', '2026-02-01')",
        u=organ.branch,
        n=new,
    )
    key = rows(organ, "select max(id) from handover")[0][0]
    keeper = enter(organ["keeper"])
    assert "牵头或配合的任务" in keeper.get(f"/terms/handovers/{key}").text
    assert keeper.post(f"/terms/handovers/{key}").status_code == 303
    assert rows(organ, "select distinct owner_id from task where post = 'secretary'") == [(new,)]
    assert rows(organ, "select person_id from task_helper") == [(new,)]


# A draft out for comments.


def test_units_say_what_they_think_and_the_author_answers(
    app: Flask, world: World, enter: Enter, rows: Rows, plan_id: int
) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    item_id = item_of(rows, world, "办好课堂")
    say = {"form_key": "c1", "unit_id": organ.branch, "plan_item_id": item_id, "remark": "一季度办两次"}
    assert secretary.get(f"/plans/{plan_id}/comments").status_code == 403
    assert officer.post(f"/plans/{plan_id}/move", data={"to": "comments"}).status_code == 303
    sent(app, world)
    assert "征求意见：某局2026年党建工作要点" in [one for one, _body in inbox(rows, world, "secretary")]
    page = secretary.get(f"/plans/{plan_id}/comments").text
    assert "办好课堂" in page
    assert secretary.post(f"/plans/{plan_id}/comments", data={**say, "remark": " "}).status_code == 422
    beside = secretary.post(f"/plans/{plan_id}/comments", data={**say, "unit_id": organ.other_branch})
    assert beside.status_code == 422
    for _again in range(2):
        assert secretary.post(f"/plans/{plan_id}/comments", data=say).status_code == 303
    [(key,)] = rows(organ, "select id from plan_comment")
    assert "一季度办两次" in officer.get(f"/plans/{plan_id}/comments").text
    assert "收到 1 条意见，1 条未答复" in officer.get(f"/plans/{plan_id}").text
    answer = {"comment_id": str(key), "answer": "not_taken"}
    officer.post(f"/plans/{plan_id}/answer", data={**answer, "reply": " "})
    assert rows(organ, "select answer from plan_comment") == [(None,)]
    officer.post(f"/plans/{plan_id}/answer", data={**answer, "reply": "人手不够"})
    sent(app, world)
    assert "人手不够" in secretary.get(f"/plans/{plan_id}/comments").text
    assert any("未采纳" in body for _subject, body in inbox(rows, world, "secretary"))
    # Only the author answers, and nobody speaks once it is issued.
    assert secretary.post(f"/plans/{plan_id}/answer", data=answer).status_code == 403
    assert organ.colleague is not None
    assert enter(organ.colleague).get(f"/plans/{plan_id}/comments").status_code == 403
    assert given(officer, plan_id, kinds="party_branch", issue="1").status_code == 303
    late = secretary.post(f"/plans/{plan_id}/comments", data={**say, "form_key": "c2"})
    assert late.status_code == 409
    assert "已不在征求意见" in late.text


# Campaigns.


def test_a_campaign_gathers_items_of_many_plans(
    world: World, enter: Enter, rows: Rows, issued: int, count_queries: Callable[[], Any]
) -> None:
    officer, secretary = enter(world.organ["officer"]), enter(world.organ["secretary"])
    made = {"form_key": "k", "unit_id": world.organ.middle, "name": "三年提升行动", "year_from": "2026"}
    assert officer.post("/plans/campaigns/new", data={**made, "year_to": "2025"}).status_code == 422
    first = officer.post("/plans/campaigns/new", data={**made, "year_to": "2028"})
    again = officer.post("/plans/campaigns/new", data={**made, "year_to": "2028"})
    assert first.location == again.location
    where = first.location
    second = taken_in(officer, world.organ.middle, key="second", text=POINTS.replace("2026", "2027"))
    items = {key: leaves(rows, world, key) for key in (issued, second)}
    assert officer.get(f"{where}/items?plan_id={issued}").status_code == 200
    for key, chosen in items.items():
        answer = officer.post(f"{where}/items", data={"plan_id": key, "item": chosen})
        assert answer.status_code == 303
    assert act(secretary, task_of(rows, world, "用好阵地"), "done").status_code == 303
    campaign_id = where.rsplit("/", 1)[1]
    with count_queries() as asked:
        page = officer.get(where).text
    assert len(asked) <= 10, asked
    assert page.count("办好课堂") == 2
    assert re.search(r"<b>4</b>条目", page)
    assert re.search(r"<b>2</b>任务", page)
    listed = officer.get(f"/tasks?view=all&campaign_id={campaign_id}").text
    assert "用好阵地" in listed
    assert "三年提升行动" in officer.get("/plans/campaigns").text
    # Unticked, an item goes; closed, nothing comes.
    officer.post(f"{where}/items", data={"plan_id": second})
    assert rows(world.organ, "select count(*) from plan_item where campaign_id is not null") == [(2,)]
    close = {"name": "三年提升行动", "year_from": "2026", "year_to": "2028", "state": "closed"}
    assert officer.post(f"{where}/change", data=close).status_code == 303
    officer.post(f"{where}/items", data={"plan_id": issued})
    assert rows(world.organ, "select count(*) from plan_item where campaign_id is not null") == [(2,)]
    # Below, only what is below is seen.
    assert secretary.get(where).status_code == 403
    assert enter(world.union["admin"]).get(where).status_code == 404


def test_a_campaign_of_a_branch_shows_no_plan_from_above(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    """Whoever reads the campaign reads its items: those of the plans of its own unit and below."""
    officer, secretary = enter(world.organ["officer"]), enter(world.organ["secretary"])
    made = {"form_key": "low", "unit_id": world.organ.branch, "name": "支部行动", "year_from": "2026"}
    where = officer.post("/plans/campaigns/new", data={**made, "year_to": "2026"}).location
    draft = taken_in(officer, world.organ.middle, key="draft", text=POINTS.replace("2026", "2027"))
    answer = officer.post(f"{where}/items", data={"plan_id": draft, "item": leaves(rows, world, draft)})
    assert answer.status_code == 303
    assert "2027" not in officer.get(f"{where}/items").text
    assert rows(world.organ, "select count(*) from plan_item where campaign_id is not null") == [(0,)]
    assert "办好课堂" not in secretary.get(where).text


# Responsibility lists.


def test_the_lists_of_a_unit_and_its_posts_follow_from_its_tasks(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    officer, secretary = enter(world.organ["officer"]), enter(world.organ["secretary"])
    assert given_to_posts(officer, issued, item=leaves(rows, world, issued)).status_code == 303
    page = secretary.get(f"/tasks/responsibilities?unit_id={world.organ.branch}&year=2026").text
    places = [page.index(word) for word in ("主体责任", "第一责任人责任", "一岗双责")]
    assert places == sorted(places)
    assert page.count("办好课堂") >= 3
    answer = secretary.post(
        f"/exports/tasks/responsibilities?unit_id={world.organ.branch}&year=2026", data={"form_key": "x"}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    words = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert [words.count(one) for one in ("主体责任", "第一责任人责任", "一岗双责")] == [2, 2, 2]
    assert secretary.get(f"/tasks/responsibilities?unit_id={world.organ.middle}").status_code == 403


# How much it costs.


def test_giving_takes_a_constant_number_of_statements(
    world: World, enter: Enter, rows: Rows, change: Change, plan_id: int, count_queries: Callable[[], Any]
) -> None:
    officer = enter(world.organ["officer"])
    asked: list[int] = []
    for round_ in range(2):
        if round_:
            change(
                world.organ,
                "insert into unit (parent_id, path, kind, line, name, duties_since)"
                " select :p, (select path from unit where id = :p) || 'x' || lpad(n::text, 9, '0') || '.',"
                " 'party_branch', 'party', 'more ' || n, '2026-01-01' from generate_series(1, 40) n",
                p=world.organ.middle,
            )
        choice: dict[str, Any] = {"kinds": "party_branch", "item": leaves(rows, world, plan_id)}
        count = seen(officer.get(f"/plans/{plan_id}/assign", query_string=choice))
        with count_queries() as made:
            answer = officer.post(f"/plans/{plan_id}/assign", data={**choice, "seen": count, "due_on": DAY})
        assert answer.status_code == 303
        asked.append(len(made))
    assert rows(world.organ, "select count(*) from task") == [(82,)]
    assert asked[0] == asked[1], asked
