"""Drafting a vote: what is asked, of whom, on what; and taking it back."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, delete, or_, select

from shared.access.actor import Actor
from shared.audit import record
from shared.ballots.kinds import BallotKind, ballot_kinds
from shared.ballots.models import Poll, PollItem
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.models import Membership, Person
from shared.members.statuses import VOTING
from shared.organisations.models import Unit
from shared.tenants.queries import setting

#: Items of one ballot, and characters of one.
MOST_ITEMS = 200
MAX_ITEM = 200
MAX_TITLE = 120
MAX_TEXT = 2000
#: The longest that a vote may stay open.
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """A vote as it is drafted. `items`: in the order of the ballot; `seats`: None where none are filled."""

    kind: str
    title: str
    way: str
    items: list[str] = field(default_factory=list)
    explanation: str = ""
    seats: int | None = None
    minimum: int = 5
    closes_at: datetime | None = None


def full_members(unit_id: int) -> list[tuple[int, str]]:
    """Who is graded at an appraisal: members with a vote of the unit today, in the order of their names. One query."""
    on = today()
    rows = db.session.execute(
        select(Person.id, Person.name)
        .join(Membership, and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id))
        .where(
            Membership.unit_id == unit_id,
            Membership.status.in_(VOTING),
            Membership.since <= on,
            or_(Membership.until.is_(None), Membership.until >= on),
            Person.state == "active",
        )
        .order_by(Person.name_key, Person.id)
    )
    return [(row[0], row[1]) for row in rows]


def _checked(unit: Unit, given: Draft) -> tuple[BallotKind, list[str]]:
    wrong: dict[str, object] = {}
    kind = ballot_kinds().get(given.kind)
    if kind is None or kind.line not in ("", unit.line):
        raise Invalid(_("This unit does not hold such a vote."))
    lines = [" ".join(line.split()) for line in given.items]
    items = [line for line in lines if line]
    if not given.title.strip():
        wrong["title"] = _("Fill this in.")
    if not items:
        wrong["items"] = _("Say what is voted on, one line each.")
    elif len(items) > MOST_ITEMS:
        wrong["items"] = _("At most %(n)s lines.", n=MOST_ITEMS)
    elif len(set(items)) < len(items):
        wrong["items"] = _(
            "This line stands there twice: %(text)s", text=next(x for x in items if items.count(x) > 1)
        )
    elif any(len(line) > MAX_ITEM for line in items):
        wrong["items"] = _("At most %(n)s characters.", n=MAX_ITEM)
    if kind.seated:
        if given.seats is None or given.seats < 1:
            wrong["seats"] = _("Say how many are chosen.")
        elif given.seats > len(items) and items:
            wrong["seats"] = _("There are fewer lines than places.")
    least = setting("ballot_minimum")
    if given.minimum < least:
        wrong["minimum"] = _("At least %(n)s, so that nobody's vote can be told.", n=least)
    if given.way == "screen":
        if given.closes_at is None:
            wrong["closes_at"] = _("Say until when.")
        elif given.closes_at <= now():
            wrong["closes_at"] = _("This time is over.")
        elif (given.closes_at - now()).days > MOST_DAYS:
            wrong["closes_at"] = _("At most %(n)s days from now.", n=MOST_DAYS)
    if wrong:
        raise Invalid(_("Something is missing or wrong; see the fields."), fields=wrong)
    return kind, items


def _write_items(unit: Unit, poll: Poll, items: list[str]) -> None:
    """Each line, tied to the person of that name where the unit has exactly one."""
    named: dict[str, list[int]] = {}
    for person_id, name in full_members(unit.id):
        named.setdefault(name, []).append(person_id)
    db.session.execute(delete(PollItem).where(PollItem.poll_id == poll.id))
    for ordinal, line in enumerate(items, start=1):
        people = named.get(line, [])
        db.session.add(
            PollItem(
                poll_id=poll.id,
                ordinal=ordinal,
                title=line,
                person_id=people[0] if len(people) == 1 and poll.kind != "selection" else None,
            )
        )
    db.session.flush()


def _put(poll: Poll, kind: BallotKind, given: Draft) -> None:
    poll.title = given.title.strip()[:MAX_TITLE]
    poll.explanation = given.explanation.strip()[:MAX_TEXT]
    poll.way = given.way
    poll.seats = given.seats if kind.seated else None
    poll.minimum = given.minimum
    poll.closes_at = given.closes_at if given.way == "screen" else None


def draft_poll(
    actor: Actor, *, unit: Unit, given: Draft, form_key: str, again_of: Poll | None = None
) -> Poll:
    """A new vote of the unit; the same form again gives the one it made. Raises Invalid with the wrong fields."""
    known = db.session.scalar(select(Poll).where(Poll.form_key == form_key))
    if known is not None:
        return known
    kind, items = _checked(unit, given)
    poll = Poll(
        unit_id=unit.id,
        kind=kind.key,
        title="",
        way=given.way,
        again_of_id=again_of.id if again_of is not None else None,
        created_by=actor.person_id,
        form_key=form_key,
    )
    _put(poll, kind, given)
    db.session.add(poll)
    db.session.flush()
    _write_items(unit, poll, items)
    record(
        actor,
        verb="ballot.draft",
        object_type="poll",
        object_id=poll.id,
        unit_id=unit.id,
        detail={"kind": kind.key, "items": len(items)},
    )
    return poll


def change_poll(actor: Actor, *, unit: Unit, poll: Poll, given: Draft) -> None:
    """A draft changes as a whole. Raises Conflict once it was opened, Invalid with the wrong fields."""
    if poll.state != "draft":
        raise Conflict(_("This vote is open; what is voted on does not change any more."))
    kind, items = _checked(unit, given)
    if kind.key != poll.kind:
        raise Invalid(_("The kind of a vote does not change; make a new one."))
    _put(poll, kind, given)
    _write_items(unit, poll, items)
    record(actor, verb="ballot.change", object_type="poll", object_id=poll.id, unit_id=unit.id, detail={})


def void_poll(actor: Actor, *, poll: Poll) -> None:
    """Call a vote off before it is closed; what was cast is never counted."""
    if poll.state not in ("draft", "open"):
        raise Conflict(_("This vote is closed."))
    poll.state = "void"
    db.session.flush()
    record(actor, verb="ballot.void", object_type="poll", object_id=poll.id, unit_id=poll.unit_id, detail={})
