"""Who may be given a certificate: named people or units below a unit, all its members, all units below it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.certificates.actions.issuing import MOST, Recipient
from shared.db import db
from shared.members.models import Membership, Person
from shared.members.relations import COUNTING
from shared.members.statuses import COUNTED
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Found:
    """Recipients in the order of the names; `unknown` names fit nobody, `several` fit more than one."""

    recipients: list[Recipient] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)


def _within(actor: Actor, unit: Unit) -> list[ColumnElement[bool]]:
    return [
        Unit.state == "active",
        func.starts_with(Unit.path, unit.path),
        reach_filter(actor, Permission.CERTIFICATE_ISSUE, Unit.path),
    ]


def _people(actor: Actor, unit: Unit, *more: ColumnElement[bool]) -> list[Recipient]:
    rows = db.session.execute(
        select(Person.id, Person.name, Unit.id, Unit.name)
        .join(Membership, and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id))
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            *_within(actor, unit),
            Membership.until.is_(None),
            Membership.kind == unit.line,
            Membership.status.in_(COUNTED),
            Membership.relation.in_(COUNTING),
            *more,
        )
        .order_by(Unit.path, Person.name_key, Person.id)
        .limit(MOST + 1)
    )
    return [Recipient(*row) for row in rows]


def everybody(actor: Actor, unit: Unit) -> Found:
    """Every member of the unit and of the units below it. One query."""
    return Found(_people(actor, unit))


def named_people(actor: Actor, unit: Unit, names: Sequence[str]) -> Found:
    """The members with these names. One query; a name that fits two is nobody's until it is said whose."""
    return _matched(_people(actor, unit, Person.name.in_(list(names))), names)


def units_below(actor: Actor, unit: Unit) -> Found:
    """Every unit directly below, or the unit itself where none is."""
    rows = _units(actor, unit, Unit.parent_id == unit.id)
    return Found(rows or _units(actor, unit, Unit.id == unit.id))


def named_units(actor: Actor, unit: Unit, names: Sequence[str]) -> Found:
    return _matched(_units(actor, unit, Unit.name.in_(list(names))), names)


def _units(actor: Actor, unit: Unit, *more: ColumnElement[bool]) -> list[Recipient]:
    rows = db.session.execute(
        select(Unit.id, Unit.name).where(*_within(actor, unit), *more).order_by(Unit.path).limit(MOST + 1)
    )
    return [Recipient(None, name, unit_id, name) for unit_id, name in rows]


def _matched(rows: Sequence[Recipient], names: Sequence[str]) -> Found:
    found = Found()
    by_name: dict[str, list[Recipient]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    for name in dict.fromkeys(names):
        match by_name.get(name, []):
            case []:
                found.unknown.append(name)
            case [one]:
                found.recipients.append(one)
            case _:
                found.several.append(name)
    return found
