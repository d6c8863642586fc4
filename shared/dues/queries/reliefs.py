"""Requests for less: what waits, what holds, what was."""

from sqlalchemy import and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.dues.models import Relief
from shared.dues.money import first_of
from shared.dues.queries.overview import PAGE, Scope
from shared.members.models import Person
from shared.organisations.models import Unit


def waiting_reliefs(actor: Actor, scope: Scope) -> int:
    """How many requests in reach wait for a decision. One query."""
    return int(
        db.session.scalar(
            select(func.count())
            .select_from(Relief)
            .join(Unit, and_(Unit.tenant_id == Relief.tenant_id, Unit.id == Relief.unit_id))
            .where(
                Relief.state == "asked",
                Relief.line == scope.line,
                reach_filter(actor, Permission.DUES_VIEW, Unit.path),
            )
        )
        or 0
    )


def relief_page(
    actor: Actor, scope: Scope, *, state: str, before: int | None = None, size: int = PAGE
) -> tuple[list[tuple[Relief, str, str]], int | None]:
    """A page of requests with person and unit, the newest first, and the place to go on from. One query."""
    statement = (
        select(Relief, Person.name, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Relief.tenant_id, Unit.id == Relief.unit_id))
        .join(Person, and_(Person.tenant_id == Relief.tenant_id, Person.id == Relief.person_id))
        .where(Relief.line == scope.line, reach_filter(actor, Permission.DUES_VIEW, Unit.path))
        .order_by(Relief.id.desc())
        .limit(size + 1)
    )
    if scope.path is not None:
        statement = statement.where(func.starts_with(Unit.path, scope.path))
    if state == "running":
        statement = statement.where(Relief.state == "approved", Relief.until_month >= first_of(today()))
    elif state == "asked":
        statement = statement.where(Relief.state == "asked")
    if before is not None:
        statement = statement.where(Relief.id < before)
    found = [(row[0], row[1], row[2]) for row in db.session.execute(statement)]
    return found[:size], found[size - 1][0].id if len(found) > size else None


def reliefs_of(person_id: int, line: str) -> list[Relief]:
    """Every request of a person, the newest first. One query."""
    return list(
        db.session.scalars(
            select(Relief)
            .where(Relief.person_id == person_id, Relief.line == line)
            .order_by(Relief.id.desc())
        )
    )
