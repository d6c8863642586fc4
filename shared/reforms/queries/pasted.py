"""A pasted list of operations, one a line: unit, what is done, the other unit or the new name, kind."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from shared.db import db
from shared.i18n import _
from shared.organisations.kinds import KINDS
from shared.organisations.models import Unit
from shared.reforms.models import Step
from shared.reforms.operations import OPERATIONS

#: At most so many lines at once.
LINES = 500


@dataclass
class Pasted:
    """The steps of the lines that are understood, and what is wrong with the others, by line."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)


def _cells(line: str) -> list[str]:
    parts = re.split(r"\t|[,，;；|]", line)
    return [" ".join(part.split()) for part in parts]


def _operation(word: str) -> str | None:
    for key, spec in OPERATIONS.items():
        if word in (key, str(spec.name), *spec.aliases):
            return key
    return None


def _kind(word: str) -> str | None:
    for key, spec in KINDS.items():
        if word in (key, str(spec.name), *spec.aliases):
            return key
    return None


def read_pasted(text: str, steps: Sequence[Step]) -> Pasted:
    """Understand the lines against the tree and the steps that the draft has already. One query for all names."""
    lines = [
        (number, _cells(line))
        for number, line in enumerate(text.splitlines()[:LINES], start=1)
        if line.strip()
    ]
    wanted = sorted({cell for _number, cells in lines for cell in cells if cell})
    units: dict[str, list[int]] = defaultdict(list)
    if wanted:
        for unit in db.session.execute(
            select(Unit.id, Unit.name).where(Unit.state == "active", Unit.name.in_(wanted))
        ):
            units[unit.name].append(unit.id)
    found = Pasted()
    made = {step.name: step.id for step in steps if step.operation in ("set_up", "split")}
    places: dict[str, int] = {}
    for number, cells in lines:
        row, wrong = _row(cells, units, made, places)
        if wrong:
            found.wrong.append((number, wrong))
            continue
        if row["operation"] == "set_up":
            places[row["name"]] = len(found.rows)
        found.rows.append(row)
    return found


def _row(
    cells: list[str], units: dict[str, list[int]], made: dict[str, int], places: dict[str, int]
) -> tuple[dict[str, Any], str]:
    """One line as the columns of a step, or what is wrong with it."""
    name, word, third, fourth = (*cells, "", "", "", "")[:4]
    operation = _operation(word)
    if operation is None or operation == "split":
        return {}, _("What is to be done is not understood: %(word)s", word=word)
    row: dict[str, Any] = {"operation": operation}
    spec = OPERATIONS[operation]
    if operation == "set_up":
        row["name"] = name
    else:
        problem = _unit(row, "unit_id", name, units)
        if problem:
            return {}, problem
    if operation == "rename":
        row["name"] = third
    elif operation == "hand_over":
        row["receiver"] = third
    elif spec.takes("into") and third:
        if third in places:
            row["into_row"] = places[third]
        elif third in made:
            row["into_step_id"] = made[third]
        else:
            problem = _unit(row, "into_id", third, units)
            if problem:
                return {}, problem
    if "kind" in spec.asks:
        kind = _kind(third if operation == "upgrade" else fourth)
        if kind is None:
            return {}, _("There is no such kind of unit.")
        row["kind"] = kind
    named = {"unit": "unit_id", "into": "into_id"}
    lacks = [
        argument
        for argument in spec.asks
        if not row.get(named.get(argument, argument))
        and not (argument == "into" and ("into_row" in row or "into_step_id" in row))
    ]
    return (row, "") if not lacks else ({}, _("The line lacks something."))


def _unit(row: dict[str, Any], column: str, name: str, units: dict[str, list[int]]) -> str:
    keys = units.get(name, [])
    if not keys:
        return _("There is no unit of this name: %(name)s", name=name)
    if len(keys) > 1:
        return _("There are %(n)s units of this name: %(name)s", n=len(keys), name=name)
    row[column] = keys[0]
    return ""
