"""One inspection of the half-year: its findings from not begun to closed by two, late ones among them."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update

from services.web.commands.demo.cast import Part, acting
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.clock import ZONE
from shared.db import db
from shared.events.models import Event
from shared.findings.actions.entering import Usual, enter_findings
from shared.findings.actions.inspections import Head, enter_inspection
from shared.findings.actions.lines import Line
from shared.findings.actions.measures import Step, add_measure
from shared.findings.actions.working import Said, act_on
from shared.findings.models import Finding, FindingNote, Inspection
from shared.organisations.models import Unit

#: Days from the feedback to today, and to the end of the concentrated rectification (six months).
SINCE, FOCUS = 130, 182
#: Who acts at each step: the unit's own, or the two who agree.
_WHO = {"approve": "officer", "close": "leader", "return": "officer"}
_SAID = {
    "start": "已明确责任人。",
    "progress": "正在按措施整改。",
    "mostly": "措施已落实，正在整理佐证。",
    "apply": "整改到位，申请销号。",
    "return": "请补充佐证后再申请。",
}


def put_right(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    cast: dict[str, Part],
    *,
    on: date,
) -> None:
    """Enter the inspection and work on what it found, each step by whoever does it in the office."""
    said = read("findings")
    found: list[dict[str, Any]] = said["found"]
    officer = acting(admin, cast["officer"].person)
    feedback = on - timedelta(days=SINCE)
    root = db.session.execute(select(Unit).where(Unit.id == units[given.levels[0][0].name].id)).scalar_one()
    inspection = enter_inspection(
        officer,
        unit=root,
        given=Head(
            kind="supervision",
            title=said["title"][given.line],
            organ=said["organ"][given.line],
            round_label="",
            feedback_on=feedback,
            plan_due=feedback + timedelta(days=30),
            focus_end=feedback + timedelta(days=FOCUS),
            report_due=feedback + timedelta(days=FOCUS + 30),
        ),
        form_key=f"demo inspection {given.domain}",
    )
    others = [place.name for place in given.levels[2] if place.name != given.home]
    names = [given.home if one["home"] else others[place % len(others)] for place, one in enumerate(found)]
    lines = [
        Line(place, one[given.line], one["category"], None, name, feedback + timedelta(days=one["days"]))
        for place, (one, name) in enumerate(zip(found, names, strict=True), start=1)
    ]
    enter_findings(
        officer,
        inspection=inspection,
        lines=lines,
        usual=Usual(None, "", feedback, None),
        form_key=f"demo findings {given.domain}",
    )
    rows = db.session.scalars(
        select(Finding).where(Finding.inspection_id == inspection.id).order_by(Finding.number)
    ).all()
    for row, one, name in zip(rows, found, names, strict=True):
        _work(given, row, one, staffs[name], admin, cast)
    _date(inspection, [row.id for row in rows], feedback)


def _work(
    given: Plan, row: Finding, one: dict[str, Any], staff: Staff, admin: Actor, cast: dict[str, Part]
) -> None:
    leading: Belonging | None = staff.posts.get(given.leading)
    if leading is None:
        return
    own = acting(admin, leading)
    if one["measure"]:
        people = [person.person_id for person in staff.members]
        step = Step(one["measure"], one["deliverable"], None, leading.person_id, "", leading.person_id)
        add_measure(own, finding=row, given=step, people=people, form_key=f"demo measure {row.id}")
    proof = db.session.scalar(
        select(Event.id)
        .where(Event.unit_id == row.unit_id, Event.state == "filed")
        .order_by(Event.held_on.desc(), Event.id)
        .limit(1)
    )
    for place, step_name in enumerate(one["steps"]):
        who = _WHO.get(step_name)
        act_on(
            acting(admin, cast[who].person) if who else own,
            finding=row,
            act="approve" if step_name == "close" else step_name,
            said=Said(_SAID.get(step_name, ""), event_id=proof if step_name == "apply" else None),
            version=row.version,
            form_key=f"demo finding {row.id} {place}",
        )


def _date(inspection: Inspection, finding_ids: list[int], feedback: date) -> None:
    """As if each step had been taken in its time, not all today."""
    inspection.created_at = datetime.combine(feedback, time(9, 30), ZONE)
    db.session.flush()
    notes = db.session.execute(
        select(FindingNote.id, FindingNote.finding_id)
        .where(FindingNote.finding_id.in_(finding_ids))
        .order_by(FindingNote.finding_id, FindingNote.id)
    ).all()
    seen: dict[int, int] = {}
    for note_id, finding_id in notes:
        turn = seen[finding_id] = seen.get(finding_id, 0) + 1
        at = datetime.combine(feedback + timedelta(days=18 * (turn - 1)), time(10, 10), ZONE)
        db.session.execute(update(FindingNote).where(FindingNote.id == note_id).values(at=at))
