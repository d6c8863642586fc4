"""Lost points of a round, and the inspection that they became."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, func, select

from shared.assessments.models import Line, Mark, Round
from shared.assessments.queries.rounds import line_points
from shared.db import db
from shared.findings.models import Finding, Inspection
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Loss:
    unit_id: int
    unit_name: str
    heading: str
    name: str
    full: Decimal
    points: Decimal
    remark: str


def losses(lap: Round, *, inspection_id: int | None, unit_ids: Sequence[int] | None = None) -> list[Loss]:
    """Each line that lost marks, of units that have no findings of this round yet. One query."""
    points = line_points(lap, unit_ids=unit_ids).subquery("points")
    found = db.session.execute(
        select(
            points.c.unit_id,
            Unit.name.label("unit_name"),
            Line.heading,
            Line.name,
            points.c.full,
            points.c.points,
            func.coalesce(Mark.remark, "").label("remark"),
        )
        .select_from(points)
        .join(Line, Line.id == points.c.line_id)
        .join(Unit, and_(Unit.tenant_id == Line.tenant_id, Unit.id == points.c.unit_id))
        .join(
            Mark,
            and_(Mark.round_id == lap.id, Mark.unit_id == points.c.unit_id, Mark.line_id == Line.id),
            isouter=True,
        )
        .where(
            points.c.kind.not_in(("bonus", "veto")),
            points.c.points < points.c.full,
            Unit.state == "active",
            ~select(Finding.id)
            .where(
                Finding.tenant_id == Unit.tenant_id,
                Finding.unit_id == Unit.id,
                Finding.inspection_id == (inspection_id or 0),
            )
            .exists(),
        )
        .order_by(Unit.path, Line.ordinal)
    )
    return [Loss(**row._mapping) for row in found]


def inspection_of(lap: Round, *, lock: bool = False) -> Inspection | None:
    """What the lost points of a round became, if somebody made findings of them."""
    statement = select(Inspection).where(Inspection.round_id == lap.id)
    return db.session.scalars(statement.with_for_update() if lock else statement).one_or_none()
