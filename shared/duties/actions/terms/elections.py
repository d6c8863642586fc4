"""Elections (换届) and by-elections (补选): the record, the offices, the term, the duty, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select

from shared.access.actor import Actor
from shared.accounts.actions.handover import HANDING, offer_after, offer_handover
from shared.accounts.models import Handover
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.duties.actions.terms.dates import check_term, checked_document, regular_end, rule_for
from shared.duties.actions.terms.planning import plan_terms
from shared.duties.models import DueItem
from shared.duties.queries.terms import living_tenure
from shared.errors import Invalid
from shared.events.actions import Held, file_event
from shared.events.models import Event
from shared.i18n import _
from shared.members.actions import give_post
from shared.members.models import Membership, Person, Post
from shared.members.posts import POSTS, post_name
from shared.organisations.models import Tenure, Unit


@dataclass(frozen=True, slots=True)
class Election:
    """What a person says about one election. `committee`: (office, person), everybody elected. No end: the rule's."""

    held_on: date
    document: str
    body: str
    due_count: int
    present_count: int
    committee: Sequence[tuple[str, int]]
    number: int | None = None
    ends_on: date | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Renewed:
    """What an election changed. `fresh`: this form made it, and not the same form before."""

    event: Event
    fresh: bool
    given: int = 0
    ended: int = 0
    handovers: tuple[Handover, ...] = ()


def renew(actor: Actor, *, unit: Unit, election: Election, form_key: str) -> Renewed:
    """Record the election of a unit's committee: event, offices, term and due item together.

    Who keeps an office keeps it from its first day; who was not elected leaves it on the day of the election. The
    unit's row is locked by the caller. The same form sent again changes nothing. Raises Invalid with the field: an end
    before its start or beyond the rule, a person not of the unit, an office twice, a day to come.
    """
    rule = rule_for(unit, election.held_on)
    event, fresh = file_event(actor, unit=unit, kind="term_election", held=_held(election), form_key=form_key)
    if not fresh:
        return Renewed(event, fresh=False)
    paper = checked_document(election.document)
    ends = election.ends_on or regular_end(rule, election.held_on)
    tenure = living_tenure(unit.id)
    wrong = check_term(rule, began_on=election.held_on, ends_on=ends, number=election.number)
    if tenure is not None and election.held_on <= tenure.began_on:
        wrong["held_on"] = _(
            "The present term began on %(day)s; a new one begins later.", day=tenure.began_on
        )
    wrong |= _check_committee(unit, election)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    ended, given = _change_offices(actor, unit, election, paper)
    if tenure is not None:
        tenure.closed_on = election.held_on
        db.session.flush()
    db.session.add(
        Tenure(
            unit_id=unit.id,
            number=election.number,
            began_on=election.held_on,
            ends_on=ends,
            document=paper,
        )
    )
    unit.term_ends_on = ends
    db.session.flush()
    _fulfil(unit, event)
    record(
        actor,
        verb="term.renew",
        object_type="unit",
        object_id=unit.id,
        unit_id=unit.id,
        detail={
            "held_on": election.held_on.isoformat(),
            "until": ends.isoformat(),
            "number": election.number,
            "given": len(given),
            "ended": len(ended),
        },
    )
    plan_terms(unit_ids=[unit.id])
    return Renewed(event, True, len(given), len(ended), _offers(actor, unit, ended, given))


def _held(election: Election) -> Held:
    return Held(
        held_on=election.held_on,
        place=election.place,
        due_count=election.due_count,
        present_count=election.present_count,
        fields={
            "body": election.body,
            "document": election.document,
            "number": election.number,
            "elected": len({person_id for _code, person_id in election.committee}) or None,
        },
    )


def _check_committee(unit: Unit, election: Election) -> dict[str, object]:
    """What is wrong with the list of those elected."""
    if not election.committee:
        return {"committee": _("Name who was elected.")}
    codes = [code for code, _person in election.committee]
    for code in codes:
        spec = POSTS.get(code)
        if spec is None or spec.line != unit.line or not spec.committee:
            return {"committee": _("Choose an office of this unit's committee.")}
        if spec.single and codes.count(code) > 1:
            return {"committee": _("%(post)s is one person's office.", post=post_name(code))}
    if len(set(election.committee)) < len(election.committee):
        return {"committee": _("Somebody stands twice in the same office.")}
    people = {person_id for _code, person_id in election.committee}
    strangers = people - belonging(unit, people, on=election.held_on)
    if strangers:
        names = db.session.scalars(
            select(Person.name).where(Person.id.in_(strangers)).order_by(Person.id)
        ).all()
        return {
            "committee": _(
                "Not of this unit or one below it on that day: %(names)s.", names=_(", ").join(names)
            )
        }
    return {}


def belonging(unit: Unit, people: set[int], *, on: date) -> set[int]:
    """Those of some people who belong to the unit, or to one below it, on a day. One query."""
    return set(
        db.session.scalars(
            select(Membership.person_id)
            .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
            .where(
                Membership.person_id.in_(people),
                Membership.kind == unit.line,
                Membership.since <= on,
                or_(Membership.until.is_(None), Membership.until > on),
                func.starts_with(Unit.path, unit.path),
            )
        )
    )


def _change_offices(
    actor: Actor, unit: Unit, election: Election, paper: str
) -> tuple[list[Post], list[Post]]:
    """End the offices of who was not elected, give those of who is new; (ended, given)."""
    wanted = set(election.committee)
    codes = [code for code, spec in POSTS.items() if spec.line == unit.line and spec.committee]
    living = db.session.scalars(
        select(Post)
        .where(Post.unit_id == unit.id, Post.code.in_(codes), Post.until.is_(None))
        .order_by(Post.id)
        .with_for_update()
    ).all()
    ended, kept = [], set()
    for post in living:
        if (post.code, post.person_id) in wanted:
            kept.add((post.code, post.person_id))
            post.basis, post.document = "elected", paper
            continue
        if post.since > election.held_on:
            raise Invalid(
                fields={
                    "held_on": _(
                        "%(post)s was taken up on %(day)s, later than this election.",
                        post=post_name(post.code),
                        day=post.since,
                    )
                }
            )
        post.until = election.held_on
        ended.append(post)
    db.session.flush()
    given = [
        Post(
            person_id=person_id,
            unit_id=unit.id,
            code=code,
            basis="elected",
            since=election.held_on,
            document=paper,
        )
        for code, person_id in election.committee
        if (code, person_id) not in kept
    ]
    db.session.add_all(given)
    db.session.flush()
    for verb, posts in (("post.end", ended), ("post.give", given)):
        for post in posts:
            record(
                actor,
                verb=verb,
                object_type="person",
                object_id=post.person_id,
                unit_id=unit.id,
                detail={"code": post.code, "basis": "elected"}
                if verb == "post.give"
                else {"code": post.code},
            )
    return ended, given


def _fulfil(unit: Unit, event: Event) -> None:
    """The open election of the term that ended is done by this event; another that a reform brought along is merged."""
    items = db.session.scalars(
        select(DueItem)
        .where(
            DueItem.unit_id == unit.id,
            DueItem.kind == "term_election",
            DueItem.state == "open",
            DueItem.opens_on <= event.held_on,
        )
        .order_by(DueItem.followed_from.is_not(None), DueItem.due_on, DueItem.id)
        .with_for_update()
    ).all()
    for item in items[:1]:
        item.state, item.reason, item.event_id = "done", None, event.id
        item.held_on, item.recorded_at = event.held_on, now()
        item.made_up = event.held_on > item.due_on
    for item in items[1:]:
        item.state, item.reason = "withdrawn", "merged"
    db.session.flush()


def _offers(actor: Actor, unit: Unit, ended: list[Post], given: list[Post]) -> tuple[Handover, ...]:
    """The hand-over of each leading office that passed to somebody else."""
    found = []
    for post in given:
        if post.code not in HANDING:
            continue
        former = next((one.person_id for one in ended if one.code == post.code), None)
        offered = offer_handover(
            actor,
            unit_id=unit.id,
            post_code=post.code,
            to_person_id=post.person_id,
            from_person_id=former,
        )
        if offered is not None:
            found.append(offered)
    return tuple(found)


def by_election(
    actor: Actor, *, unit: Unit, person: Person, code: str, basis: str, on: date, document: str
) -> tuple[Post, Handover | None]:
    """Fill a vacant office between two elections: by election or by the superior's appointment, with its document.

    The term goes on. Raises Invalid with the field, Conflict where the person holds the office already.
    """
    spec = POSTS.get(code)
    if spec is None or spec.line != unit.line:
        raise Invalid(fields={"code": _("Choose an office of this unit.")})
    if basis not in ("by_election", "appointed"):
        raise Invalid(fields={"basis": _("Choose how the person came to the office.")})
    paper = checked_document(document)
    post = give_post(actor, person, unit=unit, code=code, basis=basis, since=on)
    post.document = paper
    db.session.flush()
    record(
        actor,
        verb="term.by_election",
        object_type="unit",
        object_id=unit.id,
        unit_id=unit.id,
        detail={"code": code, "basis": basis, "on": on.isoformat()},
    )
    return post, offer_after(actor, post=post)
