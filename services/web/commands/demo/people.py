"""The demo's people: who belongs where, and who holds which post."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from services.web.commands.demo.invention import Invented, Inventor
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.register import person_fields
from services.web.commands.demo.tree import Planted
from shared.db import db
from shared.db.types import PartialDate
from shared.members.actions import set_terms
from shared.members.models import Membership, Person, Post
from shared.members.numbers import seal_identity, seal_phone
from shared.members.terms import name_key
from shared.sealing import Keys


@dataclass(slots=True)
class Belonging:
    """One person in one unit."""

    person_id: int
    name: str
    status: str
    since: date


@dataclass(slots=True)
class Staff:
    """A unit's people; `posts` maps a code to the person who holds it."""

    members: list[Belonging] = field(default_factory=list)
    posts: dict[str, Belonging] = field(default_factory=dict)


def settle(plan: Plan, units: dict[str, Planted], *, on: date, keys: Keys) -> dict[str, Staff]:
    """Invent everybody, and seat them in their units and posts. By the unit's name."""
    inventor = Inventor(plan.domain, on)
    chance = inventor.chance
    people: list[Invented] = []
    seats: list[tuple[str, str]] = []
    for place in plan.levels[2]:
        retired = "退休" in place.name
        for index in range(place.size):
            people.append(inventor.person(retired=retired, reachable=index < len(plan.posts)))
            seats.append((place.name, _status(plan, chance, first=index < len(plan.posts))))
        if plan.line == "party" and not retired:
            people.append(inventor.person())
            seats.append((place.name, chance.choice(["applicant", "active_applicant", "development_target"])))
    register = Random(f"register of {plan.domain}")
    sectors = {place.name: place.sector for place in plan.levels[2]}
    ids = _insert(
        people,
        keys,
        [
            person_fields(plan, register, person, status, sectors[name])
            for person, (name, status) in zip(people, seats, strict=True)
        ],
    )
    staffs = {name: Staff() for name in units}
    rows: list[dict[str, Any]] = []
    for person_id, person, (name, status) in zip(ids, people, seats, strict=True):
        row = _membership(plan, person_id, person, units[name], status, chance, on)
        rows.append(row)
        staffs[name].members.append(Belonging(person_id, person.name, status, row["since"]))
    db.session.execute(insert(Membership), rows)
    _fill_posts(plan, units, staffs, chance, on)
    return staffs


def _status(plan: Plan, chance: Random, *, first: bool) -> str:
    """The first of a unit hold its posts and are full members."""
    if plan.line == "union":
        return "member"
    return "full" if first else chance.choices(["full", "probationary"], [94, 6])[0]


def _insert(people: list[Invented], keys: Keys, register: list[dict[str, Any]]) -> list[int]:
    rows = []
    for person, known in zip(people, register, strict=True):
        identity = seal_identity(keys, person.identity) if person.identity else None
        phone = seal_phone(keys, person.phone) if person.phone else None
        rows.append(
            {
                "name": person.name,
                "name_key": name_key(person.name),
                "sex": person.sex,
                "ethnic": person.ethnic,
                "born": person.born,
                "identity_sealed": identity.sealed if identity else None,
                "identity_hash": identity.hash if identity else None,
                "identity_tail": identity.tail if identity else None,
                "phone_sealed": phone.sealed if phone else None,
                "phone_hash": phone.hash if phone else None,
                "phone_tail": phone.tail if phone else None,
                "email": person.email,
                **known,
            }
        )
    ids = list(db.session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
    set_terms(zip(ids, [person.name for person in people], strict=True))
    return ids


def _membership(
    plan: Plan, person_id: int, person: Invented, unit: Planted, status: str, chance: Random, on: date
) -> dict[str, Any]:
    joined = confirmed = None
    since = max(
        person.birthday + timedelta(days=365 * chance.randint(19, 24)),
        on - timedelta(days=chance.randint(400, 6000)),
    )
    if status == "probationary":
        since = on - timedelta(days=chance.randint(20, 320))
    since = min(since, on - timedelta(days=20))
    if status == "full":
        begun = person.birthday + timedelta(days=365 * chance.randint(20, 21) + chance.randrange(300))
        exact = chance.random() < 0.7
        joined = PartialDate(begun.isoformat() if exact else begun.isoformat()[:7])
        confirmed = PartialDate(f"{begun.year + 1}{joined.text[4:]}".replace("02-29", "02-28"))
        if confirmed.text > on.isoformat():
            confirmed = None
    elif status in ("probationary", "member"):
        joined = PartialDate(since.isoformat())
    return {
        "person_id": person_id,
        "unit_id": unit.id,
        "kind": plan.line,
        "status": status,
        "joined": joined,
        "confirmed": confirmed,
        "since": since,
        "card_number": f"{99 * 10**10 + person_id:012d}" if plan.line == "union" else None,
    }


def _fill_posts(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], chance: Random, on: date
) -> None:
    rows: list[dict[str, Any]] = []

    def hold(name: str, code: str, who: Belonging) -> None:
        unit = units[name]
        staffs[name].posts[code] = who
        rows.append(
            {
                "person_id": who.person_id,
                "unit_id": unit.id,
                "code": code,
                "basis": "elected",
                "since": min(max(unit.term_began_on, who.since), on),
            }
        )

    for place in plan.levels[2]:
        staff = staffs[place.name]
        codes = plan.small_posts if place.size < plan.small_below else plan.posts
        for code, who in zip(codes, staff.members, strict=False):
            # Here and there one post below the first waits for somebody.
            if code == codes[0] or chance.random() > 0.04:
                hold(place.name, code, who)
    # Those above come from the basic units below them.
    for place in plan.levels[1]:
        below = [basic for basic in plan.levels[2] if basic.parent == place.name]
        for code, basic in zip(plan.middle_posts, below[1:], strict=False):
            hold(place.name, code, staffs[basic.name].members[0])
    first = staffs[plan.levels[2][0].name].members
    for code, who in zip(plan.root_posts, first[5:], strict=False):
        hold(plan.levels[0][0].name, code, who)
    db.session.execute(insert(Post), rows)
