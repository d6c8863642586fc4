"""What the two of a hand-over are told, each in their own language, and what is not sent."""

from collections.abc import Callable
from email import message_from_string
from email.header import decode_header, make_header

from flask import Flask
from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.accounts.actions.handover import offer_handover, withdraw_handover
from shared.accounts.models import Handover
from shared.clock import today
from shared.db import db, transaction
from shared.members.models import Person, Post
from shared.messages.models import Delivery
from shared.reminders.actions.handover import take_over, tell
from tests.factories.clock import Clock
from tests.factories.terms import inside
from tests.world import Side, World

Minute = Callable[[Side], None]
Mails = Callable[[Side], dict[int, str]]


def offered(app: Flask, side: Side) -> int:
    """The member holds the secretary's office since today and is offered what the secretary had."""
    with inside(app, side), transaction():
        old, new = side["secretary"].person_id or 0, side["member"].person_id or 0
        db.session.execute(update(Post).where(Post.person_id == old).values(until=today()))
        db.session.add(Post(person_id=new, unit_id=side.branch, code="secretary", since=today()))
        db.session.flush()
        actor = Actor(name="officer", person_id=side["officer"].person_id)
        handover = offer_handover(
            actor, unit_id=side.branch, post_code="secretary", to_person_id=new, from_person_id=old
        )
        assert handover is not None
        tell(actor, handover, person_id=new, what="offered")
        return handover.id


def subjects(mails: dict[int, str]) -> list[str]:
    return sorted(
        str(make_header(decode_header(message_from_string(text)["Subject"]))) for text in mails.values()
    )


def test_the_new_one_is_told_of_the_offer_and_the_former_of_its_end(
    app: Flask, world: World, clock: Clock, minute: Minute, mails: Mails
) -> None:
    side = world.organ
    with clock.at("2026-06-15"):
        with inside(app, side), transaction():
            db.session.execute(
                update(Person).where(Person.id == side["secretary"].person_id).values(locale="en")
            )
        key = offered(app, side)
        minute(side)
        minute(side)
        with inside(app, side), transaction():
            handover = db.session.execute(select(Handover).where(Handover.id == key)).scalar_one()
            take_over(Actor(name="new", person_id=side["member"].person_id), handover=handover)
        minute(side)
    said = subjects(mails(side))
    assert len([one for one in said if one.startswith("接任：")]) == 1
    assert len([one for one in said if one.startswith("Handed over: Secretary of")]) == 1


def test_an_offer_taken_back_is_not_sent(
    app: Flask, world: World, clock: Clock, minute: Minute, mails: Mails
) -> None:
    side = world.organ
    with clock.at("2026-06-15"):
        key = offered(app, side)
        with inside(app, side), transaction():
            handover = db.session.execute(select(Handover).where(Handover.id == key)).scalar_one()
            withdraw_handover(Actor(name="officer"), handover=handover)
        minute(side)
        assert subjects(mails(side)) == []
        with inside(app, side):
            rows = db.session.execute(select(Delivery.state, Delivery.reason)).all()
        assert {tuple(row) for row in rows} == {("suppressed", "done")}
