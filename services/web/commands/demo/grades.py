"""Honours of some units, so that the register is not empty."""

from datetime import date, timedelta

from sqlalchemy import select

from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.assessments.actions.honours import Award, add_honour
from shared.db import db
from shared.organisations.models import Unit

#: Name, level, who granted it, days before the demo's day.
_AWARDS = {
    "bureau": (
        ("先进基层党组织", "city", "市委组织部", 145),
        ("机关党建示范点", "county", "区直机关工委", 260),
    ),
    "union": (
        ("模范职工之家", "province", "省总工会", 200),
        ("工人先锋号", "city", "市总工会", 205),
    ),
}


def honour(given: Plan, units: dict[str, Planted], admin: Actor, *, on: date) -> None:
    """The first units of the lowest level have one each; run twice it is the same."""
    names = [place.name for place in given.levels[-1]]
    for number, (name, level, by, days) in enumerate(_AWARDS["union" if given.line == "union" else "bureau"]):
        unit = db.session.execute(select(Unit).where(Unit.id == units[names[number]].id)).scalar_one()
        add_honour(
            admin,
            unit=unit,
            given=Award(name, level, by, on - timedelta(days=days)),
            form_key=f"demo honour {given.domain} {number}",
        )
