"""Sends what is due and unsent: take a few by lease, compose them, send outside any transaction, note the outcome."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

import structlog

from services.worker.app import TenantTask, celery
from services.worker.ballots import compose_polls
from services.worker.channels import CHANNELS
from services.worker.channels.outgoing import Composed, Outgoing, Send
from services.worker.dues import compose_dues
from services.worker.events import compose_meetings, compose_reviews
from services.worker.findings import compose_finding, compose_findings
from services.worker.joint import compose_joint
from services.worker.minutes import compose_minutes
from services.worker.plans import compose_late_tasks, compose_plans, compose_tasks
from services.worker.reminders import compose
from services.worker.resolutions import compose_late, compose_resolved
from services.worker.terms import compose_handovers
from services.worker.transfers import compose_transfers
from shared.db import db, transaction
from shared.errors import Undelivered
from shared.jobs import nudge
from shared.messages.actions import SEND, Parcel, claim_batch, note_outcome, renew
from shared.reminders.queries.ladder import ladder
from shared.tenancy import current_tenant

log = structlog.get_logger()

#: Taken at a time; and sent in one go before other tenants get their turn.
BATCH = 25
GO = 500

#: A kind of occasion → what writes its messages: composed ones by delivery, or the reason why one is not sent.
Composer = Callable[[list[Parcel]], dict[int, Composed | str]]


COMPOSERS: dict[str, Composer] = {
    "digest": compose,
    "press": compose,
    "handover": compose_handovers,
    "transfer": compose_transfers,
    "meeting": compose_meetings,
    "review": compose_reviews,
    "minutes": compose_minutes,
    "dues": compose_dues,
    "joint": compose_joint,
    "resolutions": compose_resolved,
    "resolution_late": compose_late,
    "plan": compose_plans,
    "task": compose_tasks,
    "task_late": compose_late_tasks,
    "findings": compose_findings,
    "finding": compose_finding,
    "poll": compose_polls,
}


@celery.task(name=SEND, base=TenantTask)
def send() -> None:
    """Send what is due and unsent of one tenant."""
    send_waiting()


def send_waiting() -> int:
    """Send the open tenant's messages, at most GO; then the others' turn comes before the rest. Returns how many."""
    since = ladder().reopened_at
    db.session.rollback()
    done = 0
    while done < GO:
        count = send_batch(since)
        done += count
        if count < BATCH:
            return done
    nudge(SEND)()
    return done


def send_batch(since: datetime | None = None) -> int:
    """One round of at most BATCH; returns how many were in hand."""
    with transaction():
        parcels = claim_batch(limit=BATCH, since=since)
    composed: dict[int, Composed | str] = {}
    for kind in sorted({parcel.kind for parcel in parcels}):
        composed |= _compose(kind, [parcel for parcel in parcels if parcel.kind == kind])
    # Reading has begun a transaction; nothing may be open while a server is spoken to.
    db.session.rollback()
    with ExitStack() as stack:
        lines: dict[str, Send] = {}
        away: set[str] = set()
        for parcel in parcels:
            if parcel.id in composed:
                _one(parcel, composed[parcel.id], stack, lines, away)
    return len(parcels)


def _compose(kind: str, parcels: list[Parcel]) -> dict[int, Composed | str]:
    """A composer that fails takes its own messages with it, not the others of the round."""
    try:
        return COMPOSERS[kind](parcels)
    except Exception as error:
        db.session.rollback()
        log.exception("composer failed", kind=kind, error=type(error).__name__)
        with transaction():
            for parcel in parcels:
                note_outcome(parcel, state="failed", reason="fault", permanent=False)
        return {}


def _one(
    parcel: Parcel, message: Composed | str, stack: ExitStack, lines: dict[str, Send], away: set[str]
) -> None:
    if isinstance(message, str):
        with transaction():
            note_outcome(parcel, state="suppressed", reason=message)
        return
    with transaction():
        if not renew(parcel):
            # The lease lapsed while the ones before took long; somebody else sends it.
            return
    try:
        if parcel.channel in away:
            raise Undelivered("mail_server", permanent=False)
        if parcel.channel not in lines:
            lines[parcel.channel] = stack.enter_context(CHANNELS[parcel.channel]())
        lines[parcel.channel](
            Outgoing(
                message_id=parcel.message_id(current_tenant()),
                to=message.to,
                subject=message.subject,
                text=message.text + message.footer,
                locale=message.locale,
            )
        )
    except Undelivered as error:
        log.warning("undelivered", delivery=parcel.id, channel=parcel.channel, reason=error.reason)
        if error.reason == "mail_server":
            # A server that is away is not asked again for each message of the round.
            away.add(parcel.channel)
        with transaction():
            note_outcome(parcel, state="failed", reason=error.reason, permanent=error.permanent)
        return
    except Exception as error:
        log.exception(
            "transport failed", delivery=parcel.id, channel=parcel.channel, error=type(error).__name__
        )
        with transaction():
            note_outcome(parcel, state="failed", reason="fault", permanent=False)
        return
    with transaction():
        note_outcome(parcel, state="sent", subject=message.subject, body=message.text)
