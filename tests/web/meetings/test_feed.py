"""The calendar feed: one's own meetings by a secret that is shown once, revocable, and opens nothing else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from tests.web.events.stage import NOON
from tests.web.meetings.test_meetings import planned
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def address(client: FlaskClient) -> str:
    page = client.post("/meetings/feed")
    assert page.status_code == 200
    found = re.search(r"/meetings/feed/[\w-]+\.ics", page.text)
    assert found is not None
    return found.group(0)


def test_a_calendar_program_reads_the_persons_meetings_without_signing_in(
    app: Flask, world: World, enter: Enter
) -> None:
    planned(enter(world.organ["secretary"]), world.organ.branch, title="一次;活动,\\", place="二楼")
    planned(enter(world.union["secretary"]), world.union.branch, kind="union_assembly", title="别家的活动")
    feed = address(enter(world.organ["member"]))
    answer = app.test_client().get(feed)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    entries: list[Any] = list(Calendar.from_ical(answer.data).walk("VEVENT"))
    assert [str(entry["summary"]) for entry in entries] == ["一次;活动,\\"]
    assert entries[0]["dtstart"].dt.isoformat() == "2026-11-27T15:00:00+08:00"
    assert str(entries[0]["location"]) == "二楼"


def test_a_new_address_ends_the_old_and_ending_it_ends_both(app: Flask, world: World, enter: Enter) -> None:
    member = enter(world.organ["member"])
    first = address(member)
    second = address(member)
    reader = app.test_client()
    assert (reader.get(first).status_code, reader.get(second).status_code) == (404, 200)
    assert member.post("/meetings/feed/end").status_code == 303
    assert reader.get(second).status_code == 404
    assert reader.get("/meetings/feed/nothing.ics").status_code == 404


def test_the_secret_of_a_calendar_opens_no_invitation_and_no_door(
    app: Flask, world: World, enter: Enter
) -> None:
    feed = address(enter(world.organ["member"]))
    secret = feed.removeprefix("/meetings/feed/").removesuffix(".ics")
    reader = app.test_client()
    assert reader.get(f"/invitation/{secret}").status_code == 404
    assert reader.post(f"/invitation/{secret}/accept").status_code == 404
    assert reader.get(feed).status_code == 200
    assert reader.get("/").status_code == 303


def test_somebody_who_has_left_is_read_no_more(
    app: Flask, world: World, enter: Enter, change: Callable[..., None]
) -> None:
    feed = address(enter(world.organ["member"]))
    change(
        world.organ,
        "update person set state = 'left' where id = :id",
        id=world.organ["member"].person_id,
    )
    assert app.test_client().get(feed).status_code == 404
