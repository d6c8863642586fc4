"""What a vote added up to: by class and item, and who is elected by the rule. In the order of the ballot, always."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import and_, func, select, text

from shared.ballots.kinds import CLASSES, ballot_kinds
from shared.ballots.models import Poll, PollCount, PollItem, PollVoter
from shared.ballots.queries.classes import heads_of
from shared.clock import local
from shared.db import db
from shared.events.voting.counting import Counted, Verdict, judge
from shared.events.voting.rules import VoteRule, rule_on
from shared.members.models import Person

_COUNTS = text("select voter_class, ballots, shown from ballots.ballot_counts(:poll_id)")
_TOTALS = text("select voter_class, item, choice, votes from ballots.ballot_totals(:poll_id)")
_RECEIPTS = text("select ballots.ballot_receipts(:poll_id)")


@dataclass(frozen=True, slots=True)
class Class:
    """A class of voters: who could, how many ballots; `shown` is False where they are too few to be shown.

    `votes`: item key → choice → votes, of a class that is shown.
    """

    key: str
    voters: int
    ballots: int
    shown: bool
    votes: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(CLASSES[self.key])


@dataclass(frozen=True, slots=True)
class Line:
    """One item with its votes by choice, all shown classes together. `elected`: None where nobody is elected."""

    item: PollItem
    votes: dict[str, int]
    verdict: Verdict | None = None
    elected: bool | None = None
    #: As many votes as another at the last place: neither is elected, and the vote is run again.
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """`due`: who could vote; `present`: who did; `invalid`: paper only. `left`: seats that are still empty."""

    due: int
    present: int
    invalid: int
    classes: list[Class]
    lines: list[Line]
    written: dict[str, int] = field(default_factory=dict)
    rule: VoteRule | None = None
    quorate: bool | None = None
    left: int = 0

    @property
    def shown(self) -> bool:
        """Whether anything can be shown: a class that voted is large enough. Too small ones are never added in."""
        return any(one.shown for one in self.classes)

    @property
    def hidden(self) -> list[Class]:
        """Classes whose ballots were too few."""
        return [one for one in self.classes if not one.shown]


def poll_items(poll_id: int) -> list[PollItem]:
    """What stands on the ballot, in its order. One query."""
    return list(
        db.session.scalars(select(PollItem).where(PollItem.poll_id == poll_id).order_by(PollItem.ordinal))
    )


def turnout(poll_id: int) -> tuple[int, int]:
    """(voted, voters). One query."""
    row = db.session.execute(
        select(func.count().filter(PollVoter.voted), func.count()).where(PollVoter.poll_id == poll_id)
    ).one()
    return row[0], row[1]


def receipts(poll: Poll) -> list[UUID]:
    """The codes of the ballots counted, of a vote on the screen that is closed."""
    return [UUID(str(code)) for code in db.session.scalars(_RECEIPTS, {"poll_id": poll.id})]


def _on_screen(poll: Poll) -> tuple[list[Class], dict[str, dict[str, int]], int]:
    statement = (
        select(PollVoter.voter_class, func.count())
        .where(PollVoter.poll_id == poll.id)
        .group_by(PollVoter.voter_class)
    )
    voters: dict[str, int] = {row[0]: row[1] for row in db.session.execute(statement)}
    counted = {row[0]: (row[1], row[2]) for row in db.session.execute(_COUNTS, {"poll_id": poll.id})}
    classes = [
        Class(key, voters[key], counted.get(key, (0, False))[0], counted.get(key, (0, False))[1])
        for key in _ordered(voters)
    ]
    by_class = {one.key: one for one in classes}
    # The function gives the votes of large classes only: a small one stands in no sum, so no difference tells it.
    for key, item, choice, votes in db.session.execute(_TOTALS, {"poll_id": poll.id}):
        by_class[key].votes.setdefault(item, {})[choice] = votes
    return classes, _together(classes), 0


def _ordered(keys: Iterable[str]) -> list[str]:
    return sorted(keys, key=lambda key: list(CLASSES).index(key) if key in CLASSES else len(CLASSES))


def _together(classes: list[Class]) -> dict[str, dict[str, int]]:
    """The votes of all classes that are shown."""
    totals: dict[str, dict[str, int]] = {}
    for one in classes:
        for item, line in one.votes.items():
            into = totals.setdefault(item, {})
            for choice, votes in line.items():
                into[choice] = into.get(choice, 0) + votes
    return totals


def agreed_count(counts: Iterable[PollCount]) -> PollCount | None:
    """What two people counted alike, of the counts of one class."""
    known = list(counts)
    return next(
        (
            one
            for one in known
            for other in known
            if one.person_id < other.person_id
            and (one.issued, one.returned, one.invalid, one.totals)
            == (other.issued, other.returned, other.invalid, other.totals)
        ),
        None,
    )


def voters_on_paper(poll_id: int) -> dict[str, int]:
    """Class → who may vote, by the check-off list or by heads, the members first. Two queries."""
    rows = db.session.execute(
        select(PollVoter.voter_class, func.count())
        .where(PollVoter.poll_id == poll_id)
        .group_by(PollVoter.voter_class)
    )
    voters: dict[str, int] = {row[0]: row[1] for row in rows} | heads_of(poll_id)
    return {key: voters[key] for key in _ordered(voters)}


def _on_paper(poll: Poll) -> tuple[list[Class], dict[str, dict[str, int]], int]:
    voters = voters_on_paper(poll.id)
    counts = db.session.scalars(
        select(PollCount).where(PollCount.poll_id == poll.id).order_by(PollCount.id)
    ).all()
    classes, invalid = [], 0
    for key, number in voters.items():
        agreed = agreed_count(one for one in counts if one.voter_class == key)
        if agreed is None:
            classes.append(Class(key, number, 0, False))
            continue
        invalid += agreed.invalid
        shown = len(voters) == 1 or agreed.returned - agreed.invalid >= poll.minimum
        classes.append(Class(key, number, agreed.returned, shown, dict(agreed.totals) if shown else {}))
    return classes, _together(classes), invalid


def result_of(poll: Poll) -> Result:
    """The result of a closed vote. Quorum and majority by the rule in force when it was closed, in whole numbers."""
    kind = ballot_kinds()[poll.kind]
    items = poll_items(poll.id)
    classes, totals, invalid = _on_screen(poll) if poll.way == "screen" else _on_paper(poll)
    due, present = sum(one.voters for one in classes), sum(one.ballots for one in classes)
    lines = [
        Line(item, {choice: totals.get(str(item.id), {}).get(choice, 0) for choice in kind.choices})
        for item in items
    ]
    written = totals.get("w", {})
    if not kind.seated or not any(one.shown for one in classes):
        return Result(due, present, invalid, classes, lines, written)
    rule = (
        rule_on(kind.rule, local(poll.closed_at).date()) if kind.rule and poll.closed_at is not None else None
    )
    return seat(
        poll.seats or 0, kind.choices[0], rule, Result(due, present, invalid, classes, lines, written, rule)
    )


def seat(seats: int, best: str, rule: VoteRule | None, given: Result) -> Result:
    """Who fills the seats: whoever reached the majority, by votes, nobody of those tied at the last place."""

    verdicts = {
        line.item.id: judge(
            rule,
            Counted(
                due=given.due,
                present=given.present,
                yes=line.votes[best],
                no=line.votes.get("against", 0),
                abstain=line.votes.get("abstain", 0),
            ),
        )
        for line in given.lines
        if rule is not None
    }
    reached = {
        line.item.id: line.votes[best]
        for line in given.lines
        if line.votes[best] > 0 and (rule is None or verdicts[line.item.id].passed)
    }
    elected = set(reached)
    tied: set[int] = set()
    if len(reached) > seats:
        border = sorted(reached.values(), reverse=True)[seats - 1]
        above = {key for key, votes in reached.items() if votes > border}
        at = {key for key, votes in reached.items() if votes == border}
        elected, tied = (above | at, set()) if len(above) + len(at) <= seats else (above, at)
    lines = [
        Line(
            line.item,
            line.votes,
            verdicts.get(line.item.id),
            line.item.id in elected,
            line.item.id in tied,
        )
        for line in given.lines
    ]
    quorate = next(iter(verdicts.values())).quorate if verdicts else None
    return Result(
        given.due,
        given.present,
        given.invalid,
        given.classes,
        lines,
        given.written,
        rule,
        quorate,
        max(seats - len(elected), 0),
    )


def counts_of(poll: Poll) -> list[tuple[PollCount, str]]:
    """Who counted paper ballots, and what; by name. One query."""
    rows = db.session.execute(
        select(PollCount, Person.name)
        .join(Person, and_(Person.tenant_id == PollCount.tenant_id, Person.id == PollCount.person_id))
        .where(PollCount.poll_id == poll.id)
        .order_by(PollCount.id)
    )
    return [(row[0], row[1]) for row in rows]
