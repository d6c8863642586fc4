"""The units of a scope with what the figures ask of each, and those set up or dissolved in its year."""

from typing import Any

from sqlalchemy import CTE, Select, case, func, select

from shared.statistics.figures import SIZES
from shared.statistics.queries.people import on_day
from shared.statistics.queries.scope import Scope, of_year


def units_on_day(scope: Scope, here: CTE) -> Select[*tuple[Any, ...]]:
    """Every unit that stood on the day, with the size band of its own members."""
    members = on_day(scope, here).subquery()
    own = select(members.c.unit_id, func.count().label("n")).group_by(members.c.unit_id).subquery()
    size = func.coalesce(own.c.n, 0)
    return (
        select(
            here.c.unit_id,
            here.c.path,
            here.c.name,
            here.c.kind,
            here.c.sector,
            here.c.founded_on,
            here.c.ended_on,
            size.label("members"),
            case(*((size <= most, key) for key, _least, most in SIZES), else_=SIZES[-1][0]).label("size"),
        )
        .outerjoin(own, own.c.unit_id == here.c.unit_id)
        .where(here.c.stood)
    )


def units_changed(scope: Scope, here: CTE, change: str) -> Select[*tuple[Any, ...]]:
    """The units set up ('set_up') or dissolved ('dissolved') in the year up to the day."""
    day = here.c.founded_on if change == "set_up" else here.c.ended_on
    return select(
        here.c.unit_id,
        here.c.path,
        here.c.name,
        here.c.kind,
        here.c.sector,
        here.c.founded_on,
        here.c.ended_on,
    ).where(of_year(scope, day))
