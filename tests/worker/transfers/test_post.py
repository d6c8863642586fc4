"""The sweep's step and the messages about transfers, in the recipient's language and only while they say something."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.db import db
from shared.members.models import Person
from shared.messages.models import Delivery
from shared.tenancy import tenant
from tests.factories.transfers import (
    change,
    memberships,
    open_up,
    post,
    rows,
    send,
    transfers,
    traveller,
)
from tests.world import Cast, Side, World, build

Enter = Callable[[Cast], FlaskClient]


@pytest.fixture
def deliver(app: Flask) -> Callable[[Side], list[Delivery]]:
    """Send what waits in a tenant; returns its deliveries about transfers and others, oldest first."""
    from services.worker.messages import send_waiting  # noqa: PLC0415 - the environment must stand first

    def run(side: Side) -> list[Delivery]:
        with app.app_context(), tenant(side.tenant_id):
            send_waiting()
            db.session.remove()
        return rows(app, side, Delivery)

    return run


def test_the_steps_of_the_sweep_are_in_it() -> None:
    from services.worker.sweep import EACH_MINUTE  # noqa: PLC0415
    from services.worker.transfers import exchange_post  # noqa: PLC0415

    names = [step.__name__ for step in EACH_MINUTE]
    assert exchange_post in EACH_MINUTE
    assert names.index("exchange_post") < names.index("send_waiting")


def test_the_receiver_and_the_person_are_told(
    app: Flask, world: World, enter: Enter, deliver: Callable[[Side], list[Delivery]]
) -> None:
    side, colleague = world.organ, world.organ.colleague
    assert colleague is not None
    change(app, side, Person, {"id": colleague.person_id}, locale="en")
    person_id = traveller(app, side)
    send(enter(side["secretary"]), person_id, place=f"{side.tenant_id}-{side.other_branch}")
    found = deliver(side)
    assert {row.state for row in found} == {"sent"}
    to_colleague = {row.channel: row for row in found if row.person_id == colleague.person_id}
    assert set(to_colleague) == {"in_app", "email"}
    assert to_colleague["in_app"].subject == "To receive: 王旅"
    mine = [row for row in found if row.person_id == person_id]
    assert [row.channel for row in mine] == ["email"]
    assert mine[0].subject == "您的关系已在转接途中"


def test_what_was_overtaken_is_not_sent(
    app: Flask, world: World, enter: Enter, deliver: Callable[[Side], list[Delivery]]
) -> None:
    side = world.organ
    person_id = traveller(app, side)
    client = enter(side["secretary"])
    send(client, person_id, place=f"{side.tenant_id}-{side.other_branch}")
    transfer = transfers(app, side, person_id=person_id)[0]
    client.post(f"/transfers/{transfer.id}/withdraw", data={})
    found = deliver(side)
    arrived = [row for row in found if row.subject == "" and row.state == "suppressed"]
    assert {row.reason for row in arrived} == {"done"}
    assert {row.subject for row in found if row.state == "sent"} == {
        "您的关系转接已撤回",
        "转接已撤回：王旅",
    }


def test_the_sweep_of_two_tenants_carries_a_transfer(
    app: Flask, world: World, enter: Enter, deliver: Callable[[Side], list[Delivery]]
) -> None:
    from services.worker.transfers import exchange_post  # noqa: PLC0415

    def sweep(side: Side) -> None:
        with app.app_context(), tenant(side.tenant_id):
            exchange_post()
            db.session.remove()

    other = build(app).organ
    open_up(app, other, other.branch)
    person_id = traveller(app, world.organ)
    send(
        enter(world.organ["secretary"]),
        person_id,
        route="tenant",
        place=f"{other.tenant_id}-{other.branch}",
    )
    for _twice in range(2):
        sweep(other)
    coming = transfers(app, other)
    assert len(coming) == 1
    subjects = {row.subject for row in deliver(other) if row.person_id == other["secretary"].person_id}
    assert subjects == {"待接收：王旅"}
    enter(other["secretary"]).post(f"/transfers/{coming[0].id}/accept", data={})
    for _twice in range(2):
        sweep(world.organ)
    assert memberships(app, world.organ, person_id)[0].end_reason == "transferred"
    subjects = {
        row.subject for row in deliver(world.organ) if row.person_id == world.organ["secretary"].person_id
    }
    assert "转接已接收：王旅" in subjects
    assert post(app, world.organ).answered == 0
