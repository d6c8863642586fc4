"""What may be done to everybody of a filter at once: one registry, each act with whom it leaves out and its statements.

Whoever needs a look of their own is left out with the reason: who holds an office, who is on the way elsewhere. Each
act is a handful of set-based statements over one chunk of targets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from shared.clock import today
from shared.db import Base, db
from shared.i18n import lazy_
from shared.members.models import BulkTarget, Membership, MobileStay, Person, Post
from shared.organisations.models import Unit

#: Why somebody is left out.
LEFT_OUT: Mapping[str, lazy_] = {
    "ended": lazy_("The membership has ended meanwhile"),
    "transfer": lazy_("A transfer is on its way"),
    "office": lazy_("Holds an office in the unit"),
    "role": lazy_("Holds a role in the system"),
    "away": lazy_("Registered as mobile; the stay ends first"),
    "later": lazy_("Belongs to the unit only since a later day"),
    "unit": lazy_("The unit to join was dissolved meanwhile"),
}

#: Outcome and the condition under which a target gets it, the first that holds.
Rules = list[tuple[str, ColumnElement[bool]]]


def _holds_office() -> ColumnElement[bool]:
    return exists(
        select(1).where(
            Post.tenant_id == Membership.tenant_id,
            Post.person_id == Membership.person_id,
            Post.unit_id == Membership.unit_id,
            Post.until.is_(None),
        )
    )


def _holds_role(*, at_unit: bool) -> ColumnElement[bool]:
    """A role of today, at the unit or anywhere: rights end by a decision, not beside a list."""
    # Named by its table: roles stand above people in the order of the nouns.
    grant = Base.metadata.tables["role_grant"].c
    return exists(
        select(1).where(
            grant.tenant_id == Membership.tenant_id,
            grant.person_id == Membership.person_id,
            grant.ended_at.is_(None),
            or_(grant.until.is_(None), grant.until >= today()),
            grant.unit_id == Membership.unit_id if at_unit else true(),
        )
    )


def _day(args: dict[str, Any]) -> date:
    return date.fromisoformat(args["on"])


def _memberships(doing: Select[int]) -> Any:
    """The memberships of the chunk that the act is done to."""
    return select(BulkTarget.membership_id).where(BulkTarget.id.in_(doing))


def _people(doing: Select[int]) -> Any:
    return select(BulkTarget.person_id).where(BulkTarget.id.in_(doing))


def _rows(statement: Any) -> int:
    result = db.session.execute(
        statement.execution_options(synchronize_session=False, preserve_rowcount=True)
    )
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


_IN_TRANSFER = ("transfer", Membership.relation == "leaving")


def _move_rules(args: dict[str, Any]) -> Rules:
    gone = ~exists(select(1).where(Unit.id == args["unit_id"], Unit.state == "active"))
    return [
        ("unit", gone),
        ("same", Membership.unit_id == args["unit_id"]),
        _IN_TRANSFER,
        ("office", _holds_office()),
        ("role", _holds_role(at_unit=True)),
        ("later", Membership.since > _day(args)),
    ]


def _move(args: dict[str, Any], doing: Select[int]) -> int:
    """Close the old membership, open the new one with what belongs to it."""
    ended = _rows(
        update(Membership)
        .where(Membership.id.in_(_memberships(doing)))
        .values(until=_day(args), end_reason="transferred")
    )
    columns = [
        Membership.person_id,
        literal(args["unit_id"]),
        Membership.kind,
        Membership.status,
        Membership.relation,
        Membership.card_number,
        Membership.joined,
        Membership.confirmed,
        literal(_day(args)),
    ]
    names = [
        "person_id",
        "unit_id",
        "kind",
        "status",
        "relation",
        "card_number",
        "joined",
        "confirmed",
        "since",
    ]
    begun = _rows(
        insert(Membership).from_select(names, select(*columns).where(Membership.id.in_(_memberships(doing))))
    )
    return ended if ended == begun else -1


def _end_rules(args: dict[str, Any]) -> Rules:
    return [
        _IN_TRANSFER,
        ("office", _holds_office()),
        ("role", _holds_role(at_unit=False)),
        ("later", Membership.since > _day(args)),
    ]


def _end(args: dict[str, Any], doing: Select[int]) -> int:
    """End the memberships, and the stays of those away; whoever belongs to no unit any more leaves the roster."""
    on = _day(args)
    ended = _rows(
        update(Membership)
        .where(Membership.id.in_(_memberships(doing)))
        .values(until=on, end_reason=args["reason"])
    )
    away = exists(
        select(1).where(
            Membership.tenant_id == MobileStay.tenant_id,
            Membership.person_id == MobileStay.person_id,
            Membership.relation.in_(("out", "in")),
            Membership.id.in_(_memberships(doing)),
        )
    )
    db.session.execute(
        update(MobileStay)
        .where(MobileStay.person_id.in_(_people(doing)), MobileStay.until.is_(None), away)
        .values(until=func.greatest(MobileStay.since, on))
        .execution_options(synchronize_session=False)
    )
    belongs = exists(
        select(1).where(
            Membership.tenant_id == Person.tenant_id,
            Membership.person_id == Person.id,
            Membership.until.is_(None),
        )
    )
    db.session.execute(
        update(Person)
        .where(Person.id.in_(_people(doing)), Person.state == "active", ~belongs)
        .values(state="left")
        .execution_options(synchronize_session=False)
    )
    return ended


def _set_membership(column: str) -> Callable[[dict[str, Any], Select[int]], int]:
    def act(args: dict[str, Any], doing: Select[int]) -> int:
        return _rows(
            update(Membership).where(Membership.id.in_(_memberships(doing))).values({column: args["value"]})
        )

    return act


def _set_person(column: str) -> Callable[[dict[str, Any], Select[int]], int]:
    def act(args: dict[str, Any], doing: Select[int]) -> int:
        return _rows(update(Person).where(Person.id.in_(_people(doing))).values({column: args["value"]}))

    return act


def _status_rules(args: dict[str, Any]) -> Rules:
    return [("same", Membership.status == args["value"]), _IN_TRANSFER]


def _relation_rules(args: dict[str, Any]) -> Rules:
    return [
        ("same", Membership.relation == args["value"]),
        _IN_TRANSFER,
        ("away", Membership.relation.in_(("out", "in"))),
    ]


def _person_rules(column: str) -> Callable[[dict[str, Any]], Rules]:
    def rules(args: dict[str, Any]) -> Rules:
        return [("same", getattr(Person, column) == args["value"])]

    return rules


@dataclass(frozen=True, slots=True)
class Act:
    """`rules` say who is left out or unchanged; `do` changes the rest of a chunk and returns how many rows it was."""

    name: lazy_
    #: The word on the button; it holds the number: "Move %(n)s people".
    button: lazy_
    rules: Callable[[dict[str, Any]], Rules]
    do: Callable[[dict[str, Any], Select[int]], int]
    #: Fields of the form that it asks for.
    asks: tuple[str, ...]


ACTS: Mapping[str, Act] = {
    "move": Act(
        lazy_("Carry over to another unit"),
        lazy_("Carry over %(n)s people"),
        _move_rules,
        _move,
        ("unit_id", "on"),
    ),
    "status": Act(
        lazy_("Change the standing"),
        lazy_("Change the standing of %(n)s people"),
        _status_rules,
        _set_membership("status"),
        ("status",),
    ),
    "relation": Act(
        lazy_("Change the relation"),
        lazy_("Change the relation of %(n)s people"),
        _relation_rules,
        _set_membership("relation"),
        ("relation",),
    ),
    "end": Act(
        lazy_("End the membership"),
        lazy_("End the membership of %(n)s people"),
        _end_rules,
        _end,
        ("reason", "on"),
    ),
    "language": Act(
        lazy_("Set the language"),
        lazy_("Set the language of %(n)s people"),
        _person_rules("locale"),
        _set_person("locale"),
        ("locale",),
    ),
    "employment": Act(
        lazy_("Set the form of employment"),
        lazy_("Set the form of employment of %(n)s people"),
        _person_rules("employment"),
        _set_person("employment"),
        ("employment",),
    ),
    "household": Act(
        lazy_("Set the household registration"),
        lazy_("Set the household registration of %(n)s people"),
        _person_rules("household"),
        _set_person("household"),
        ("household",),
    ),
}
