"""How a democratic appraisal stands: who wrote of the own year, the hearing in the group, the ballot, the grades."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, func, select

from shared.ballots.models import Poll, PollGrade, PollItem, PollVoter, SelfReview
from shared.ballots.queries.voters import roster
from shared.clock import today
from shared.db import db
from shared.duties.periods import months_after
from shared.events.models import Event
from shared.i18n import lazy_
from shared.members.models import Person
from shared.organisations.models import Unit

#: The kinds of records that hold the hearing in the group.
HEARINGS = ("democratic_appraisal", "organisational_life_meeting")

STEPS: dict[str, lazy_] = {
    "self": lazy_("Each appraises the own year"),
    "mutual": lazy_("Members hear each other"),
    "ballot": lazy_("Secret vote"),
    "grades": lazy_("The committee decides, each is told"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `state` done, now or later; `done` of `of` people; `day` it was held or ends."""

    key: str
    state: str
    done: int | None = None
    of: int | None = None
    day: date | None = None

    @property
    def name(self) -> str:
        return str(STEPS[self.key])


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A member with the own text; '' until it is handed in."""

    name: str
    body: str
    handed_on: date | None


def _expected(unit: Unit, poll: Poll) -> Select[int]:
    """Who takes part: the roster while it is a draft, then the list of members who vote."""
    if poll.state == "draft":
        return roster(unit, poll.kind)
    return select(PollVoter.person_id).where(PollVoter.poll_id == poll.id, PollVoter.voter_class == "members")


def takes_part(unit: Unit, poll: Poll, person_id: int) -> bool:
    """Whether the person is appraised or takes part in it. One query."""
    expected = _expected(unit, poll).subquery()
    return (
        db.session.scalar(select(expected.c.person_id).where(expected.c.person_id == person_id)) is not None
    )


def own_review(poll_id: int, person_id: int) -> SelfReview | None:
    """What the person wrote. One query."""
    return db.session.scalar(
        select(SelfReview).where(SelfReview.poll_id == poll_id, SelfReview.person_id == person_id)
    )


def hearings(unit: Unit) -> list[tuple[int, str]]:
    """(record, day and title) of the last year in which the unit's members heard each other. One query."""
    rows = db.session.execute(
        select(Event.id, Event.held_on, Event.title)
        .where(
            Event.unit_id == unit.id,
            Event.kind.in_(HEARINGS),
            Event.state == "filed",
            Event.held_on >= months_after(today(), -12),
        )
        .order_by(Event.held_on.desc(), Event.id.desc())
        .limit(20)
    )
    return [(row.id, f"{row.held_on} {row.title}") for row in rows]


def reviews(unit: Unit, poll: Poll) -> list[ReviewRow]:
    """Everybody who takes part, by name; what is not handed in is not read by others. One query."""
    expected = _expected(unit, poll).subquery()
    rows = db.session.execute(
        select(Person.name, SelfReview.body, SelfReview.handed_on)
        .join(expected, expected.c.person_id == Person.id)
        .outerjoin(
            SelfReview,
            and_(
                SelfReview.tenant_id == Person.tenant_id,
                SelfReview.person_id == Person.id,
                SelfReview.poll_id == poll.id,
                SelfReview.handed_on.is_not(None),
            ),
        )
        .order_by(Person.name_key, Person.id)
    )
    return [ReviewRow(name, body or "", day) for name, body, day in rows]


def steps_of(unit: Unit, poll: Poll) -> list[Step]:
    """The four steps in order; the first that is not done is the next. Five queries."""
    expected = _expected(unit, poll).subquery()
    people = db.session.scalar(select(func.count()).select_from(expected)) or 0
    written = (
        db.session.scalar(
            select(func.count())
            .select_from(SelfReview)
            .where(
                SelfReview.poll_id == poll.id,
                SelfReview.handed_on.is_not(None),
                SelfReview.person_id.in_(select(expected.c.person_id)),
            )
        )
        or 0
    )
    held = db.session.scalar(select(Event.held_on).where(Event.id == (poll.event_id or 0)))
    graded = (
        db.session.scalar(
            select(func.count()).where(PollGrade.poll_id == poll.id, PollGrade.told_on.is_not(None))
        )
        or 0
    )
    to_grade = (
        db.session.scalar(
            select(func.count()).where(PollItem.poll_id == poll.id, PollItem.person_id.is_not(None))
        )
        or 0
    )
    closed = poll.state in ("closed", "published")
    facts = [
        ("self", people > 0 and written >= people, written, people, poll.self_until),
        ("mutual", held is not None, None, None, held),
        ("ballot", closed, None, None, None),
        ("grades", to_grade > 0 and graded >= to_grade, graded, to_grade, None),
    ]
    found: list[Step] = []
    # Once the vote is closed what was not done before is no longer the next step.
    after = [key for key, done, *_rest in facts if not done and not (closed and key in ("self", "mutual"))]
    for key, done, count, of, day in facts:
        state = "done" if done else "now" if after and key == after[0] else "later"
        found.append(Step(key, state, count, of, day))
    return found


def reviews_at_hand(person_id: int) -> list[tuple[int, str, date]]:
    """(poll, title, last day) of the appraisals for which the person still writes of the own year. One query."""
    rows = db.session.execute(
        select(Poll.id, Poll.title, Poll.self_until)
        .outerjoin(
            SelfReview,
            and_(
                SelfReview.tenant_id == Poll.tenant_id,
                SelfReview.poll_id == Poll.id,
                SelfReview.person_id == person_id,
                SelfReview.handed_on.is_not(None),
            ),
        )
        .where(
            Poll.kind == "appraisal",
            Poll.state.in_(("draft", "open")),
            Poll.self_until.is_not(None),
            SelfReview.id.is_(None),
            Poll.id.in_(
                select(PollItem.poll_id)
                .where(PollItem.person_id == person_id)
                .union(
                    select(PollVoter.poll_id).where(
                        PollVoter.person_id == person_id, PollVoter.voter_class == "members"
                    )
                )
            ),
        )
        .order_by(Poll.self_until, Poll.id)
        .limit(5)
    )
    return [(key, title, until) for key, title, until in rows if until is not None]
