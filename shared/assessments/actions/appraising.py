"""述职评议考核: opened by the unit above, reported by the unit, composed, graded (ADR 0041)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from shared.access.actor import Actor
from shared.assessments.composition import composition
from shared.assessments.grades import Grading, Standing, grade_units, shipped_grading
from shared.assessments.models import Appraisal
from shared.assessments.queries.appraisals import daily_rounds, live_part, parts_of, report_polls, total_of
from shared.assessments.queries.reviews import belongs_to
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit

MAX_SECTION, MAX_COMMENT = 4000, 1000


def ladder() -> Grading:
    """The ladder of the appraisal, with its cap."""
    found = shipped_grading(composition().grading)
    if found is None:
        raise ValueError("parts.toml names a ladder that is not shipped")
    return found


def open_appraisals(actor: Actor, *, holder: Unit, year: int, until: date, seen: int) -> int:
    """Ask every unit directly below for its report of the year; units that were asked are left as they are.

    Returns how many are new. Raises Invalid for a day that is over or a year to come, Conflict when it is another
    number than was shown.
    """
    if not today().year - 1 <= year <= today().year:
        raise Invalid(_("Reports are of this year or of the last one."))
    if until < today():
        raise Invalid(_("This day is over."), fields={"until": _("This day is over.")})
    known = select(Appraisal.unit_id).where(Appraisal.year == year)
    chosen: ColumnElement[bool] = and_(
        Unit.parent_id == holder.id,
        Unit.line == holder.line,
        Unit.state == "active",
        Unit.id.not_in(known),
    )
    made = db.session.scalars(
        insert(Appraisal)
        .from_select(
            ["unit_id", "holder_id", "year", "report_until", "weights"],
            select(
                Unit.id,
                literal(holder.id),
                literal(year),
                literal(until),
                cast(literal(composition().weights, JSONB), JSONB),
            ).where(chosen),
        )
        .returning(Appraisal.unit_id)
    ).all()
    if len(made) != seen:
        raise Conflict(_("It is %(n)s units by now; look at it again and confirm.", n=len(made)))
    record(
        actor,
        verb="appraisal.open",
        object_type="unit",
        object_id=holder.id,
        unit_id=holder.id,
        detail={"year": year, "units": len(made)},
    )
    return len(made)


def _same(row: Appraisal, revision: int) -> None:
    if row.revision != revision:
        raise Conflict(_("Somebody else changed this meanwhile; look at it again."))


def put_report(
    actor: Actor, *, row: Appraisal, given: dict[str, str], revision: int, hand_in: bool = False
) -> None:
    """Keep the unit's report, or hand it in. The row is locked by the caller.

    Raises Conflict once it was handed in or when somebody else changed it, Invalid with the sections that lack.
    """
    if row.state != "open":
        raise Conflict(_("The report was handed in."))
    _same(row, revision)
    sections = composition().sections
    texts = {key: given.get(key, "").strip() for key in sections}
    wrong = {
        key: _("At most %(n)s characters.", n=MAX_SECTION)
        for key, text in texts.items()
        if len(text) > MAX_SECTION
    }
    if hand_in:
        wrong |= {key: _("Fill this in.") for key, text in texts.items() if not text}
    if wrong:
        raise Invalid(_("Something is missing or wrong; see the fields."), fields=dict(wrong))
    for text in texts.values():
        refuse_marks(text)
    row.report = texts
    row.revision += 1
    if hand_in:
        row.state = "handed_in"
        row.handed_in_by = actor.person_id
        row.handed_in_on = today()
    db.session.flush()
    _noted(actor, "appraisal.hand_in" if hand_in else "appraisal.report", row)


def _noted(actor: Actor, verb: str, row: Appraisal, **detail: Any) -> None:
    record(
        actor, verb=verb, object_type="appraisal", object_id=row.id, unit_id=row.unit_id, detail=dict(detail)
    )


def give_back(actor: Actor, *, row: Appraisal) -> None:
    """Let the unit write its report again."""
    if row.state != "handed_in":
        raise Conflict(_("There is no report to give back."))
    row.state = "open"
    row.revision += 1
    db.session.flush()
    _noted(actor, "appraisal.give_back", row)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the superior gives: its part in per cent, the one comment, the vote and the round that count."""

    superior: Decimal | None
    comment: str
    poll_id: int | None
    round_id: int | None


def put_opinion(actor: Actor, *, row: Appraisal, unit: Unit, given: Opinion, revision: int) -> None:
    """Keep it. Raises Forbidden for whoever belongs to the unit, Invalid for a part out of its bounds, a vote or round
    that is not of this unit and year, a part without a comment; Conflict once it is graded.
    """
    if belongs_to(actor.person_id, row.unit_id):
        raise Forbidden(_("Nobody appraises the own unit."))
    if row.state != "handed_in":
        raise Conflict(_("The report is not handed in, or the grade stands."))
    _same(row, revision)
    wrong: dict[str, object] = {}
    comment = given.comment.strip()
    if given.superior is not None and not 0 <= given.superior <= 100:
        wrong["superior"] = _("From 0 to 100.")
    if given.superior is not None and not comment:
        wrong["comment"] = _("Say in one comment what is good and what is not.")
    if len(comment) > MAX_COMMENT:
        wrong["comment"] = _("At most %(n)s characters.", n=MAX_COMMENT)
    if given.poll_id is not None and given.poll_id not in dict(report_polls(row, unit)):
        wrong["poll_id"] = _("Choose one of the list.")
    if given.round_id is not None and given.round_id not in dict(daily_rounds(row)):
        wrong["round_id"] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Something is missing or wrong; see the fields."), fields=wrong)
    refuse_marks(comment)
    row.superior, row.comment = given.superior, comment
    row.poll_id, row.round_id = given.poll_id, given.round_id
    if row.poll_id is not None and live_part(row, unit) is None:
        problem = _("This vote says nothing of the unit: it is not on the ballot, or too few voted.")
        raise Invalid(problem, fields={"poll_id": problem})
    row.given_by = actor.person_id
    row.revision += 1
    db.session.flush()
    _noted(actor, "appraisal.opinion", row)


def _of_year(holder: Unit, year: int) -> list[tuple[Appraisal, Unit]]:
    rows = db.session.execute(
        select(Appraisal, Unit)
        .join(Unit, and_(Unit.tenant_id == Appraisal.tenant_id, Unit.id == Appraisal.unit_id))
        .where(Appraisal.holder_id == holder.id, Appraisal.year == year)
        .order_by(Appraisal.unit_id)
        .with_for_update(of=Appraisal)
    )
    return [(row[0], row[1]) for row in rows]


def grade_appraisals(actor: Actor, *, holder: Unit, year: int) -> int:
    """Compose and grade all units of the holder's year at once: a cap is a share of all. Returns how many have a grade.

    Raises Conflict when a unit still lacks a part, when there is nothing, and once the grades are published.
    """
    rows = _of_year(holder, year)
    if not rows:
        raise Conflict(_("Nobody reports to this unit in this year."))
    if any(row.state == "published" for row, _unit in rows):
        raise Conflict(_("The grades of this year are published."))
    parts = {unit.id: parts_of(row, unit) for row, unit in rows}
    totals = {unit.id: total_of(parts[unit.id], row.weights) for row, unit in rows}
    lacking = [unit.name for row, unit in rows if row.state == "open" or totals[unit.id] is None]
    if lacking:
        raise Conflict(
            _("%(n)s units still lack a part: %(names)s", n=len(lacking), names=_(", ").join(lacking[:10]))
        )
    grades = grade_units([Standing(unit.id, totals[unit.id]) for _row, unit in rows], ladder())
    for row, unit in rows:
        row.parts = {part: str(value) for part, value in parts[unit.id].items()}
        row.total = totals[unit.id]
        row.grade, row.grade_why = grades[unit.id].key, dict(grades[unit.id].why)
        row.state = "graded"
        row.revision += 1
    db.session.flush()
    record(
        actor,
        verb="appraisal.grade",
        object_type="unit",
        object_id=holder.id,
        unit_id=holder.id,
        detail={"year": year, "units": len(rows)},
    )
    return len(rows)


def reopen_appraisal(actor: Actor, *, row: Appraisal) -> None:
    """Take one unit's grade back before it is published, to mend a part; the year is graded again afterwards."""
    if row.state != "graded":
        raise Conflict(_("There is no grade to take back."))
    row.state, row.grade, row.total = "handed_in", None, None
    row.parts, row.grade_why = {}, {}
    row.revision += 1
    db.session.flush()
    _noted(actor, "appraisal.reopen", row)


def publish_appraisals(actor: Actor, *, holder: Unit, year: int) -> int:
    """Let each unit read its own. Raises Conflict while a unit of the year has no grade. Returns how many."""
    rows = _of_year(holder, year)
    if not rows or any(row.state not in ("graded", "published") for row, _unit in rows):
        raise Conflict(_("Not every unit has a grade yet."))
    fresh = [row for row, _unit in rows if row.state == "graded"]
    for row in fresh:
        row.state = "published"
        row.revision += 1
    if fresh:
        db.session.flush()
        record(
            actor,
            verb="appraisal.publish",
            object_type="unit",
            object_id=holder.id,
            unit_id=holder.id,
            detail={"year": year, "units": len(fresh)},
        )
    return len(fresh)
