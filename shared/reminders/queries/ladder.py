"""When each step is reached, as the tenant has chosen: for all kinds of duty, and for single kinds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select

from shared.clock import local
from shared.db import db
from shared.reminders.models import LadderStep
from shared.tenants.models import Tenant
from shared.tenants.queries import all_settings, open_tenant
from shared.workdays.queries import Calendar, Hours, hours_of


@dataclass(frozen=True, slots=True)
class Steps:
    """Days before the last day (`coming`; 0: none) and after it. None: the step is left out."""

    coming: int
    overdue: int
    superior: int | None
    leader: int | None

    def days(self, due_on: date, days: Calendar) -> Iterator[tuple[str, date]]:
        """Each step and the day it is told on, the latest step first.

        On a day off nobody is told: a step after the last day moves to the next work day, the one before it to the
        work day before.
        """
        for stage, after in (("leader", self.leader), ("superior", self.superior), ("overdue", self.overdue)):
            if after is not None:
                yield stage, days.next_workday(due_on + timedelta(days=after))
        yield "due", days.next_workday(due_on)
        if self.coming:
            yield "coming", days.workday_before(due_on - timedelta(days=self.coming))

    def latest(self, due_on: date, on: date, days: Calendar) -> tuple[str, date] | None:
        """The latest step reached, and the day on which it was; None before the first."""
        return next(((stage, day) for stage, day in self.days(due_on, days) if day <= on), None)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The tenant's steps (days before or after the last day), the hour (0–23) of the digest and the hours of quiet.

    `reopened_at`: None if never suspended. `own`: kinds of duty that have steps of their own.
    """

    coming: int
    overdue: int
    superior: int
    leader: int | None
    hour: int
    hours: Hours
    own: Mapping[str, Steps] = field(default_factory=dict)
    reopened_at: datetime | None = None

    @property
    def default(self) -> Steps:
        """The steps of every kind that has none of its own."""
        return Steps(self.coming, self.overdue, self.superior, self.leader)

    def of(self, kind: str) -> Steps:
        return self.own.get(kind) or self.default

    @property
    def farthest(self) -> int:
        """The most days before its last day at which anything is told, days off aside."""
        return max(self.coming, *(steps.coming for steps in self.own.values()), 0)

    def speaks(self, at: datetime) -> bool:
        """Whether the day's messages may be planned: from the tenant's hour on, outside quiet hours and days off.

        An hour that lies in quiet hours itself counts as their end.
        """
        if not self.hours.is_open(at):
            return False
        return local(at).hour >= self.hour or self.hours.is_quiet_hour(self.hour)


def _reopened(row: Tenant) -> datetime | None:
    return row.state_since if row.state_since > row.created_at else None


def reopened_at() -> datetime | None:
    """When the open tenant was reopened; None if it never was suspended. One query."""
    return _reopened(open_tenant())


def own_steps() -> dict[str, Steps]:
    """The kinds of duty that have steps of their own. One query."""
    rows = db.session.execute(
        select(
            LadderStep.kind, LadderStep.coming, LadderStep.overdue, LadderStep.superior, LadderStep.leader
        ).order_by(LadderStep.kind)
    )
    return {row.kind: Steps(*row[1:]) for row in rows}


def ladder() -> Ladder:
    """The open tenant's steps and hours. Four queries."""
    chosen = all_settings()
    return Ladder(
        coming=chosen["remind_coming_days"],
        overdue=chosen["remind_overdue_days"],
        superior=chosen["remind_superior_days"],
        leader=chosen["remind_leader_days"] or None,
        hour=chosen["digest_hour"],
        hours=hours_of(chosen),
        own=own_steps(),
        reopened_at=reopened_at(),
    )
