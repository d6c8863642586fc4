"""A delivery on its way: claimed by lease, sent outside any transaction, outcome noted.

Claiming and noting are short transactions of the caller's. A worker that dies between them leaves a lapsed lease: the
message is sent again, with the same message id. At most OUTCOMES of a worker are sent and not yet noted, so a kill
doubles at most that many; nobody can close that window, for the server's OK and our note are two acts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Text,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.clock import now
from shared.db import db
from shared.jobs import worker_name
from shared.messages.channels import CHANNELS, SPECS
from shared.messages.models import ChannelSetting, Delivery, Occasion
from shared.settings import settings

#: The task that sends what is due and unsent.
SEND = "messages.send"
#: At most so many messages of one worker are sent and not yet noted.
OUTCOMES = 20
#: After so many tries a message is given up and says so.
MAX_ATTEMPTS = 5
#: What a limit a minute counts.
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery in hand: mine until its lease lapses."""

    id: int
    occasion_id: int
    kind: str
    #: None: a group.
    person_id: int | None
    channel: str
    attempts: int
    created_at: datetime
    #: A robot's group; None: a person.
    group_id: int | None
    worker: str

    def message_id(self, tenant_id: int) -> str:
        """The same for every try, on any machine."""
        return f"delivery-{tenant_id}-{self.id}"


def _lease_end() -> datetime:
    """Twice as long as the worker that holds it begins to send; the rest is for one slow conversation."""
    return now() + timedelta(seconds=2 * settings().job_lease)


def _due(at: datetime, since: datetime | None) -> Any:
    """Waits and is due, or its sender died."""
    return and_(
        or_(
            and_(Delivery.state == "pending", Delivery.not_before <= at),
            and_(Delivery.state == "sending", Delivery.lease_until < at),
        ),
        Delivery.attempts < MAX_ATTEMPTS,
        true() if since is None else Delivery.created_at >= since,
    )


def waiting_channels(*, since: datetime | None = None) -> list[str]:
    """The channels by which something is to be sent now. One query."""
    names = func.unnest(literal(sorted(CHANNELS), ARRAY(Text))).table_valued("name").render_derived("names")
    # The oldest of each, looked up in the index: "exists" would be answered by reading all that waits.
    oldest = (
        select(Delivery.id)
        .where(
            Delivery.channel == names.c.name,
            Delivery.state.in_(("pending", "sending")),
            Delivery.not_before <= now(),
            _due(now(), since),
        )
        .order_by(Delivery.not_before, Delivery.id)
        .limit(1)
        .correlate(names)
        .scalar_subquery()
    )
    return list(db.session.scalars(select(names.c.name).where(oldest.is_not(None)).order_by(names.c.name)))


def claim_batch(*, channel: str, limit: int, since: datetime | None = None) -> list[Parcel]:
    """Take what is due and unsent by one channel, or whose sender died, oldest first, at most `limit` and what the
    tenant's limit a minute leaves; what another worker takes is passed over.

    `since`: when the tenant was reopened; what waited before is not taken.
    """
    at = now()
    allowed, spent = _allowance(channel, at)
    limit = limit if allowed is None else min(limit, allowed)
    if limit <= 0:
        return []
    worker = worker_name()
    waiting = (
        select(Delivery.tenant_id, Delivery.id)
        .where(
            Delivery.channel == channel,
            # Said once more without the "or", for the index.
            Delivery.state.in_(("pending", "sending")),
            Delivery.not_before <= at,
            _due(at, since),
        )
        .order_by(Delivery.not_before, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("waiting")
    )
    rows = db.session.execute(
        update(Delivery)
        .where(
            Delivery.tenant_id == waiting.c.tenant_id,
            Delivery.id == waiting.c.id,
            Occasion.tenant_id == Delivery.tenant_id,
            Occasion.id == Delivery.occasion_id,
        )
        .values(state="sending", lease_by=worker, lease_until=_lease_end(), attempts=Delivery.attempts + 1)
        .returning(
            Delivery.id,
            Delivery.occasion_id,
            Occasion.kind,
            Delivery.person_id,
            Delivery.channel,
            Delivery.attempts,
            Delivery.created_at,
            Delivery.group_id,
        )
        .execution_options(synchronize_session=False)
    ).all()
    if allowed is not None and rows:
        _spend(channel, spent, len(rows), at)
    parcels = [
        Parcel(
            row.id,
            row.occasion_id,
            row.kind,
            row.person_id,
            row.channel,
            row.attempts,
            row.created_at,
            row.group_id,
            worker,
        )
        for row in rows
    ]
    return sorted(parcels, key=lambda parcel: parcel.id)


def _allowance(channel: str, at: datetime) -> tuple[int | None, dict[str, int]]:
    """How many the tenant's limit leaves this minute (None: no limit), and what was spent second by second.

    The row stays locked until the claim is committed, so two workers together keep the limit.
    """
    row = db.session.execute(
        select(ChannelSetting.per_minute, ChannelSetting.spent)
        .where(ChannelSetting.channel == channel)
        .with_for_update()
    ).one_or_none()
    spec = SPECS.get(channel)
    limits = [limit for limit in (row and row.per_minute, spec and spec.most_a_minute) if limit]
    if row is None or not limits:
        return None, {}
    began = at.timestamp() - MINUTE
    spent = {second: number for second, number in row.spent.items() if int(second) > began}
    return max(0, min(limits) - sum(spent.values())), spent


def _spend(channel: str, spent: dict[str, int], number: int, at: datetime) -> None:
    second = str(int(at.timestamp()))
    db.session.execute(
        update(ChannelSetting)
        .where(ChannelSetting.channel == channel)
        .values(spent=spent | {second: spent.get(second, 0) + number})
        .execution_options(synchronize_session=False)
    )
