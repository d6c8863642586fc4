"""Reads of deliveries."""

from sqlalchemy import Select, func, select

from shared.messages.models import Delivery


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
