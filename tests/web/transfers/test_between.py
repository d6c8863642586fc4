"""Transfers from one tenant to another through the one exchange table, as the two sides and the person see them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.audit import AuditEntry
from shared.clock import today
from shared.db import db, transaction
from shared.members.models import Membership, Person
from shared.members.numbers import show_identity, show_phone
from shared.tenancy import tenant
from shared.tenants.queries import keys
from shared.transfers.models import Transfer
from tests.factories.clock import Clock
from tests.factories.transfers import (
    change,
    exchanges,
    identity,
    memberships,
    open_up,
    post,
    receivers,
    rows,
    send,
    told,
    transfers,
    traveller,
)
from tests.world import Cast, Side, World, build

Enter = Callable[[Cast], FlaskClient]


@pytest.fixture
def other(app: Flask) -> Side:
    """Another bureau, whose branch is open to receive."""
    side = build(app).organ
    open_up(app, side, side.branch)
    return side


def depart(app: Flask, world: World, enter: Enter, other: Side, **person: str) -> tuple[int, Transfer]:
    """Somebody of the branch on the way to the other bureau's branch."""
    person_id = traveller(app, world.organ, **person)  # type: ignore[arg-type]
    answer = send(
        enter(world.organ["secretary"]),
        person_id,
        route="tenant",
        place=f"{other.tenant_id}-{other.branch}",
        dues_paid_to="2026-10",
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return person_id, transfers(app, world.organ, person_id=person_id)[0]


def arrived(app: Flask, other: Side) -> Transfer:
    post(app, other)
    return transfers(app, other, direction="in")[-1]


def test_the_whole_way(app: Flask, world: World, enter: Enter, other: Side) -> None:
    number = identity()
    person_id, sent = depart(app, world, enter, other, number=number)
    assert [row.relation for row in memberships(app, world.organ, person_id)] == ["leaving"]
    assert transfers(app, other) == []
    coming = arrived(app, other)
    assert (coming.state, coming.to_unit_id, coming.person_id) == ("sent", other.branch, None)
    assert ("arrived", other["secretary"].person_id) in told(app, other, coming.id)
    receiver = enter(other["secretary"])
    page = receiver.get(f"/transfers/{coming.id}").get_data(as_text=True)
    assert "王旅" in page
    assert number not in page
    assert number[-4:] in page
    assert "王旅" in receiver.get("/transfers").get_data(as_text=True)
    answer = receiver.post(f"/transfers/{coming.id}/accept", data={"reply": "欢迎"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    person = rows(app, other, Person, name="王旅")[0]
    with app.app_context(), tenant(other.tenant_id):
        assert show_identity(keys(), person.identity_sealed, full=True) == number
        assert show_phone(keys(), person.phone_sealed) == ""
        db.session.remove()
    assert [(row.unit_id, row.since, row.status, row.relation) for row in memberships(app, other, person.id)] == [
        (other.branch, today(), "full", "registered")
    ]  # fmt: skip
    # The sender's side learns of it by its own sweep.
    assert transfers(app, world.organ, id=sent.id)[0].state == "sent"
    assert post(app, world.organ).answered == 1
    done = transfers(app, world.organ, id=sent.id)[0]
    assert (done.state, done.reply) == ("accepted", "欢迎")
    assert [(row.until, row.end_reason) for row in memberships(app, world.organ, person_id)] == [
        (today(), "transferred")
    ]
    assert [row.state for row in rows(app, world.organ, Person, id=person_id)] == ["left"]
    assert ("accepted", world.organ["secretary"].person_id) in told(app, world.organ, sent.id)


def test_the_sweep_does_nothing_twice(app: Flask, world: World, enter: Enter, other: Side) -> None:
    _person_id, sent = depart(app, world, enter, other)
    coming = arrived(app, other)
    again = post(app, other)
    assert (again.arrived, again.taken_back, again.answered) == (0, 0, 0)
    enter(other["secretary"]).post(f"/transfers/{coming.id}/accept", data={})
    assert post(app, world.organ).answered == 1
    assert post(app, world.organ).answered == 0
    messages = told(app, world.organ, sent.id)
    assert len(messages) == len(set(messages))
    assert len(transfers(app, other, direction="in")) == 1


def test_each_side_keeps_its_own_trail(app: Flask, world: World, enter: Enter, other: Side) -> None:
    depart(app, world, enter, other)
    coming = arrived(app, other)
    enter(other["secretary"]).post(f"/transfers/{coming.id}/accept", data={})
    post(app, world.organ)
    for side, verbs in (
        (world.organ, ["transfer.send", "transfer.accept"]),
        (other, ["transfer.arrive", "transfer.accept"]),
    ):
        found = [row.verb for row in rows(app, side, AuditEntry) if row.object_type == "transfer"]
        assert found == verbs


def test_sent_back_the_relationship_stands_at_the_sender(
    app: Flask, world: World, enter: Enter, other: Side
) -> None:
    person_id, sent = depart(app, world, enter, other)
    coming = arrived(app, other)
    answer = enter(other["secretary"]).post(f"/transfers/{coming.id}/refuse", data={"reply": "查无此人"})
    assert answer.status_code == 303
    post(app, world.organ)
    assert [(row.relation, row.until) for row in memberships(app, world.organ, person_id)] == [
        ("registered", None)
    ]
    page = enter(world.organ["secretary"]).get(f"/transfers/{sent.id}").get_data(as_text=True)
    assert "查无此人" in page
    # Nobody there reads on in what was refused.
    assert "王旅" not in enter(other["secretary"]).get(f"/transfers/{coming.id}").get_data(as_text=True)
    assert rows(app, other, Person, name="王旅") == []


def test_withdrawn_before_the_answer(app: Flask, world: World, enter: Enter, other: Side) -> None:
    person_id, sent = depart(app, world, enter, other)
    coming = arrived(app, other)
    client = enter(world.organ["secretary"])
    assert client.post(f"/transfers/{sent.id}/withdraw", data={}).status_code == 303
    # The receiver has not swept yet, but cannot accept any more.
    answer = enter(other["secretary"]).post(f"/transfers/{coming.id}/accept", data={})
    assert answer.status_code == 409
    assert rows(app, other, Person, name="王旅") == []
    assert post(app, other).taken_back == 1
    assert transfers(app, other, id=coming.id)[0].state == "withdrawn"
    assert [row.relation for row in memberships(app, world.organ, person_id)] == ["registered"]


def test_answered_before_the_withdrawal(app: Flask, world: World, enter: Enter, other: Side) -> None:
    person_id, sent = depart(app, world, enter, other)
    coming = arrived(app, other)
    assert enter(other["secretary"]).post(f"/transfers/{coming.id}/accept", data={}).status_code == 303
    answer = enter(world.organ["secretary"]).post(f"/transfers/{sent.id}/withdraw", data={})
    assert answer.status_code == 409
    post(app, world.organ)
    assert transfers(app, world.organ, id=sent.id)[0].state == "accepted"
    assert enter(other["secretary"]).post(f"/transfers/{coming.id}/accept", data={}).status_code == 409
    assert len(rows(app, other, Person, name="王旅")) == 1
    assert memberships(app, world.organ, person_id)[0].until is not None


def test_expired_nobody_accepts(app: Flask, world: World, enter: Enter, other: Side) -> None:
    depart(app, world, enter, other)
    coming = arrived(app, other)
    later = today() + timedelta(days=40)
    with Clock().at(later.isoformat()):
        client = enter(other["secretary"])
        assert client.post(f"/transfers/{coming.id}/accept", data={}).status_code == 409
        assert "王旅" not in client.get(f"/transfers/{coming.id}").get_data(as_text=True)
    assert rows(app, other, Person, name="王旅") == []


def test_only_published_units_can_be_named(app: Flask, world: World, enter: Enter, other: Side) -> None:
    person_id = traveller(app, world.organ)
    client = enter(world.organ["secretary"])
    name = receivers(app, other)[0].unit_name
    page = client.get(f"/transfers/new?person_id={person_id}&route=tenant&q={name}")
    assert f"{other.tenant_id}-{other.branch}" in page.get_data(as_text=True)
    for unit_id in (other.other_branch, other.root, 10**9):
        answer = send(client, person_id, route="tenant", place=f"{other.tenant_id}-{unit_id}")
        assert answer.status_code == 422
    open_up(app, other)
    answer = send(client, person_id, route="tenant", place=f"{other.tenant_id}-{other.branch}")
    assert answer.status_code == 422
    assert exchanges(app, world.organ) == []
    # One's own units are no other tenant's.
    open_up(app, world.organ, world.organ.other_branch)
    own = f"{world.organ.tenant_id}-{world.organ.other_branch}"
    assert send(client, person_id, route="tenant", place=own).status_code == 422


def test_publication_is_the_administrators_choice(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    client = enter(side["admin"])
    assert receivers(app, side) == []
    assert client.get("/transfers/receivers?q=branch").status_code == 200
    both = {"unit_id": [side.branch, side.other_branch]}
    assert client.post("/transfers/receivers", data=both).status_code == 303
    assert {row.unit_id for row in receivers(app, side)} == {side.branch, side.other_branch}
    assert client.post("/transfers/receivers", data={"unit_id": [side.branch]}).status_code == 303
    assert {row.unit_id for row in receivers(app, side)} == {side.branch}
    # A neighbour's unit is no unit of ours.
    client.post("/transfers/receivers", data={"unit_id": [world.union.branch]})
    assert receivers(app, side) == []
    for role in ("officer", "secretary", "leader", "auditor", "member"):
        assert enter(side[role]).get("/transfers/receivers").status_code == 403


def test_the_same_person_who_is_a_member_already_is_a_question(
    app: Flask, world: World, enter: Enter, other: Side
) -> None:
    number = identity()
    here = traveller(app, other, number=number, name="王旅", unit_id=other.other_branch)
    depart(app, world, enter, other, number=number)
    coming = arrived(app, other)
    client = enter(other["admin"])
    answer = client.post(f"/transfers/{coming.id}/accept", data={"unit_id": other.branch})
    assert answer.status_code == 422
    assert "身份证号码相同" in answer.get_data(as_text=True)
    assert transfers(app, other, id=coming.id)[0].state == "sent"
    assert exchanges(app, other)[0].state == "sent"
    yes = {"unit_id": other.branch, "match": "same"}
    assert client.post(f"/transfers/{coming.id}/accept", data=yes).status_code == 303
    assert [row.unit_id for row in memberships(app, other, here) if row.until is None] == [other.branch]
    assert len(rows(app, other, Person, name="王旅")) == 1


def test_a_guest_becomes_a_member(app: Flask, world: World, enter: Enter, other: Side) -> None:
    number = identity()
    here = traveller(app, other, number=number)
    change(app, other, Membership, {"person_id": here}, relation="in")
    depart(app, world, enter, other, number=number)
    coming = arrived(app, other)
    assert enter(other["secretary"]).post(f"/transfers/{coming.id}/accept", data={}).status_code == 303
    assert [(row.relation, row.until is None) for row in memberships(app, other, here)] == [
        ("in", False),
        ("registered", True),
    ]


def test_somebody_who_left_comes_back_as_the_same_person(
    app: Flask, world: World, enter: Enter, other: Side
) -> None:
    number = identity()
    here = traveller(app, other, number=number)
    change(app, other, Membership, {"person_id": here}, until=date(2024, 1, 1), end_reason="left")
    change(app, other, Person, {"id": here}, state="left")
    depart(app, world, enter, other, number=number)
    coming = arrived(app, other)
    assert enter(other["secretary"]).post(f"/transfers/{coming.id}/accept", data={}).status_code == 303
    assert [row.state for row in rows(app, other, Person, id=here)] == ["active"]
    assert [row.until is None for row in memberships(app, other, here)] == [False, True]


def test_the_same_name_without_a_number_is_a_question(
    app: Flask, world: World, enter: Enter, other: Side
) -> None:
    here = traveller(app, other)
    depart(app, world, enter, other)
    coming = arrived(app, other)
    client = enter(other["secretary"])
    assert client.post(f"/transfers/{coming.id}/accept", data={}).status_code == 422
    assert client.post(f"/transfers/{coming.id}/accept", data={"match": "other"}).status_code == 303
    found = rows(app, other, Person, name="王旅")
    assert len(found) == 2
    assert here in {row.id for row in found}


def test_a_unit_that_is_gone_leaves_it_to_the_administrators(
    app: Flask, world: World, enter: Enter, other: Side
) -> None:
    depart(app, world, enter, other)
    with app.app_context(), tenant(other.tenant_id), transaction():
        db.session.execute(
            db.text("update unit set state = 'dissolved', ended_on = current_date where id = :id"),
            {"id": other.branch},
        )
    coming = arrived(app, other)
    assert coming.to_unit_id is None
    assert receivers(app, other) == []
    assert ("arrived", other["admin"].person_id) in told(app, other, coming.id)
    assert enter(other["secretary"]).get(f"/transfers/{coming.id}").status_code == 403
    client = enter(other["admin"])
    assert client.post(f"/transfers/{coming.id}/accept", data={}).status_code == 422
    chosen = {"unit_id": other.other_branch}
    assert client.post(f"/transfers/{coming.id}/accept", data=chosen).status_code == 303
    assert exchanges(app, other)[0].receiving_unit_id == other.other_branch


def test_the_last_administrator_is_not_sent_away(app: Flask, world: World, enter: Enter, other: Side) -> None:
    admin = world.organ["admin"]
    assert admin.person_id is not None
    answer = send(enter(admin), admin.person_id, route="tenant", place=f"{other.tenant_id}-{other.branch}")
    assert answer.status_code == 409
    assert exchanges(app, world.organ) == []


def test_the_person_sees_where_it_stands(app: Flask, world: World, enter: Enter, other: Side) -> None:
    member = world.organ["member"]
    assert member.person_id is not None
    send(
        enter(world.organ["secretary"]),
        member.person_id,
        route="tenant",
        place=f"{other.tenant_id}-{other.branch}",
    )
    sent = transfers(app, world.organ, person_id=member.person_id)[0]
    assert ("sent", member.person_id) in told(app, world.organ, sent.id)
    page = enter(member).get("/me").get_data(as_text=True)
    assert "转接在途" in page
    assert sent.other_name in page
