"""Recording an election: the event, the offices, the term and the duty follow together, or nothing does."""

import re
from collections.abc import Callable
from datetime import date
from threading import Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.accounts.models import Handover
from shared.db import db
from shared.events.models import Event
from shared.members.models import Post
from shared.organisations.models import Tenure, Unit
from tests.factories.terms import ends, inside, member, said, term_items
from tests.web.duties.stage import confirmed
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
NOON = "2026-11-20T04:00:00Z"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def form(**changes: Any) -> dict[str, Any]:
    return {
        "held_on": "2026-11-18",
        "number": "4",
        "ends_on": "",
        "document": "机关党委〔2026〕18 号",
        "body": "members",
        "due_count": "9",
        "present_count": "8",
        "place": "一楼会议室",
        "form_key": "one",
        "code": ["secretary"],
        "name": ["新书记"],
        **changes,
    }


def posts(app: Flask, side: Side, unit_id: int) -> list[tuple[str, int, str | None, date, date | None]]:
    with inside(app, side):
        return [
            (row.code, row.person_id, row.basis, row.since, row.until)
            for row in db.session.execute(
                select(Post.code, Post.person_id, Post.basis, Post.since, Post.until)
                .where(Post.unit_id == unit_id)
                .order_by(Post.id)
            )
        ]


def term(app: Flask, side: Side, unit_id: int) -> list[tuple[int | None, date, date, date | None]]:
    with inside(app, side):
        return [
            (row.number, row.began_on, row.ends_on, row.closed_on)
            for row in db.session.execute(
                select(Tenure.number, Tenure.began_on, Tenure.ends_on, Tenure.closed_on)
                .where(Tenure.unit_id == unit_id)
                .order_by(Tenure.id)
            )
        ]


def end_of(app: Flask, side: Side, unit_id: int) -> date | None:
    with inside(app, side):
        return db.session.scalar(select(Unit.term_ends_on).where(Unit.id == unit_id))


def nothing_written(app: Flask, side: Side) -> None:
    with inside(app, side):
        assert db.session.scalars(select(Event.id)).all() == []
        assert db.session.scalars(select(Tenure.id)).all() == []
    assert [row[4] for row in posts(app, side, side.branch)] == [None]
    assert said(term_items(app, side, side.branch)) == [("term_election", "2026-10-31", "open", None)]


def test_an_election_files_gives_ends_and_fulfils(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 10, 31))
    new = member(app, side, side.branch, "新书记")
    old = side["secretary"].person_id
    client = enter(side["secretary"])
    answer = client.post(f"/terms/units/{side.branch}/election", data=form())
    assert answer.status_code == 303, answer.text
    assert posts(app, side, side.branch) == [
        ("secretary", old, None, date(2025, 1, 1), date(2026, 11, 18)),
        ("secretary", new, "elected", date(2026, 11, 18), None),
    ]
    assert term(app, side, side.branch) == [(4, date(2026, 11, 18), date(2029, 11, 18), None)]
    assert end_of(app, side, side.branch) == date(2029, 11, 18)
    (item,) = term_items(app, side, side.branch)
    assert (item.state, item.held_on, item.made_up) == ("done", date(2026, 11, 18), True)
    with inside(app, side):
        event = db.session.execute(select(Event)).scalar_one()
        assert (event.id, event.kind, event.due_count, event.present_count) == (
            item.event_id,
            "term_election",
            9,
            8,
        )
        assert event.fields == {
            "body": "members",
            "document": "机关党委〔2026〕18 号",
            "number": 4,
            "elected": 1,
        }
        offered = db.session.execute(select(Handover)).scalar_one()
        assert (offered.from_person_id, offered.to_person_id, offered.state) == (old, new, "open")
    page = client.get(f"/terms/units/{side.branch}").text
    for words in ("2029-11-18", "新书记", "第 4 届", "机关党委〔2026〕18 号"):
        assert words in page, words
    assert client.get(f"/events/{item.event_id}").status_code == 200


def test_the_same_form_twice_is_one_election(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 10, 31))
    member(app, side, side.branch, "新书记")
    client = enter(side["secretary"])
    for _n in range(2):
        assert client.post(f"/terms/units/{side.branch}/election", data=form()).status_code == 303
    assert len(term(app, side, side.branch)) == 1
    with inside(app, side):
        assert len(db.session.scalars(select(Event.id)).all()) == 1
        assert len(db.session.scalars(select(Handover.id)).all()) == 1


def test_who_is_elected_again_stays_from_the_first_day(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 12, 31))
    deputy = member(app, side, side.branch, "副书记")
    old = side["secretary"].person_id
    name = f"secretary of bureau {_number(app, side)}"
    sent = form(code=["secretary", "deputy_secretary", "organisation"], name=[name, "副书记", ""])
    assert enter(side["officer"]).post(f"/terms/units/{side.branch}/election", data=sent).status_code == 303
    assert posts(app, side, side.branch) == [
        ("secretary", old, "elected", date(2025, 1, 1), None),
        ("deputy_secretary", deputy, "elected", date(2026, 11, 18), None),
    ]
    with inside(app, side):
        assert db.session.scalars(select(Handover.id)).all() == []
    (item,) = [one for one in term_items(app, side, side.branch) if one.state == "done"]
    assert item.made_up is False


def _number(app: Flask, side: Side) -> str:
    with inside(app, side):
        name = db.session.scalar(select(Unit.name).where(Unit.id == side.branch))
    assert name is not None
    return name.split()[-1]


def test_the_next_election_closes_the_term_before(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 10, 31))
    member(app, side, side.branch, "新书记")
    client = enter(side["secretary"])
    client.post(f"/terms/units/{side.branch}/election", data=form(held_on="2026-11-01"))
    filled = client.get(f"/terms/units/{side.branch}/election").text
    assert 'name="number"' in filled
    assert re.search(r'name="number"[^>]*value="5"', filled)
    assert 'value="新书记"' in filled
    sent = form(form_key="two", number="5")
    assert client.post(f"/terms/units/{side.branch}/election", data=sent).status_code == 303
    assert term(app, side, side.branch) == [
        (4, date(2026, 11, 1), date(2029, 11, 1), date(2026, 11, 18)),
        (5, date(2026, 11, 18), date(2029, 11, 18), None),
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"held_on": "2026-11-21"}, "还没有到"),
        ({"ends_on": "2026-11-18"}, "届满日期不能早于开始日期"),
        ({"ends_on": "2029-11-19"}, "超过规定年限：3 年，最迟 2029-11-18"),
        ({"document": ""}, "这里要填写"),
        ({"present_count": "10"}, "实到 10 大于应到 9"),
        ({"name": ["生人"]}, "不是本单位或下级单位的人员"),
        ({"name": [""]}, "请填写当选人员"),
        ({"code": ["union_chair"]}, "请选择本单位委员会的职务"),
        ({"code": ["secretary", "secretary"], "name": ["新书记", "二书记"]}, "只能由一人担任"),
        ({"number": "0"}, "1 至 999"),
        ({"held_on": "2024-12-31"}, "晚于这次选举"),
        ({"document": "机密★3 号"}, "密级标志"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(
    changes: dict[str, Any], words: str, app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 10, 31))
    member(app, side, side.branch, "新书记")
    member(app, side, side.branch, "二书记")
    member(app, side, side.other_branch, "生人")
    answer = enter(side["secretary"]).post(f"/terms/units/{side.branch}/election", data=form(**changes))
    assert answer.status_code == 422
    assert words in answer.text
    # What was typed is still there.
    assert "一楼会议室" in answer.text
    nothing_written(app, side)


def test_two_elections_at_once_are_one_after_the_other(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 10, 31))
    member(app, side, side.branch, "新书记")
    member(app, side, side.branch, "二书记")
    answers: list[int] = []

    def send(name: str) -> None:
        sent = form(form_key=name, name=[name])
        answers.append(
            enter(side["secretary"]).post(f"/terms/units/{side.branch}/election", data=sent).status_code
        )

    threads = [Thread(target=send, args=(name,)) for name in ("新书记", "二书记")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The second finds the first one's term begun that day, and is told.
    assert sorted(answers) == [303, 422]
    assert len(term(app, side, side.branch)) == 1
    assert len([row for row in posts(app, side, side.branch) if row[4] is None]) == 1


def test_two_of_one_name_are_told_apart(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 10, 31))
    first = member(app, side, side.branch, "王帅")
    second = member(app, side, side.branch, "王帅")
    client = enter(side["secretary"])
    answer = client.post(f"/terms/units/{side.branch}/election", data=form(name=["王帅"]))
    assert answer.status_code == 422
    assert f"王帅 #{first}" in answer.text
    assert f'<option value="王帅 #{second}">' in answer.text
    sent = form(name=[f"王帅 #{second}"])
    assert client.post(f"/terms/units/{side.branch}/election", data=sent).status_code == 303
    assert posts(app, side, side.branch)[-1][:2] == ("secretary", second)


def test_a_union_chooses_three_years_and_its_elections_follow(app: Flask, world: World, enter: Enter) -> None:
    side = world.union
    ends(app, side, side.branch, date(2026, 10, 31))
    member(app, side, side.branch, "新主席")
    admin = enter(side["admin"])
    rules = admin.get("/rules").text
    assert "每 5 年换届一次" in rules
    with inside(app, side):
        from shared.duties.models import Rule  # noqa: PLC0415

        rule_id = db.session.scalar(select(Rule.id).where(Rule.key == "term-primary-union"))
    page = admin.get(f"/rules/{rule_id}")
    assert page.status_code == 200
    sent = {"years": "3", "notice_months": "6、3、1", "valid_from": "2026-11-20", "source": "会员大会决议"}
    wrong = admin.post(f"/rules/{rule_id}/tighten", data={**sent, "notice_months": "six"})
    assert wrong.status_code == 422
    assert "请填整数月份" in wrong.text
    assert confirmed(admin, f"/rules/{rule_id}/tighten", sent).status_code == 303
    assert "每 3 年换届一次" in admin.get("/rules").text
    chair = form(code=["union_chair"], name=["新主席"], held_on="2026-11-20")
    assert (
        enter(side["secretary"]).post(f"/terms/units/{side.branch}/election", data=chair).status_code == 303
    )
    assert end_of(app, side, side.branch) == date(2029, 11, 20)


def test_a_due_election_is_opened_from_the_to_do_list(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2027, 4, 30))
    (item,) = term_items(app, side, side.branch)
    secretary = enter(side["secretary"])
    assert "任期至 2027-04-30：换届选举" in secretary.get("/").text
    answer = secretary.get(f"/duties/{item.id}/record")
    assert answer.location.endswith(f"/terms/units/{side.branch}/election")
    # A keeper has no right to give offices and is shown how it stands.
    assert (
        enter(side["keeper"])
        .get(f"/duties/{item.id}/record")
        .location.endswith(f"/terms/units/{side.branch}")
    )
    assert secretary.post(f"/duties/{item.id}/record", data={"held_on": "2026-11-20"}).status_code == 409


def test_an_election_is_not_declared_void_as_other_records(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 10, 31))
    member(app, side, side.branch, "新书记")
    client = enter(side["secretary"])
    client.post(f"/terms/units/{side.branch}/election", data=form())
    (item,) = term_items(app, side, side.branch)
    answer = client.post(f"/events/{item.event_id}/void", data={"reason": "错了", "version": "1"})
    assert answer.status_code == 409
    assert "请在换届页面更正" in answer.text
    assert term_items(app, side, side.branch)[0].state == "done"


def test_a_vacancy_is_filled_between_two_elections(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2027, 10, 31))
    new = member(app, side, side.branch, "新书记")
    client = enter(side["secretary"])
    address = f"/terms/units/{side.branch}/by-election"
    assert client.get(address).status_code == 200
    sent = {
        "code": "secretary",
        "name": "新书记",
        "basis": "by_election",
        "on": "2026-11-19",
        "document": "支部大会决议",
    }
    for changes in ({"basis": "elected"}, {"document": ""}, {"name": "无此人"}, {"on": "2026-11-25"}):
        assert client.post(address, data={**sent, **changes}).status_code == 422, changes
    assert client.post(address, data=sent).status_code == 303
    assert posts(app, side, side.branch)[-1] == ("secretary", new, "by_election", date(2026, 11, 19), None)
    assert end_of(app, side, side.branch) == date(2027, 10, 31)
    with inside(app, side):
        assert db.session.scalars(select(Post.document).where(Post.person_id == new)).one() == "支部大会决议"
        assert db.session.scalars(select(Handover.to_person_id)).one() == new
    assert client.post(address, data=sent).status_code == 409
