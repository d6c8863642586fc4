"""Reads of the votes of a record."""

from sqlalchemy import select

from shared.db import db
from shared.events.models import Vote


def votes_of(event_id: int) -> list[Vote]:
    """The votes of one record in their order. One query."""
    return list(db.session.scalars(select(Vote).where(Vote.event_id == event_id).order_by(Vote.ordinal)))
