"""What became of a delivery: sent, not sent and why, to be tried again, or given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, SmallInteger, Text, case, func, literal, update
from sqlalchemy.dialects.postgresql import ARRAY

from shared.clock import now
from shared.db import db
from shared.messages.actions.sending import MAX_ATTEMPTS, MINUTE, Parcel
from shared.messages.models import Delivery

#: Minutes before the next try, by tries made.
BACKOFF = (1, 5, 15, 60)
#: A server that is away says nothing about the message: it is tried each minute, and given up after so long.
GIVE_UP = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one: sent, suppressed or failed. `away`: the channel's fault, not the message's; `wait` in s."""

    parcel: Parcel
    state: str
    reason: str | None = None
    permanent: bool = True
    subject: str = ""
    body: str = ""
    reference: str | None = None
    away: bool = False
    wait: int | None = None
    page: str = ""


def note_outcome(
    parcel: Parcel,
    *,
    state: str,
    reason: str | None = None,
    permanent: bool = True,
    subject: str = "",
    body: str = "",
    reference: str | None = None,
    wait: int | None = None,
) -> None:
    """Note what became of one; see note_outcomes."""
    note_outcomes([Outcome(parcel, state, reason, permanent, subject, body, reference, wait=wait)])


def _next(outcome: Outcome, at: datetime) -> tuple[str, datetime | None, int]:
    """The state after an outcome, when it is tried again, and how many tries it has then had."""
    tries = outcome.parcel.attempts
    if outcome.state != "failed" or outcome.permanent:
        return outcome.state, None, tries
    if outcome.away:
        if outcome.parcel.created_at < at - GIVE_UP:
            return "failed", None, tries
        return "pending", at + timedelta(seconds=outcome.wait or MINUTE), tries - 1
    if tries >= MAX_ATTEMPTS:
        return "failed", None, tries
    wait = timedelta(minutes=BACKOFF[min(tries, len(BACKOFF)) - 1])
    return "pending", at + max(wait, timedelta(seconds=outcome.wait or 0)), tries


def note_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Note what became of some: sent, suppressed, or failed with a reason; a failure that may pass is tried again.

    By one statement. Only while the lease is mine: whoever took it over notes instead.
    """
    if not outcomes:
        return
    at = now()
    after = [_next(outcome, at) for outcome in outcomes]
    columns: dict[str, tuple[list[Any], Any]] = {
        "id": ([one.parcel.id for one in outcomes], BigInteger()),
        "worker": ([one.parcel.worker for one in outcomes], Text()),
        "state": ([state for state, _again, _tries in after], Text()),
        "again": ([again for _state, again, _tries in after], DateTime(timezone=True)),
        "tries": ([tries for _state, _again, tries in after], SmallInteger()),
        "reason": ([one.reason for one in outcomes], Text()),
        "subject": ([one.subject for one in outcomes], Text()),
        "body": ([one.body for one in outcomes], Text()),
        "page": ([one.page for one in outcomes], Text()),
        "reference": ([one.reference for one in outcomes], Text()),
    }
    given = (
        func.unnest(*(literal(values, ARRAY(kind)) for values, kind in columns.values()))
        .table_valued(*columns)
        .render_derived("given")
    )
    written = given.c.subject != ""
    db.session.execute(
        update(Delivery)
        .where(
            Delivery.id == given.c.id,
            Delivery.state == "sending",
            Delivery.lease_by == given.c.worker,
        )
        .values(
            state=given.c.state,
            reason=given.c.reason,
            lease_by=None,
            lease_until=None,
            attempts=given.c.tries,
            not_before=func.coalesce(given.c.again, Delivery.not_before),
            sent_at=case((given.c.state == "sent", literal(at)), else_=Delivery.sent_at),
            subject=case((written, given.c.subject), else_=Delivery.subject),
            body=case((written, given.c.body), else_=Delivery.body),
            page=case((written, given.c.page), else_=Delivery.page),
            reference=func.coalesce(given.c.reference, Delivery.reference),
        )
        .execution_options(synchronize_session=False)
    )


def give_back(parcels: Sequence[Parcel]) -> None:
    """Not tried after all: they wait as they did before they were taken."""
    if not parcels:
        return
    db.session.execute(
        update(Delivery)
        .where(
            Delivery.id.in_([parcel.id for parcel in parcels]),
            Delivery.state == "sending",
            Delivery.lease_by.in_({parcel.worker for parcel in parcels}),
        )
        .values(state="pending", lease_by=None, lease_until=None, attempts=Delivery.attempts - 1)
        .execution_options(synchronize_session=False)
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
