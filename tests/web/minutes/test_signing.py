"""Draft, the chair signs, filed: in the tenant's choice, by the own seat or on paper."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.worker.messages import send_waiting
from shared.access.actor import SYSTEM, Actor
from shared.accounts.models import Handover, Seat
from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.events.models import Attendance, Minutes
from shared.messages.models import Delivery, Occasion
from shared.reminders.handed import HANDED
from shared.tenants.actions import put_setting
from tests.web.events.stage import FOUR, NOON, events, fields, inside, item, item_id, plan
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")
LATER = "2100-01-01T04:00:00Z"


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def key(app: Flask, world: World) -> int:
    plan(app, world.organ)
    return item_id(app, world.organ, "theme_day", "2026-11")


@pytest.fixture
def signed_only(app: Flask, world: World) -> None:
    with inside(app, world.organ), transaction():
        put_setting(SYSTEM, key="minutes_signed", value=True)


def form(client: FlaskClient, key: int) -> dict[str, Any]:
    page = client.get(f"/duties/{key}/record")
    assert page.status_code == 200
    return fields(page.text)


def hand_in(client: FlaskClient, key: int, **changes: Any) -> Any:
    return client.post(f"/duties/{key}/record", data={**form(client, key), **FOUR, **changes})


def only(app: Flask, world: World) -> Minutes:
    with inside(app, world.organ):
        return db.session.scalars(select(Minutes)).one()


def send(app: Flask, world: World, enter: Enter, key: int, **changes: Any) -> Minutes:
    """The keeper's minutes, lying with the member who chaired."""
    chair = str(world.organ["member"].person_id)
    answer = hand_in(enter(world.organ["keeper"]), key, chair_id=chair, act="send", **changes)
    assert answer.status_code == 303, answer.text
    return only(app, world)


def sign(client: FlaskClient, draft: Minutes, version: int | None = None) -> Any:
    return client.post(f"/minutes/{draft.id}/sign", data={"version": version or draft.version})


def test_the_chair_signs_and_by_that_it_is_filed(app: Flask, world: World, enter: Enter, key: int) -> None:
    absent = str(world.organ["leader"].person_id)
    draft = send(
        app,
        world,
        enter,
        key,
        **{
            "absent": absent,
            f"reason-{absent}": "duty",
            "guests-0-name": "来宾甲",
            "content": "一人说了两句",
        },
    )
    assert (draft.state, events(app, world.organ)) == ("sent", [])
    chair = enter(world.organ["member"])
    assert f"/minutes/{draft.id}/sign" in chair.get("/").text
    page = chair.get(f"/minutes/{draft.id}/sign").text
    for words in (
        *FOUR.values(),
        "来宾甲",
        "一人说了两句",
        "keeper of bureau",
        "leader of bureau",
        "应到 8，实到 7",
    ):
        assert words in page
    assert sign(chair, draft).status_code == 303
    (event,) = events(app, world.organ)
    assert (event.signed_by, event.signed_how, event.signed_on) == (
        world.organ["member"].person_id,
        "seat",
        date(2026, 11, 20),
    )
    assert event.filed_by == world.organ["keeper"].person_id
    assert item(app, world.organ, key).event_id == event.id
    with inside(app, world.organ):
        away = db.session.scalars(select(Attendance.person_id).where(Attendance.present.is_(False))).all()
    assert away == [world.organ["leader"].person_id]
    assert f"/minutes/{draft.id}/sign" not in chair.get("/").text
    shown = enter(world.organ["secretary"]).get(f"/events/{event.id}").text
    assert "member of bureau" in shown
    assert "一人说了两句" in shown


def test_signing_twice_files_once(app: Flask, world: World, enter: Enter, key: int) -> None:
    draft = send(app, world, enter, key)
    chair = enter(world.organ["member"])
    assert sign(chair, draft).status_code == 303
    again = sign(chair, draft)
    assert again.status_code == 409
    assert "已签" in again.text
    assert len(events(app, world.organ)) == 1


def test_the_chair_is_told_and_sends_it_back_with_a_remark(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    draft = send(app, world, enter, key)
    with inside(app, world.organ):
        told = db.session.scalars(
            select(Delivery.person_id)
            .join(Occasion, Occasion.id == Delivery.occasion_id)
            .where(Occasion.kind == "minutes")
        ).all()
    assert set(told) == {world.organ["member"].person_id}
    chair, keeper = enter(world.organ["member"]), enter(world.organ["keeper"])
    empty = chair.post(f"/minutes/{draft.id}/return", data={"version": draft.version, "remark": ""})
    assert empty.status_code == 422
    answer = chair.post(
        f"/minutes/{draft.id}/return", data={"version": draft.version, "remark": "少记了一项"}
    )
    assert answer.status_code == 303
    page = keeper.get(f"/duties/{key}/record").text
    assert "少记了一项" in page
    assert FOUR["theme"] in page
    # Mended and sent again, it lies there anew.
    again = keeper.post(f"/duties/{key}/record", data={**fields(page), "gains": "补上一项", "act": "send"})
    assert again.status_code == 303
    assert sign(chair, only(app, world)).status_code == 303
    assert events(app, world.organ)[0].fields["gains"] == "补上一项"


def test_nobody_but_the_chair_signs(app: Flask, world: World, enter: Enter, key: int) -> None:
    draft = send(app, world, enter, key)
    for role in ("secretary", "keeper", "admin", "officer"):
        assert sign(enter(world.organ[role]), draft).status_code == 403
    assert sign(enter(world.union["member"]), draft).status_code == 404
    assert events(app, world.organ) == []


def test_what_was_changed_since_it_was_read_is_read_again(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    draft = send(app, world, enter, key)
    keeper, chair = enter(world.organ["keeper"]), enter(world.organ["member"])
    # The form leads to what lies there; taken back, it is written on and sent anew.
    assert keeper.get(f"/duties/{key}/record").location.endswith(f"/minutes/{draft.id}")
    assert keeper.post(f"/minutes/{draft.id}/recall").status_code == 303
    assert sign(chair, draft).status_code == 409
    other = str(world.organ["secretary"].person_id)
    hand_in(keeper, key, gains="改了", act="send")
    stale = sign(chair, draft)
    assert stale.status_code == 409
    assert "改了" in stale.text
    # Somebody else chaired after all: the former is no longer asked.
    now = only(app, world)
    keeper.post(f"/minutes/{now.id}/recall")
    hand_in(keeper, key, chair_id=other, act="send")
    assert sign(chair, only(app, world)).status_code == 403
    assert sign(enter(world.organ["secretary"]), only(app, world)).status_code == 303


def test_a_form_that_was_open_meanwhile_takes_it_back_with_its_own_words(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    secretary = enter(world.organ["secretary"])
    open_form = form(secretary, key)
    send(app, world, enter, key)
    answer = secretary.post(f"/duties/{key}/record", data={**open_form, **FOUR, "theme": "我的题"})
    assert answer.status_code == 409
    assert "我的题" in answer.text
    taken = secretary.post(f"/duties/{key}/record", data={**fields(answer.text), "act": "retake"})
    assert taken.status_code in (303, 409)
    if taken.status_code == 409:
        again = {**fields(taken.text), "act": "retake"}
        assert secretary.post(f"/duties/{key}/record", data=again).status_code == 303
    draft = only(app, world)
    assert (draft.state, draft.body["theme"]) == ("draft", "我的题")


def test_a_duty_recorded_or_withdrawn_meanwhile_is_said_and_nothing_lost(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    draft = send(app, world, enter, key)
    with inside(app, world.organ):
        db.session.execute(update(DueItem).where(DueItem.id == key).values(state="withdrawn", reason="test"))
        db.session.commit()
    chair = enter(world.organ["member"])
    answer = sign(chair, draft)
    assert answer.status_code == 409
    assert FOUR["theme"] in answer.text
    assert only(app, world).state == "sent"
    assert "已不要求此项" in enter(world.organ["keeper"]).get(f"/minutes/{draft.id}").text


def test_a_chair_who_left_the_unit_meanwhile_is_said(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    draft = send(app, world, enter, key, held_on="2026-11-19")
    with inside(app, world.organ):
        # The meeting's day is put before the chair came.
        body = {**only(app, world).body, "held_on": "2027-01-01"}
        db.session.execute(update(Minutes).where(Minutes.id == draft.id).values(body=body))
        db.session.commit()
    answer = sign(enter(world.organ["member"]), draft)
    assert answer.status_code == 422
    assert only(app, world).state == "sent"


@pytest.mark.usefixtures("signed_only")
def test_where_the_tenant_wants_it_handing_in_goes_to_the_chair(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    chair = str(world.organ["member"].person_id)
    answer = hand_in(enter(world.organ["keeper"]), key, chair_id=chair)
    assert answer.status_code == 303
    assert (only(app, world).state, events(app, world.organ)) == ("sent", [])
    assert item(app, world.organ, key).state == "open"


@pytest.mark.usefixtures("signed_only")
def test_the_chair_who_hands_in_has_signed(app: Flask, world: World, enter: Enter, key: int) -> None:
    secretary = world.organ["secretary"]
    assert hand_in(enter(secretary), key, chair_id=str(secretary.person_id)).status_code == 303
    (event,) = events(app, world.organ)
    assert (event.signed_by, event.signed_how) == (secretary.person_id, "seat")


@pytest.mark.usefixtures("signed_only")
def test_signed_on_paper_is_filed_at_once_with_its_day(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    keeper = enter(world.organ["keeper"])
    member = world.organ["member"]
    with inside(app, world.organ):
        db.session.execute(update(Seat).where(Seat.id == member.seat_id).values(state="ended"))
        db.session.commit()
    chair = str(member.person_id)
    nowhere = hand_in(keeper, key, chair_id=chair)
    assert nowhere.status_code == 422
    assert "没有账号" in nowhere.text
    for day in ("", "2026-11-21", "2026-11-01"):
        wrong = hand_in(keeper, key, chair_id=chair, paper="y", paper_on=day)
        assert wrong.status_code == 422, day
    assert hand_in(keeper, key, chair_id=chair, paper="y", paper_on="2026-11-20").status_code == 303
    (event,) = events(app, world.organ)
    assert (event.signed_by, event.signed_how) == (member.person_id, "paper")


def test_a_filed_record_is_signed_later_and_a_correction_clears_it(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    keeper, member = enter(world.organ["keeper"]), world.organ["member"]
    assert hand_in(keeper, key, chair_id=str(member.person_id)).status_code == 303
    (event,) = events(app, world.organ)
    assert event.signed_on is None
    page = keeper.get(f"/events/{event.id}").text
    assert "主持人（签字）" in page
    chair = enter(member)
    address = f"/minutes/records/{event.id}/sign"
    assert enter(world.organ["secretary"]).post(address, data={"version": 1}).status_code == 403
    assert chair.post(address, data={"version": 7}).status_code == 409
    assert chair.post(address, data={"version": 1}).status_code == 303
    assert chair.post(address, data={"version": 1}).status_code == 409
    assert events(app, world.organ)[0].signed_how == "seat"
    form_again = fields(keeper.get(f"/events/{event.id}/correct").text)
    keeper.post(f"/events/{event.id}/correct", data={**form_again, "place": "改了地方", "reason": "笔误"})
    (event,) = events(app, world.organ)
    assert (event.version, event.signed_by, event.signed_on, event.signed_how) == (2, None, None, None)
    paper = f"/minutes/records/{event.id}/paper"
    assert keeper.post(paper, data={"version": 2, "paper_on": "2026-11-21"}).status_code == 422
    assert keeper.post(paper, data={"version": 2, "paper_on": "2026-11-20"}).status_code == 303
    assert events(app, world.organ)[0].signed_how == "paper"


def test_a_talk_is_not_signed(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    page = client.get(f"/events/new?unit_id={world.organ.branch}&kind=heart_talk").text
    assert "纸质签字" not in page


def test_the_messages_say_what_waits_and_are_left_out_when_it_is_done(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    draft = send(app, world, enter, key)
    # The database stamps deliveries with its own clock.
    with time_machine.travel(LATER, tick=False), inside(app, world.organ):
        send_waiting()
        said = db.session.scalars(select(Delivery).where(Delivery.state == "sent")).all()
        own = [one for one in said if one.person_id == world.organ["member"].person_id]
        assert any("签字后归档" in one.body for one in own)
        assert any(FOUR["theme"] in one.subject for one in own)
    chair = enter(world.organ["member"])
    chair.post(f"/minutes/{draft.id}/return", data={"version": draft.version, "remark": "少记了一项"})
    keeper = enter(world.organ["keeper"])
    keeper.post(f"/minutes/{draft.id}/drop", data={"reason": "不记了"})
    with time_machine.travel(LATER, tick=False), inside(app, world.organ):
        send_waiting()
        late = db.session.scalars(
            select(Delivery.reason).where(Delivery.person_id == world.organ["keeper"].person_id)
        ).all()
    assert set(late) == {"done"}


def test_unfinished_minutes_pass_with_the_office(app: Flask, world: World, enter: Enter, key: int) -> None:
    draft = send(app, world, enter, key)
    member, keeper = world.organ["member"], world.organ["keeper"]
    with inside(app, world.organ):
        handover = Handover(
            unit_id=world.organ.branch,
            post_code="secretary",
            from_person_id=member.person_id,
            to_person_id=keeper.person_id,
        )
        part = HANDED["minutes"].read(handover)
        assert (part.count, [line.title for line in part.lines]) == (1, [FOUR["theme"]])
        who = Actor(name="k", person_id=keeper.person_id, tenant_id=world.organ.tenant_id)
        with transaction():
            assert HANDED["minutes"].take(who, handover) == 1
        # The former can still sign: what lies there stays there.
        assert db.session.scalars(select(Minutes.state)).one() == "sent"
        db.session.execute(update(Seat).where(Seat.id == member.seat_id).values(state="ended"))
        with transaction():
            HANDED["minutes"].take(who, handover)
        assert db.session.scalars(select(Minutes.state)).one() == "draft"
    assert FOUR["theme"] in enter(keeper).get(f"/minutes/{draft.id}").text


def test_who_chairs_no_more_is_not_told_of_the_minutes(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    draft = send(app, world, enter, key)
    keeper = enter(world.organ["keeper"])
    assert keeper.post(f"/minutes/{draft.id}/recall").status_code == 303
    leader = str(world.organ["leader"].person_id)
    assert hand_in(keeper, key, chair_id=leader, act="send").status_code == 303
    with time_machine.travel(LATER, tick=False), inside(app, world.organ):
        send_waiting()
        said = db.session.execute(
            select(Delivery.person_id, Delivery.state)
            .join(Occasion, Occasion.id == Delivery.occasion_id)
            .where(Occasion.kind == "minutes")
        ).all()
    states = {person_id: {one.state for one in said if one.person_id == person_id} for person_id, _s in said}
    assert "sent" in states[world.organ["leader"].person_id or 0]
    assert "sent" not in states[world.organ["member"].person_id or 0]
