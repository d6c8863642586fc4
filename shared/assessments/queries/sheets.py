"""A unit's sheet in a round: its lines with what was counted and said, its evidence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select

from shared.assessments.models import Line, Mark, Proof, Round, Score
from shared.db import db
from shared.events.models import Event
from shared.files import File

#: Records offered as evidence on one page.
PICKED = 40


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A piece of evidence. name: of the file, or of the record."""

    id: int
    line_id: int
    note: str
    file_id: int | None
    name: str
    event_id: int | None
    kind: str
    held_on: date | None
    added_at: datetime


def proofs(lap: Round, unit_id: int, *, line_id: int | None = None) -> dict[int, list[ProofRow]]:
    """The evidence of a unit by line. One query."""
    rows: Any = db.session.execute(
        select(
            Proof.id, Proof.line_id, Proof.note, Proof.file_id, func.coalesce(File.name, Event.title, ""),
            Proof.event_id, func.coalesce(Event.kind, ""), Event.held_on, Proof.added_at,
        )
        .join(File, and_(File.tenant_id == Proof.tenant_id, File.id == Proof.file_id), isouter=True)
        .join(Event, and_(Event.tenant_id == Proof.tenant_id, Event.id == Proof.event_id), isouter=True)
        .where(
            Proof.round_id == lap.id,
            Proof.unit_id == unit_id,
            Proof.line_id == line_id if line_id is not None else Proof.id > 0,
        )
        .order_by(Proof.id)
    )  # fmt: skip
    found: dict[int, list[ProofRow]] = defaultdict(list)
    for row in rows:
        found[row.line_id].append(ProofRow(*row))
    return found


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line for one unit: what the ledger counted, what the unit and the reviewer say."""

    line: Line
    score: Score | None
    mark: Mark | None


def sheet_lines(lap: Round, unit_id: int) -> list[SheetLine]:
    """The lines of a unit's sheet in their order. One query."""
    rows: Any = db.session.execute(
        select(Line, Score, Mark)
        .join(
            Score,
            and_(
                Score.tenant_id == Line.tenant_id,
                Score.round_id == lap.id,
                Score.year == lap.starts_on.year,
                Score.unit_id == unit_id,
                Score.line_id == Line.id,
            ),
            isouter=True,
        )
        .join(
            Mark,
            and_(
                Mark.tenant_id == Line.tenant_id,
                Mark.round_id == lap.id,
                Mark.unit_id == unit_id,
                Mark.line_id == Line.id,
            ),
            isouter=True,
        )
        .where(Line.scheme_id == lap.scheme_id)
        .order_by(Line.ordinal)
        .execution_options(populate_existing=True)
    )
    return [SheetLine(*row) for row in rows]


def records_to_pick(
    lap: Round, unit_id: int, *, kind: str = "", since: date | None = None, until: date | None = None
) -> Sequence[Event]:
    """Standing records of the unit, the latest first; without days those of the round's span. One query."""
    return db.session.scalars(
        select(Event)
        .where(
            Event.unit_id == unit_id,
            Event.state != "void",
            Event.kind == kind if kind else Event.id > 0,
            Event.held_on >= (since or lap.starts_on),
            Event.held_on <= (until or lap.ends_on),
        )
        .order_by(Event.held_on.desc(), Event.id.desc())
        .limit(PICKED)
    ).all()
