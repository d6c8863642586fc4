"""Heart-to-heart talks, some of those that the year asks; political birthdays, and the record of last month's."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations, pairwise
from random import Random
from typing import Any

from sqlalchemy import and_, insert, select

from services.web.commands.demo.cast import acting
from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.clock import ZONE
from shared.db import db
from shared.db.types import PartialDate
from shared.duties.actions import record_event
from shared.events.actions import Held
from shared.events.kinds import TOPICS
from shared.events.kinds.party import KINDS
from shared.events.models import Attendance, Event
from shared.events.queries.life.scope import COMMITTEE
from shared.events.queries.life.talks import BRANCHES, TALK
from shared.members.models import Membership, Person, Post
from shared.members.relations import EXPECTED
from shared.members.statuses import ATTENDING
from shared.organisations.models import Unit

#: Share of the year's talks held by its end: within the committee, of it with members, among members.
WITHIN, WITH, AMONG = 0.75, 0.7, 0.5
#: How many have their political birthday this month at the home unit, with the days; None: only the month is known.
THIS_MONTH = ("08", "21", None)


@dataclass(frozen=True, slots=True)
class _One:
    person_id: int
    since: date


def hold_talks(plan: Plan, *, on: date) -> int:
    """Talks of this year at every branch, by chance; returns how many."""
    chance = Random(f"talks of {plan.domain}")
    first = date(on.year, 1, 1)
    passed = (on - first).days / 365
    rows: list[dict[str, Any]] = []
    for unit_id, (committee, members) in _branches().items():
        pairs = [pair for pair in combinations(committee, 2) if chance.random() < WITHIN * passed]
        if committee:
            pairs += [(chance.choice(committee), one) for one in members if chance.random() < WITH * passed]
        pairs += [pair for pair in pairwise(members) if chance.random() < AMONG * passed]
        rows += [row for pair in pairs if (row := _talk(unit_id, pair, first, on, chance)) is not None]
    if not rows:
        return 0
    ids = list(db.session.scalars(insert(Event).returning(Event.id, sort_by_parameter_order=True), rows))
    db.session.execute(
        insert(Attendance),
        [
            {"event_id": event_id, "person_id": person_id, "present": True}
            for event_id, row in zip(ids, rows, strict=True)
            for person_id in (row["chair_id"], row["fields"]["partner"])
        ],
    )
    return len(ids)


def _branches() -> dict[int, tuple[list[_One], list[_One]]]:
    """Unit → its committee and its other members, as they stand."""
    posts = {
        (unit_id, person_id): since
        for unit_id, person_id, since in db.session.execute(
            select(Post.unit_id, Post.person_id, Post.since).where(
                Post.until.is_(None), Post.code.in_(COMMITTEE)
            )
        )
    }
    found: dict[int, tuple[list[_One], list[_One]]] = defaultdict(lambda: ([], []))
    for unit_id, person_id, since in db.session.execute(
        select(Membership.unit_id, Membership.person_id, Membership.since)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            Unit.state == "active",
            Unit.kind.in_(BRANCHES),
            Membership.kind == "party",
            Membership.until.is_(None),
            Membership.status.in_(ATTENDING),
            Membership.relation.in_(EXPECTED),
        )
        .order_by(Membership.unit_id, Membership.id)
    ):
        seat = posts.get((unit_id, person_id))
        one = _One(person_id, since if seat is None else max(since, seat))
        found[unit_id][seat is None].append(one)
    return found


def _talk(unit_id: int, pair: tuple[_One, _One], first: date, on: date, chance: Random) -> Any:
    one, other = pair
    begin = max(first, one.since, other.since)
    days = [day for ahead in range((on - begin).days) if (day := begin + timedelta(days=ahead)).weekday() < 5]
    if not days:
        return None
    day = chance.choice(days)
    return {
        "unit_id": unit_id,
        "kind": TALK,
        "title": str(KINDS[TALK].name),
        "held_on": day,
        "starts_at": time(chance.choice((9, 10, 15, 16)), chance.choice((0, 20, 30))),
        "place": "办公室",
        "chair_id": one.person_id,
        "due_count": 2,
        "present_count": 2,
        "fields": {"partner": other.person_id, "topic": chance.choice(TOPICS[:5])[0]},
        "filed_at": datetime.combine(day, time(17, chance.randrange(60)), ZONE),
        "filed_by": one.person_id,
        "form_key": f"demo talk {unit_id} {one.person_id} {other.person_id}",
    }


def keep_birthdays(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], admin: Actor, *, on: date
) -> None:
    """Some at home were admitted in this month of the year; another unit has recorded those of last month."""
    if plan.line != "party":
        _admit_second_line(on)
        return
    _admit(units[plan.home].id, [(on.month, day) for day in THIS_MONTH])
    last = on.replace(day=1) - timedelta(days=4)
    name = plan.changes["inside"][0]
    people = _admit(units[name].id, [(last.month, "05"), (last.month, "16")])
    unit = db.session.execute(select(Unit).where(Unit.id == units[name].id)).scalar_one()
    chair = staffs[name].posts[plan.leading]
    record_event(
        acting(admin, chair),
        unit=unit,
        kind="political_birthday",
        held=Held(
            held_on=last,
            starts_at=time(15, 30),
            ends_at=time(16, 10),
            place="党员活动室",
            chair_id=chair.person_id,
            fields={
                "honoured": "、".join(f"{one}（入党 {last.year - year} 年）" for one, year in people),
                "persons": len(people),
                "card": True,
                "oath": True,
            },
        ),
        form_key=f"demo birthdays {plan.domain}",
    )


def _admit(unit_id: int, days: list[tuple[int, str | None]]) -> list[tuple[str, int]]:
    """Move the days of admission of that many full members to these months and days; their names and years."""
    rows = db.session.execute(
        select(Membership, Person.name)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .where(
            Membership.unit_id == unit_id,
            Membership.status == "full",
            Membership.until.is_(None),
            Membership.joined.is_not(None),
            Membership.confirmed.is_not(None),
        )
        .order_by(Membership.id)
        .limit(len(days))
    ).all()
    found = []
    for (membership, name), (month, day) in zip(rows, days, strict=False):
        assert membership.joined is not None
        year = membership.joined.year
        rest = f"-{month:02d}-{day}" if day else f"-{month:02d}"
        membership.joined = PartialDate(f"{year}{rest}")
        membership.confirmed = PartialDate(f"{year + 1}{rest}")
        found.append((name, year))
    db.session.flush()
    return found


def _admit_second_line(on: date) -> None:
    """The party's members in a tenant of the other line: when they were admitted, of the last one it is not known."""
    rows = db.session.scalars(
        select(Membership)
        .where(Membership.kind == "party", Membership.status == "full", Membership.joined.is_(None))
        .order_by(Membership.id)
    ).all()
    for number, membership in enumerate(rows[:-1]):
        month = on.month if number < 2 else (on.month + number) % 12 + 1
        membership.joined = PartialDate(f"{on.year - 6 - 3 * number}-{month:02d}-{3 + 2 * number:02d}")
        membership.confirmed = PartialDate(f"{on.year - 5 - 3 * number}-{month:02d}-{3 + 2 * number:02d}")
    db.session.flush()
