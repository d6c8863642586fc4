"""A tenant whose terms are planned, with ends as a test sets them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from flask import Flask
from sqlalchemy import select, update

from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.duties.actions import Planned, adopt_pack, plan_terms
from shared.duties.models import DueItem
from shared.events.kinds import TERM_KINDS
from shared.members.models import Membership, Person
from shared.members.terms import name_key
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.world import Side


@contextmanager
def inside(app: Flask, side: Side) -> Iterator[None]:
    with app.app_context(), tenant(side.tenant_id):
        yield
        db.session.remove()


def ends(app: Flask, side: Side, unit_id: int, day: date | None) -> Planned:
    """Set a unit's end and plan the tenant's terms by the shipped rules."""
    with inside(app, side), transaction():
        adopt_pack(SYSTEM, pack=side.kind)
        db.session.execute(update(Unit).where(Unit.id == unit_id).values(term_ends_on=day))
        return plan_terms()


def term_items(app: Flask, side: Side, unit_id: int) -> list[DueItem]:
    """The unit's elections and missing dates, in the order of their days."""
    with inside(app, side):
        return list(
            db.session.scalars(
                select(DueItem)
                .where(DueItem.unit_id == unit_id, DueItem.kind.in_(TERM_KINDS))
                .order_by(DueItem.due_on, DueItem.id)
            )
        )


def said(items: list[DueItem]) -> list[tuple[str, str, str, str | None]]:
    return [(item.kind, item.period, item.state, item.reason) for item in items]


def member(app: Flask, side: Side, unit_id: int, name: str) -> int:
    """One more member of a unit, without an account."""
    with inside(app, side), transaction():
        person = Person(name=name, name_key=name_key(name), email=f"{name_key(name)}@example.test")
        db.session.add(person)
        db.session.flush()
        line = "party" if side.kind == "bureau" else "union"
        db.session.add(
            Membership(
                person_id=person.id,
                unit_id=unit_id,
                kind=line,
                status="full" if line == "party" else "member",
                since=date(2020, 1, 1),
            )
        )
        db.session.flush()
        return person.id
