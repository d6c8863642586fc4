"""Who signs in to the demo: a login for every role, with its seat and grant."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import insert

from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.accounts.models import Login, RoleGrant, Seat
from shared.accounts.queries import login_by_identifier
from shared.db import db, transaction
from shared.tenancy import as_login

ROLES = ("admin", "officer", "leader", "secretary", "reviewer", "auditor", "member")
OPERATOR = "operator@platform.demo"
#: Elected lately; the hand-over waits on their first page.
SUCCESSOR = "successor"


@dataclass(frozen=True, slots=True)
class Part:
    """One role's person, and the unit their grant begins at (None: the tenant)."""

    role: str
    person: Belonging
    unit_id: int | None


def acting(actor: Actor, who: Belonging) -> Actor:
    """The same reach in another person's name: what the demo's people do themselves."""
    return replace(actor, name=who.name, person_id=who.person_id, login_id=None)


def known(identifier: str) -> bool:
    """Whether a login of this identifier exists."""
    with as_login(identifier=identifier):
        found = login_by_identifier(identifier) is not None
        db.session.remove()
    return found


def login(identifier: str, password_hash: str, *, operator: bool = False) -> int:
    """The id of a login, made where it is missing."""
    with as_login(identifier=identifier), transaction():
        found = login_by_identifier(identifier)
        if found is None:
            found = Login(identifier=identifier, password_hash=password_hash, operator=operator)
            db.session.add(found)
            db.session.flush()
        return found.id


def parts(plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff]) -> list[Part]:
    """The seven who sign in."""
    root = plan.levels[0][0].name
    basic = [place.name for place in plan.levels[2]]
    above = list(staffs[root].posts.values())
    home = staffs[plan.home]
    return [
        Part("admin", staffs[basic[1]].members[6], None),
        Part("leader", above[0], units[root].id),
        Part("officer", above[1], units[root].id),
        Part("secretary", home.posts[plan.leading], units[plan.home].id),
        Part("reviewer", staffs[basic[2]].members[6], units[plan.reviewed].id),
        Part("auditor", staffs[basic[3]].members[5], None),
        Part("member", home.members[7], None),
    ]


def seat(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], logins: dict[str, int], *, since: date
) -> None:
    """Seats for the seven, and the grants of theirs and of every other unit's secretary or chair."""
    cast = parts(plan, units, staffs)
    db.session.execute(
        insert(Seat),
        [{"login_id": logins[part.role], "person_id": part.person.person_id} for part in cast],
    )
    grants: list[dict[str, Any]] = [
        {"person_id": part.person.person_id, "role": part.role, "unit_id": part.unit_id, "since": since}
        for part in cast
        if part.role != "member"
    ]
    for place in plan.levels[2]:
        leading = staffs[place.name].posts.get(plan.leading)
        if leading is not None and place.name != plan.home:
            grants.append(
                {
                    "person_id": leading.person_id,
                    "role": "secretary",
                    "unit_id": units[place.name].id,
                    "since": since,
                }
            )
    db.session.execute(insert(RoleGrant), grants)
