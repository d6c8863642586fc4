"""After filing: corrections with a reason, void with a reason, and who may."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.audit import AuditEntry
from shared.db import db
from shared.events.models import Attendance, Correction
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


@pytest.fixture
def filed(app: Flask, world: World, enter: Enter, key: int) -> int:
    theme_day(enter(world.organ["secretary"]), key)
    return events(app, world.organ)[0].id


def correction(client: FlaskClient, event_id: int, **changes: Any) -> Any:
    page = client.get(f"/events/{event_id}/correct")
    assert page.status_code == 200
    return client.post(f"/events/{event_id}/correct", data={**fields(page.text), "reason": "笔误", **changes})


def test_a_correction_keeps_what_was_said_before_and_why(
    app: Flask, world: World, enter: Enter, filed: int, key: int
) -> None:
    client = enter(world.organ["secretary"])
    member = world.organ["member"].person_id
    answer = correction(
        client,
        filed,
        theme="另一个主题",
        held_on="2026-11-06",
        **{"absent": str(member), f"reason-{member}": "duty"},
    )
    assert answer.status_code == 303
    (event,) = events(app, world.organ)
    assert (event.title, event.held_on, event.present_count, event.version) == (
        "另一个主题",
        date(2026, 11, 6),
        7,
        2,
    )
    assert item(app, world.organ, key).held_on == date(2026, 11, 6)
    with inside(app, world.organ):
        kept = db.session.execute(select(Correction)).scalar_one()
        assert kept.reason == "笔误"
        assert kept.before["fields"]["theme"] == FOUR["theme"]
        assert kept.before["held_on"] == "2026-11-20"
        assert kept.after["absent"] == {str(member): "duty"}
        assert db.session.scalar(select(Attendance.present).where(Attendance.person_id == member)) is False
        trail = db.session.execute(select(AuditEntry).where(AuditEntry.verb == "event.correct")).scalar_one()
        assert FOUR["theme"] not in str(trail.detail)
    page = client.get(f"/events/{filed}").text
    assert "笔误" in page
    assert FOUR["theme"] in page
    assert "另一个主题" in page


def test_without_a_reason_or_a_difference_nothing_changes(
    app: Flask, world: World, enter: Enter, filed: int
) -> None:
    client = enter(world.organ["secretary"])
    assert correction(client, filed, theme="改了", reason=" ").status_code == 422
    assert correction(client, filed).status_code == 303
    (event,) = events(app, world.organ)
    assert (event.title, event.version) == (FOUR["theme"], 1)
    with inside(app, world.organ):
        assert db.session.scalar(select(Correction.id)) is None


def test_two_people_correcting_at_once_the_second_is_told(
    app: Flask, world: World, enter: Enter, filed: int
) -> None:
    first, second = enter(world.organ["secretary"]), enter(world.organ["officer"])
    stale = fields(second.get(f"/events/{filed}/correct").text)
    correction(first, filed, theme="第一人的改动")
    answer = second.post(
        f"/events/{filed}/correct", data={**stale, "theme": "第二人的改动", "reason": "核对"}
    )
    assert answer.status_code == 409
    for words in ("第一人的改动", "第二人的改动", "secretary of bureau", 'name="pick-theme"'):
        assert words in answer.text
    (event,) = events(app, world.organ)
    assert (event.title, event.version) == ("第一人的改动", 2)
    # The choice is sent on the version that stands there now.
    again = {**fields(answer.text), "pick-theme": "mine"}
    assert second.post(f"/events/{filed}/correct", data=again).status_code == 303
    (event,) = events(app, world.organ)
    assert (event.title, event.version) == ("第二人的改动", 3)


def test_two_people_correcting_different_things_lose_nothing(
    app: Flask, world: World, enter: Enter, filed: int
) -> None:
    first, second = enter(world.organ["secretary"]), enter(world.organ["officer"])
    stale = fields(second.get(f"/events/{filed}/correct").text)
    member, leader = (str(world.organ[role].person_id) for role in ("member", "leader"))
    correction(first, filed, place="新地方", **{"absent": member, f"reason-{member}": "sick"})
    answer = second.post(
        f"/events/{filed}/correct",
        data={
            **stale,
            "gains": "第二人的收获",
            "reason": "核对",
            "absent": leader,
            f"reason-{leader}": "duty",
            "guests-0-name": "来宾甲",
        },
    )
    assert answer.status_code == 303
    (event,) = events(app, world.organ)
    assert (event.place, event.fields["gains"], event.version) == ("新地方", "第二人的收获", 3)
    with inside(app, world.organ):
        away = db.session.scalars(select(Attendance.person_id).where(Attendance.present.is_(False))).all()
    assert sorted(away) == sorted([int(member), int(leader)])
    shown = second.get(f"/events/{filed}").text
    for words in ("来宾甲", "列席", "新地方", "第二人的收获"):
        assert words in shown


def test_a_choice_of_theirs_takes_what_was_shown_even_when_it_changed_again(
    app: Flask, world: World, enter: Enter, filed: int
) -> None:
    first, second = enter(world.organ["secretary"]), enter(world.organ["officer"])
    stale = fields(second.get(f"/events/{filed}/correct").text)
    correction(first, filed, theme="一改")
    shown = second.post(f"/events/{filed}/correct", data={**stale, "theme": "我的", "reason": "核对"})
    correction(first, filed, theme="二改")
    again = {**fields(shown.text), "pick-theme": "theirs"}
    assert second.post(f"/events/{filed}/correct", data=again).status_code == 303
    # Theirs meant whatever they say; mine is given up, and the newest of theirs stands.
    assert events(app, world.organ)[0].title == "二改"


def test_a_form_whose_base_cannot_be_read_asks_everything_and_loses_nothing(
    app: Flask, world: World, enter: Enter, filed: int
) -> None:
    first, second = enter(world.organ["secretary"]), enter(world.organ["officer"])
    stale = fields(second.get(f"/events/{filed}/correct").text)
    correction(first, filed, theme="第一人的改动")
    for base in ("", "no base", "W10=", "!!!"):
        answer = second.post(f"/events/{filed}/correct", data={**stale, "base": base, "reason": "核对"})
        assert answer.status_code == 409, base
        assert "第一人的改动" in answer.text


def test_a_new_day_outside_the_window_needs_the_word_or_is_refused(
    app: Flask, world: World, enter: Enter
) -> None:
    plan(app, world.organ)
    october = item_id(app, world.organ, "theme_day", "2026-10")
    client = enter(world.organ["secretary"])
    theme_day(client, october, held_on="2026-10-16")
    event_id = events(app, world.organ)[0].id
    assert correction(client, event_id, held_on="2026-09-30").status_code == 422
    assert correction(client, event_id, held_on="2026-11-02").status_code == 422
    assert correction(client, event_id, held_on="2026-11-02", made_up="y").status_code == 303
    assert item(app, world.organ, october).made_up is True
    assert correction(client, event_id, held_on="2026-10-17").status_code == 303
    assert item(app, world.organ, october).made_up is False


def test_a_void_record_frees_its_duty_and_stays_readable(
    app: Flask, world: World, enter: Enter, filed: int, key: int
) -> None:
    client = enter(world.organ["secretary"])
    assert client.post(f"/events/{filed}/void", data={"version": "1", "reason": ""}).status_code == 422
    assert client.post(f"/events/{filed}/void", data={"version": "9", "reason": "重复"}).status_code == 409
    assert client.post(f"/events/{filed}/void", data={"version": "1", "reason": "重复"}).status_code == 303
    freed = item(app, world.organ, key)
    assert (freed.state, freed.event_id, freed.held_on, freed.recorded_at) == ("open", None, None, None)
    assert "重复" in client.get(f"/events/{filed}").text
    assert client.post(
        f"/events/{filed}/correct", data={"version": "2", "reason": "x", **FOUR}
    ).status_code in (409, 422)
    assert theme_day(client, key).status_code == 303


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        ("member", 403, 403),
        ("leader", 200, 403),
        ("auditor", 200, 403),
        ("reviewer", 200, 403),
        ("admin", 200, 403),
        ("officer", 200, 200),
    ],
)
def test_who_may_read_and_who_may_correct(
    world: World, enter: Enter, filed: int, role: str, read: int, write: int
) -> None:
    client = enter(world.organ[role])
    assert client.get(f"/events/{filed}").status_code == read
    assert client.get(f"/events/{filed}/correct").status_code == write
    if write == 403:
        assert client.post(f"/events/{filed}/correct", data={}).status_code == 403
        assert client.post(f"/events/{filed}/void", data={"reason": "x", "version": "1"}).status_code == 403


def test_a_colleague_is_refused_and_a_stranger_finds_nothing(world: World, enter: Enter, filed: int) -> None:
    assert world.organ.colleague is not None
    for cast, status in (
        (world.organ.colleague, 403),
        (world.union["secretary"], 404),
        (world.union["admin"], 404),
    ):
        client = enter(cast)
        assert client.get(f"/events/{filed}").status_code == status
        if cast.role == "secretary":
            assert client.get(f"/events/{filed}/correct").status_code == status
            assert (
                client.post(f"/events/{filed}/void", data={"reason": "x", "version": "1"}).status_code
                == status
            )


def test_the_record_takes_a_constant_number_of_queries(
    world: World, enter: Enter, filed: int, count_queries: Any
) -> None:
    client = enter(world.organ["secretary"])
    correction(client, filed, theme="改一")
    correction(client, filed, theme="改二")
    with count_queries() as seen:
        client.get(f"/events/{filed}")
    assert len(seen) <= 17, seen
