"""What tests of transfers share: somebody to send, the post between tenants, what stands in the tables after it."""

import secrets
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.members.actions.people import set_terms
from shared.members.models import Membership, Person
from shared.members.numbers import seal_identity
from shared.members.terms import name_key
from shared.messages.models import Delivery, Occasion
from shared.tenancy import tenant
from shared.tenants.models import Receiver
from shared.tenants.queries import keys
from shared.transfers.actions import carry_post, publish
from shared.transfers.models import Exchange, Transfer
from tests.world import Side

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity() -> str:
    """A valid identity number that nobody else has."""
    first = f"110101199{secrets.randbelow(10)}0101{secrets.randbelow(1000):03d}"
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True)) % 11]


def traveller(
    app: Flask, side: Side, *, name: str = "王旅", number: str | None = None, unit_id: int | None = None
) -> int:
    """A member of the side's branch; returns the person's key."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            person = Person(name=name, name_key=name_key(name), sex="f", email="t@example.test")
            if number:
                sealed = seal_identity(keys(), number)
                person.identity_sealed, person.identity_hash, person.identity_tail = (
                    sealed.sealed,
                    sealed.hash,
                    sealed.tail,
                )
            db.session.add(person)
            db.session.flush()
            set_terms([(person.id, name)])
            db.session.add(
                Membership(
                    person_id=person.id,
                    unit_id=unit_id or side.branch,
                    kind="party" if side.kind == "bureau" else "union",
                    status="full" if side.kind == "bureau" else "member",
                    since=date(2021, 3, 1),
                )
            )
            key = person.id
        db.session.remove()
    return key


def open_up(app: Flask, side: Side, *unit_ids: int) -> None:
    """The side publishes these units."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            publish(SYSTEM, unit_ids=unit_ids)
        db.session.remove()


def post(app: Flask, side: Side) -> Any:
    """One round of the sweep in a tenant."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            done = carry_post()
        db.session.remove()
    return done


def send(client: FlaskClient, person_id: int, **fields: object) -> Any:
    """The filled form, with what differs."""
    data = {
        "person_id": person_id,
        "route": "inside",
        "form_key": secrets.token_hex(8),
        "effective_on": today().isoformat(),
        **fields,
    }
    return client.post("/transfers/new", data=data)


def change(app: Flask, side: Side, model: Any, where: dict[str, object], **values: object) -> None:
    """Put something into a state that the pages do not lead to."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            conditions = [getattr(model, name) == value for name, value in where.items()]
            db.session.execute(update(model).where(*conditions).values(**values))
        db.session.remove()


def transfers(app: Flask, side: Side, **where: object) -> list[Transfer]:
    return rows(app, side, Transfer, **where)


def memberships(app: Flask, side: Side, person_id: int) -> list[Membership]:
    """Oldest first."""
    return rows(app, side, Membership, person_id=person_id)


def rows(app: Flask, side: Side, model: Any, **where: object) -> list[Any]:
    with app.app_context(), tenant(side.tenant_id):
        found = list(db.session.scalars(select(model).filter_by(**where).order_by(model.id)))
        db.session.expunge_all()
        db.session.remove()
    return found


def exchanges(app: Flask, side: Side) -> list[Exchange]:
    return rows(app, side, Exchange)


def receivers(app: Flask, side: Side) -> list[Receiver]:
    with app.app_context(), tenant(side.tenant_id):
        found = list(db.session.scalars(select(Receiver).where(Receiver.tenant_id == side.tenant_id)))
        db.session.expunge_all()
        db.session.remove()
    return found


def told(app: Flask, side: Side, transfer_id: int) -> set[tuple[str, int]]:
    """(step, person) of the messages about a transfer."""
    with app.app_context(), tenant(side.tenant_id):
        found = {
            (key.rpartition(":")[2], person_id)
            for key, person_id in db.session.execute(
                select(Occasion.key, Delivery.person_id)
                .join(
                    Delivery,
                    (Delivery.tenant_id == Occasion.tenant_id) & (Delivery.occasion_id == Occasion.id),
                )
                .where(Occasion.kind == "transfer")
            )
            if key.split(":")[1] == str(transfer_id) and person_id is not None
        }
        db.session.remove()
    return found
