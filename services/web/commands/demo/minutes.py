"""Minutes beyond the plain record: guests, votes, resolutions that are followed, drafts on their way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import and_, insert, select

from services.web.commands.demo.cast import acting
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.db import db
from shared.duties.models import DueItem
from shared.events.actions.drafts import return_minutes, save_draft, send_minutes
from shared.events.kinds import KINDS
from shared.events.models import Attendance, Event, Guest, Resolution, Vote
from shared.events.voting import Counted, judge, rules_for
from shared.members.models import Membership
from shared.members.relations import VOTING_HERE
from shared.members.statuses import VOTING
from shared.organisations.models import Unit

#: One meeting in so many was joined by guests; one vote in so many was not carried.
GUESTS_ONE_IN, LOST_ONE_IN = 3, 9
#: Days after the meeting by which a resolution is to be done; the share of those past their day that is not.
TERMS = (10, 14, 21, 30, 45)
LATE = 0.05
#: Resolutions of meetings longer ago are in the minutes only.
FOLLOWED = timedelta(days=120)


def keep_minutes(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], admin: Actor, *, on: date
) -> None:
    """Votes and guests of the assemblies, resolutions of all meetings, minutes that nobody has filed yet."""
    said = read("life")[plan.line]
    chance = Random(f"minutes of {plan.domain}")
    held = db.session.scalars(
        select(Event)
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(
            Event.kind.in_((said["voted"], said["followed"])),
            Event.state == "filed",
            Unit.state == "active",
            Event.unit_id.in_([unit.id for unit in units.values()]),
        )
        .order_by(Event.held_on, Event.id)
    ).all()
    _vote(plan, [event for event in held if event.kind == said["voted"]], chance)
    _resolve(plan, units, staffs, [one for one in held if one.held_on >= on - FOLLOWED], chance, on)
    _drafts(said["minutes"], plan, units, staffs, admin, on=on)


def _rolls(event_ids: Sequence[int]) -> Mapping[int, dict[int, str | None]]:
    found: dict[int, dict[int, str | None]] = defaultdict(dict)
    for event_id, person_id, reason in db.session.execute(
        select(Attendance.event_id, Attendance.person_id, Attendance.reason).where(
            Attendance.event_id.in_(event_ids)
        )
    ):
        found[event_id][person_id] = reason
    return found


def _voters(unit_ids: Sequence[int]) -> Mapping[int, list[tuple[int, date]]]:
    """Unit → who has a vote there, with the day of coming."""
    found: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for unit_id, person_id, since in db.session.execute(
        select(Membership.unit_id, Membership.person_id, Membership.since).where(
            Membership.unit_id.in_(unit_ids),
            Membership.until.is_(None),
            Membership.status.in_(VOTING),
            Membership.relation.in_(VOTING_HERE),
        )
    ):
        found[unit_id].append((person_id, since))
    return found


def _vote(plan: Plan, held: Sequence[Event], chance: Random) -> None:
    """One matter put to the vote at each assembly, and now and then somebody who sat in."""
    rolls, voters = _rolls([event.id for event in held]), _voters([event.unit_id for event in held])
    votes: list[dict[str, Any]] = []
    guests: list[dict[str, Any]] = []
    for event in held:
        rule = next(iter(rules_for(event.kind, event.held_on).values()))
        due, present = event.due_count, event.present_count
        if KINDS[event.kind].attendance == "members":
            able = [person_id for person_id, since in voters[event.unit_id] if since <= event.held_on]
            due = len(able)
            present = sum(rolls[event.id].get(person_id, "") is None for person_id in able)
        lost = chance.randrange(LOST_ONE_IN) == 0
        yes = present // 3 if lost else present - chance.choice((0, 0, 0, 1))
        verdict = judge(rule, Counted(due, present, yes))
        if yes > 0 and verdict.quorate:
            other = present - yes
            votes.append(
                {
                    "event_id": event.id,
                    "ordinal": 1,
                    "matter": chance.choice(read("life")["matters"][plan.line]),
                    "rule": rule.key,
                    "secret": rule.ballot == "secret",
                    "due_count": due,
                    "present_count": present,
                    "yes": yes,
                    "no": other if lost else 0,
                    "abstain": 0 if lost else other,
                    "passed": verdict.passed,
                }
            )
        if chance.randrange(GUESTS_ONE_IN) == 0:
            sat_in = chance.sample(read("life")["guests"], chance.choice((1, 2)))
            guests += [
                {"event_id": event.id, "ordinal": ordinal, **one} for ordinal, one in enumerate(sat_in, 1)
            ]
    for table, rows in ((Vote, votes), (Guest, guests)):
        if rows:
            db.session.execute(insert(table), rows)


def _resolve(
    plan: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    held: Sequence[Event],
    chance: Random,
    on: date,
) -> None:
    """What the meetings resolved: most of it done, some open, a little late; at home one thing is late."""
    texts = read("life")[plan.line]["resolutions"]
    officers = {units[name].id: list(staff.posts.values()) for name, staff in staffs.items() if name in units}
    home, owing = units[plan.home].id, True
    rows: list[dict[str, Any]] = []
    for event in reversed(held):
        able = [one for one in officers[event.unit_id] if one.since <= event.held_on]
        for ordinal, text in enumerate(chance.sample(texts, chance.choice((0, 1, 1, 2))), start=1):
            owner = chance.choice(able).person_id if able else None
            due_on = event.held_on + timedelta(days=chance.choice(TERMS))
            row = _row(event, ordinal, text, owner, due_on, on, late=chance.random() < LATE)
            if event.unit_id == home and owing and due_on < on:
                row, owing = _row(event, ordinal, text, owner, due_on, on, late=True), False
            rows.append(row)
    if rows:
        db.session.execute(insert(Resolution), rows)


def _row(
    event: Event, ordinal: int, text: dict[str, str], owner: int | None, due_on: date, on: date, *, late: bool
) -> dict[str, Any]:
    done = due_on < on and not late
    ended = max(event.held_on, due_on - timedelta(days=3))
    return {
        "event_id": event.id,
        "unit_id": event.unit_id,
        "ordinal": ordinal,
        "content": text["content"],
        "owner_id": owner,
        "due_on": due_on,
        "state": "done" if done else "open",
        "outcome": text["outcome"] if done else None,
        "ended_on": ended if done else None,
        "ended_by": owner if done else None,
        # Whoever does it was told when its day had passed.
        "told_on": due_on + timedelta(days=1) if due_on < on - timedelta(days=1) else None,
    }


def _drafts(
    said: Sequence[dict[str, Any]],
    plan: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    *,
    on: date,
) -> None:
    for number, one in enumerate(said):
        name = one.get("unit", plan.home)
        chair, keeper = _pair(plan, staffs[name])
        day = on - timedelta(days=one["days"])
        unit = db.session.execute(select(Unit).where(Unit.id == units[name].id)).scalar_one()
        common = {
            "held_on": day.isoformat(),
            "starts_at": "15:00",
            "ends_at": "16:10",
            "chair_id": str(chair.person_id),
            "clerk_id": str(keeper.person_id),
        }
        minutes = save_draft(
            acting(admin, keeper),
            minutes=None,
            unit=unit,
            kind=one["kind"],
            body={**common, **one["body"]},
            form_key=f"demo minutes {plan.domain} {number}",
            version=0,
            due_item_id=_open_item(unit.id, one["kind"], day),
            chair_id=chair.person_id,
            held_on=day,
        )
        if one["state"] in ("sent", "returned"):
            send_minutes(acting(admin, keeper), minutes=minutes)
        if one["state"] == "returned":
            return_minutes(
                acting(admin, chair), minutes=minutes, remark=one["remark"], version=minutes.version
            )


def _pair(plan: Plan, staff: Staff) -> tuple[Belonging, Belonging]:
    """Who chairs, and who keeps the minutes."""
    chair = staff.posts[plan.leading]
    return chair, next(who for who in staff.members if who.person_id != chair.person_id)


def _open_item(unit_id: int, kind: str, on: date) -> int | None:
    """The due item that these minutes will fulfil, if one is open."""
    return db.session.scalar(
        select(DueItem.id)
        .where(
            DueItem.unit_id == unit_id,
            DueItem.kind == kind,
            DueItem.state == "open",
            DueItem.opens_on <= on,
            DueItem.due_on >= on,
        )
        .order_by(DueItem.due_on, DueItem.id)
        .limit(1)
    )
