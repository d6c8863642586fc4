"""Sends what is due and unsent: take a few by lease, compose them, send outside any transaction, note the outcome."""

from collections.abc import Callable

import structlog

from services.worker.app import TenantTask, celery
from services.worker.ballots import compose_grades, compose_polls
from services.worker.channels.addresses import address
from services.worker.channels.outgoing import Composed
from services.worker.circulars import compose_circulars
from services.worker.deeds import compose_contacts, compose_deeds, compose_late_deeds
from services.worker.digests import compose
from services.worker.dispatches import compose_dispatches
from services.worker.dues import compose_dues
from services.worker.events import compose_meetings, compose_reviews
from services.worker.findings import compose_finding, compose_findings, compose_late_findings
from services.worker.groups import compose_group_dues
from services.worker.joint import compose_joint
from services.worker.minutes import compose_minutes
from services.worker.plans import compose_late_tasks, compose_plans, compose_tasks
from services.worker.resolutions import compose_late, compose_resolved
from services.worker.returns import compose_fillings, compose_late_returns, compose_returns
from services.worker.rounds import compose_late_rounds, compose_results, compose_rounds
from services.worker.sending import Run
from services.worker.terms import compose_handovers
from services.worker.transfers import compose_transfers
from services.worker.trials import compose_trials
from services.worker.watchlist import compose_watch, compose_watch_late
from services.worker.wording import reword
from shared.db import db, transaction
from shared.jobs import nudge, nudge_taken
from shared.messages.actions import (
    SEND,
    Outcome,
    Parcel,
    give_up_interrupted,
    note_outcomes,
    waiting_channels,
)
from shared.reminders.queries.ladder import reopened_at

log = structlog.get_logger()

#: Seconds of one go; then other tenants get their turn before the rest.
GO = 5.0

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
    "deed": compose_deeds,
    "deed_late": compose_late_deeds,
    "contact": compose_contacts,
    "finding_late": compose_late_findings,
    "return": compose_returns,
    "filling": compose_fillings,
    "return_late": compose_late_returns,
    "watch": compose_watch,
    "watch_late": compose_watch_late,
    "channel_test": compose_trials,
    "group_due": compose_group_dues,
    "poll": compose_polls,
    "grade": compose_grades,
    "circular": compose_circulars,
    "dispatch": compose_dispatches,
    "assessment_round": compose_rounds,
    "assessment_late": compose_late_rounds,
    "assessment_result": compose_results,
}


@celery.task(name=SEND, base=TenantTask)
def send() -> None:
    """Send what is due and unsent of one tenant."""
    nudge_taken(SEND)
    send_waiting()


def send_waiting() -> int:
    """Send the open tenant's messages for at most GO seconds; then the others' turn comes before the rest.

    Returns how many were in hand. A tenant has one nudge in the queue, however much it has to send, so a neighbour
    waits for one go of each before it.
    """
    since = reopened_at()
    channels = waiting_channels(since=since)
    db.session.rollback()
    if not channels:
        return 0
    with transaction():
        give_up_interrupted()
    runs = [Run(channel, since, _compose, GO / len(channels)) for channel in channels]
    for run in runs:
        try:
            run.go()
        except Exception as error:
            # One channel that cannot be opened does not keep the others from theirs.
            db.session.rollback()
            log.exception("run failed", channel=run.channel, error=type(error).__name__)
    if any(run.more for run in runs):
        nudge(SEND)()
    return sum(run.done for run in runs)


def _compose(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """Each with its message and address, or the reason why there is none."""
    composed: dict[int, Composed | str] = {}
    for kind in sorted({parcel.kind for parcel in parcels}):
        composed |= _compose_kind(kind, [parcel for parcel in parcels if parcel.kind == kind])
    return address(parcels, composed)


def _compose_kind(kind: str, parcels: list[Parcel]) -> dict[int, Composed | str]:
    """A composer that fails takes its own messages with it, not the others of the round."""
    try:
        return reword(kind, parcels, COMPOSERS[kind](parcels))
    except Exception as error:
        db.session.rollback()
        log.exception("composer failed", kind=kind, error=type(error).__name__)
        with transaction():
            note_outcomes([Outcome(parcel, "failed", "fault", permanent=False) for parcel in parcels])
        return {}
