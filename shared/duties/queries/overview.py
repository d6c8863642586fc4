"""How units stand over the months: for leaders."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, and_, bindparam, extract, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.queries.filters import below
from shared.organisations.models import Unit

#: A picture with more rows is no picture; the ledger pages the rest.
MOST = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit over twelve months: what is missing by the month it fell due, and the year's sums."""

    unit_id: int
    name: str
    missing: list[int]
    done: int
    asked: int

    @property
    def overdue(self) -> int:
        return sum(self.missing)


def overview(
    actor: Actor, year: int, *, unit_id: int | None = None, most: int | None = MOST
) -> tuple[list[Standing], int]:
    """Units × months, worst first, at most `most` rows (None: all), and how many units there are. Two queries."""
    on = today()
    late = and_(DueItem.state == "open", DueItem.due_on < on)
    conditions = [
        DueItem.year == year,
        DueItem.state.in_(("open", "done")),
        Unit.state == "active",
        reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
    ]
    if unit_id is not None:
        conditions.append(below(unit_id))
    overdue = func.count().filter(late)
    units = db.session.execute(
        select(
            Unit.id,
            Unit.name,
            func.count().filter(DueItem.state == "done"),
            func.count().filter((DueItem.due_on < on) | (DueItem.state == "done")),
            func.count().over(),
        )
        .select_from(DueItem)
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(*conditions)
        .group_by(Unit.id, Unit.name, Unit.path)
        .order_by(overdue.desc(), Unit.path)
        .limit(most)
    ).all()
    missing: dict[int, list[int]] = {row[0]: [0] * 12 for row in units}
    if missing:
        month = extract("month", DueItem.due_on)
        rows = db.session.execute(
            select(DueItem.unit_id, month, func.count())
            .where(
                DueItem.year == year,
                late,
                DueItem.unit_id == func.any(bindparam("ids", list(missing), type_=ARRAY(BigInteger))),
            )
            .group_by(DueItem.unit_id, month)
        )
        for key, number, count in rows:
            missing[key][int(number) - 1] += count
    return [Standing(row[0], row[1], missing[row[0]], row[2], row[3]) for row in units], (
        units[0][4] if units else 0
    )
