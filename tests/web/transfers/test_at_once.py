"""Two people who press at the same time, on connections of their own: one acts, the other is told."""

from collections.abc import Callable
from threading import Barrier, Thread

from flask import Flask
from flask.testing import FlaskClient

from tests.factories.transfers import exchanges, memberships, open_up, post, send, transfers, traveller
from tests.world import Cast, Side, World, build

Enter = Callable[[Cast], FlaskClient]


def together(*presses: Callable[[], int]) -> list[int]:
    """The statuses of presses that begin at the same moment."""
    start, seen = Barrier(len(presses)), list[int]()

    def press(act: Callable[[], int]) -> None:
        start.wait()
        seen.append(act())

    threads = [Thread(target=press, args=(act,)) for act in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(seen)


def test_two_accept_at_once(app: Flask, world: World, enter: Enter) -> None:
    side, colleague = world.organ, world.organ.colleague
    assert colleague is not None
    person_id = traveller(app, side)
    send(enter(side["secretary"]), person_id, place=f"{side.tenant_id}-{side.other_branch}")
    address = f"/transfers/{transfers(app, side, person_id=person_id)[0].id}/accept"
    first, second = enter(colleague), enter(side["admin"])
    assert together(
        lambda: first.post(address, data={}).status_code, lambda: second.post(address, data={}).status_code
    ) == [303, 409]
    assert [row.until is None for row in memberships(app, side, person_id)] == [False, True]


def test_two_send_at_once(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id = traveller(app, side)
    first, second = enter(side["secretary"]), enter(side["admin"])
    assert together(
        lambda: send(first, person_id, place=f"{side.tenant_id}-{side.other_branch}").status_code,
        lambda: send(second, person_id, place=f"{side.tenant_id}-{side.middle}").status_code,
    ) == [303, 409]
    assert len(transfers(app, side, person_id=person_id)) == 1


def test_an_answer_and_a_withdrawal_cross(app: Flask, world: World, enter: Enter) -> None:
    """Between two tenants: whichever comes first holds for both."""
    sender = world.organ
    receiver: Side = build(app).organ
    open_up(app, receiver, receiver.branch)
    person_id = traveller(app, sender)
    place = f"{receiver.tenant_id}-{receiver.branch}"
    send(enter(sender["secretary"]), person_id, route="tenant", place=place)
    post(app, receiver)
    sent, coming = transfers(app, sender)[0], transfers(app, receiver)[0]
    here, there = enter(sender["secretary"]), enter(receiver["secretary"])
    assert together(
        lambda: here.post(f"/transfers/{sent.id}/withdraw", data={}).status_code,
        lambda: there.post(f"/transfers/{coming.id}/accept", data={}).status_code,
    ) == [303, 409]
    for side in (sender, receiver):
        post(app, side)
    state = exchanges(app, sender)[0].state
    assert state in ("accepted", "withdrawn")
    assert {transfers(app, sender)[0].state, transfers(app, receiver)[0].state} == {state}
    assert (memberships(app, sender, person_id)[0].until is not None) == (state == "accepted")


def test_two_letters_at_once_have_two_numbers(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    people = [traveller(app, side) for _one in range(2)]
    letter = {"route": "outside", "addressed_to": "中共云桥市委组织部", "valid_days": 10}
    clients = [enter(side["secretary"]), enter(side["admin"])]
    assert together(
        lambda: send(clients[0], people[0], **letter).status_code,
        lambda: send(clients[1], people[1], **letter).status_code,
    ) == [303, 303]
