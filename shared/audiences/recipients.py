"""Who is meant: a choice of units and people as plain data, and what it comes to at the time of use.

An audience is kept as JSON and looked at anew each time: it never holds keys of people, so whoever left is out, who
came is in, and a choice made by somebody of a wider reach shrinks to the reach of whoever uses it.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, union
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.access.roles import ANSWERING
from shared.accounts.models import RoleGrant
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.errors import Invalid
from shared.events.kinds import KINDS as DUTY_KINDS
from shared.i18n import _
from shared.members.models import Membership, Person, Post
from shared.members.posts import LEADING, POSTS
from shared.members.statuses import STATUSES
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.organisations.models import Unit

WHOM = ("answering", "members")
#: "": wherever they are; "here": not away; "out": away from the unit (流出).
RELATIONS = ("", "here", "out")
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Audience:
    """The units and, of them, the people. Everything left empty means all."""

    #: "answering": who answers for the units (secretary, keeper, leading office); "members": their members.
    whom: str = "answering"
    #: This unit and all below it.
    under_id: int | None = None
    unit_kinds: tuple[str, ...] = ()
    #: Holders of one of these offices at the units, and nobody else.
    posts: tuple[str, ...] = ()
    #: Standings of membership; none named: those that count as members.
    statuses: tuple[str, ...] = ()
    relation: str = ""
    #: Only units that owe a duty of this kind whose day is over.
    without_duty: str = ""


def to_json(audience: Audience) -> dict[str, Any]:
    """What is kept: only what was chosen."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(audience).items()
        if value not in (None, (), "")
    }


def _refused() -> Invalid:
    return Invalid(_("This choice of recipients holds something unknown; choose again."))


def _words(given: Any, known: Any) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or len(given) > 200:
        raise _refused()
    if any(not isinstance(one, str) or one not in known for one in given):
        raise _refused()
    return tuple(sorted(set(given)))


def _word(given: Any, known: Any) -> str:
    if not isinstance(given, str) or given not in known:
        raise _refused()
    return given


def from_json(given: Any) -> Audience:
    """The audience that was kept. Raises Invalid for keys and values that are not known."""
    if not isinstance(given, dict) or not set(given) <= {field.name for field in fields(Audience)}:
        raise _refused()
    under_id = given.get("under_id")
    if under_id is not None and (type(under_id) is not int or not 0 < under_id < 2**63):
        raise _refused()
    return Audience(
        whom=_word(given.get("whom", "answering"), WHOM),
        under_id=under_id,
        unit_kinds=_words(given.get("unit_kinds", ()), UNIT_KINDS),
        posts=_words(given.get("posts", ()), POSTS),
        statuses=_words(given.get("statuses", ()), STATUSES),
        relation=_word(given.get("relation", ""), RELATIONS),
        without_duty=_word(given.get("without_duty", ""), ("", *DUTY_KINDS)),
    )


def _units(actor: Actor, audience: Audience, may: Permission) -> list[ColumnElement[bool]]:
    """The conditions on Unit."""
    conditions: list[ColumnElement[bool]] = [Unit.state == "active", reach_filter(actor, may, Unit.path)]
    if audience.under_id is not None:
        top = aliased(Unit)
        path = select(top.path).where(top.id == audience.under_id).scalar_subquery()
        conditions.append(func.starts_with(Unit.path, path))
    if audience.unit_kinds:
        conditions.append(Unit.kind.in_(audience.unit_kinds))
    if audience.without_duty:
        owing = select(DueItem.unit_id).where(
            DueItem.kind == audience.without_duty, DueItem.state == "open", DueItem.due_on < today()
        )
        conditions.append(Unit.id.in_(owing))
    return conditions


def units_of(actor: Actor, audience: Audience, may: Permission) -> Select[int]:
    """The ids of the units, within the actor's reach of `may`."""
    return select(Unit.id).where(*_units(actor, audience, may))


def _belongs(audience: Audience) -> list[ColumnElement[bool]]:
    """The conditions on a living Membership."""
    statuses = audience.statuses or tuple(key for key, status in STATUSES.items() if status.counts)
    conditions: list[ColumnElement[bool]] = [Membership.until.is_(None), Membership.status.in_(statuses)]
    if audience.relation == "out":
        conditions.append(Membership.relation == "out")
    elif audience.relation == "here":
        conditions.append(Membership.relation != "out")
    return conditions


def pairs_of(actor: Actor, audience: Audience, may: Permission) -> Subquery:
    """(person_id, unit_id): who is meant, and for which unit. A person of two units stands twice."""
    units = units_of(actor, audience, may)
    on = today()
    holds = (Post.since <= on, or_(Post.until.is_(None), Post.until >= on), Post.unit_id.in_(units))
    if audience.posts:
        found: Any = select(Post.person_id, Post.unit_id).where(Post.code.in_(audience.posts), *holds)
    elif audience.whom == "members":
        found = select(Membership.person_id, Membership.unit_id).where(
            Membership.unit_id.in_(units), *_belongs(audience)
        )
    else:
        in_force = and_(
            RoleGrant.ended_at.is_(None),
            RoleGrant.since <= on,
            or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
        )
        found = union(
            select(RoleGrant.person_id, RoleGrant.unit_id).where(
                RoleGrant.role.in_(ANSWERING), in_force, RoleGrant.unit_id.in_(units)
            ),
            select(Post.person_id, Post.unit_id).where(Post.code.in_(LEADING), *holds),
        )
    at = found.subquery()
    active = select(at.c.person_id, at.c.unit_id).join(
        Person, and_(Person.id == at.c.person_id, Person.state == "active")
    )
    if (audience.posts or audience.whom == "answering") and (audience.statuses or audience.relation):
        # An officer of a committee is a member of some branch: the standing is the person's, wherever it stands.
        active = active.where(at.c.person_id.in_(select(Membership.person_id).where(*_belongs(audience))))
    return active.subquery()


def people_of(actor: Actor, audience: Audience, may: Permission) -> Select[int]:
    """The ids of the people, each once, for units within the actor's reach of `may`."""
    pairs = pairs_of(actor, audience, may)
    return select(pairs.c.person_id).distinct()


def count_of(actor: Actor, audience: Audience, may: Permission) -> tuple[int, int]:
    """(people, units). One query."""
    people = select(func.count()).select_from(people_of(actor, audience, may).subquery())
    units = select(func.count()).select_from(units_of(actor, audience, may).subquery())
    row = db.session.execute(select(people.scalar_subquery(), units.scalar_subquery())).one()
    return row[0], row[1]


def sample_of(actor: Actor, audience: Audience, may: Permission) -> list[tuple[str, str]]:
    """(name, unit) of the first ten by name. One query."""
    pairs = pairs_of(actor, audience, may)
    rows = db.session.execute(
        select(Person.name, func.min(Unit.name))
        .join(pairs, pairs.c.person_id == Person.id)
        .join(Unit, Unit.id == pairs.c.unit_id)
        .group_by(Person.name_key, Person.id, Person.name)
        .order_by(Person.name_key, Person.id)
        .limit(SAMPLE)
    )
    return [(name, unit) for name, unit in rows]
