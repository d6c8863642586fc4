"""Votes of a reach, and those that wait for a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.ballots.kinds import NAMES
from shared.ballots.models import Poll, PollVoter
from shared.db import db
from shared.duties.queries.filters import below
from shared.organisations.models import Unit

PAGE = 50
STATES = ("open", "draft", "closed", "all")


@dataclass(frozen=True, slots=True)
class PollFilter:
    """`state`: open, draft, closed (published too), all. `after`: the last one shown."""

    state: str = "all"
    unit_id: int | None = None
    kind: str = ""
    after: int | None = None


@dataclass(frozen=True, slots=True)
class PollRow:
    id: int
    title: str
    kind: str
    unit_name: str
    way: str
    state: str
    closes_at: datetime | None
    voters: int
    voted: int

    @property
    def kind_name(self) -> str:
        return str(NAMES[self.kind])


def polls(actor: Actor, given: PollFilter) -> tuple[list[PollRow], int | None]:
    """A page, newest first, and where to go on. One query."""
    voters = (
        select(func.count())
        .where(PollVoter.tenant_id == Poll.tenant_id, PollVoter.poll_id == Poll.id)
        .correlate(Poll)
    )
    statement = (
        select(
            Poll.id,
            Poll.title,
            Poll.kind,
            Unit.name,
            Poll.way,
            Poll.state,
            Poll.closes_at,
            voters.scalar_subquery(),
            voters.where(PollVoter.voted).scalar_subquery(),
        )
        .join(Unit, and_(Unit.tenant_id == Poll.tenant_id, Unit.id == Poll.unit_id))
        .where(reach_filter(actor, Permission.BALLOT_VIEW, Unit.path))
        .order_by(Poll.id.desc())
        .limit(PAGE + 1)
    )
    if given.state == "closed":
        statement = statement.where(Poll.state.in_(("closed", "published")))
    elif given.state != "all":
        statement = statement.where(Poll.state == given.state)
    if given.unit_id is not None:
        statement = statement.where(below(given.unit_id))
    if given.kind:
        statement = statement.where(Poll.kind == given.kind)
    if given.after is not None:
        statement = statement.where(Poll.id < given.after)
    rows = [PollRow(*row) for row in db.session.execute(statement)]
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def to_vote(person_id: int) -> list[tuple[int, str, datetime]]:
    """(poll, title, until when) of the votes on the screen that wait for a person. One query."""
    rows = db.session.execute(
        select(Poll.id, Poll.title, Poll.closes_at)
        .join(PollVoter, and_(PollVoter.tenant_id == Poll.tenant_id, PollVoter.poll_id == Poll.id))
        .where(
            PollVoter.person_id == person_id,
            ~PollVoter.voted,
            Poll.state == "open",
            Poll.way == "screen",
            Poll.closes_at > func.now(),
        )
        .order_by(Poll.closes_at, Poll.id)
        .limit(20)
    )
    return [(key, title, until) for key, title, until in rows if until is not None]


def voter(poll_id: int, person_id: int) -> PollVoter | None:
    """The person's line on the check-off list. One query."""
    return db.session.scalar(
        select(PollVoter).where(PollVoter.poll_id == poll_id, PollVoter.person_id == person_id)
    )
