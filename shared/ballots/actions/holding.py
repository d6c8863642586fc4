"""Holding a vote: opened with its voters, cast once each, closed for good, made known."""

import json
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import func, insert, literal, select, text
from sqlalchemy.exc import DBAPIError

from shared.access.actor import SYSTEM, Actor
from shared.accounts.actions.telling import tell
from shared.audit import record
from shared.ballots.jobs import TIDY
from shared.ballots.kinds import CHOICES, CLASSES, ballot_kinds
from shared.ballots.models import Poll, PollItem, PollVoter
from shared.ballots.queries.classes import classes_of, heads_of
from shared.ballots.queries.voters import roster
from shared.clock import now
from shared.db import ballots, db
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _
from shared.jobs import enqueue
from shared.members.models import Membership
from shared.organisations.models import Unit

#: The kind of occasion, for the composers of the worker.
OCCASION = "poll"
#: Names written in, in one ballot, and characters of one.
MOST_WRITTEN, MAX_NAME = 20, 40

_CAST = text("select ballots.cast_ballot(:poll_id, :person_id, cast(:answers as jsonb))")
_CLOSE = text("select ballots.close_poll(:poll_id)")


def _members(unit: Unit, poll: Poll) -> Any:
    """Who votes as a member: of the roster, but not who is named in another class of the vote."""
    named = select(PollVoter.person_id).where(PollVoter.poll_id == poll.id)
    return roster(unit, poll.kind).where(Membership.person_id.not_in(named))


def voters_by_class(unit: Unit, poll: Poll) -> dict[str, int]:
    """Class → how many could vote if the draft were opened now; the members first. Three queries."""
    members = db.session.scalar(select(func.count()).select_from(_members(unit, poll).subquery())) or 0
    return {"members": members} | {key: row.voters for key, row in classes_of(poll).items()}


def count_voters(unit: Unit, poll: Poll) -> int:
    """How many could vote if the draft were opened now."""
    return sum(voters_by_class(unit, poll).values())


def open_poll(actor: Actor, *, unit: Unit, poll: Poll, seen: int) -> int:
    """Fix who votes and open it; on paper: it can be printed. Returns the number of voters, who are told.

    Raises Conflict when it is open already or the number of voters is another than `seen`, Invalid when there are too
    few for a secret vote on the screen or its time is over.
    """
    if poll.state != "draft":
        raise Conflict(_("This vote is open already."))
    if poll.way == "screen":
        if poll.closes_at is None or poll.closes_at <= now():
            raise Invalid(_("The time until which this vote is open is over; set another."))
        poll.opens_at = func.now()
    by_class = voters_by_class(unit, poll)
    count = sum(by_class.values())
    if count != seen:
        raise Conflict(_("It is %(n)s voters by now; look at it again and confirm.", n=count))
    if not count:
        raise Invalid(_("Nobody of this unit may vote."))
    if poll.way == "screen" and count < poll.minimum:
        raise Invalid(
            _(
                "%(n)s voters are too few for a secret vote on the screen, which asks for %(least)s: choose paper.",
                n=count,
                least=poll.minimum,
            )
        )
    _refuse_small(poll, by_class)
    chosen = _members(unit, poll).subquery()
    db.session.execute(
        insert(PollVoter).from_select(
            ["poll_id", "person_id", "voter_class"],
            select(literal(poll.id), chosen.c.person_id, literal("members")).order_by(func.random()),
        )
    )
    poll.state = "open"
    db.session.flush()
    record(
        actor,
        verb="ballot.open",
        object_type="poll",
        object_id=poll.id,
        unit_id=poll.unit_id,
        detail={"voters": count},
    )
    if poll.way == "screen":
        tell(
            actor,
            kind=OCCASION,
            key=f"{OCCASION}:{poll.id}",
            detail={"poll_id": poll.id},
            person_ids=db.session.scalars(select(PollVoter.person_id).where(PollVoter.poll_id == poll.id)),
        )
    return count


def _refuse_small(poll: Poll, by_class: dict[str, int]) -> None:
    """A class too small to be shown is found before anybody votes, not after."""
    if len(by_class) == 1:
        return
    if poll.way == "screen" and heads_of(poll.id):
        raise Invalid(_("On the screen only named people vote; name them or choose paper."))
    for key, voters in by_class.items():
        if 0 < voters < poll.minimum or (key != "members" and not voters):
            raise Invalid(
                _(
                    "%(name)s: %(n)s voters are fewer than %(least)s; add to the class or leave it out.",
                    name=CLASSES[key],
                    n=voters,
                    least=poll.minimum,
                )
            )


def checked_answers(
    poll: Poll, items: list[PollItem], chosen: dict[int, str], written: list[str]
) -> dict[str, Any]:
    """A ballot as it is put in. Raises Invalid where it would not count: the voter is told before, not after.

    `chosen`: item → choice; `written`: names written in. No more than the seats may be taken.
    """
    kind = ballot_kinds()[poll.kind]
    known = {item.id for item in items}
    if any(
        key not in known or choice not in kind.choices or choice not in CHOICES
        for key, choice in chosen.items()
    ):
        raise Invalid(_("This is not on the ballot."))
    names = [name for each in written if (name := " ".join(each.split()))]
    if any(len(name) > MAX_NAME for name in names):
        problem = _("At most %(n)s characters.", n=MAX_NAME)
        raise Invalid(problem, fields={"written": problem})
    if names and not kind.elects:
        raise Invalid(_("Nobody can be written in here."))
    if len(names) > MOST_WRITTEN or len(set(names)) < len(names):
        raise Invalid(_("Write each name once."), fields={"written": _("Write each name once.")})
    titles = {item.title for item in items}
    if any(name in titles for name in names):
        problem = _("Who stands on the ballot is voted on there.")
        raise Invalid(problem, fields={"written": problem})
    if kind.seated:
        taken = sum(choice in ("for", "pick") for choice in chosen.values()) + len(names)
        if taken > (poll.seats or 0):
            raise Invalid(_("At most %(n)s may be chosen; you chose %(taken)s.", n=poll.seats, taken=taken))
    if kind.choices == ("pick",):
        if not chosen:
            raise Invalid(_("Choose at least one."))
    elif len(chosen) < len(items):
        raise Invalid(_("Some lines are still without an answer."))
    answers: dict[str, Any] = {str(key): choice for key, choice in sorted(chosen.items())}
    if names:
        answers["w"] = sorted(names)
    return answers


def cast_ballot(actor: Actor, *, poll: Poll, answers: dict[str, Any]) -> UUID:
    """Check the person off and put the ballot in, in one act of the database. Returns the code of the receipt.

    The audit trail says that the person voted, and nothing else anywhere does more. Raises Forbidden for whoever is not
    on the list or has voted, Conflict when the vote is not open.
    """
    try:
        receipt = db.session.execute(
            _CAST, {"poll_id": poll.id, "person_id": actor.person_id or 0, "answers": json.dumps(answers)}
        ).scalar_one()
    except DBAPIError as error:
        db.session.rollback()
        raise _told(error) from None
    record(actor, verb="ballot.cast", object_type="poll", object_id=poll.id, unit_id=poll.unit_id, detail={})
    return UUID(str(receipt))


def _told(error: DBAPIError) -> Exception:
    """What a function of the schema refused, in words."""
    state = error.orig.sqlstate if isinstance(error.orig, psycopg.Error) else None
    if state == ballots.NOT_OPEN:
        return Conflict(_("This vote is not open."))
    if state == ballots.NO_VOTER:
        return Forbidden(_("You are not on the list of this vote, or you have voted already."))
    if state == ballots.UNREADABLE:
        return Invalid(_("This ballot cannot be read."))
    return error


def close_poll(actor: Actor, *, poll: Poll) -> None:
    """Close a vote on the screen for good. Raises Conflict when it is not open."""
    try:
        db.session.execute(_CLOSE, {"poll_id": poll.id})
    except DBAPIError as error:
        db.session.rollback()
        raise _told(error) from None
    db.session.refresh(poll)
    record(actor, verb="ballot.close", object_type="poll", object_id=poll.id, unit_id=poll.unit_id, detail={})
    enqueue(actor, TIDY, args={}, subject=poll.title, unit_id=poll.unit_id, form_key=f"tidy:{poll.id}")


def close_due() -> int:
    """Close what is past its time; of the open tenant. Returns how many."""
    due = db.session.scalars(
        select(Poll)
        .where(Poll.state == "open", Poll.way == "screen", Poll.closes_at <= func.now())
        .order_by(Poll.id)
        .with_for_update(skip_locked=True)
    ).all()
    for poll in due:
        close_poll(SYSTEM, poll=poll)
    return len(due)


def publish_poll(actor: Actor, *, poll: Poll) -> None:
    """Show the result and the counted codes to whoever could vote."""
    if poll.state == "published":
        return
    if poll.state != "closed":
        raise Conflict(_("This vote is not closed."))
    poll.state = "published"
    db.session.flush()
    record(
        actor, verb="ballot.publish", object_type="poll", object_id=poll.id, unit_id=poll.unit_id, detail={}
    )
