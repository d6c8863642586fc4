"""What went in a digest besides due items: messages of their own, each bearing the digest that took it in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text, and_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db import db
from shared.messages.models import Delivery, Occasion


@dataclass(frozen=True, slots=True)
class Joined:
    """One message that a digest says with its own."""

    id: int
    carrier_id: int
    occasion_id: int
    kind: str
    person_id: int
    channel: str
    created_at: datetime


def reference_to(digest_id: int) -> str:
    """What a message bears that goes in this digest (a delivery's key)."""
    return f"digest:{digest_id}"


def carried_by(digests: Iterable[tuple[int, int, str]]) -> Any:
    """Rows (id, person_id, channel, reference) of some digests, each given by key, person and channel.

    With person and channel, what they carry is found by an index.
    """
    rows = list(digests)
    return (
        func.unnest(
            literal([key for key, _person, _channel in rows], ARRAY(BigInteger)),
            literal([person_id for _key, person_id, _channel in rows], ARRAY(BigInteger)),
            literal([channel for _key, _person, channel in rows], ARRAY(Text)),
            literal([reference_to(key) for key, _person, _channel in rows], ARRAY(Text)),
        )
        .table_valued("id", "person_id", "channel", "reference")
        .render_derived("carried")
    )


def joined(digests: Iterable[tuple[int, int, str]]) -> list[Joined]:
    """What some digests carry, by digest and in the order in which it came. One query."""
    given = carried_by(digests)
    return [
        Joined(*row)
        for row in db.session.execute(
            select(
                Delivery.id,
                given.c.id,
                Delivery.occasion_id,
                Occasion.kind,
                Delivery.person_id,
                Delivery.channel,
                Delivery.created_at,
            )
            .select_from(given)
            .join(
                Delivery,
                and_(
                    Delivery.person_id == given.c.person_id,
                    Delivery.channel == given.c.channel,
                    Delivery.reference == given.c.reference,
                    Delivery.state == "suppressed",
                ),
            )
            .join(
                Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id)
            )
            .order_by(given.c.id, Delivery.id)
        )
    ]
