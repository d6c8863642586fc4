"""What an inspection found: entered, given to units; the same point found again reopens what was closed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, insert, select, tuple_, update

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.duties.periods import months_after
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.findings.actions.inspections import EARLIEST, LATEST
from shared.findings.actions.lines import MAX_CATEGORY, MAX_POINT, Line
from shared.findings.models import Finding, FindingNote, Inspection
from shared.hanzi import fold
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import setting

#: The kind of occasion for findings that are new to a unit, for the composers of the worker.
OCCASION = "findings"


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds for the lines that do not say it themselves."""

    unit_id: int | None
    category: str
    found_on: date
    due_on: date | None


def point_key(category: str, point: str) -> str:
    """By what the same point is known again: category and point without script, blanks and punctuation."""
    return f"{fold(category)}|{fold(point)}"


def _units(
    actor: Actor, inspection: Inspection, lines: list[Line], unit_id: int | None
) -> dict[Any, list[int]]:
    """Name or key → units that may be given findings of it: below the leading unit and in reach. One query."""
    names = {line.unit for line in lines if line.unit}
    keys = {unit_id or 0, *(line.unit_id for line in lines if line.unit_id)}
    above = select(Unit.path).where(Unit.id == inspection.unit_id).scalar_subquery()
    rows = db.session.execute(
        select(Unit.id, Unit.name).where(
            Unit.state == "active",
            func.starts_with(Unit.path, above),
            reach_filter(actor, Permission.FINDING_EDIT, Unit.path),
            (Unit.name.in_(names)) | (Unit.id.in_(keys)),
        )
    ).all()
    found: dict[Any, list[int]] = {}
    for key, name in rows:
        found.setdefault(name, []).append(key)
        if key in keys:
            found[key] = [key]
    return found


def enter_findings(
    actor: Actor, *, inspection: Inspection, lines: list[Line], usual: Usual, form_key: str
) -> tuple[int, int]:
    """Enter findings, all or none: (entered, of which found again). `inspection` is locked by the caller.

    A point closed at the same unit within the tenant's months reopens: the closed finding counts as closed no more and
    points to the new one. The same form again enters nothing. Raises Invalid under `lines` with the lines' numbers.
    """
    first = select(FindingNote.id).where(FindingNote.form_key == f"{form_key}:0")
    if db.session.scalar(first) is not None:
        return 0, 0
    rows = _rows(actor, inspection, lines, usual)
    refuse_marks(*(row["content"] for row in rows))
    before = _closed_before(rows, usual.found_on)
    start = db.session.scalar(
        select(func.coalesce(func.max(Finding.number), 0)).where(Finding.inspection_id == inspection.id)
    )
    for place, row in enumerate(rows, start=1):
        row["number"] = (start or 0) + place
        row["again_of_id"] = before.pop((row["unit_id"], row["point_key"]), None)
    made = list(db.session.scalars(insert(Finding).returning(Finding.id, sort_by_parameter_order=True), rows))
    again = [row["again_of_id"] for row in rows if row["again_of_id"] is not None]
    _story(actor, made, rows, form_key)
    if again:
        db.session.execute(
            update(Finding)
            .where(Finding.id.in_(again))
            .values(state="reopened", version=Finding.version + 1)
            .execution_options(synchronize_session=False)
        )
    record(
        actor,
        verb="finding.enter",
        object_type="inspection",
        object_id=inspection.id,
        unit_id=inspection.unit_id,
        detail={"count": len(made), "reopened": len(again)},
    )
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{inspection.id}:{made[0]}",
        detail={"inspection_id": inspection.id},
        person_ids=[
            person_id
            for person_id in answering_for(*{row["unit_id"] for row in rows})
            if person_id != actor.person_id
        ],
    )
    return len(made), len(again)


def _rows(actor: Actor, inspection: Inspection, lines: list[Line], usual: Usual) -> list[dict[str, Any]]:
    units = _units(actor, inspection, lines, usual.unit_id)
    wrong: list[str] = []
    fields: dict[str, object] = {}
    if not EARLIEST <= usual.found_on <= today():
        fields["found_on"] = _("The day lies before %(first)s or in the future.", first=EARLIEST.isoformat())
    rows = []
    for line in lines:
        category = (line.category or usual.category).strip()
        point = (line.point or line.content)[:MAX_POINT].strip()
        due_on = line.due_on or usual.due_on
        held = units.get(line.unit_id or line.unit or usual.unit_id, [])
        if not category:
            wrong.append(_("Line %(n)s: its category is not known", n=line.place))
        elif len(category) > MAX_CATEGORY:
            wrong.append(_("Line %(n)s: category or point is too long", n=line.place))
        elif not held:
            wrong.append(_("Line %(n)s: the unit is not known, or not below the leading one", n=line.place))
        elif len(held) > 1:
            wrong.append(_("Line %(n)s: several units are called so", n=line.place))
        elif due_on is None or not usual.found_on <= due_on <= LATEST:
            wrong.append(_("Line %(n)s: the last day is missing, or lies before it was found", n=line.place))
        else:
            rows.append(
                {
                    "inspection_id": inspection.id,
                    "unit_id": held[0],
                    "category": category,
                    "content": line.content,
                    "point": point,
                    "point_key": point_key(category, point),
                    "found_on": usual.found_on,
                    "due_on": due_on,
                }
            )
    if wrong:
        fields["lines"] = "；".join(wrong[:10])
    if fields:
        raise Invalid(_("Some fields need another look."), fields=fields)
    return rows


def _closed_before(rows: list[dict[str, Any]], found_on: date) -> dict[tuple[int, str], int]:
    """(unit, point) → the finding of it that was closed last, within the tenant's months. Locks them. One query."""
    since = months_after(found_on, -int(setting("finding_again_months")))
    points = {(row["unit_id"], row["point_key"]) for row in rows}
    closed = db.session.execute(
        select(Finding.unit_id, Finding.point_key, Finding.id)
        .where(
            tuple_(Finding.unit_id, Finding.point_key).in_(points),
            and_(Finding.state == "closed", Finding.closed_on >= since),
        )
        .order_by(Finding.closed_on, Finding.id)
        .with_for_update()
    )
    return {(unit_id, key): finding_id for unit_id, key, finding_id in closed}


def _story(actor: Actor, made: list[int], rows: list[dict[str, Any]], form_key: str) -> None:
    reopened = db.session.execute(
        select(Finding.id, Finding.turn).where(
            Finding.id.in_([row["again_of_id"] for row in rows if row["again_of_id"] is not None])
        )
    ).all()
    notes = [
        {
            "finding_id": finding_id,
            "act": "enter",
            "turn": 1,
            "person_id": actor.person_id,
            "form_key": f"{form_key}:{place}",
        }
        for place, finding_id in enumerate(made)
    ]
    notes += [
        {
            "finding_id": key,
            "act": "again",
            "turn": turn,
            "person_id": actor.person_id,
            "form_key": f"{form_key}:again:{key}",
        }
        for key, turn in reopened
    ]
    db.session.execute(insert(FindingNote), notes)


def change_finding(
    actor: Actor,
    *,
    finding: Finding,
    due_on: date | None,
    check_on: date | None,
    long_term: bool,
    version: int,
) -> bool:
    """The last day, the day of looking again, whether it is kept up. False: nothing differed.

    Raises Conflict when somebody else acted since `version` was shown, Invalid with the wrong fields.
    """
    if finding.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    wrong: dict[str, object] = {}
    due_on = due_on or finding.due_on
    if not finding.found_on <= due_on <= LATEST:
        wrong["due_on"] = _("The end lies before the beginning.")
    if check_on is not None and not finding.found_on <= check_on <= LATEST:
        wrong["check_on"] = _("The end lies before the beginning.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    if (finding.due_on, finding.check_on, finding.long_term) == (due_on, check_on, long_term):
        return False
    if finding.due_on != due_on:
        # What is late by another day is told anew.
        finding.told = 0
    finding.due_on, finding.check_on, finding.long_term = due_on, check_on, long_term
    finding.version += 1
    record(
        actor,
        verb="finding.change",
        object_type="finding",
        object_id=finding.id,
        unit_id=finding.unit_id,
        detail={"due_on": due_on.isoformat()},
    )
    return True
