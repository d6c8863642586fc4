"""Resolutions: followed from the record until they are done, told once when late, passed on at a hand-over."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.worker.messages import send_waiting
from services.worker.reminders import remind
from shared.accounts.models import Handover
from shared.db import db, transaction
from shared.events.models import Event, Resolution
from shared.messages.models import Delivery
from tests.web.events.stage import inside
from tests.web.minutes.stage import correct, event_of, hold, lines, resolutions
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Change = Callable[..., None]
Rows = Callable[..., list[Any]]
pytestmark = pytest.mark.usefixtures("noon")
DUE = "2026-11-25"


def charged(side: Side, role: str = "member", **more: Any) -> dict[str, Any]:
    return {"content": "修订党员积分台账", "owner": side[role].person_id, "due_on": DUE, **more}


@pytest.fixture
def event_id(world: World, enter: Enter) -> int:
    """A record with one resolution, which the member is charged with until 25 November."""
    answer = hold(enter(world.organ["secretary"]), world.organ, **lines("resolutions", charged(world.organ)))
    return event_of(answer)


def told(app: Flask, side: Side, subject: str) -> list[tuple[int, str]]:
    """Who got a message in the app whose subject holds this, after sending everything that waits."""
    # Messages wait by the database's own clock, which no test freezes.
    with time_machine.travel("2046-11-20T04:00:00Z", tick=False), inside(app, side):
        send_waiting()
        return [
            (row.person_id or 0, row.body or "")
            for row in db.session.scalars(
                select(Delivery)
                .where(Delivery.channel == "in_app", Delivery.state == "sent")
                .order_by(Delivery.person_id)
            )
            if subject in (row.subject or "")
        ]


def sweep(app: Flask, side: Side) -> None:
    with inside(app, side):
        remind()


def test_who_is_charged_sees_it_and_notes_it_done_with_an_outcome(
    app: Flask, world: World, enter: Enter, event_id: int
) -> None:
    [one] = resolutions(app, world.organ)
    member = enter(world.organ["member"])
    for address in ("/", "/minutes/mine"):
        assert "修订党员积分台账" in member.get(address).text
    # Without a word on what was done it stays open.
    member.post(f"/minutes/resolutions/{one.id}/done", data={"outcome": " "})
    assert resolutions(app, world.organ)[0].state == "open"
    for _twice in range(2):
        answer = member.post(
            f"/minutes/resolutions/{one.id}/done", data={"outcome": "已报党委", "back": "mine"}
        )
        assert (answer.status_code, answer.location) == (303, "/minutes/mine")
    [one] = resolutions(app, world.organ)
    assert (one.state, one.outcome, one.ended_on) == ("done", "已报党委", date(2026, 11, 20))
    assert one.ended_by == world.organ["member"].person_id
    assert "修订党员积分台账" not in member.get("/").text
    shown = enter(world.organ["secretary"]).get(f"/events/{event_id}").text
    assert "已报党委" in shown
    assert "已办结" in shown


def test_others_may_not_end_it_and_only_the_keepers_drop_it(
    app: Flask, world: World, enter: Enter, event_id: int
) -> None:
    [one] = resolutions(app, world.organ)
    own, kept = f"/minutes/resolutions/{one.id}/done", f"/minutes/resolutions/{one.id}/end"
    said = {"outcome": "不再需要", "act": "drop"}
    assert enter(world.organ["member"]).post(own, data=said).status_code == 403
    assert enter(world.organ["keeper"]).post(own, data=said).status_code == 403
    assert enter(world.organ["member"]).post(kept, data=said).status_code == 403
    assert world.organ.colleague is not None
    assert enter(world.organ.colleague).post(kept, data=said).status_code == 403
    assert enter(world.union["secretary"]).post(kept, data=said).status_code == 404
    assert enter(world.union["member"]).post(own, data=said).status_code == 404
    assert resolutions(app, world.organ)[0].state == "open"
    keeper = enter(world.organ["secretary"])
    keeper.post(kept, data={"act": "drop", "outcome": ""})
    assert resolutions(app, world.organ)[0].state == "open"
    keeper.post(kept, data=said)
    assert (resolutions(app, world.organ)[0].state, resolutions(app, world.organ)[0].outcome) == (
        "dropped",
        "不再需要",
    )
    # Ended one way, it does not end another way, but it may be opened again.
    assert keeper.post(kept, data={"outcome": "办了"}).status_code == 409
    keeper.post(f"/minutes/resolutions/{one.id}/reopen")
    [one] = resolutions(app, world.organ)
    assert (one.state, one.outcome, one.ended_on, one.ended_by) == ("open", None, None, None)


def test_a_correction_changes_the_words_and_keeps_what_has_become_of_it(
    app: Flask, world: World, enter: Enter, event_id: int
) -> None:
    organ = world.organ
    keeper = enter(organ["secretary"])
    [one] = resolutions(app, organ)
    keeper.post(f"/minutes/resolutions/{one.id}/end", data={"outcome": "办了"})
    second = {"key": "", "content": "走访困难党员", "owner": "", "due_on": ""}
    first = charged(organ, key=one.id, content="修订党员积分办法")
    # A line more above it: it keeps key and state, only its place and words are new.
    assert correct(keeper, event_id, **lines("resolutions", second, first)).status_code == 303
    added, kept = resolutions(app, organ)
    assert (kept.id, kept.state, kept.outcome, kept.content) == (one.id, "done", "办了", "修订党员积分办法")
    assert (added.content, added.owner_id, added.due_on, added.ordinal) == ("走访困难党员", None, None, 1)
    # What is done stays in the minutes, what is open may be taken out.
    refused = correct(keeper, event_id, **lines("resolutions", {**second, "key": added.id}))
    assert refused.status_code == 422
    assert "已办结" in refused.text
    assert correct(keeper, event_id, **lines("resolutions", {**first, "key": kept.id})).status_code == 303
    assert [row.id for row in resolutions(app, organ)] == [one.id]
    # Nothing changed: nothing is corrected.
    with inside(app, organ):
        version = db.session.scalars(select(Event.version)).one()
    correct(keeper, event_id)
    with inside(app, organ):
        assert db.session.scalars(select(Event.version)).one() == version


def test_another_records_line_cannot_be_taken_by_its_key(
    app: Flask, world: World, enter: Enter, event_id: int
) -> None:
    keeper = enter(world.organ["secretary"])
    [first] = resolutions(app, world.organ)
    other = event_of(hold(keeper, world.organ, **lines("resolutions", charged(world.organ, key=first.id))))
    mine, theirs = resolutions(app, world.organ)
    assert (mine.id, mine.event_id, theirs.event_id) == (first.id, event_id, other)
    assert theirs.id != first.id


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"content": "", "due_on": DUE}, "content"),
        ({"content": "甲" * 1001}, "content"),
        ({"content": "甲", "owner": "999999"}, "owner"),
        ({"content": "甲", "owner": "某人"}, "owner"),
        ({"content": "甲", "due_on": "2026-02-30"}, "due_on"),
        ({"content": "甲", "due_on": "2026-11-19"}, "due_on"),
        ({"content": "甲", "due_on": "2126-11-19"}, "due_on"),
    ],
)
def test_a_wrong_line_is_refused_beside_its_field(
    app: Flask, world: World, enter: Enter, row: dict[str, str], field: str
) -> None:
    refused = hold(enter(world.organ["secretary"]), world.organ, **lines("resolutions", row))
    assert refused.status_code == 422
    assert f'id="resolutions-0-{field}-err"' in refused.text
    assert resolutions(app, world.organ) == []


def test_voiding_the_record_drops_what_is_open_with_that_reason(
    app: Flask, world: World, enter: Enter, event_id: int
) -> None:
    keeper = enter(world.organ["secretary"])
    keeper.post(f"/events/{event_id}/void", data={"reason": "记录重复", "version": "1"})
    [one] = resolutions(app, world.organ)
    assert one.state == "dropped"
    assert "记录重复" in (one.outcome or "")
    assert keeper.post(f"/minutes/resolutions/{one.id}/reopen").status_code == 409


def test_what_is_late_is_told_once_to_the_owner_and_the_secretary(
    app: Flask, world: World, enter: Enter, event_id: int
) -> None:
    organ = world.organ
    subject = "项决议已过期限"
    # On its last day nothing is said; nor the day after before the tenant's hour.
    for instant in ("2026-11-25T06:00:00Z", "2026-11-25T20:00:00Z"):
        with time_machine.travel(instant, tick=False):
            sweep(app, organ)
            assert told(app, organ, subject) == []
    with time_machine.travel("2026-11-26T02:00:00Z", tick=False):
        sweep(app, organ)
        sweep(app, organ)
        first = told(app, organ, subject)
        # The secretary answers for the unit, the keeper too; the member is charged.
        people = {organ[role].person_id for role in ("secretary", "keeper", "member")}
        assert {person_id for person_id, _body in first} == people
        assert all("修订党员积分台账" in body for _person, body in first)
        sweep(app, organ)
        assert told(app, organ, subject) == first
    with time_machine.travel("2026-12-10T02:00:00Z", tick=False):
        sweep(app, organ)
        assert told(app, organ, subject) == first
        # A later day by a correction is told anew when it has passed, and not before.
        [one] = resolutions(app, organ)
        row = charged(organ, key=one.id, due_on="2026-12-12")
        assert correct(enter(organ["secretary"]), event_id, **lines("resolutions", row)).status_code == 303
        sweep(app, organ)
        assert told(app, organ, subject) == first
    with time_machine.travel("2026-12-13T02:00:00Z", tick=False):
        sweep(app, organ)
        assert len(told(app, organ, subject)) == 2 * len(first)


def test_it_is_quiet_once_it_is_done(app: Flask, world: World, enter: Enter, event_id: int) -> None:
    organ = world.organ
    [one] = resolutions(app, organ)
    with time_machine.travel("2026-11-26T02:00:00Z", tick=False):
        sweep(app, organ)
        # Done between the planning and the sending: nothing is sent.
        enter(organ["member"]).post(f"/minutes/resolutions/{one.id}/done", data={"outcome": "办了"})
        assert told(app, organ, "项决议已过期限") == []
    with inside(app, organ):
        states = {row.state for row in db.session.scalars(select(Delivery))}
    assert states == {"suppressed"}


def test_the_absent_are_told_once(app: Flask, world: World, enter: Enter) -> None:
    organ = world.organ
    keeper = enter(organ["secretary"])
    away = str(organ["auditor"].person_id)
    sent = {"absent": away, f"reason-{away}": "sick", **lines("resolutions", charged(organ))}
    event_id = event_of(hold(keeper, organ, **sent))
    assert "告知 1 名缺席人员" in keeper.get(f"/events/{event_id}").text
    for _twice in range(2):
        answer = keeper.post(f"/minutes/resolutions/of/{event_id}/tell")
        assert answer.status_code == 303
        [(person_id, body)] = told(app, organ, "您缺席的会议有决议")
        assert person_id == organ["auditor"].person_id
        assert "1. 修订党员积分台账" in body


def test_nobody_is_told_where_nobody_was_absent(world: World, enter: Enter, event_id: int) -> None:
    keeper = enter(world.organ["secretary"])
    assert keeper.post(f"/minutes/resolutions/of/{event_id}/tell").status_code == 409
    assert enter(world.union["secretary"]).post(f"/minutes/resolutions/of/{event_id}/tell").status_code == 404


def test_the_page_lists_the_overdue_first_and_filters(
    app: Flask, world: World, enter: Enter, event_id: int
) -> None:
    organ = world.organ
    keeper = enter(organ["secretary"])
    rows: list[dict[str, Any]] = [
        {"content": "没有期限的事", "owner": "", "due_on": ""},
        {"content": "下月的事", "owner": organ["leader"].person_id, "due_on": "2026-12-20"},
    ]
    event_of(hold(keeper, organ, **lines("resolutions", *rows)))
    with time_machine.travel("2026-11-27T02:00:00Z", tick=False):
        keeper = enter(organ["secretary"])
        page = keeper.get("/minutes/resolutions").text
        order = [page.index(word) for word in ("修订党员积分台账", "下月的事", "没有期限的事")]
        assert order == sorted(order)
        late = keeper.get("/minutes/resolutions?state=late").text
        assert "修订党员积分台账" in late
        assert "下月的事" not in late
        assert "1 项决议已过期限" in keeper.get("/").text
    keeper = enter(organ["secretary"])
    owned = keeper.get(f"/minutes/resolutions?person_id={organ['leader'].person_id}").text
    assert "下月的事" in owned
    assert "修订党员积分台账" not in owned
    assert "修订党员积分台账" in enter(organ["officer"]).get("/minutes/resolutions").text
    assert organ.colleague is not None
    assert "修订党员积分台账" not in enter(organ.colleague).get("/minutes/resolutions").text
    assert "修订党员积分台账" not in enter(world.union["admin"]).get("/minutes/resolutions").text
    assert enter(organ["member"]).get("/minutes/resolutions").status_code == 403
    for odd in ("unit_id=0", "state=x", "after=x_y", "after=2026-11-20_" + "9" * 30, "person_id=x"):
        assert keeper.get(f"/minutes/resolutions?{odd}").status_code in (200, 404)


def _many(app: Flask, side: Side, event_id: int, count: int) -> None:
    with inside(app, side), transaction():
        db.session.add_all(
            Resolution(
                event_id=event_id,
                unit_id=side.branch,
                ordinal=number + 2,
                content=f"事项{number:03d}",
                due_on=date(2026, 12, 1) + timedelta(days=number // 7),
            )
            for number in range(count)
        )


def test_pages_follow_each_other_at_the_same_number_of_queries(
    app: Flask, world: World, enter: Enter, event_id: int, count_queries: Callable[[], Any]
) -> None:
    keeper = enter(world.organ["secretary"])
    keeper.get("/minutes/resolutions")
    with count_queries() as few:
        keeper.get("/minutes/resolutions")
    _many(app, world.organ, event_id, 120)
    with count_queries() as many:
        page = keeper.get("/minutes/resolutions").text
    assert len(few) == len(many) <= 10
    seen: list[str] = []
    address: str | None = "/minutes/resolutions"
    while address:
        page = keeper.get(address).text
        seen += [f"事项{number:03d}" for number in range(120) if f"事项{number:03d}" in page]
        following = page.split('rel="next" href="')[1:]
        address = following[0].split('"')[0].replace("&amp;", "&") if following else None
    assert sorted(seen) == [f"事项{number:03d}" for number in range(120)]


def test_the_list_leaves_as_excel_with_its_filter(world: World, enter: Enter, event_id: int) -> None:
    keeper = enter(world.organ["secretary"])
    answer = keeper.post("/exports/minutes/resolutions?state=open", data={"form_key": "r1"})
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"
    answer.close()


def test_the_form_offers_whoever_holds_a_line_though_they_have_left(
    app: Flask, world: World, enter: Enter, change: Change, event_id: int
) -> None:
    organ = world.organ
    stranger = organ.colleague
    assert stranger is not None
    # As after a hand-over: the new holder belonged elsewhere on the day of the meeting.
    change(organ, "update resolution set owner_id = :person", person=stranger.person_id)
    answer = correct(enter(organ["secretary"]), event_id, place="二楼")
    assert answer.status_code == 303
    assert resolutions(app, organ)[0].owner_id == stranger.person_id


def test_a_hand_over_passes_what_the_former_was_charged_with(
    app: Flask, world: World, enter: Enter, change: Change
) -> None:
    organ = world.organ
    answer = hold(
        enter(organ["secretary"]),
        organ,
        **lines(
            "resolutions",
            charged(organ, "secretary"),
            charged(organ, "secretary", content="办完的事"),
            charged(organ, "keeper", content="别人的事"),
        ),
    )
    event_of(answer)
    mine, done, others = resolutions(app, organ)
    enter(organ["secretary"]).post(f"/minutes/resolutions/{done.id}/end", data={"outcome": "办了"})
    new = organ["member"]
    posted = enter(organ["officer"]).post(
        f"/members/{new.person_id}/posts",
        data={
            "unit_id": str(organ.branch),
            "code": "secretary",
            "basis": "elected",
            "since": "2026-11-19",
            "document": "号",
        },
    )
    assert posted.status_code == 303
    with inside(app, organ):
        key = db.session.scalars(select(Handover.id).where(Handover.state == "open")).one()
    client = enter(new)
    assert "待落实的决议" in client.get(f"/terms/handovers/{key}").text
    assert client.post(f"/terms/handovers/{key}").status_code == 303
    owners = {one.id: one.owner_id for one in resolutions(app, organ)}
    assert owners == {
        mine.id: new.person_id,
        done.id: organ["secretary"].person_id,
        others.id: organ["keeper"].person_id,
    }
    assert "修订党员积分台账" in client.get("/minutes/mine").text
