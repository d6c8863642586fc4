"""What the units filled in, row by row: the page behind every number, and the whole result as a sheet."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import column, exists, func, literal, select

from shared.access.actor import Actor
from shared.db import db
from shared.organisations.models import Unit
from shared.returns.models import Filling
from shared.returns.queries.lists import GIVEN, FillingFilter, filling_conditions, joined

PAGE = 50


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """`key`, `value`: only rows in which this column holds this answer; '' for any. `after`: the last unit's path."""

    return_id: int = 0
    unit_id: int | None = None
    key: str = ""
    value: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class ResultRow:
    filling_id: int
    unit_name: str
    number: int
    values: dict[str, str]
    note: str
    handed_at: datetime | None


def results(actor: Actor, given: ResultFilter, *, limit: int = PAGE) -> tuple[list[ResultRow], str | None]:
    """The rows of one page of units in the order of the tree, and where to go on. One query."""
    kept = FillingFilter(view="given", return_id=given.return_id, unit_id=given.unit_id)
    statement = (
        joined(
            select(
                Filling.id, Unit.name, Unit.path, Filling.rows, Filling.note, Filling.handed_at
            ).select_from(Filling)
        )
        .where(*filling_conditions(actor, kept), Filling.state.in_(GIVEN))
        .order_by(Unit.path)
        .limit(limit + 1)
    )
    if given.after:
        statement = statement.where(Unit.path > given.after)
    if given.key:
        line = func.jsonb_array_elements(Filling.rows).table_valued(column("value"), name="line")
        cell = func.coalesce(func.jsonb_extract_path_text(line.c.value, given.key), "")
        statement = statement.where(
            exists(
                select(literal(1)).select_from(line).where(cell == given.value if given.value else cell != "")
            )
        )
    found = db.session.execute(statement).all()
    more, found = len(found) > limit, found[:limit]
    rows = [
        ResultRow(key, name, number, values, note if number == 1 else "", handed_at)
        for key, name, _path, lines, note, handed_at in found
        for number, values in enumerate(lines, 1)
        if _asked(given, values)
    ]
    return rows, found[-1].path if more else None


def _asked(given: ResultFilter, values: dict[str, str]) -> bool:
    if not given.key:
        return True
    held = values.get(given.key, "")
    return held == given.value if given.value else held != ""
