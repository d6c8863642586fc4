"""Transfers inside a tenant: sent, received, sent back, taken back; what is refused, in words."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.accounts.models import RoleGrant
from shared.audit import AuditEntry
from shared.clock import today
from shared.db import db, transaction
from shared.members.models import Membership, Person, Post
from shared.tenancy import tenant
from shared.transfers.models import Transfer
from tests.factories.transfers import change, memberships, rows, send, told, transfers, traveller
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


def place(side: Side, unit_id: int) -> str:
    return f"{side.tenant_id}-{unit_id}"


def sent(app: Flask, world: World, enter: Enter, **fields: object) -> tuple[int, Transfer]:
    """Somebody of the branch on the way to the other branch, sent by its secretary."""
    side = world.organ
    person_id = traveller(app, side)
    answer = send(enter(side["secretary"]), person_id, place=place(side, side.other_branch), **fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return person_id, transfers(app, side, person_id=person_id)[0]


def test_a_secretary_sends_and_the_other_receives(app: Flask, world: World, enter: Enter) -> None:
    side, colleague = world.organ, world.organ.colleague
    assert colleague is not None
    person_id, transfer = sent(app, world, enter, dues_paid_to="2026-10", reason="调动")
    assert [row.relation for row in memberships(app, side, person_id)] == ["leaving"]
    assert ("arrived", colleague.person_id) in told(app, side, transfer.id)
    page = enter(colleague).get("/transfers").get_data(as_text=True)
    assert "王旅" in page
    assert "王旅" in enter(colleague).get(f"/transfers/{transfer.id}").get_data(as_text=True)
    answer = enter(colleague).post(f"/transfers/{transfer.id}/accept", data={})
    assert answer.status_code == 303
    before, after = memberships(app, side, person_id)
    assert (before.until, before.end_reason, before.unit_id) == (today(), "transferred", side.branch)
    assert (after.since, after.until, after.unit_id) == (today(), None, side.other_branch)
    assert (after.status, after.relation) == ("full", "registered")
    done = transfers(app, side, person_id=person_id)[0]
    assert (done.state, done.decided_by) == ("accepted", colleague.person_id)
    assert ("accepted", side["secretary"].person_id) in told(app, side, transfer.id)
    assert ("accepted", person_id) in told(app, side, transfer.id)
    verbs = [row.verb for row in rows(app, side, AuditEntry) if row.object_type == "transfer"]
    assert verbs == ["transfer.send", "transfer.accept"]


def test_offices_and_roles_of_the_unit_end_with_it(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    keeper = side["keeper"].person_id
    assert keeper is not None
    with app.app_context(), tenant(side.tenant_id), transaction():
        db.session.add(Post(person_id=keeper, unit_id=side.branch, code="publicity", since=date(2025, 1, 1)))
    answer = send(enter(side["admin"]), keeper, place=place(side, side.other_branch), at_once="y")
    assert answer.status_code == 303
    assert [row.until for row in rows(app, side, Post, person_id=keeper)] == [today()]
    assert [row.ended_at is not None for row in rows(app, side, RoleGrant, person_id=keeper)] == [True]
    assert [row.state for row in rows(app, side, Person, id=keeper)] == ["active"]


def test_whoever_acts_for_both_units_does_both_at_once(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id = traveller(app, side)
    answer = send(enter(side["admin"]), person_id, place=place(side, side.other_branch), at_once="y")
    assert answer.status_code == 303
    assert [row.unit_id for row in memberships(app, side, person_id)] == [side.branch, side.other_branch]
    assert transfers(app, side, person_id=person_id)[0].state == "accepted"


def test_an_officer_does_both_below_the_own_unit_only(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id = traveller(app, side)
    client = enter(side["officer"])
    assert send(client, person_id, place=place(side, side.other_branch), at_once="y").status_code == 403
    assert send(client, person_id, place=place(side, side.middle), at_once="y").status_code == 303
    assert [row.unit_id for row in memberships(app, side, person_id)] == [side.branch, side.middle]


def test_a_union_transfers_its_members_too(app: Flask, world: World, enter: Enter) -> None:
    side, colleague = world.union, world.union.colleague
    assert colleague is not None
    person_id = traveller(app, side)
    send(enter(side["secretary"]), person_id, place=place(side, side.other_branch))
    transfer = transfers(app, side, person_id=person_id)[0]
    assert transfer.line == "union"
    assert enter(colleague).post(f"/transfers/{transfer.id}/accept", data={}).status_code == 303
    assert [row.status for row in memberships(app, side, person_id)] == ["member", "member"]
    # A federation has no members of its own.
    other = traveller(app, side)
    assert send(enter(side["admin"]), other, place=place(side, side.middle)).status_code == 422


def test_a_secretary_cannot_do_both_at_once(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id = traveller(app, side)
    answer = send(enter(side["secretary"]), person_id, place=place(side, side.other_branch), at_once="y")
    assert answer.status_code == 403
    assert transfers(app, side, person_id=person_id) == []
    assert [row.relation for row in memberships(app, side, person_id)] == ["registered"]


def test_the_sender_cannot_accept_nor_the_receiver_take_back(app: Flask, world: World, enter: Enter) -> None:
    side, colleague = world.organ, world.organ.colleague
    assert colleague is not None
    person_id, transfer = sent(app, world, enter)
    for who, verb in ((side["secretary"], "accept"), (colleague, "withdraw"), (side["secretary"], "refuse")):
        answer = enter(who).post(f"/transfers/{transfer.id}/{verb}", data={"reply": "x"})
        assert answer.status_code == 403, verb
    assert transfers(app, side, person_id=person_id)[0].state == "sent"


def test_sent_back_the_relationship_stands_as_before(app: Flask, world: World, enter: Enter) -> None:
    side, colleague = world.organ, world.organ.colleague
    assert colleague is not None
    person_id = traveller(app, side)
    change(app, side, Membership, {"person_id": person_id}, relation="out")
    send(enter(side["secretary"]), person_id, place=place(side, side.other_branch))
    transfer = transfers(app, side, person_id=person_id)[0]
    assert enter(colleague).post(f"/transfers/{transfer.id}/refuse", data={}).status_code == 422
    answer = enter(colleague).post(f"/transfers/{transfer.id}/refuse", data={"reply": "不在我处"})
    assert answer.status_code == 303
    assert [(row.relation, row.until) for row in memberships(app, side, person_id)] == [("out", None)]
    page = enter(side["secretary"]).get(f"/transfers/{transfer.id}").get_data(as_text=True)
    assert "不在我处" in page


def test_taken_back_it_may_be_sent_again(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id, transfer = sent(app, world, enter)
    client = enter(side["secretary"])
    assert client.post(f"/transfers/{transfer.id}/withdraw", data={}).status_code == 303
    assert [row.relation for row in memberships(app, side, person_id)] == ["registered"]
    assert send(client, person_id, place=place(side, side.other_branch)).status_code == 303
    assert [row.state for row in transfers(app, side, person_id=person_id)] == ["withdrawn", "sent"]


def test_two_receivers_at_once_are_refused_in_words(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id, _transfer = sent(app, world, enter)
    answer = send(enter(side["admin"]), person_id, place=place(side, side.middle))
    assert answer.status_code == 409
    assert "王旅" in answer.get_data(as_text=True)
    assert len(transfers(app, side, person_id=person_id)) == 1


def test_the_same_form_twice_is_one_transfer(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id = traveller(app, side)
    client = enter(side["secretary"])
    for _again in range(2):
        answer = send(client, person_id, place=place(side, side.other_branch), form_key="one form")
        assert answer.status_code == 303
    assert len(transfers(app, side, person_id=person_id)) == 1


def test_accepted_twice_is_told(app: Flask, world: World, enter: Enter) -> None:
    side, colleague = world.organ, world.organ.colleague
    assert colleague is not None
    person_id, transfer = sent(app, world, enter)
    client = enter(colleague)
    assert client.post(f"/transfers/{transfer.id}/accept", data={}).status_code == 303
    again = client.post(f"/transfers/{transfer.id}/accept", data={})
    assert again.status_code == 409
    assert "已接收" in again.get_data(as_text=True)
    assert len(memberships(app, side, person_id)) == 2


def test_after_its_last_day_nobody_accepts(app: Flask, world: World, enter: Enter) -> None:
    side, colleague = world.organ, world.organ.colleague
    assert colleague is not None
    person_id, transfer = sent(app, world, enter)
    change(
        app,
        side,
        Transfer,
        {"id": transfer.id},
        expires_on=today() - timedelta(days=1),
        effective_on=today() - timedelta(days=9),
    )
    late = enter(side["secretary"]).get("/transfers?show=late").get_data(as_text=True)
    assert "王旅" in late
    answer = enter(colleague).post(f"/transfers/{transfer.id}/accept", data={})
    assert answer.status_code == 409
    assert transfers(app, side, person_id=person_id)[0].state == "sent"
    assert enter(side["secretary"]).post(f"/transfers/{transfer.id}/withdraw", data={}).status_code == 303


def test_before_its_day_nobody_accepts(app: Flask, world: World, enter: Enter) -> None:
    colleague = world.organ.colleague
    assert colleague is not None
    person_id, transfer = sent(app, world, enter, effective_on=(today() + timedelta(days=5)).isoformat())
    assert enter(colleague).post(f"/transfers/{transfer.id}/accept", data={}).status_code == 409
    assert len(memberships(app, world.organ, person_id)) == 1


@pytest.mark.parametrize("on", ["2020-01-01", "2199-01-01", "31.12.2026", ""])
def test_a_day_that_cannot_be_is_refused(on: str, app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id = traveller(app, side)
    answer = send(enter(side["secretary"]), person_id, place=place(side, side.other_branch), effective_on=on)
    assert answer.status_code == 422
    assert transfers(app, side, person_id=person_id) == []


def test_a_unit_that_cannot_take_is_refused(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id = traveller(app, side)
    client = enter(side["secretary"])
    for wrong in (
        place(side, side.branch), place(world.union, world.union.branch), "x-y", "", "1-" + "9" * 30,
    ):  # fmt: skip
        assert send(client, person_id, place=wrong).status_code == 422, wrong
    assert transfers(app, side, person_id=person_id) == []


def test_applicants_and_guests_are_not_transferred(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    for values in ({"status": "applicant"}, {"relation": "in"}):
        person_id = traveller(app, side)
        change(app, side, Membership, {"person_id": person_id}, **values)
        answer = send(enter(side["secretary"]), person_id, place=place(side, side.other_branch))
        assert answer.status_code == 422
        assert transfers(app, side, person_id=person_id) == []


def test_a_reform_meanwhile_does_not_lose_the_person(app: Flask, world: World, enter: Enter) -> None:
    """The membership went to another unit while the person was on the way: it ends there."""
    side, colleague = world.organ, world.organ.colleague
    assert colleague is not None
    person_id, transfer = sent(app, world, enter)
    with app.app_context(), tenant(side.tenant_id), transaction():
        living = db.session.scalars(select(Membership).where(Membership.person_id == person_id)).one()
        living.until, living.end_reason = today(), "reformed"
        db.session.flush()
        db.session.add(
            Membership(
                person_id=person_id,
                unit_id=side.middle,
                kind="party",
                status="full",
                relation="leaving",
                since=today(),
            )
        )
    assert enter(colleague).post(f"/transfers/{transfer.id}/accept", data={}).status_code == 303
    found = memberships(app, side, person_id)
    assert [(row.unit_id, row.until is None) for row in found] == [
        (side.branch, False),
        (side.middle, False),
        (side.other_branch, True),
    ]


def test_the_list_asks_a_constant_number_of_queries(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], object]
) -> None:
    side = world.organ
    client = enter(side["admin"])
    client.get("/transfers")
    numbers = []
    for many in (1, 6):
        for _one in range(many):
            person_id = traveller(app, side)
            send(client, person_id, place=place(side, side.other_branch))
        with count_queries() as seen:  # type: ignore[attr-defined]
            page = client.get("/transfers?show=sent")
        assert "王旅" in page.get_data(as_text=True)
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 8


def test_the_person_finds_the_unit_by_its_name(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id = traveller(app, side)
    client = enter(side["secretary"])
    assert client.get("/transfers/new?who=wanglv").status_code == 200
    assert f"person_id={person_id}" in client.get("/transfers/new?who=王旅").get_data(as_text=True)
    for route in ("inside", "tenant", "outside"):
        page = client.get(f"/transfers/new?person_id={person_id}&route={route}&q=%00%27")
        assert page.status_code == 200


def test_today_says_what_waits(app: Flask, world: World, enter: Enter) -> None:
    side, colleague = world.organ, world.organ.colleague
    assert colleague is not None
    assert "待接收" not in enter(colleague).get("/").get_data(as_text=True)
    sent(app, world, enter)
    assert "1 人待接收" in enter(colleague).get("/").get_data(as_text=True)
    assert "1 人待接收" in enter(side["admin"]).get("/").get_data(as_text=True)
    # The sender has nothing to do.
    assert "人待接收" not in enter(side["secretary"]).get("/").get_data(as_text=True)
