"""What is done for people and by whom: deeds with their counters, contact points, visits, a posting, a pairing."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from services.web.commands.demo.cast import Part, acting
from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.contacts.actions.points import name_point
from shared.contacts.actions.postings import (
    Paired,
    Posted,
    add_activity,
    begin_pairing,
    begin_posting,
)
from shared.contacts.actions.visits import Made, Problem, record_visit, take_up
from shared.contacts.models import VisitProblem
from shared.db import db
from shared.deeds.actions.counters import Count, add_counter
from shared.deeds.actions.entering import Given, enter_deed
from shared.deeds.actions.working import Said, act_on
from shared.organisations.models import Unit

#: How long a deed may take.
USUAL = 40


def serve(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    cast: dict[str, Part],
    *,
    on: date,
) -> None:
    """Enter all of it as of its days."""
    said = read("service")
    words = said[given.line]
    officer = acting(admin, cast["officer"].person)
    rows = {row.name: row for row in db.session.scalars(select(Unit).where(Unit.state == "active"))}
    others = [place.name for place in given.levels[2] if place.name != given.home and place.name in rows]
    for turn, one in enumerate(said["deed"]):
        name = given.home if one.get("home") else others[2 * turn % len(others)]
        _deed(given, rows[name], staffs[name], admin, officer, one, turn, on)
    for turn, one in enumerate(words["counters"]):
        since = None if one["state"] == "open" else date(on.year, 1, 1)
        add_counter(
            officer,
            given=Count(one["name"], one.get("kind"), one["state"], since, None),
            form_key=f"demo counter {given.domain} {turn}",
        )
    _contacts(given, staffs, admin, cast, rows, others, words, on)
    _outside(given, staffs, officer, rows, others, words, on)


def _deed(
    given: Plan,
    unit: Unit,
    staff: Staff,
    admin: Actor,
    officer: Actor,
    one: dict[str, Any],
    turn: int,
    on: date,
) -> None:
    came = on - timedelta(days=one["ago"])
    owner = staff.posts.get(given.leading) or staff.members[0]
    own, key = acting(admin, owner), f"demo deed {given.domain} {turn}"
    due = on - timedelta(days=5) if one.get("late") else came + timedelta(days=max(USUAL, one.get("done", 0)))
    deed = enter_deed(
        officer,
        unit=unit,
        given=Given(one["kind"], one["source"], one[given.line], came, due, owner_id=owner.person_id),
        people=[owner.person_id],
        form_key=key,
    )
    if "done" not in one:
        progress = Said("已与有关部门对接，正在落实。")
        act_on(
            own, deed=deed, act="progress", said=progress, version=deed.version, form_key=f"{key} progress"
        )
        return
    done = came + timedelta(days=one["done"])
    act_on(
        own,
        deed=deed,
        act="done",
        said=Said(one["result"], done),
        version=deed.version,
        form_key=f"{key} done",
    )
    if "closed" in one:
        asked = Said("电话回访。", done + timedelta(days=5), one["closed"])
        act_on(officer, deed=deed, act="close", said=asked, version=deed.version, form_key=f"{key} close")


def _contacts(
    given: Plan,
    staffs: dict[str, Staff],
    admin: Actor,
    cast: dict[str, Part],
    rows: dict[str, Unit],
    others: list[str],
    words: dict[str, Any],
    on: date,
) -> None:
    leaders = list(staffs[given.levels[0][0].name].posts.values())
    named = [given.home, *others[1:6:2]]
    for turn, name in enumerate(named):
        name_point(
            admin,
            unit=rows[name],
            person_id=leaders[turn % len(leaders)].person_id,
            since=on - timedelta(days=300),
            remark=words["remark"],
            form_key=f"demo contact {given.domain} {turn}",
        )
    leader = leaders[0]
    for turn, (ago, problems) in enumerate(
        ((150, ()), (35, (Problem(*words["solved"]), Problem(words["open"]))))
    ):
        visit = record_visit(
            acting(admin, leader),
            unit=rows[given.home],
            person_id=leader.person_id,
            given=Made("contact", on - timedelta(days=ago), "", words["about"], None, problems),
            form_key=f"demo visit {given.domain} {turn}",
        )
        problem = db.session.scalar(
            select(VisitProblem).where(VisitProblem.visit_id == visit.id, VisitProblem.solution == "")
        )
        if problem is not None:
            take_up(admin, visit=visit, problem=problem, unit=rows[given.home])
    record_visit(
        admin,
        unit=rows[named[1]],
        person_id=cast["officer"].person.person_id,
        given=Made("reception", on - timedelta(days=20), "", words["reception"], None, ()),
        form_key=f"demo reception {given.domain}",
    )


def _outside(
    given: Plan,
    staffs: dict[str, Staff],
    officer: Actor,
    rows: dict[str, Unit],
    others: list[str],
    words: dict[str, Any],
    on: date,
) -> None:
    begin_posting(
        officer,
        unit=rows[given.home],
        person_id=staffs[given.home].members[8].person_id,
        given=Posted(
            words["posting"],
            None if words["place"] else rows[others[3]].id,
            words["place"],
            on - timedelta(days=200),
            on + timedelta(days=530),
            words["duties"],
        ),
        form_key=f"demo posting {given.domain}",
    )
    since = on - timedelta(days=240)
    outside = begin_pairing(
        officer,
        unit=rows[given.home],
        given=Paired(None, words["partner"], words["theme"], since),
        form_key=f"demo pairing {given.domain}",
    )
    begin_pairing(
        officer,
        unit=rows[given.home],
        given=Paired(rows[others[0]].id, "", words["theme"], since),
        form_key=f"demo pairing {given.domain} within",
    )
    add_activity(
        officer,
        pairing=outside,
        on_date=on - timedelta(days=50),
        title=words["activity"],
        event_id=None,
        form_key=f"demo activity {given.domain}",
    )
