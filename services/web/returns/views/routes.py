"""Where the pages of returns are registered, and how a unit's copy is reached."""

from flask import Blueprint
from sqlalchemy import select

from services.web.edge import actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db
from shared.organisations.models import Unit
from shared.returns.models import Filling, ReturnTable

blueprint = Blueprint("returns", __name__, url_prefix="/returns")


def copy_in_reach(
    filling_id: int, *, may: Permission, lock: bool = False
) -> tuple[ReturnTable, Filling, Unit]:
    """A copy of a unit in reach, with its table and its unit.

    To write (`lock`) the table is held first, as by whoever withdraws it or changes its columns: nothing is handed in
    to a table that ends in the same moment. Several copies of it may be written at once.
    """
    if lock:
        of = select(Filling.return_id).where(Filling.id == filling_id).scalar_subquery()
        db.session.execute(select(ReturnTable.id).where(ReturnTable.id == of).with_for_update(read=True))
    filling = fetch(Filling, filling_id, actor=actor(), may=may, lock=lock)
    unit = fetch(Unit, filling.unit_id, actor=actor(), may=may)
    table = db.session.execute(select(ReturnTable).where(ReturnTable.id == filling.return_id)).scalar_one()
    return table, filling, unit


def speaks_for(table: ReturnTable) -> bool:
    """Whether the actor may send out and take in for the unit that asks."""
    path = db.session.scalar(select(Unit.path).where(Unit.id == table.unit_id))
    return path is not None and actor().can(Permission.RETURN_ISSUE, path)
