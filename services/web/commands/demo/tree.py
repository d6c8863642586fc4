"""The demo's units, set up level by level."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy import BigInteger, Text, bindparam, cast, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from services.web.commands.demo.plan import Place, Plan
from services.web.commands.demo.register import employer_fields
from shared.db import db
from shared.duties.periods import months_after
from shared.organisations.actions import set_terms, write_versions
from shared.organisations.models import Unit, UnitChange

#: Ends of term that somebody must see to, in days from today; the others lie far ahead.
NEAR_ENDS = (-63, -12, 39, 77, 175)
#: Years between two elections, where it is not five.
YEARS = {"party_branch": 3, "general_branch": 3}


@dataclass(frozen=True, slots=True)
class Planted:
    """A unit that stands."""

    id: int
    place: Place
    term_ends_on: date

    @property
    def term_began_on(self) -> date:
        return months_after(self.term_ends_on, -12 * YEARS.get(self.place.kind, 5))


def plant(plan: Plan, *, since: date, on: date) -> dict[str, Planted]:
    """Set up the tree, with search terms and history; duties count from `since`. By name."""
    chance = Random(f"tree of {plan.domain}")
    near = dict(zip(chance.sample(range(2, len(plan.levels[2])), len(NEAR_ENDS)), NEAR_ENDS, strict=True))
    found: dict[str, Planted] = {}
    for depth, level in enumerate(plan.levels):
        ends = [
            on
            + timedelta(
                days=near.get(index, 0) if depth == 2 and index in near else chance.randint(240, 1000)
            )
            for index in range(len(level))
        ]
        # Whose secretary was elected anew a few days ago: that term was about to end.
        ends = [
            on + timedelta(days=26) if place.name == plan.changes["handover"] else end
            for place, end in zip(level, ends, strict=True)
        ]
        ids = _level(plan, level, ends, {name: unit.id for name, unit in found.items()}, since, chance)
        for unit_id, place, end in zip(ids, level, ends, strict=True):
            found[place.name] = Planted(unit_id, place, end)
    set_terms([(unit.id, name) for name, unit in found.items()])
    return found


def _level(
    plan: Plan, level: tuple[Place, ...], ends: list[date], known: dict[str, int], since: date, chance: Random
) -> list[int]:
    founded = [date(chance.randint(1996, 2016), chance.randint(1, 12), 1) for _place in level]
    employers = Random(f"employers of {plan.domain}")
    ids = list(
        db.session.scalars(
            insert(Unit).returning(Unit.id, sort_by_parameter_order=True),
            [
                {
                    "parent_id": known.get(place.parent or ""),
                    # Holds the place until the key is known.
                    "path": f"new {place.name}",
                    "line": plan.line,
                    "kind": place.kind,
                    "name": place.name,
                    "sector": place.sector,
                    "founded_on": day,
                    "term_ends_on": end,
                    "duties_since": since,
                    **(
                        employer_fields(employers, place.size)
                        if place.kind == "primary_union_committee"
                        else {"credit_code": None, "legal_number": None, "staff_count": None}
                    ),
                }
                for place, day, end in zip(level, founded, ends, strict=True)
            ],
        )
    )
    above = aliased(Unit)
    parent_path = (
        select(above.path)
        .where(above.tenant_id == Unit.tenant_id, above.id == Unit.parent_id)
        .scalar_subquery()
    )
    db.session.execute(
        update(Unit)
        .where(Unit.id == func.any(bindparam("ids", ids, type_=ARRAY(BigInteger))))
        .values(path=func.coalesce(parent_path, "") + func.lpad(cast(Unit.id, Text), 10, "0") + ".")
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        insert(UnitChange),
        [
            {"unit_id": unit_id, "what": "set_up", "on_date": day, "reason": "上级批复设立"}
            for unit_id, day in zip(ids, founded, strict=True)
        ],
    )
    write_versions(ids, on=since)
    return ids
