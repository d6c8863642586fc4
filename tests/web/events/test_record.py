"""Recording once: the form comes filled, the rules hold, nothing is written twice."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from shared.db import db, transaction
from shared.events.models import Attendance
from shared.organisations.models import Unit
from tests.web.duties.stage import confirmed
from tests.web.events.stage import FOUR, NOON, events, fields, inside, item, item_id, plan, theme_day
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def key(app: Flask, world: World) -> int:
    plan(app, world.organ)
    return item_id(app, world.organ, "theme_day", "2026-11")


def test_the_form_comes_filled_and_fulfils_the_duty(app: Flask, world: World, enter: Enter, key: int) -> None:
    client = enter(world.organ["secretary"])
    page = client.get(f"/duties/{key}/record")
    sent = fields(page.text)
    assert sent["held_on"] == "2026-11-20"
    assert sent["chair_id"] == str(world.organ["secretary"].person_id)
    assert "absent" not in sent
    typed = [name for name in FOUR if not sent.get(name)]
    assert len(typed) <= 6

    answer = theme_day(client, key)
    assert answer.status_code == 303
    event = events(app, world.organ)[0]
    assert answer.location == f"/events/{event.id}"
    assert (event.title, event.kind, event.held_on) == (FOUR["theme"], "theme_day", date(2026, 11, 20))
    assert (event.due_count, event.present_count) == (8, 8)
    done = item(app, world.organ, key)
    assert (done.state, done.event_id, done.held_on, done.made_up) == ("done", event.id, event.held_on, False)
    assert done.recorded_at is not None
    shown = client.get(answer.location).text
    assert all(text in shown for text in FOUR.values())


def test_the_next_form_keeps_place_time_and_people_of_the_last(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    client = enter(world.organ["secretary"])
    october = item_id(app, world.organ, "theme_day", "2026-10")
    member = str(world.organ["member"].person_id)
    theme_day(client, october, place="二楼活动室", starts_at="09:30", ends_at="11:00", clerk_id=member)
    sent = fields(client.get(f"/duties/{key}/record").text)
    assert (sent["place"], sent["starts_at"], sent["ends_at"], sent["clerk_id"]) == (
        "二楼活动室",
        "09:30",
        "11:00",
        member,
    )
    assert sent["theme"] == ""


def test_absence_is_the_exception(app: Flask, world: World, enter: Enter, key: int) -> None:
    member = world.organ["member"].person_id
    theme_day(
        enter(world.organ["secretary"]),
        key,
        **{"absent": str(member), f"reason-{member}": "sick", f"note-{member}": "住院"},
    )
    with inside(app, world.organ):
        away = db.session.execute(
            select(Attendance.person_id, Attendance.reason, Attendance.note).where(
                Attendance.present.is_(False)
            )
        ).all()
    assert [tuple(row) for row in away] == [(member, "sick", "住院")]
    assert (events(app, world.organ)[0].due_count, events(app, world.organ)[0].present_count) == (8, 7)


@pytest.mark.parametrize("empty", FOUR)
def test_each_of_the_four_is_required_and_nothing_typed_is_lost(
    app: Flask, world: World, enter: Enter, key: int, empty: str
) -> None:
    member = str(world.organ["member"].person_id)
    answer = theme_day(
        enter(world.organ["secretary"]), key, **{empty: "  ", "absent": member, f"reason-{member}": "leave"}
    )
    assert answer.status_code == 422
    kept = fields(answer.text)
    assert all(kept[name] == text for name, text in FOUR.items() if name != empty)
    assert (kept["absent"], kept[f"reason-{member}"]) == (member, "leave")
    assert events(app, world.organ) == []
    assert item(app, world.organ, key).state == "open"


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2026-11-01", 303),
        ("2026-11-20", 303),
        ("2026-11-21", 422),  # to come
        ("2026-10-31", 422),  # before the window
        ("1875-05-01", 422),
        ("2199-01-01", 422),
        ("2026-13-45", 422),
        ("", 422),
    ],
)
def test_only_a_day_of_the_window_counts(
    app: Flask, world: World, enter: Enter, key: int, day: str, status: int
) -> None:
    assert theme_day(enter(world.organ["secretary"]), key, held_on=day).status_code == status
    assert len(events(app, world.organ)) == (status == 303)


def test_a_later_day_counts_only_where_the_person_says_so(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    october = item_id(app, world.organ, "theme_day", "2026-10")
    november = item_id(app, world.organ, "theme_day", "2026-11")
    client = enter(world.organ["secretary"])
    assert fields(client.get(f"/duties/{october}/record").text)["held_on"] == "2026-10-31"
    refused = theme_day(client, october, held_on="2026-11-12")
    assert refused.status_code == 422
    assert events(app, world.organ) == []
    assert theme_day(client, october, held_on="2026-11-12", made_up="y").status_code == 303
    done = item(app, world.organ, october)
    assert (done.state, done.made_up, done.held_on) == ("done", True, date(2026, 11, 12))
    # It does not count a second time, in the period it was held in.
    assert item(app, world.organ, november).state == "open"


def test_recorded_late_but_held_in_time_is_not_made_up(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    october = item_id(app, world.organ, "theme_day", "2026-10")
    theme_day(enter(world.organ["secretary"]), october, held_on="2026-10-16", made_up="y")
    done = item(app, world.organ, october)
    assert (done.made_up, done.held_on) == (False, date(2026, 10, 16))
    assert done.recorded_at is not None
    assert done.recorded_at.date() == date(2026, 11, 20)


def test_a_period_to_come_is_not_recorded(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    december = item_id(app, world.organ, "theme_day", "2026-12")
    client = enter(world.organ["secretary"])
    assert client.get(f"/duties/{december}/record").status_code == 409


def test_a_day_before_the_unit_was_founded_is_refused(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    with inside(app, world.organ), transaction():
        db.session.execute(
            update(Unit).where(Unit.id == world.organ.branch).values(founded_on=date(2026, 11, 10))
        )
    client = enter(world.organ["secretary"])
    assert theme_day(client, key, held_on="2026-11-09").status_code == 422
    assert theme_day(client, key, held_on="2026-11-10").status_code == 303


def test_two_people_at_once_the_second_is_told_and_shown_the_record(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    first, second = enter(world.organ["secretary"]), enter(world.organ["keeper"])
    page = second.get(f"/duties/{key}/record").text
    theme_day(first, key)
    answer = second.post(f"/duties/{key}/record", data={**fields(page), **FOUR, "theme": "另一个主题"})
    assert answer.status_code == 409
    (event,) = events(app, world.organ)
    assert f"/events/{event.id}" in answer.text
    assert "另一个主题" in answer.text
    assert event.title == FOUR["theme"]


def test_the_same_form_sent_again_is_the_same_record(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    client = enter(world.organ["secretary"])
    sent = {**fields(client.get(f"/duties/{key}/record").text), **FOUR}
    first = client.post(f"/duties/{key}/record", data=sent)
    again = client.post(f"/duties/{key}/record", data=sent)
    assert (first.status_code, again.status_code, again.location) == (303, 303, first.location)
    assert len(events(app, world.organ)) == 1


@pytest.mark.parametrize("text", ["机密★1年", "【秘密】会议材料", "密级：绝密", "秘密\n正文", "機密★"])
def test_a_secrecy_mark_is_refused_in_any_text(
    app: Flask, world: World, enter: Enter, key: int, text: str
) -> None:
    client = enter(world.organ["secretary"])
    assert theme_day(client, key, discussion=text).status_code == 422
    assert theme_day(client, key, place=text.split("\n")[0]).status_code == 422
    assert events(app, world.organ) == []
    assert theme_day(client, key, theme="保密教育：保守国家秘密").status_code == 303


def test_a_neighbours_person_cannot_be_named_or_absent(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    client = enter(world.organ["secretary"])
    for stranger in (world.union["member"].person_id, world.organ.colleague.person_id):  # type: ignore[union-attr]
        assert theme_day(client, key, chair_id=str(stranger)).status_code == 422
        assert (
            theme_day(client, key, **{"absent": str(stranger), f"reason-{stranger}": "sick"}).status_code
            == 422
        )
    assert events(app, world.organ) == []


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("member", 403),
        ("leader", 403),
        ("auditor", 403),
        ("reviewer", 403),
        ("admin", 403),
        ("officer", 200),
        ("keeper", 200),
    ],
)
def test_who_may_record(app: Flask, world: World, enter: Enter, key: int, role: str, status: int) -> None:
    client = enter(world.organ[role])
    assert client.get(f"/duties/{key}/record").status_code == status
    if status == 403:
        assert client.post(f"/duties/{key}/record", data=FOUR).status_code == 403


def test_a_colleague_is_refused_and_a_stranger_finds_nothing(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    assert world.organ.colleague is not None
    for cast, status in ((world.organ.colleague, 403), (world.union["secretary"], 404)):
        client = enter(cast)
        assert client.get(f"/duties/{key}/record").status_code == status
        assert client.post(f"/duties/{key}/record", data=FOUR).status_code == status
        assert client.get(f"/events/new?unit_id={world.organ.branch}&kind=theme_day").status_code == status
    assert events(app, world.organ) == []


def test_one_event_counts_for_two_duties_only_where_the_tenant_says_so(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    lecture = item_id(app, world.organ, "party_lecture", "2026-Q4")
    admin = enter(world.organ["admin"])
    choice = {"kind": "theme_day", "also": "party_lecture"}
    # The neighbour's choice is the neighbour's.
    assert confirmed(enter(world.union["admin"]), "/rules/counting", choice).status_code == 303
    assert enter(world.organ["officer"]).post("/rules/counting", data=choice).status_code == 403
    assert "主题党日同时计入党课" not in admin.get("/rules").text
    for wrong in ({"kind": "theme_day", "also": "theme_day"}, {"kind": "theme_day", "also": "no_such_kind"}):
        assert admin.post("/rules/counting", data=wrong).status_code == 422
    assert confirmed(admin, "/rules/counting", choice).status_code == 303
    assert "主题党日同时计入党课" in admin.get("/rules").text
    theme_day(enter(world.organ["secretary"]), key)
    (event,) = events(app, world.organ)
    assert item(app, world.organ, lecture).event_id == event.id
    page = enter(world.organ["secretary"]).get(f"/events/{event.id}").text
    assert "第四季度党课" in page
    confirmed(admin, "/rules/counting", {**choice, "on": "no"})
    assert "主题党日同时计入党课" not in admin.get("/rules").text


def test_without_that_setting_the_other_duty_stays_open(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    lecture = item_id(app, world.organ, "party_lecture", "2026-Q4")
    theme_day(enter(world.organ["secretary"]), key)
    assert item(app, world.organ, lecture).state == "open"


def test_an_event_without_a_duty_fulfils_the_open_one_of_its_day(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    client = enter(world.organ["secretary"])
    address = f"/events/new?unit_id={world.organ.branch}&kind=theme_day"
    sent = {**fields(client.get(address).text), **FOUR}
    assert client.post(address, data={**sent, "held_on": "2026-10-09"}).status_code == 303
    assert item(app, world.organ, item_id(app, world.organ, "theme_day", "2026-10")).state == "done"
    assert item(app, world.organ, key).state == "open"
    # A second one in the same month stands in the ledger and fulfils nothing.
    again = {**sent, "form_key": "another", "held_on": "2026-10-10"}
    shown = client.get(client.post(address, data=again).location).text
    assert "没有应办事项要求它" in shown


def test_a_talk_keeps_with_whom_and_a_category_only(app: Flask, world: World, enter: Enter) -> None:
    plan(app, world.organ)
    talk = item_id(app, world.organ, "heart_talk", "2026")
    client = enter(world.organ["secretary"])
    sent = fields(client.get(f"/duties/{talk}/record").text)
    partner = str(world.organ["member"].person_id)
    assert (
        client.post(
            f"/duties/{talk}/record", data={**sent, "partner": partner, "topic": "gossip"}
        ).status_code
        == 422
    )
    assert (
        client.post(
            f"/duties/{talk}/record", data={**sent, "partner": partner, "topic": "care", "content": "x"}
        ).status_code
        == 303
    )
    (event,) = events(app, world.organ)
    assert event.fields == {"partner": int(partner), "topic": "care"}
    assert (event.content, event.due_count) == ("", 2)


def test_a_counted_meeting_cannot_have_more_present_than_expected(
    app: Flask, world: World, enter: Enter
) -> None:
    plan(app, world.union)
    key = item_id(app, world.union, "union_assembly", "2026")
    client = enter(world.union["secretary"])
    sent = {**fields(client.get(f"/duties/{key}/record").text), "agenda": "换届"}
    assert sent["due_count"] == sent["present_count"] == "8"
    refused = client.post(f"/duties/{key}/record", data={**sent, "present_count": "24", "due_count": "21"})
    assert refused.status_code == 422
    assert "实到 24 大于应到 21，请改为 21 以内" in refused.text
    assert client.post(f"/duties/{key}/record", data=sent).status_code == 303


def test_a_form_without_its_token_changes_nothing(app: Flask, world: World, enter: Enter, key: int) -> None:
    client = enter(world.organ["secretary"])
    sent = {**fields(client.get(f"/duties/{key}/record").text), **FOUR}
    del sent["csrf_token"]
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post(f"/duties/{key}/record", data=sent).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert events(app, world.organ) == []


def test_the_form_takes_a_constant_number_of_queries(
    app: Flask, world: World, enter: Enter, key: int, count_queries: Any
) -> None:
    client = enter(world.organ["secretary"])
    with count_queries() as seen:
        client.get(f"/duties/{key}/record")
    assert len(seen) <= 10, seen
