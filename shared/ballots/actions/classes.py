"""Who votes beside the members: classes of voters, named one by one, or on paper counted by heads (ADR 0041)."""

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, literal, select

from shared.access.actor import Actor
from shared.audit import record
from shared.ballots.kinds import ballot_kinds, voter_classes
from shared.ballots.models import Poll, PollClass, PollVoter
from shared.ballots.queries.classes import found_by_name
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit

#: People of one class.
MOST_NAMED = 1000
MOST_HEADS = 100_000


@dataclass(frozen=True, slots=True)
class Named:
    """A class as it is written: names one a line, or `heads` on paper; nothing of both takes the class away."""

    key: str
    names: list[str]
    heads: int | None = None


def put_class(actor: Actor, *, unit: Unit, poll: Poll, given: Named) -> int:
    """Write who votes in one class of a draft; returns how many. The poll is locked by the caller.

    Raises Conflict once the vote was opened, Invalid with the wrong field: a class that this vote does not have, a name
    that nobody or several bear, somebody who votes in another class, heads on the screen.
    """
    if poll.state != "draft":
        raise Conflict(_("This vote is open; who votes does not change any more."))
    spec = voter_classes().get(given.key)
    if spec is None or given.key not in ballot_kinds()[poll.kind].classes:
        raise Invalid(_("This vote has no such class of voters."))
    people = _people(actor, unit, poll, given)
    if given.heads is not None and not people:
        if not spec.heads or poll.way != "paper":
            raise _wrong("heads", _("Only on paper ballots a class is counted by heads; name its people."))
        if not poll.minimum <= given.heads <= MOST_HEADS:
            raise _wrong("heads", _("A class has at least %(n)s voters, or it is left out.", n=poll.minimum))
    elif given.heads is not None:
        raise _wrong("heads", _("Either names or a number, not both."))
    db.session.execute(
        delete(PollVoter).where(PollVoter.poll_id == poll.id, PollVoter.voter_class == given.key)
    )
    db.session.execute(delete(PollClass).where(PollClass.poll_id == poll.id, PollClass.key == given.key))
    count = len(people) or given.heads or 0
    if count:
        db.session.add(PollClass(poll_id=poll.id, key=given.key, heads=given.heads if not people else None))
        db.session.flush()
    if people:
        chosen = func.unnest(people).column_valued("person_id")
        db.session.execute(
            insert(PollVoter).from_select(
                ["poll_id", "person_id", "voter_class"],
                select(literal(poll.id), chosen, literal(given.key)).order_by(func.random()),
            )
        )
    record(
        actor,
        verb="ballot.class",
        object_type="poll",
        object_id=poll.id,
        unit_id=unit.id,
        detail={"class": given.key, "voters": count},
    )
    return count


def _wrong(field: str, problem: str) -> Invalid:
    return Invalid(problem, fields={field: problem})


def _people(actor: Actor, unit: Unit, poll: Poll, given: Named) -> list[int]:
    """The persons behind the names, each once."""
    lines = [" ".join(line.split()) for line in given.names]
    names = list(dict.fromkeys(line for line in lines if line))
    if len(names) > MOST_NAMED:
        raise _wrong("names", _("At most %(n)s lines.", n=MOST_NAMED))
    known = found_by_name(actor, unit, names)
    people: list[int] = []
    for name in names:
        found = known.get(name, [])
        if not found:
            raise _wrong("names", _("Nobody of this name is in your reach: %(name)s", name=name[:40]))
        if len(found) > 1:
            raise _wrong(
                "names",
                _("Several people are called %(name)s: write name@unit, for one of them.", name=name[:40]),
            )
        people.append(found[0])
    if len(set(people)) < len(people):
        raise _wrong("names", _("Write each name once."))
    elsewhere = db.session.scalar(
        select(PollVoter.voter_class)
        .where(
            PollVoter.poll_id == poll.id,
            PollVoter.person_id.in_(people),
            PollVoter.voter_class != given.key,
        )
        .limit(1)
    )
    if elsewhere is not None:
        raise _wrong("names", _("Somebody of these votes in another class; nobody votes twice."))
    if people and len(people) < poll.minimum:
        raise _wrong("names", _("A class has at least %(n)s voters, or it is left out.", n=poll.minimum))
    return people
