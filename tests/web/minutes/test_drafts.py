"""Drafts: kept by the server, opened again by whoever keeps the ledger, merged where two have written."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from shared.audit import AuditEntry
from shared.db import db
from shared.events.models import Minutes
from tests.web.events.stage import FOUR, NOON, events, fields, inside, item, item_id, plan
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")
JSON = {"Accept": "application/json"}


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def key(app: Flask, world: World) -> int:
    plan(app, world.organ)
    return item_id(app, world.organ, "theme_day", "2026-11")


def form(client: FlaskClient, key: int) -> dict[str, Any]:
    page = client.get(f"/duties/{key}/record")
    assert page.status_code == 200
    return fields(page.text)


def told(answer: TestResponse) -> dict[str, Any]:
    """What the browser's own saving was answered."""
    found: dict[str, Any] = answer.get_json()
    return found


def minutes(app: Flask, world: World) -> list[Minutes]:
    with inside(app, world.organ):
        return list(db.session.scalars(select(Minutes).order_by(Minutes.id)))


def test_a_draft_is_kept_and_opened_again_by_another_keeper(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    secretary = enter(world.organ["secretary"])
    absent = str(world.organ["member"].person_id)
    answer = secretary.post(
        f"/duties/{key}/record",
        data={
            **form(secretary, key),
            "act": "draft",
            "theme": "写了一半",
            "absent": absent,
            f"reason-{absent}": "sick",
            "guests-0-name": "来宾甲",
            "guests-0-remark": "上级",
        },
    )
    assert answer.status_code == 303
    (draft,) = minutes(app, world)
    assert (draft.state, draft.version, draft.due_item_id) == ("draft", 1, key)
    assert draft.body["part:guests"] == [{"name": "来宾甲", "remark": "上级"}]
    assert item(app, world.organ, key).state == "open"
    assert events(app, world.organ) == []
    page = enter(world.organ["keeper"]).get(f"/duties/{key}/record").text
    for words in ("写了一半", "来宾甲", "secretary of bureau", "草稿"):
        assert words in page
    opened = fields(page)
    assert opened["absent"] == absent
    assert opened["version"] == "1"


def test_an_autosave_answers_with_the_version_and_writes_no_second_row(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    client = enter(world.organ["secretary"])
    sent = {**form(client, key), "act": "draft"}
    first = client.post(f"/duties/{key}/record", data={**sent, "theme": "一"}, headers=JSON)
    assert (first.status_code, told(first)["version"]) == (200, 1)
    assert told(first)["draft"] == f"due-{key}-v1"
    sent |= {"version": "1", "base": told(first)["base"]}
    again = client.post(f"/duties/{key}/record", data={**sent, "theme": "一"}, headers=JSON)
    assert told(again)["version"] == 1
    more = client.post(f"/duties/{key}/record", data={**sent, "theme": "一二"}, headers=JSON)
    assert told(more)["version"] == 2
    assert len(minutes(app, world)) == 1
    with inside(app, world.organ):
        verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.like("minutes.%"))).all()
    assert verbs == ["minutes.begin"]


def test_two_keepers_write_one_draft_and_neither_loses_a_word(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    one, two = enter(world.organ["secretary"]), enter(world.organ["keeper"])
    mine, theirs = form(one, key), form(two, key)
    two.post(f"/duties/{key}/record", data={**theirs, "act": "draft", "theme": "共同的题", "place": "二楼"})
    answer = one.post(f"/duties/{key}/record", data={**mine, "act": "draft", "gains": "清单一份"})
    assert answer.status_code == 303
    (draft,) = minutes(app, world)
    assert (draft.body["theme"], draft.body["place"], draft.body["gains"]) == ("共同的题", "二楼", "清单一份")
    assert "另有改动" in one.get(f"/duties/{key}/record").text


def test_what_both_wrote_is_shown_side_by_side_and_the_choice_stands(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    one, two = enter(world.organ["secretary"]), enter(world.organ["keeper"])
    mine, theirs = form(one, key), form(two, key)
    two.post(f"/duties/{key}/record", data={**theirs, "act": "draft", "theme": "他的题", "gains": "他的收获"})
    answer = one.post(f"/duties/{key}/record", data={**mine, **FOUR, "theme": "我的题", "gains": "我的收获"})
    assert answer.status_code == 409
    assert events(app, world.organ) == []
    for words in ("他的题", "我的题", "他的收获", "我的收获", 'name="pick-theme"', 'name="pick-gains"'):
        assert words in answer.text
    again = fields(answer.text)
    assert again["version"] == "1"
    again |= {"pick-theme": "theirs", "pick-gains": "mine"}
    assert one.post(f"/duties/{key}/record", data=again).status_code == 303
    (event,) = events(app, world.organ)
    assert (event.title, event.fields["gains"]) == ("他的题", "我的收获")
    (draft,) = minutes(app, world)
    assert (draft.state, draft.event_id) == ("filed", event.id)


def test_the_browser_is_told_when_somebody_else_was_faster(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    one, two = enter(world.organ["secretary"]), enter(world.organ["keeper"])
    mine, theirs = form(one, key), form(two, key)
    two.post(f"/duties/{key}/record", data={**theirs, "act": "draft", "theme": "他的题"})
    answer = one.post(f"/duties/{key}/record", data={**mine, "act": "draft", "theme": "我的题"}, headers=JSON)
    assert answer.status_code == 409
    assert "keeper of bureau" in told(answer)["said"]
    assert minutes(app, world)[0].body["theme"] == "他的题"


def test_a_draft_without_a_duty_is_found_in_the_list(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    address = f"/events/new?unit_id={world.organ.branch}&kind=branch_assembly"
    sent = fields(client.get(address).text)
    assert client.post(address, data={**sent, "act": "draft", "agenda": "议题草稿"}).status_code == 303
    (draft,) = minutes(app, world)
    listed = client.get("/minutes").text
    assert f"/minutes/{draft.id}" in listed
    page = client.get(f"/minutes/{draft.id}").text
    assert "议题草稿" in page
    opened = client.get(f"{address}&minutes_id={draft.id}").text
    again = fields(opened)
    assert again["form_key"] == sent["form_key"]
    assert client.post(address, data={**again, "decisions": "通过"}).status_code == 303
    (event,) = events(app, world.organ)
    assert event.fields["agenda"] == "议题草稿"
    assert minutes(app, world)[0].state == "filed"
    # The officer of the units below reads it, somebody of elsewhere does not.
    assert enter(world.organ["officer"]).get(f"/minutes/{draft.id}").status_code == 303
    assert world.organ.colleague is not None
    assert enter(world.organ.colleague).get(f"/minutes/{draft.id}").status_code == 403


def test_a_draft_asks_for_nothing_but_refuses_a_secrecy_mark(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    client = enter(world.organ["secretary"])
    sent = {**form(client, key), "act": "draft", "theme": "", "held_on": ""}
    assert client.post(f"/duties/{key}/record", data=sent).status_code == 303
    answer = client.post(
        f"/duties/{key}/record", data={**form(client, key), "act": "draft", "gains": "秘密★10年"}
    )
    assert answer.status_code == 422
    assert "密" not in str(minutes(app, world)[0].body)
    quiet = client.post(
        f"/duties/{key}/record",
        data={**form(client, key), "act": "draft", "gains": "机密★"},
        headers=JSON,
    )
    assert quiet.status_code == 422


def test_a_draft_whose_duty_has_another_record_is_kept_and_says_so(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    one, two = enter(world.organ["secretary"]), enter(world.organ["keeper"])
    late = form(two, key)
    one.post(f"/duties/{key}/record", data={**form(one, key), **FOUR})
    answer = two.post(f"/duties/{key}/record", data={**late, "act": "draft", "theme": "我也写了"})
    assert answer.status_code == 409
    assert "我也写了" in answer.text
    assert minutes(app, world) == []


def test_a_draft_is_put_aside_with_a_reason_and_stays_readable(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    client = enter(world.organ["secretary"])
    client.post(f"/duties/{key}/record", data={**form(client, key), "act": "draft", "theme": "不用了"})
    (draft,) = minutes(app, world)
    assert client.post(f"/minutes/{draft.id}/drop", data={"reason": " "}).status_code == 422
    assert client.post(f"/minutes/{draft.id}/drop", data={"reason": "改期"}).status_code == 303
    page = client.get(f"/minutes/{draft.id}").text
    assert "改期" in page
    assert "不用了" in page
    assert form(client, key)["theme"] == ""


def test_the_list_takes_a_constant_number_of_queries_and_pages(
    app: Flask, world: World, enter: Enter, count_queries: Any
) -> None:
    client = enter(world.organ["secretary"])

    def add(number: int, start: int = 0) -> None:
        with inside(app, world.organ):
            db.session.add_all(
                Minutes(
                    unit_id=world.organ.branch,
                    kind="branch_assembly",
                    form_key=f"k{start + n}",
                    body={"title": f"第{start + n}次"},
                    created_by=world.organ["secretary"].person_id,
                )
                for n in range(number)
            )
            db.session.commit()

    add(2)
    client.get("/minutes")
    with count_queries() as few:
        client.get("/minutes")
    add(60, 10)
    with count_queries() as many:
        page = client.get("/minutes").text
    assert len(many) == len(few)
    assert len(many) <= 9, many
    assert "第69次" in page
    assert "第0次" not in page
    further = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "第0次" in client.get(further).text


@pytest.mark.parametrize(
    "base",
    [
        "[" * 200_000,
        '{"chair_id": {"a": [1]}, "absent:1": 7, "absent:x": ["a", "b"], "part:guests": [3], "part:none": []}',
        '{"absent:1": ["sick"], "held_on": null, "part:guests": "x"}',
        "\\ud800",
    ],
)
def test_what_a_form_was_opened_with_comes_back_from_the_browser_and_is_not_believed(
    base: str, app: Flask, world: World, enter: Enter
) -> None:
    client = enter(world.organ["secretary"])
    plan(app, world.organ)
    key = item_id(app, world.organ, "theme_day", "2026-11")
    form = {**fields(client.get(f"/duties/{key}/record").text), **FOUR}
    picks = {
        f"pick-{name}": "theirs" for name in ("chair_id", "absent:1", "absent:x", "part:guests", "held_on")
    }
    form |= {
        "base": base64.urlsafe_b64encode(base.encode()).decode(),
        "version": "7",
        "act": "draft",
        **picks,
    }
    for _time in range(2):
        assert client.post(f"/duties/{key}/record", data=form).status_code in {303, 409, 422}
