"""The other line in each tenant (党建带工建): its units, who belongs there, which unit leads which; and the terms."""

from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, update

from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.db import db
from shared.members.models import Membership, Post
from shared.organisations.actions import set_terms, write_versions
from shared.organisations.models import Tenure, Unit, UnitChange, UnitLink

#: People of the leading unit who belong to the other line too.
TAKEN = 9


def _stand(
    name: str, *, kind: str, line: str, parent: Unit | None, founded: date, ends: date, since: date
) -> Unit:
    unit = Unit(
        parent_id=parent.id if parent else None,
        path=f"new {name}",
        kind=kind,
        line=line,
        name=name,
        founded_on=founded,
        term_ends_on=ends,
        duties_since=since,
    )
    db.session.add(unit)
    db.session.flush()
    unit.path = (parent.path if parent else "") + f"{unit.id:010d}."
    db.session.flush()
    return unit


def second_line(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], *, since: date, on: date
) -> dict[str, int]:
    """Set up the other line beside the first, with people, offices and links. Keys by name."""
    said = plan.changes["second"]
    line, root = said["line"], said["root"]
    founded, began = date(2012, 9, 1), on - timedelta(days=700)
    ends = on + timedelta(days=500)
    top = _stand(
        root["name"], kind=root["kind"], line=line, parent=None, founded=founded, ends=ends, since=since
    )
    made = {root["name"]: top}
    links = [(top, units[root["under"]].id)]
    rows: list[dict[str, Any]] = []
    posts: list[dict[str, Any]] = []

    def join(unit: Unit, leader: str, codes: list[str]) -> None:
        members = staffs[leader].members[:TAKEN]
        rows.extend(
            {
                "person_id": who.person_id,
                "unit_id": unit.id,
                "kind": line,
                "status": "member" if line == "union" else "full",
                "since": max(who.since, began),
            }
            for who in members
        )
        posts.extend(
            {
                "person_id": who.person_id,
                "unit_id": unit.id,
                "code": code,
                "basis": "elected",
                "since": max(who.since, began),
            }
            for code, who in zip(codes, members[1:], strict=False)
        )

    for name, leader in said["units"]:
        below = said["below"]
        unit = _stand(
            name, kind=below["kind"], line=line, parent=top, founded=founded, ends=ends, since=since
        )
        made[name] = unit
        links.append((unit, units[leader].id))
        join(unit, leader, [below["post"]])
    # Without units below, the people belong to the top itself.
    if said["units"]:
        chairs = staffs[said["units"][0][1]].members[1:]
        posts.extend(
            {
                "person_id": who.person_id,
                "unit_id": top.id,
                "code": code,
                "basis": "elected",
                "since": max(who.since, began),
            }
            for code, who in zip(said["posts"], chairs, strict=False)
        )
    else:
        join(top, root["under"], said["posts"])
    db.session.execute(insert(Membership), rows)
    db.session.execute(insert(Post), posts)
    keys = {name: unit.id for name, unit in made.items()}
    _note(keys, founded=founded, since=since)
    _link(line, links, since=founded)
    return keys


def _note(keys: dict[str, int], *, founded: date, since: date) -> None:
    set_terms([(key, name) for name, key in keys.items()])
    db.session.execute(
        insert(UnitChange),
        [
            {"unit_id": key, "what": "set_up", "on_date": founded, "reason": "上级批复设立"}
            for key in keys.values()
        ],
    )
    write_versions(list(keys.values()), on=since)


def _link(line: str, links: list[tuple[Unit, int]], *, since: date) -> None:
    db.session.execute(
        insert(UnitLink),
        [
            {
                "party_unit_id": unit.id if line == "party" else other,
                "union_unit_id": other if line == "party" else unit.id,
                "since": since,
            }
            for unit, other in links
        ],
    )


def write_tenures(plan: Plan, units: dict[str, Planted], *, on: date) -> int:
    """The present term of every unit with its document; one nobody entered, one postponed. Returns how many."""
    said = plan.changes
    chance = Random(f"terms of {plan.domain}")
    rows = []
    for name, unit in units.items():
        if name == said["unknown"]:
            continue
        began = unit.term_began_on
        rows.append(
            {
                "unit_id": unit.id,
                "number": chance.randint(3, 9),
                "began_on": began,
                "ends_on": unit.term_ends_on,
                "document": f"{began.year} 年第 {chance.randint(2, 30)} 号批复",
                "postponed_to": None,
                "postponed_by": "",
            }
        )
    late = on - timedelta(days=40)
    for row in rows:
        if row["unit_id"] == units[said["postponed"]].id:
            began = date(late.year - 3 if plan.line == "party" else late.year - 5, late.month, 1)
            row |= {
                "began_on": began,
                "ends_on": late,
                "postponed_to": late + timedelta(days=240),
                "postponed_by": "上级批复同意延期换届",
            }
    db.session.execute(insert(Tenure), rows)
    for name, ends in ((said["unknown"], None), (said["postponed"], late + timedelta(days=240))):
        db.session.execute(update(Unit).where(Unit.id == units[name].id).values(term_ends_on=ends))
    return len(rows)
