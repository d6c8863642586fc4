"""What the tests of organisational life by person share: events with attendance, offices, talks, written as rows."""

import secrets
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, update

from shared.db import db, transaction
from shared.db.types import PartialDate
from shared.events.models import Attendance, Event
from shared.members.models import Membership, Person, Post
from tests.web.events.stage import inside
from tests.world import Side


def event(
    app: Flask,
    side: Side,
    kind: str,
    on: date,
    *,
    unit_id: int | None = None,
    present: Iterable[int] = (),
    absent: Iterable[int] = (),
    **values: Any,
) -> int:
    """One filed record with its rows of attendance."""
    with inside(app, side), transaction():
        key = db.session.scalar(
            insert(Event)
            .values(
                unit_id=unit_id or side.branch,
                kind=kind,
                title=values.pop("title", kind),
                held_on=on,
                form_key=secrets.token_hex(8),
                **values,
            )
            .returning(Event.id)
        )
        for person_id, there in [*((one, True) for one in present), *((one, False) for one in absent)]:
            reason = None if there else "sick"
            db.session.add(Attendance(event_id=key, person_id=person_id, present=there, reason=reason))
    assert isinstance(key, int)
    return key


def talk(app: Flask, side: Side, one: int, other: int, on: date, *, unit_id: int | None = None) -> int:
    fields = {"partner": other, "topic": "thought"}
    return event(app, side, "heart_talk", on, unit_id=unit_id, chair_id=one, fields=fields)


def post(app: Flask, side: Side, person_id: int, code: str, unit_id: int, **values: Any) -> None:
    with inside(app, side), transaction():
        db.session.add(
            Post(person_id=person_id, unit_id=unit_id, code=code, **{"since": date(2025, 1, 1), **values})
        )


def joined(app: Flask, side: Side, person_id: int, text: str | None) -> None:
    with inside(app, side), transaction():
        db.session.execute(
            update(Membership)
            .where(Membership.person_id == person_id)
            .values(joined=PartialDate(text) if text else None)
        )


def rename(app: Flask, side: Side, person_id: int, name: str) -> None:
    with inside(app, side), transaction():
        db.session.execute(
            update(Person).where(Person.id == person_id).values(name=name, name_key=name.lower())
        )


def ids_of(app: Flask, side: Side, unit_id: int) -> list[int]:
    """The members of a unit by key."""
    with inside(app, side):
        return list(
            db.session.scalars(
                select(Membership.person_id)
                .where(Membership.unit_id == unit_id, Membership.until.is_(None))
                .order_by(Membership.person_id)
            )
        )
