"""Reads of deliveries."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, case, func, or_, select

from shared.db import db
from shared.messages.models import Delivery, MessageTemplate, Occasion

PAGE = 30


def unread_count(person_id: int) -> Select[int]:
    """How many in-app messages a person has not read."""
    return (
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.person_id == person_id,
            Delivery.channel == "in_app",
            Delivery.state == "sent",
            Delivery.read_at.is_(None),
        )
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the own notices."""

    id: int
    kind: str
    subject: str
    sent_at: datetime
    read: bool


def own_notices(person_id: int, *, after: tuple[bool, int] | None = None) -> list[Notice]:
    """A page of own notices, unread first, newest first, and one more than a page when there is another.

    `after` is (read, id) of the last one shown.
    """
    read = case((Delivery.read_at.is_(None), 0), else_=1)
    statement = (
        select(Delivery.id, Occasion.kind, Delivery.subject, Delivery.sent_at, Delivery.read_at.is_not(None))
        .join(Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id))
        .where(Delivery.person_id == person_id, Delivery.channel == "in_app", Delivery.state == "sent")
        .order_by(read, Delivery.id.desc())
        .limit(PAGE + 1)
    )
    if after is not None:
        was_read, last = after
        statement = statement.where(
            or_(read > int(was_read), and_(read == int(was_read), Delivery.id < last))
        )
    return [
        Notice(delivery_id, kind, subject, sent_at, was_read)
        for delivery_id, kind, subject, sent_at, was_read in db.session.execute(statement)
        if sent_at is not None
    ]


def own_wordings(kind: str | None = None) -> dict[tuple[str, str], MessageTemplate]:
    """The tenant's own words by kind and language, of one kind or of all. One query."""
    statement = select(MessageTemplate)
    if kind is not None:
        statement = statement.where(MessageTemplate.kind == kind)
    return {(row.kind, row.locale): row for row in db.session.scalars(statement)}


def last_own(person_id: int, kind: str) -> tuple[str, str] | None:
    """Subject and text of the last message of a kind that a person got; None before the first."""
    row = db.session.execute(
        select(Delivery.subject, Delivery.body)
        .join(Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id))
        .where(
            Delivery.person_id == person_id,
            Delivery.channel == "in_app",
            Delivery.state == "sent",
            Occasion.kind == kind,
        )
        .order_by(Delivery.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.subject, row.body)
