"""What a reviewer was given to mark, with what the unit says and shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.models import Entry, Line, Mark, Proof, Reviewer, Round
from shared.assessments.queries.reviews.people import is_own, own_paths
from shared.assessments.queries.rounds import counted
from shared.db import db
from shared.events.models import Event
from shared.files import File
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 100


def _mine(actor: Actor) -> ColumnElement[bool]:
    """Entry × Line that the actor was given, may reach and does not belong to. One query for the own units."""
    person_id = actor.person_id or 0
    return and_(
        select(literal(1))
        .where(
            Reviewer.round_id == Entry.round_id,
            Reviewer.person_id == person_id,
            or_(Reviewer.unit_id == Entry.unit_id, Reviewer.line_id == Line.id),
        )
        .exists(),
        reach_filter(actor, Permission.ROUND_REVIEW, Unit.path),
        ~is_own(own_paths([person_id]).get(person_id, ())),
    )


def lines_to_review(*columns: Any) -> Select[Any]:
    """Entry × line with what was said of it; bound to rounds and people by the caller."""
    return (
        select(*columns)
        .select_from(Entry)
        .join(Unit, and_(Unit.tenant_id == Entry.tenant_id, Unit.id == Entry.unit_id))
        .join(Round, and_(Round.tenant_id == Entry.tenant_id, Round.id == Entry.round_id))
        .join(Line, and_(Line.tenant_id == Round.tenant_id, Line.scheme_id == Round.scheme_id))
        .join(
            Mark,
            and_(
                Mark.tenant_id == Entry.tenant_id,
                Mark.round_id == Entry.round_id,
                Mark.unit_id == Entry.unit_id,
                Mark.line_id == Line.id,
            ),
            isouter=True,
        )
        .where(~counted())
    )


def waits() -> ColumnElement[bool]:
    """A line of lines_to_review without a reviewer's word; bonus and veto lines wait for nobody, nor do those of a unit
    that was dissolved meanwhile."""
    return and_(
        Unit.state == "active",
        Line.kind.not_in(("bonus", "veto")),
        Mark.points.is_(None),
        ~func.coalesce(Mark.not_applicable, literal(False)),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one round holds for a reviewer: units and lines, each with how much of it waits."""

    round_id: int
    name: str
    until: Any
    #: (entry, unit, state of the entry, lines, of them waiting)
    units: list[tuple[int, str, str, int, int]] = field(default_factory=list)
    #: (line, its name, units, of them waiting)
    lines: list[tuple[int, str, int, int]] = field(default_factory=list)


def at_hand(actor: Actor, *, limit: int = PAGE, after: int = 0) -> tuple[list[Waiting], int | None]:
    """The rounds in review in which the actor has something to mark, with the units that still wait first; and the
    round after which the next page begins. Five queries."""
    if actor.person_id is None or not actor.may(Permission.ROUND_REVIEW):
        return [], None
    laps = db.session.execute(
        select(Round.id, Round.name, Round.review_until)
        .where(
            Round.state == "review",
            Round.id > after,
            select(literal(1))
            .where(Reviewer.round_id == Round.id, Reviewer.person_id == actor.person_id)
            .exists(),
        )
        .order_by(Round.id)
        .limit(11)
    ).all()
    further = laps[9].id if len(laps) > 10 else None
    found = {row.id: Waiting(row.id, row.name, row.review_until) for row in laps[:10]}
    if not found:
        return [], None
    mine = and_(_mine(actor), Entry.round_id.in_(found))
    count = func.count()
    waiting = func.count().filter(waits())
    rows: Any = db.session.execute(
        lines_to_review(Entry.round_id, Entry.id, Unit.name, Entry.state, count, waiting)
        .where(mine, _whole_unit(actor))
        .group_by(Entry.round_id, Entry.id, Unit.name, Unit.path, Entry.state)
        .order_by((waiting == 0), Unit.path)
        .limit(limit)
    )
    for round_id, entry_id, name, state, lines, open_lines in rows:
        found[round_id].units.append((entry_id, name, state, lines, open_lines))
    rows = db.session.execute(
        lines_to_review(Entry.round_id, Line.id, Line.name, count, waiting)
        .where(mine, _whole_line(actor))
        .group_by(Entry.round_id, Line.id, Line.name, Line.ordinal)
        .order_by(Line.ordinal)
    )
    for round_id, line_id, name, units, open_units in rows:
        found[round_id].lines.append((line_id, name, units, open_units))
    return list(found.values()), further


def _whole_unit(actor: Actor) -> ColumnElement[bool]:
    return (
        select(literal(1))
        .where(
            Reviewer.round_id == Entry.round_id,
            Reviewer.person_id == actor.person_id,
            Reviewer.unit_id == Entry.unit_id,
        )
        .exists()
    )


def _whole_line(actor: Actor) -> ColumnElement[bool]:
    return (
        select(literal(1))
        .where(
            Reviewer.round_id == Entry.round_id,
            Reviewer.person_id == actor.person_id,
            Reviewer.line_id == Line.id,
        )
        .exists()
    )


def waiting_count(actor: Actor) -> int:
    """How many lines of units wait for the actor, for the page of today. Two queries; none without the right."""
    if actor.person_id is None or not actor.may(Permission.ROUND_REVIEW):
        return 0
    mine = and_(_mine(actor), Round.state == "review", waits())
    return db.session.scalar(lines_to_review(func.count()).where(mine)) or 0


@dataclass(frozen=True, slots=True)
class Shown:
    """Something shown as evidence: words, a record of the ledger, or a file."""

    id: int
    note: str
    event_id: int | None
    event: str
    file_name: str


@dataclass(frozen=True, slots=True)
class ToMark:
    """One line of one unit as a reviewer sees it; revision 0: nothing was said of it yet."""

    entry_id: int
    unit_id: int
    unit_name: str
    path: str
    entry_state: str
    line: Line
    self_points: Decimal | None
    self_text: str
    points: Decimal | None
    not_applicable: bool
    raised: bool
    remark: str
    given_by: str
    given_at: datetime | None
    revision: int
    proofs: list[Shown]

    @property
    def key(self) -> str:
        return f"{self.unit_id}-{self.line.id}"

    @property
    def waits(self) -> bool:
        return self.line.kind not in ("bonus", "veto") and self.points is None and not self.not_applicable


def to_mark(
    actor: Actor,
    lap: Round,
    *,
    unit_id: int | None = None,
    line_id: int | None = None,
    after: str = "",
    limit: int = PAGE,
) -> tuple[list[ToMark], str | None]:
    """What the actor marks of one unit (in the order of the sheet) or of one line (in the order of the tree, a page at
    a time), and the path after which the next page begins. Four queries."""
    statement = lines_to_review(Entry, Unit.name, Unit.path, Line, Mark, Person.name.label("given")).join(
        Person, and_(Person.tenant_id == Mark.tenant_id, Person.id == Mark.given_by), isouter=True
    )
    statement = statement.where(Entry.round_id == lap.id, _mine(actor))
    if unit_id is not None:
        statement = statement.where(Entry.unit_id == unit_id).order_by(Line.ordinal)
    else:
        statement = (
            statement.where(Line.id == line_id, Unit.path > after).order_by(Unit.path).limit(limit + 1)
        )
    rows: Sequence[Any] = db.session.execute(statement).all()
    further = rows[limit - 1].path if unit_id is None and len(rows) > limit else None
    if unit_id is None:
        rows = rows[:limit]
    shown = proofs(lap, [row.Entry.unit_id for row in rows], line_id=line_id)
    return [
        ToMark(
            entry_id=row.Entry.id,
            unit_id=row.Entry.unit_id,
            unit_name=row.name,
            path=row.path,
            entry_state=row.Entry.state,
            line=row.Line,
            self_points=row.Mark.self_points if row.Mark else None,
            self_text=row.Mark.self_text if row.Mark else "",
            points=row.Mark.points if row.Mark else None,
            not_applicable=bool(row.Mark and row.Mark.not_applicable),
            raised=bool(row.Mark and row.Mark.raised),
            remark=row.Mark.remark if row.Mark else "",
            given_by=row.given or "",
            given_at=row.Mark.given_at if row.Mark else None,
            revision=row.Mark.revision if row.Mark else 0,
            proofs=shown.get((row.Entry.unit_id, row.Line.id), []),
        )
        for row in rows
    ], further


def proofs(
    lap: Round, unit_ids: Sequence[int], *, line_id: int | None = None
) -> dict[tuple[int, int], list[Shown]]:
    """What lies behind the lines of units, by (unit, line). One query."""
    statement = (
        select(Proof, Event.title, Event.held_on, File.name)
        .join(Event, and_(Event.tenant_id == Proof.tenant_id, Event.id == Proof.event_id), isouter=True)
        .join(File, and_(File.tenant_id == Proof.tenant_id, File.id == Proof.file_id), isouter=True)
        .where(Proof.round_id == lap.id, Proof.unit_id.in_(unit_ids))
        .order_by(Proof.id)
    )
    if line_id is not None:
        statement = statement.where(Proof.line_id == line_id)
    found: dict[tuple[int, int], list[Shown]] = {}
    for proof, title, held_on, file_name in db.session.execute(statement):
        found.setdefault((proof.unit_id, proof.line_id), []).append(
            Shown(
                proof.id,
                proof.note,
                proof.event_id,
                f"{held_on} {title}" if title else "",
                file_name or "",
            )
        )
    return found


def may_mark(actor: Actor, lap: Round, pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these (unit, line) the actor was given to mark. Two queries."""
    if not pairs:
        return set()
    rows = db.session.execute(
        lines_to_review(Entry.unit_id, Line.id).where(
            Entry.round_id == lap.id,
            _mine(actor),
            tuple_(Entry.unit_id, Line.id).in_(pairs),
        )
    )
    return {(unit_id, line_id) for unit_id, line_id in rows}
