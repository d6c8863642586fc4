"""An occasion and its recipients: one row each, by one statement; those who get nothing with the reason."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, literal, null, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import Text

from shared.access.actor import Actor
from shared.clock import now
from shared.db import db
from shared.messages.channels import SILENT
from shared.messages.models import Delivery, Occasion, Preference


class FannedOut(NamedTuple):
    """How many rows a fan-out wrote: messages to send, and those that are not sent, each with its reason."""

    pending: int
    suppressed: int


def open_occasion(
    actor: Actor, *, kind: str, key: str, detail: dict[str, Any] | None = None
) -> tuple[int, bool]:
    """The occasion of that key and whether it is new; a second opener waits for the first one's commit."""
    made = db.session.execute(
        insert(Occasion)
        .values(kind=kind, key=key, detail=detail or {}, caused_by=actor.person_id)
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
        .returning(Occasion.id)
    ).scalar_one_or_none()
    if made is not None:
        return made, True
    return db.session.execute(select(Occasion.id).where(Occasion.key == key)).scalar_one(), False


def fan_out(
    *,
    occasion_id: int | None,
    ways: Select[Any],
    topic: str | None = None,
    not_before: datetime | None = None,
    quiet_until: datetime | None = None,
    many: bool = True,
    held_for: str | None = None,
) -> FannedOut:
    """Write the rows of an occasion for everybody that `ways` names, by one statement; nothing passes through Python.

    `ways` gives (person_id, channel, reason): a reason where the person is not reached by that way (left, no_address,
    bounced, exempt), else null. Who declined `topic` on a channel is noted as opted_out; nobody declines in_app.
    `many`: rows imported a minute ago have no statistics, and loops over them would never end.
    `not_before`: when they may go out. `quiet_until`: the same for channels that make themselves heard; in the product
    a message stands at once. A row that exists stays as it is, so doing it twice adds nothing.
    `occasion_id` None: `ways` names the occasion too. `held_for`: what those that can be sent wait
    for, as their reason.
    """
    found = ways.subquery("ways")
    reason: Any = found.c.reason
    source: Any = found
    if topic is not None:
        declined = and_(
            Preference.person_id == found.c.person_id,
            Preference.channel == found.c.channel,
            Preference.topic == topic,
            Preference.wanted.is_(False),
            found.c.channel != "in_app",
        )
        source = found.outerjoin(Preference, declined)
        reason = func.coalesce(found.c.reason, case((Preference.id.is_not(None), "opted_out"), else_=null()))
    if held_for is not None:
        state_of, reason = reason, func.coalesce(reason, held_for)
    else:
        state_of = reason
    rows = select(
        found.c.occasion_id if occasion_id is None else literal(occasion_id),
        found.c.person_id,
        found.c.channel,
        case((state_of.is_(None), "pending"), else_="suppressed"),
        reason.cast(Text),
        case(
            (found.c.channel.in_(sorted(SILENT)), literal(not_before or now())),
            else_=literal(quiet_until or not_before or now()),
        ),
    ).select_from(source)
    made = (
        insert(Delivery)
        .from_select(["occasion_id", "person_id", "channel", "state", "reason", "not_before"], rows)
        .on_conflict_do_nothing(index_elements=["tenant_id", "occasion_id", "person_id", "channel"])
        .returning(Delivery.state)
        .cte("made")
    )
    if many:
        db.session.execute(select(func.set_config("enable_nestloop", "off", True)))
    pending, total = db.session.execute(
        select(func.count().filter(made.c.state == "pending"), func.count()).select_from(made)
    ).one()
    if many:
        db.session.execute(select(func.set_config("enable_nestloop", "on", True)))
    return FannedOut(pending, total - pending)
