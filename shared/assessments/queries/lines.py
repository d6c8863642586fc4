"""One unit's lines in a round, as they stand."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, func, select

from shared.assessments.models import Line, Mark, Round, Score
from shared.assessments.queries.rounds import line_points
from shared.db import db


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One line of one unit in a round, as it stands."""

    line_id: int
    ordinal: int
    heading: str
    name: str
    kind: str
    full: Decimal
    self_points: Decimal | None
    self_text: str
    points: Decimal | None
    not_applicable: bool
    raised: bool
    remark: str
    due: int | None
    done: int | None
    made_up: int | None
    flawed: int | None

    @property
    def counted(self) -> bool:
        return self.due is not None

    @property
    def lost(self) -> Decimal:
        """Marks lost; a bonus not had is no loss."""
        plain = self.kind not in ("bonus", "veto") and self.points is not None
        return self.full - (self.points or Decimal(0)) if plain else Decimal(0)


def result_lines(lap: Round, unit_id: int) -> list[ResultLine]:
    """A unit's lines in the sheet's order: what it gave itself, what it got, and why. One query."""
    points = line_points(lap, unit_ids=[unit_id]).subquery("points")
    statement = (
        select(
            Line.id.label("line_id"),
            Line.ordinal,
            Line.heading,
            Line.name,
            Line.kind,
            Line.full_marks.label("full"),
            Mark.self_points,
            func.coalesce(Mark.self_text, "").label("self_text"),
            points.c.points,
            func.coalesce(Mark.not_applicable, False).label("not_applicable"),
            points.c.raised,
            func.coalesce(Mark.remark, "").label("remark"),
            Score.due_count.label("due"),
            Score.done_count.label("done"),
            Score.made_up_count.label("made_up"),
            Score.flawed_count.label("flawed"),
        )
        .select_from(points)
        .join(Line, Line.id == points.c.line_id)
        .join(
            Mark,
            and_(Mark.round_id == lap.id, Mark.unit_id == unit_id, Mark.line_id == Line.id),
            isouter=True,
        )
        .join(
            Score,
            and_(Score.round_id == lap.id, Score.unit_id == unit_id, Score.line_id == Line.id),
            isouter=True,
        )
        .order_by(Line.ordinal)
    )
    return [ResultLine(**row._mapping) for row in db.session.execute(statement)]
