"""The progress report of an inspection: its lists, and sums by category, unit and state; each sum counts rows of the
list of problems below it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.db import db
from shared.findings.models import Inspection
from shared.findings.queries.lists import OPEN, FindingRow, MeasureRow, findings_of, measures_of
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Sum:
    """`found` of which `closed`, under way (`open`), waiting for agreement (`applied`) and `late`."""

    name: str
    found: int
    closed: int
    open: int
    applied: int
    late: int


@dataclass(frozen=True, slots=True)
class Report:
    inspection: Inspection
    unit_name: str
    rows: list[FindingRow]
    measures: dict[int, list[MeasureRow]]
    by_category: list[Sum]
    by_unit: list[Sum]
    by_state: list[tuple[str, int]]
    total: Sum
    measures_found: int
    measures_done: int


def _sum(name: str, rows: list[FindingRow]) -> Sum:
    return Sum(
        name,
        found=len(rows),
        closed=sum(row.state == "closed" for row in rows),
        open=sum(row.state in OPEN for row in rows),
        applied=sum(row.state in ("applied", "reviewed") for row in rows),
        late=sum(row.late for row in rows),
    )


def _by(rows: list[FindingRow], what: Any) -> list[Sum]:
    groups: dict[str, list[FindingRow]] = {}
    for row in rows:
        groups.setdefault(what(row), []).append(row)
    return [_sum(name, some) for name, some in groups.items()]


def report(actor: Actor, inspection: Inspection, *, below: str | None = None) -> Report:
    """What the actor sees of it, in the order of its own list; `below`: of the units of this path alone.

    Three queries, four with a path.
    """
    rows = findings_of(actor, inspection.id)
    if below is not None:
        within = set(
            db.session.scalars(
                select(Unit.id).where(
                    Unit.id.in_({row.unit_id for row in rows}), func.starts_with(Unit.path, below)
                )
            )
        )
        rows = [row for row in rows if row.unit_id in within]
    measures = measures_of([row.id for row in rows])
    every = [step for steps in measures.values() for step in steps]
    states = Counter(row.state for row in rows)
    return Report(
        inspection=inspection,
        unit_name=db.session.scalar(select(Unit.name).where(Unit.id == inspection.unit_id)) or "",
        rows=rows,
        measures=measures,
        by_category=_by(rows, lambda row: row.category),
        by_unit=_by(rows, lambda row: row.unit_name),
        by_state=sorted(states.items()),
        total=_sum("", rows),
        measures_found=len(every),
        measures_done=sum(step.done_on is not None for step in every),
    )
