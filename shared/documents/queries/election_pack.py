"""What goes into the pack of a unit's last election (换届): the record, the ballots of its day, offices, terms."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from shared.ballots.models import Poll
from shared.ballots.queries.results import Result, result_of
from shared.db import db
from shared.duties.queries import ledger_events
from shared.duties.queries.ledger.events import LedgerEvent
from shared.duties.queries.terms import Seated, seated, tenures
from shared.events.models import Event
from shared.organisations.models import Tenure, Unit

#: A ballot belongs to an election when it was closed at most so many days before or after it.
NEAR = timedelta(days=31)
#: Ballots and terms shown.
MOST = 12


@dataclass(frozen=True, slots=True)
class Pack:
    event: Event | None
    shown: LedgerEvent | None
    ballots: list[tuple[Poll, Result]]
    now: list[Seated]
    left: list[Seated]
    terms: list[Tenure]


def election_pack(unit: Unit) -> Pack:
    """The unit's last election. A constant number of queries, and four for each of at most MOST ballots."""
    event = db.session.execute(
        select(Event)
        .where(Event.unit_id == unit.id, Event.kind == "term_election", Event.state == "filed")
        .order_by(Event.held_on.desc(), Event.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if event is None:
        return Pack(None, None, [], seated(unit.id), [], tenures(unit.id)[:MOST])
    polls = db.session.scalars(
        select(Poll)
        .where(
            Poll.unit_id == unit.id,
            Poll.kind.in_(("election", "union_election")),
            Poll.state.in_(("closed", "published")),
            Poll.closed_at.between(event.held_on - NEAR, event.held_on + NEAR + timedelta(days=1)),
        )
        .order_by(Poll.id)
        .limit(MOST)
    ).all()
    return Pack(
        event,
        ledger_events([event])[0],
        [(poll, result_of(poll)) for poll in polls],
        seated(unit.id),
        [one for one in seated(unit.id, former=True) if one.until == event.held_on],
        tenures(unit.id)[:MOST],
    )
