"""Everything else that is past its day, besides due items: what the day's digest says with them."""

from collections.abc import Callable

import structlog

from shared.access.actor import Actor
from shared.db import db
from shared.reminders.actions.deeds import tell_late_deeds
from shared.reminders.actions.findings import tell_late_findings, tell_missing_months
from shared.reminders.actions.resolutions import tell_late_resolutions
from shared.reminders.actions.returns import tell_late_returns
from shared.reminders.actions.rounds import tell_late_rounds
from shared.reminders.actions.tasks import tell_late_tasks
from shared.reminders.queries.ladder import Ladder

log = structlog.get_logger()

#: Each tells at most some hundreds at a time and returns how many; 0: nothing is left.
SOURCES: tuple[Callable[..., int], ...] = (
    tell_late_tasks,
    tell_late_resolutions,
    tell_late_findings,
    tell_late_returns,
    tell_late_rounds,
    tell_late_deeds,
    tell_missing_months,
)


def tell_late(actor: Actor, *, steps: Ladder) -> int:
    """Bring every source to its stages of today, whole; returns how many things came to one.

    One that fails is undone by itself, is noted, and takes nothing from the others: its turn comes with the next plan.
    """
    found = 0
    for source in SOURCES:
        count = 0
        try:
            with db.session.begin_nested():
                while told := source(actor, steps=steps):
                    count += told
            found += count
        except Exception as error:
            log.exception("source failed", source=source.__name__, error=type(error).__name__)
    return found
