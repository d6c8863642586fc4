"""Deliveries: made once a recipient, taken by lease, sent by the worker outside any transaction, outcome noted.

Claiming and noting are two short transactions of the caller's. A worker that dies between them leaves a lapsed lease:
the message is sent again, with the same message id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.access.door import fetch_own
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import NotFound
from shared.i18n import _
from shared.jobs import worker_name
from shared.messages.models import Delivery, Occasion
from shared.settings import settings

#: The task that sends what is due and unsent.
SEND = "messages.send"
#: After so many tries a message is given up and says so.
MAX_ATTEMPTS = 5
#: Minutes before the next try, by tries made.
BACKOFF = (1, 5, 15, 60)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery in hand: mine until its lease lapses."""

    id: int
    occasion_id: int
    kind: str
    person_id: int
    channel: str
    attempts: int
    worker: str

    def message_id(self, tenant_id: int) -> str:
        """The same for every try, on any machine."""
        return f"delivery-{tenant_id}-{self.id}"


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


def _lease_end() -> datetime:
    """Long enough for every step of one slow conversation with a mail server."""
    return now() + timedelta(seconds=2 * settings().job_lease)


def claim_batch(*, limit: int, since: datetime | None = None) -> list[Parcel]:
    """Take what is due and unsent, or whose sender died, oldest first; what another worker takes is passed over.

    `since`: when the tenant was reopened; what waited before is not taken.
    """
    at = now()
    worker = worker_name()
    waiting = (
        select(Delivery.tenant_id, Delivery.id)
        .where(
            or_(
                and_(Delivery.state == "pending", Delivery.not_before <= at),
                and_(Delivery.state == "sending", Delivery.lease_until < at),
            ),
            Delivery.attempts < MAX_ATTEMPTS,
            true() if since is None else Delivery.created_at >= since,
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
        )
        .execution_options(synchronize_session=False)
    ).all()
    return sorted((Parcel(*row, worker=worker) for row in rows), key=lambda parcel: parcel.id)


def renew(parcel: Parcel) -> bool:
    """Just before it goes out: is it still mine? Renews the lease if so."""
    return (
        db.session.execute(
            update(Delivery)
            .where(_mine(parcel))
            .values(lease_until=_lease_end())
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        is not None
    )


def _mine(parcel: Parcel) -> Any:
    return and_(Delivery.id == parcel.id, Delivery.state == "sending", Delivery.lease_by == parcel.worker)


def note_outcome(
    parcel: Parcel,
    *,
    state: str,
    reason: str | None = None,
    permanent: bool = True,
    subject: str = "",
    body: str = "",
) -> None:
    """Note what became of it: sent, suppressed, or failed with a reason; a failure that may pass is tried again.

    Only while the lease is mine: whoever took it over notes instead.
    """
    values: dict[str, Any] = {"state": state, "reason": reason, "lease_by": None, "lease_until": None}
    if state == "failed" and not permanent and parcel.attempts < MAX_ATTEMPTS:
        wait = BACKOFF[min(parcel.attempts, len(BACKOFF)) - 1]
        values |= {"state": "pending", "not_before": now() + timedelta(minutes=wait)}
    if state == "sent":
        values["sent_at"] = now()
    if subject:
        values |= {"subject": subject, "body": body}
    db.session.execute(
        update(Delivery).where(_mine(parcel)).values(**values).execution_options(synchronize_session=False)
    )


def give_up_interrupted() -> None:
    """What its senders died over too often is failed, and says so."""
    db.session.execute(
        update(Delivery)
        .where(
            Delivery.state == "sending",
            Delivery.lease_until < now(),
            Delivery.attempts >= MAX_ATTEMPTS,
        )
        .values(state="failed", reason="interrupted", lease_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def drop_backlog(*, before: datetime) -> None:
    """After a suspension: what was unsent when it began is not sent any more."""
    db.session.execute(
        update(Delivery)
        .where(Delivery.state.in_(("pending", "sending")), Delivery.created_at < before)
        .values(state="suppressed", reason="suspended", lease_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def read_notice(actor: Actor, *, delivery_id: int) -> Delivery:
    """Open one own notice; the first look marks it read. NotFound or Forbidden for anybody else's."""
    notice = fetch_own(Delivery, delivery_id, actor=actor)
    if notice.channel != "in_app" or notice.state != "sent":
        raise NotFound(_("There is nothing at this address."))
    db.session.execute(
        update(Delivery)
        .where(Delivery.id == notice.id, Delivery.read_at.is_(None))
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )
    return notice


def read_all(actor: Actor) -> int:
    """Mark every own notice read; returns how many were not."""
    marked = db.session.scalars(
        update(Delivery)
        .where(
            Delivery.person_id == (actor.person_id or 0),
            Delivery.channel == "in_app",
            Delivery.state == "sent",
            Delivery.read_at.is_(None),
        )
        .values(read_at=now())
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    if marked:
        record(actor, verb="notice.read_all", object_type="delivery", detail={"count": len(marked)})
    return len(marked)
