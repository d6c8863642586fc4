"""Who can receive: units of the own tenant by name, and the units that other tenants publish."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from shared.db import db
from shared.hanzi import fold
from shared.organisations.kinds import KINDS, kind_name
from shared.organisations.models import Unit, UnitTerm
from shared.tenancy import current_tenant
from shared.tenants.models import Receiver

#: Kinds of units that have members of their own.
TAKING = tuple(key for key, kind in KINDS.items() if kind.has_members)
#: So many are shown; whoever looks for another types more of its name.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that can receive. `owner` is the name of the other tenant, '' inside the own one."""

    tenant_id: int
    unit_id: int
    name: str
    owner: str = ""
    kind: str = ""

    @property
    def key(self) -> str:
        return f"{self.tenant_id}-{self.unit_id}"

    @property
    def said(self) -> str:
        """As the other end of a transfer is written."""
        return f"{self.owner} {self.name}".strip()

    @property
    def remark(self) -> str:
        return self.owner or kind_name(self.kind)


def places_inside(line: str, words: str, *, beside: Unit | None = None) -> list[Place]:
    """Active units of the open tenant that have members, whose name begins with what was typed; without words those
    beside one unit, or the first of the tree. One query.

    Not limited to the actor's reach: who may send somebody away must be able to name where to. Only names are shown.
    """
    statement = (
        select(Unit.id, Unit.name, Unit.kind)
        .where(Unit.state == "active", Unit.line == line, Unit.kind.in_(TAKING))
        .limit(SHOWN)
    )
    typed = fold(words)
    statement = statement.order_by(*([func.length(Unit.name)] if typed else []), Unit.path)
    if typed:
        found = select(UnitTerm.unit_id).where(func.starts_with(UnitTerm.term, typed)).distinct().subquery()
        statement = statement.join(found, found.c.unit_id == Unit.id)
    elif beside is not None:
        statement = statement.where(Unit.parent_id == beside.parent_id)
    if beside is not None:
        statement = statement.where(Unit.id != beside.id)
    return [
        Place(current_tenant(), unit_id, name, kind=kind)
        for unit_id, name, kind in db.session.execute(statement)
    ]


def places_elsewhere(line: str, words: str) -> list[Place]:
    """Units that other tenants publish, in whose name or tenant's name the words stand. One query."""
    statement = (
        select(Receiver.tenant_id, Receiver.unit_id, Receiver.unit_name, Receiver.tenant_name)
        .where(Receiver.line == line, Receiver.tenant_id != current_tenant())
        .limit(SHOWN)
    )
    typed = words.strip()
    # The name that fits best is the shortest one that holds what was typed.
    order = (Receiver.tenant_name, Receiver.unit_name)
    statement = statement.order_by(*([func.length(Receiver.unit_name)] if typed else []), *order)
    if typed:
        statement = statement.where(
            or_(func.strpos(Receiver.unit_name, typed) > 0, func.strpos(Receiver.tenant_name, typed) > 0)
        )
    return [Place(*row) for row in db.session.execute(statement)]


def published(tenant_id: int, unit_id: int, line: str) -> Place | None:
    """The published unit of another tenant; None where it does not (or no longer) stand on the list."""
    row = db.session.execute(
        select(Receiver.tenant_id, Receiver.unit_id, Receiver.unit_name, Receiver.tenant_name).where(
            Receiver.tenant_id == tenant_id,
            Receiver.unit_id == unit_id,
            Receiver.line == line,
            Receiver.tenant_id != current_tenant(),
        )
    ).one_or_none()
    return Place(*row) if row else None


def own_receivers() -> list[Receiver]:
    """What the open tenant publishes, by name."""
    return list(
        db.session.scalars(
            select(Receiver).where(Receiver.tenant_id == current_tenant()).order_by(Receiver.unit_name)
        )
    )


def is_any_published(line: str) -> bool:
    """Whether any other tenant publishes a unit of the line at all."""
    return (
        db.session.scalar(
            select(Receiver.unit_id)
            .where(Receiver.line == line, Receiver.tenant_id != current_tenant())
            .limit(1)
        )
        is not None
    )
