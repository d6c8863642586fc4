"""Reorganisations through their pages: drafted step by step, looked at, executed, undone; and every refusal."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.clock import Clock
from tests.factories.reforms import Office
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
DAY = "2026-11-22"


@pytest.fixture
def office(app: Flask, world: World) -> Office:
    return Office(app, world.organ)


def said(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def begin(client: FlaskClient, **changes: str) -> str:
    """A new draft through the form; returns its address."""
    fields = {"title": "支部调整", "document_no": "机关党委〔2026〕8号", "effective_on": DAY, **changes}
    answer = client.post("/reforms/new", data=fields)
    assert answer.status_code == 303, said(answer.text)
    return str(answer.location)


def step(client: FlaskClient, address: str, **fields: Any) -> None:
    answer = client.post(f"{address}/steps/add", data=fields)
    assert answer.status_code == 303, said(answer.text)


def execute(client: FlaskClient, address: str, **more: str) -> str:
    page = client.get(address).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None, said(page)
    answer = client.post(f"{address}/execute", data={"version": version[1], **more}, follow_redirects=True)
    return said(answer.text)


def test_from_the_draft_to_the_undo(office: Office, world: World, enter: Enter) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        first = office.unit("测绘支部", office.side.middle, people=4)
        second = office.unit("勘察支部", office.side.middle, people=3)
        office.plan()
        assert "机构调整" in said(client.get("/organisations").text)
        address = begin(client)
        assert "还没有步骤" in said(client.get(address).text)
        # The unit is found by search, not in a list of all.
        found = client.get(f"{address}/steps/add?operation=merge&q_unit=chzb").text
        assert f"unit={first}" in unescape(found)
        asked = client.get(f"{address}/steps/add?operation=merge&unit={first}&q_into=勘察").text
        assert f"into={second}" in unescape(asked)
        step(client, address, operation="merge", unit=first, into=second)
        page = said(client.get(address).text)
        assert "测绘支部 并入 勘察支部" in page
        assert "合并前后" in page or "调整前后" in page
        assert "1 个单位并入其他单位" in page
        assert "承接单位本就有同一事项" in page
        text = execute(client, address)
        assert "已执行" in text
        assert office.one("select state from unit where id = :id", id=first) == "dissolved"
        # Sent again it is told, and nothing is done twice.
        assert "已执行" in said(
            client.post(f"{address}/execute", data={"version": "1"}, follow_redirects=True).text
        )
        assert client.get(f"/organisations/{first}").status_code == 200
        answer = client.post(f"{address}/undo", follow_redirects=True)
        assert "已撤回" in said(answer.text)
        assert office.one("select state from unit where id = :id", id=first) == "active"


def test_many_lines_at_once_or_none(office: Office, world: World, enter: Enter) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        names = ["地质一支部", "地质二支部", "地质三支部"]
        units = [office.unit(name, office.side.root, people=1) for name in names]
        [(root,)] = office.rows("select name from unit where id = :id", id=office.side.root)
        address = begin(client)
        lines = [
            f"地质党总支\t成立\t{root}\t党总支",
            *(f"{name}\t划转\t地质党总支" for name in names),
            "地质三支部，更名，地质四支部",
        ]
        wrong = client.post(
            f"{address}/paste", data={"lines": "\n".join([*lines, "没有的支部\t撤销", "地质一支部\t跳舞"])}
        )
        assert wrong.status_code == 422
        assert "没有的支部" in said(wrong.text)
        assert "跳舞" in said(wrong.text)
        assert office.one("select count(*) from reform_step") == 0
        assert client.post(f"{address}/paste", data={"lines": "\n".join(lines)}).status_code == 303
        assert "已执行" in execute(client, address)
        [made] = office.made(int(address.rsplit("/", 1)[1]))
        assert office.rows("select parent_id, name from unit where id = any(:ids) order by id", ids=units) == [
            (made, "地质一支部"), (made, "地质二支部"), (made, "地质四支部")
        ]  # fmt: skip


def test_steps_are_put_in_order_and_taken_out(office: Office, world: World, enter: Enter) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        unit = office.unit("地质支部", office.side.root, people=2)
        address = begin(client)
        step(
            client, address, operation="set_up", into=office.side.root, name="新党总支", kind="general_branch"
        )
        [(setting_up,)] = office.rows("select id from reform_step")
        step(client, address, operation="move", unit=unit, into=f"s{setting_up}")
        [(moving,)] = office.rows("select id from reform_step where operation = 'move'")
        client.post(f"/reforms/steps/{moving}/shift", data={"to": "earlier"})
        assert "排在后面" in said(client.get(address).text)
        assert "不能执行" in execute(client, address)
        client.post(f"/reforms/steps/{moving}/shift", data={"to": "later"})
        assert "排在后面" not in said(client.get(address).text)
        client.post(f"/reforms/steps/{setting_up}/remove")
        # The step that needs it goes along.
        assert office.one("select count(*) from reform_step") == 0


def test_a_split_with_chosen_people(office: Office, world: World, enter: Enter) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        unit = office.unit("地质支部", office.side.root, people=5)
        people = [
            key for (key,) in office.rows("select person_id from membership where unit_id = :id", id=unit)
        ]
        address = begin(client)
        page = client.get(f"{address}/steps/add?operation=split&unit={unit}").text
        assert page.count('name="people"') == 5
        nobody = client.post(
            f"{address}/steps/add", data={"operation": "split", "unit": unit, "name": "地质二支部"}
        )
        assert nobody.status_code == 422
        assert "选择进入新单位的人员" in said(nobody.text)
        step(
            client,
            address,
            operation="split",
            unit=unit,
            name="地质二支部",
            kind="party_branch",
            people=people[:2],
        )
        assert "已执行" in execute(client, address)
        [made] = office.made(int(address.rsplit("/", 1)[1]))
        assert (
            office.one("select count(*) from membership where unit_id = :id and until is null", id=made) == 2
        )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"operation": "move", "unit": "middle", "into": "branch"}, "不能划到自己或下级"),
        ({"operation": "move", "unit": "branch", "into": "branch"}, "不能划到自己或下级"),
        ({"operation": "move", "unit": "branch", "into": "middle"}, "已经在这里"),
        ({"operation": "merge", "unit": "middle", "into": "branch"}, "先划转出去"),
        ({"operation": "merge", "unit": "branch", "into": "branch"}, "不能由自己承接"),
        ({"operation": "upgrade", "unit": "branch", "kind": "union_group"}, "不能"),
        ({"operation": "rename", "unit": "branch", "name": "同名支部"}, "已有同名单位"),
        ({"operation": "dissolve", "unit": "branch"}, "须选择承接单位"),
        ({"operation": "set_up", "into": "branch", "name": "新委", "kind": "party_committee"}, "不能"),
    ],
)
def test_what_cannot_be_is_said_beside_its_step(
    office: Office, world: World, enter: Enter, fields: dict[str, str], words: str
) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        office.unit("同名支部", office.side.middle)
        address = begin(client)
        given = {key: getattr(office.side, value, value) for key, value in fields.items()}
        step(client, address, **given)
        page = said(client.get(address).text)
        assert words in page
        assert "1 步不能办" in page
        before = office.snapshot()
        assert "不能执行" in execute(client, address)
        assert office.snapshot() == before


def test_the_day_of_a_reorganisation(office: Office, world: World, enter: Enter) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        unit = office.unit("地质支部", office.side.root)
        late = begin(client, effective_on="2026-12-01")
        step(client, late, operation="rename", unit=unit, name="新名支部")
        assert "2026-12-01 起可以执行" in execute(client, late)
        client.post(f"{late}/discard")
        wrong = {"title": "太早", "document_no": "x", "effective_on": "1999-01-01"}
        assert client.post("/reforms/new", data=wrong).status_code == 422
        office.run("update unit set founded_on = '2024-03-01' where id = :id", id=unit)
        early = begin(client, effective_on="2024-02-01", title="早于成立")
        step(client, early, operation="rename", unit=unit, name="新名支部")
        assert "成立于 2024-03-01" in said(client.get(early).text)
        client.post(f"{early}/discard")
        office.run("update unit_version set since = '2026-11-20' where unit_id = :id", id=unit)
        past = begin(client, effective_on="2026-11-10", title="早于变动")
        step(client, past, operation="rename", unit=unit, name="新名支部")
        assert "晚于本次生效日期" in said(client.get(past).text)


def test_a_unit_belongs_to_one_open_draft(office: Office, world: World, enter: Enter) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        first = office.unit("地质支部", office.side.root)
        second = office.unit("勘察支部", office.side.root)
        one = begin(client, title="第一份")
        step(client, one, operation="rename", unit=first, name="甲支部")
        other = begin(client, title="第二份")
        step(client, other, operation="merge", unit=second, into=first)
        page = client.get(other).text
        assert "已列入另一份草稿：第一份" in said(page)
        assert f'href="{one}"' in page
        assert "不能执行" in execute(client, other)
        # Nor is it changed beside the draft: the page leads to it.
        for act, fields in (
            ("move", {"parent_id": str(office.side.middle), "reason": "x"}),
            ("dissolve", {"on": DAY, "reason": "x"}),
            (
                "change",
                {
                    "name": "乙支部",
                    "kind": "party_branch",
                    "sector": "organ",
                    "duties_since": DAY,
                    "reason": "x",
                },
            ),
        ):
            answer = client.post(f"/organisations/{first}/{act}", data=fields)
            assert answer.status_code == 303
            assert answer.location == one
            assert client.get(f"/organisations/{first}/{act}").location == one
        assert office.rows("select name, state, parent_id from unit where id = :id", id=first) == [
            ("地质支部", "active", office.side.root)
        ]
        client.post(f"{one}/discard")
        assert "已执行" in execute(client, other)


def test_a_large_one_runs_in_the_background(
    office: Office, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        units = [office.unit(f"测区{n}支部", office.side.root, people=2) for n in range(21)]
        before = office.snapshot()
        address = begin(client)
        target = units[0]
        lines = "\n".join(f"测区{n}支部\t合并\t测区0支部" for n in range(1, 21))
        assert client.post(f"{address}/paste", data={"lines": lines}).status_code == 303
        text = execute(client, address, form_key="once")
        assert "正在执行" in text
        # While it waits, neither the draft nor a second execution is possible.
        assert (
            client.post(
                f"{address}/steps/add", data={"operation": "rename", "unit": target, "name": "x"}
            ).status_code
            == 409
        )
        assert (
            "正在执行" in said(client.get(f"{address}/progress").text)
            or client.get(f"{address}/progress").status_code == 200
        )
        assert work(office.side.tenant_id) == 1
        assert (
            office.one("select count(*) from membership where unit_id = :id and until is null", id=target)
            == 42
        )
        assert "已执行" in said(client.get(address).text)
        client.post(f"{address}/undo")
        assert work(office.side.tenant_id) == 1
        assert office.snapshot() == before


def test_what_was_built_on_it_is_listed_with_links(office: Office, world: World, enter: Enter) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        unit = office.unit("地质支部", office.side.root, people=3)
        people = [
            key for (key,) in office.rows("select person_id from membership where unit_id = :id", id=unit)
        ]
        address = begin(client)
        step(
            client,
            address,
            operation="split",
            unit=unit,
            name="地质二支部",
            kind="party_branch",
            people=people[1:],
        )
        execute(client, address)
        [made] = office.made(int(address.rsplit("/", 1)[1]))
        office.run(
            "insert into post (person_id, unit_id, code, since) values (:person, :unit, 'secretary', :day)",
            person=people[1], unit=made, day=DAY,
        )  # fmt: skip
        page = client.get(address).text
        assert "之后有任职：person" in said(page)
        assert f'href="/members/{people[1]}"' in page
        assert "不能再撤回" in said(client.post(f"{address}/undo", follow_redirects=True).text)


def test_who_may(office: Office, world: World, enter: Enter) -> None:
    with Clock().at(DAY):
        admin = enter(world.organ["admin"])
        address = begin(admin, title="机密标题")
        for role, seen in (
            ("officer", 200),
            ("leader", 200),
            ("auditor", 200),
            ("secretary", 403),
            ("member", 403),
        ):
            client = enter(world.organ[role])
            assert client.get(address).status_code == seen
            assert client.post(f"{address}/execute", data={"version": "1"}).status_code == 403
        neighbour = enter(world.union["admin"])
        assert neighbour.get(address).status_code == 404
        assert neighbour.post(f"{address}/execute", data={"version": "1"}).status_code == 404
        assert "机密标题" not in neighbour.get("/reforms").text
        foreign = world.union.branch
        assert admin.get(f"{address}/steps/add?operation=rename&unit={foreign}").status_code == 404
        assert (
            admin.post(
                f"{address}/steps/add", data={"operation": "rename", "unit": foreign, "name": "x"}
            ).status_code
            == 404
        )


def test_pages_cost_few_queries(
    office: Office, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    with Clock().at(DAY):
        client = enter(world.organ["admin"])
        for n in range(12):
            office.unit(f"测区{n}支部", office.side.root, people=2)
        address = begin(client)

        def cost() -> int:
            with count_queries() as seen:
                assert client.get(address).status_code == 200
            return len(seen)

        client.post(f"{address}/paste", data={"lines": "测区1支部\t合并\t测区0支部"})
        few = cost()
        lines = "\n".join(f"测区{n}支部\t合并\t测区0支部" for n in range(2, 12))
        client.post(f"{address}/paste", data={"lines": lines})
        assert cost() == few
        assert few <= 22
