"""What is overdue, summed up the tree."""

from datetime import date

from sqlalchemy import and_, func, select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.queries.filters import DueFilter, due_filter_conditions
from shared.organisations.models import Unit
from shared.organisations.queries import roll_up


def overdue_below(paths: list[str], on: date) -> dict[str, int]:
    """How many open due items of each of these units, or of a unit below it, are past their day. One query."""
    own = (
        select(DueItem.unit_id, func.count().label("n"))
        .where(DueItem.state == "open", DueItem.due_on < on)
        .group_by(DueItem.unit_id)
        .subquery()
    )
    return roll_up(own, paths)


def overdue_totals(actor: Actor, on: date) -> tuple[int, int]:
    """(items, units) of this year in reach that are past their day: what one press of 提醒 on all of it concerns."""
    items, units = db.session.execute(
        select(func.count(), func.count(DueItem.unit_id.distinct()))
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(*due_filter_conditions(actor, DueFilter(year=on.year), Permission.DUTY_VIEW))
    ).one()
    return items, units
