"""One unit with what stands above and below it; its history; units by their words."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, true

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.hanzi import fold
from shared.organisations.models import Unit, UnitChange, UnitTerm
from shared.organisations.queries.tree import ids_of, in_reach


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One unit with what stands above and below it. `above` is from the top of the tree down."""

    unit: Unit
    above: list[tuple[int, str]]
    children: int
    below: int
    dissolved_below: int


def unit_card(unit: Unit) -> UnitCard:
    """All that stands above and below a unit, in two queries."""
    steps = ids_of(unit.path)[:-1]
    names: dict[int, str] = {}
    if steps:
        found = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(steps)))
        names = {unit_id: name for unit_id, name in found}  # noqa: C416 - dict() takes a result for a mapping
    counted = db.session.execute(
        select(
            func.count().filter(Unit.parent_id == unit.id, Unit.state == "active"),
            func.count().filter(Unit.id != unit.id, Unit.state == "active"),
            func.count().filter(Unit.id != unit.id, Unit.state == "dissolved"),
        ).where(func.starts_with(Unit.path, unit.path))
    ).one()
    return UnitCard(unit, [(step, names.get(step, "")) for step in steps], *counted)


def superior(unit: Unit) -> Unit | None:
    """The unit directly above."""
    found: Unit | None = db.session.execute(
        select(Unit).where(Unit.id == unit.parent_id)
    ).scalar_one_or_none()
    return found


def continuing(unit: Unit) -> tuple[int, str, str] | None:
    """(id, name, path) of the unit that continues a dissolved one (承接); None where nobody does."""
    if unit.followed_by is None:
        return None
    row = db.session.execute(
        select(Unit.id, Unit.name, Unit.path).where(Unit.id == unit.followed_by)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def history(unit_id: int, *, limit: int = 20) -> list[UnitChange]:
    """What became of a unit, newest first."""
    return list(
        db.session.scalars(
            select(UnitChange)
            .where(UnitChange.unit_id == unit_id)
            .order_by(UnitChange.on_date.desc(), UnitChange.id.desc())
            .limit(limit)
        )
    )


def ending_terms(actor: Actor, *, until: date, limit: int = 5) -> list[tuple[int, str, date | None]]:
    """Units in reach whose term ended or ends by `until`, the earliest first."""
    return list(
        db.session.execute(
            select(Unit.id, Unit.name, Unit.term_ends_on)
            .where(
                Unit.state == "active",
                Unit.term_ends_on <= until,
                in_reach(actor, Permission.UNIT_VIEW),
            )
            .order_by(Unit.term_ends_on, Unit.id)
            .limit(limit)
        )
    )


def find(
    actor: Actor,
    words: str,
    *,
    limit: int = 20,
    permission: Permission = Permission.UNIT_VIEW,
    line: str | None = None,
) -> list[tuple[int, str, str, str]]:
    """Units in reach, of one line, one of whose terms begins with what was typed: (id, name, kind, path)."""
    typed = fold(words)
    if not typed:
        return []
    matching = select(UnitTerm.unit_id).where(func.starts_with(UnitTerm.term, typed)).distinct().subquery()
    return list(
        db.session.execute(
            select(Unit.id, Unit.name, Unit.kind, Unit.path)
            .join(matching, matching.c.unit_id == Unit.id)
            .where(
                Unit.state == "active",
                in_reach(actor, permission),
                true() if line is None else Unit.line == line,
            )
            .order_by(func.length(Unit.name), Unit.path)
            .limit(limit)
        )
    )
