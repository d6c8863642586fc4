"""Joint events: the host names units, each takes over with its own roll or declines; nobody else sees anything."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from services.worker.messages import send_waiting
from shared.accounts.models import RoleGrant
from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.events.models import Attendance, Event, JointOffer
from shared.messages.models import Delivery
from tests.web.events.stage import NOON, events, fields, inside, item_id, plan, theme_day
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def hosted(app: Flask, side: Side, enter: Enter) -> int:
    """The first branch has recorded November's theme day."""
    plan(app, side)
    theme_day(
        enter(side["secretary"]),
        item_id(app, side, "theme_day", "2026-11"),
        held_on="2026-11-19",
        place="二楼会议室",
    )
    [event] = events(app, side)
    return event.id


def named(app: Flask, side: Side, enter: Enter) -> tuple[int, int]:
    """…and has named the other branch: the host's record and the offer."""
    event_id = hosted(app, side, enter)
    answer = enter(side["secretary"]).post(f"/events/{event_id}/joint", data={"unit_id": side.other_branch})
    assert answer.status_code == 303
    with inside(app, side):
        offer = db.session.execute(select(JointOffer)).scalar_one()
    return event_id, offer.id


def state_of(app: Flask, side: Side) -> str:
    with inside(app, side):
        return str(db.session.execute(select(JointOffer.state)).scalar_one())


def colleague(side: Side) -> Cast:
    assert side.colleague is not None
    return side.colleague


def test_a_named_unit_takes_over_with_its_own_roll_in_one_press(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    event_id, offer_id = named(app, side, enter)
    other = enter(colleague(side))
    page = other.get(f"/joint/{offer_id}").text
    assert "二楼会议室" in page
    assert "节约集约用地" in page
    taken = other.post(f"/joint/{offer_id}/take")
    assert taken.status_code == 303
    own = events(app, side)[-1]
    assert (own.unit_id, own.joint_event_id, own.place) == (side.other_branch, event_id, "二楼会议室")
    assert own.chair_id is None
    with inside(app, side):
        people = set(db.session.scalars(select(Attendance.person_id).where(Attendance.event_id == own.id)))
        due = db.session.execute(
            select(DueItem).where(
                DueItem.unit_id == side.other_branch,
                DueItem.kind == "theme_day",
                DueItem.period == "2026-11",
            )
        ).scalar_one()
    assert colleague(side).person_id in people
    assert side["secretary"].person_id not in people
    assert (due.state, due.event_id) == ("done", own.id)
    # Pressed twice it is the same record.
    assert other.post(f"/joint/{offer_id}/take").location == taken.location
    assert len(events(app, side)) == 2
    host = enter(side["secretary"]).get(f"/events/{event_id}").text
    assert "已记录的单位合计" in host


def test_who_was_absent_is_ticked_and_strangers_are_refused(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    _event, offer_id = named(app, side, enter)
    other, me = enter(colleague(side)), colleague(side).person_id
    stranger = side["secretary"].person_id
    refused = other.post(f"/joint/{offer_id}/take", data={"absent": stranger, f"reason-{stranger}": "sick"})
    assert refused.status_code == 422
    assert state_of(app, side) == "asked"
    answer = other.post(f"/joint/{offer_id}/take", data={"absent": me, f"reason-{me}": "sick"})
    assert answer.status_code == 303
    own = events(app, side)[-1]
    assert own.due_count - own.present_count == 1


def test_declining_needs_a_reason_that_the_host_reads(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    event_id, offer_id = named(app, side, enter)
    other = enter(colleague(side))
    assert other.post(f"/joint/{offer_id}/decline", data={"reason": " "}).status_code == 422
    assert other.post(f"/joint/{offer_id}/decline", data={"reason": "当天防汛"}).status_code == 303
    assert "当天防汛" in enter(side["secretary"]).get(f"/events/{event_id}").text
    # The reason may speak of people: it stands with the offer, not in the trail.
    with inside(app, side):
        [detail] = db.session.scalars(text("select detail from audit_entry where verb = 'joint.decline'"))
    assert "防汛" not in str(detail)
    # It may still change its mind.
    assert other.post(f"/joint/{offer_id}/take").status_code == 303
    assert state_of(app, side) == "taken"


def test_a_record_of_that_day_becomes_the_part_and_is_not_doubled(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    event_id, offer_id = named(app, side, enter)
    other = enter(colleague(side))
    item = item_id(app, side, "theme_day", "2026-11", unit_id=side.other_branch)
    theme_day(other, item, held_on="2026-11-19")
    own = events(app, side)[-1]
    assert f'name="own" value="{own.id}"' in other.get(f"/joint/{offer_id}").text
    assert other.post(f"/joint/{offer_id}/take", data={"own": own.id}).status_code == 303
    assert len(events(app, side)) == 2
    assert events(app, side)[-1].joint_event_id == event_id
    # The host's record is no part of it, and nobody else's may be named.
    assert other.post(f"/joint/{offer_id}/take", data={"own": event_id}).status_code == 403


def test_an_officer_of_all_files_for_all_at_once(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    plan(app, side)
    item = item_id(app, side, "theme_day", "2026-11", unit_id=side.other_branch)
    theme_day(enter(colleague(side)), item, held_on="2026-11-19")
    host = events(app, side)[0]
    assert (
        enter(colleague(side)).post(f"/events/{host.id}/joint", data={"unit_id": side.branch}).status_code
        == 303
    )
    # The host's own secretary reaches only the own unit.
    enter(colleague(side)).post(f"/events/{host.id}/joint/all")
    assert state_of(app, side) == "asked"
    assert enter(side["officer"]).post(f"/events/{host.id}/joint/all").status_code == 403
    officer = whole(app, side)
    assert enter(officer).post(f"/events/{host.id}/joint/all").status_code == 303
    assert state_of(app, side) == "taken"
    assert events(app, side)[-1].unit_id == side.branch


def whole(app: Flask, side: Side) -> Cast:
    """The secretary of the first branch, made the officer of the whole tree for this test."""
    with inside(app, side), transaction():
        db.session.add(
            RoleGrant(
                person_id=side["secretary"].person_id,
                role="officer",
                unit_id=side.root,
                since=date(2026, 1, 1),
            )
        )
    return side["secretary"]


def test_the_host_corrects_and_voids_and_the_others_keep_theirs(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    event_id, offer_id = named(app, side, enter)
    other = enter(colleague(side))
    other.post(f"/joint/{offer_id}/take")
    own = events(app, side)[-1]
    secretary = enter(side["secretary"])
    form = secretary.get(f"/events/{event_id}/correct")
    sent = {**fields(form.text), "place": "三楼", "reason": "地点写错"}
    assert secretary.post(f"/events/{event_id}/correct", data=sent).status_code == 303
    assert "主办单位已更正其记录" in other.get(f"/events/{own.id}").text
    version = next(one.version for one in events(app, side) if one.id == event_id)
    secretary.post(f"/events/{event_id}/void", data={"reason": "重复", "version": version})
    page = other.get(f"/events/{own.id}").text
    assert "主办单位已将其记录作废" in page
    assert next(one.state for one in events(app, side) if one.id == own.id) == "filed"
    # Deliveries are due by the database's clock.
    with time_machine.travel("2030-01-01T04:00:00Z", tick=False), inside(app, side):
        send_waiting()
    with inside(app, side):
        said = list(
            db.session.scalars(
                select(Delivery.subject)
                .where(Delivery.person_id == colleague(side).person_id, Delivery.state == "sent")
                .order_by(Delivery.id)
            )
        )
    assert any("主办单位更正了记录" in (one or "") for one in said)
    assert any("主办单位将记录作废" in (one or "") for one in said)


def test_voiding_the_own_part_asks_the_unit_again(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    _event, offer_id = named(app, side, enter)
    other = enter(colleague(side))
    other.post(f"/joint/{offer_id}/take")
    own = events(app, side)[-1]
    other.post(f"/events/{own.id}/void", data={"reason": "点错", "version": own.version})
    assert state_of(app, side) == "asked"
    assert other.post(f"/joint/{offer_id}/take").status_code == 303
    assert events(app, side)[-1].id != own.id


def test_who_is_not_named_sees_nothing_and_a_neighbour_cannot_be_named(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    event_id, offer_id = named(app, side, enter)
    other = enter(colleague(side))
    # The named unit sees the offer, never the host's record with its people.
    assert other.get(f"/events/{event_id}").status_code == 403
    assert (
        "secretary"
        not in other.get(f"/joint/{offer_id}").text.partition('id="take"')[2].partition("</form>")[0]
    )
    assert enter(side["member"]).get(f"/joint/{offer_id}").status_code == 403
    assert enter(side["secretary"]).get(f"/joint/{offer_id}").status_code == 403
    assert enter(world.union["secretary"]).get(f"/joint/{offer_id}").status_code == 404
    secretary = enter(side["secretary"])
    secretary.post(f"/events/{event_id}/joint", data={"unit_id": world.union.branch})
    secretary.post(f"/events/{event_id}/joint", data={"unit_id": side.branch})
    with inside(app, side):
        assert list(db.session.scalars(select(JointOffer.unit_id))) == [side.other_branch]
    with inside(app, world.union):
        assert db.session.scalars(select(JointOffer.id)).all() == []


def test_taken_off_the_list_nothing_waits_any_more(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    event_id, offer_id = named(app, side, enter)
    other = enter(colleague(side))
    assert f"/joint/{offer_id}" in other.get("/joint").text
    enter(side["secretary"]).post(f"/events/{event_id}/joint/withdraw", data={"unit_id": side.other_branch})
    assert f"/joint/{offer_id}" not in other.get("/joint").text
    assert other.post(f"/joint/{offer_id}/take").status_code == 409
    assert len(events(app, side)) == 1


def test_a_talk_in_confidence_is_not_joined(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    with inside(app, side), transaction():
        talk = Event(
            unit_id=side.branch,
            kind="heart_talk",
            title="谈心",
            held_on=date(2026, 11, 1),
            form_key="talk",
            filed_by=side["secretary"].person_id,
        )
        db.session.add(talk)
        db.session.flush()
        key = talk.id
    assert enter(side["secretary"]).get(f"/events/{key}/joint").status_code == 409


def test_the_list_of_what_waits_asks_the_same_however_long_it_is(
    app: Flask, world: World, enter: Enter, count_queries: Any
) -> None:
    side = world.organ
    named(app, side, enter)
    client = enter(colleague(side))
    client.get("/joint")
    with count_queries() as seen:
        client.get("/joint")
    assert len(seen) <= 8, seen


def test_who_hosts_others_is_no_part_of_another(app: Flask, world: World, enter: Enter) -> None:
    """Or two units would each be the other's host, and the sums would count some units twice."""
    side = world.organ
    _event_id, offer_id = named(app, side, enter)
    other = enter(colleague(side))
    theme_day(
        other,
        item_id(app, side, "theme_day", "2026-11", unit_id=side.other_branch),
        held_on="2026-11-19",
    )
    own = events(app, side)[-1]
    assert other.post(f"/events/{own.id}/joint", data={"unit_id": side.branch}).status_code == 303
    answer = other.post(f"/joint/{offer_id}/take", data={"own": own.id})
    assert answer.status_code == 409
    assert events(app, side)[-1].joint_event_id is None
