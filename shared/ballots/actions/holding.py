"""Holding a vote: opened with its voters, cast once each, closed for good, made known."""

import json
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import and_, func, insert, literal, or_, select, text
from sqlalchemy.exc import DBAPIError

from shared.access.actor import SYSTEM, Actor
from shared.accounts.actions.telling import tell
from shared.audit import record
from shared.ballots.jobs import TIDY
from shared.ballots.kinds import CHOICES, ballot_kinds
from shared.ballots.models import Poll, PollItem, PollVoter
from shared.clock import now, today
from shared.db import ballots, db
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _
from shared.jobs import enqueue
from shared.members.models import Membership, Person
from shared.members.relations import VOTING_HERE
from shared.members.statuses import ATTENDING, VOTING
from shared.organisations.models import Unit

#: The kind of occasion, for the composers of the worker.
OCCASION = "poll"
#: Names written in, in one ballot, and characters of one.
MOST_WRITTEN, MAX_NAME = 20, 40

_CAST = text("select ballots.cast_ballot(:poll_id, :person_id, cast(:answers as jsonb))")
_CLOSE = text("select ballots.close_poll(:poll_id)")


def _voters(unit: Unit, kind: str) -> Any:
    """Who may vote today, each once: of the unit by itself where it elects or appraises, else of those below too."""
    on = today()
    spec = ballot_kinds()[kind]
    alone = spec.elects or spec.key == "appraisal"
    return (
        select(Membership.person_id)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            Unit.id == unit.id if alone else func.starts_with(Unit.path, unit.path),
            Membership.status.in_(ATTENDING if spec.voters == "all_members" else VOTING),
            Membership.kind == unit.line,
            Membership.relation.in_(VOTING_HERE),
            Membership.since <= on,
            or_(Membership.until.is_(None), Membership.until >= on),
            Person.state == "active",
        )
        .distinct()
    )


def count_voters(unit: Unit, kind: str) -> int:
    """How many could vote if it were opened now. One query."""
    return db.session.scalar(select(func.count()).select_from(_voters(unit, kind).subquery())) or 0


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
    count = count_voters(unit, poll.kind)
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
    chosen = _voters(unit, poll.kind).subquery()
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
    names = [" ".join(name.split())[:MAX_NAME] for name in written]
    names = [name for name in names if name]
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
