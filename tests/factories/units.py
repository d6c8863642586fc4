"""Units of a tree, as the open tenant's models write them."""

from datetime import date

from shared.db import db
from shared.organisations.models import Unit


def unit_below(parent: Unit | None, *, kind: str, line: str, name: str) -> Unit:
    """One unit that owes its duties since the beginning of 2026."""
    unit = Unit(
        parent_id=parent.id if parent else None,
        path="",
        kind=kind,
        line=line,
        name=name,
        duties_since=date(2026, 1, 1),
        founded_on=date(2010, 1, 1),
        term_ends_on=date(2028, 1, 1),
    )
    db.session.add(unit)
    db.session.flush()
    unit.path = (parent.path if parent else "") + f"{unit.id:010d}."
    db.session.flush()
    return unit
