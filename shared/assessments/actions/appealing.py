"""A unit objects to a published mark or result, and is answered by somebody who did not give it."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from shared.access.actor import Actor
from shared.assessments.actions.counting import score_units
from shared.assessments.actions.deciding import tell_of, write_totals
from shared.assessments.actions.grading import grade_round
from shared.assessments.actions.opening import note
from shared.assessments.actions.reviewing import CENT, MAX_REMARK, points_problem
from shared.assessments.models import Appeal, Entry, Line, Mark, Round
from shared.assessments.queries.reviews import belongs_to, is_reviewed
from shared.assessments.queries.rounds import line_points
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _


def make_appeal(
    actor: Actor, *, lap: Round, entry: Entry, line: Line | None, body: str, form_key: str
) -> tuple[Appeal, bool]:
    """Object to a line, or without one to the result as a whole; the same form again gives the same appeal.

    The round is locked by the caller. Raises Invalid with fields, Conflict out of time or where one is open already.
    """
    # A form of another unit's with the same key is another form.
    form_key = f"{entry.id}:{form_key}"
    found = db.session.execute(select(Appeal).where(Appeal.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found, False
    if lap.state != "published":
        raise Conflict(_("Appeals are made to published results that are not final yet."))
    if today() > lap.appeal_until:
        raise Conflict(_("Appeals were possible until %(day)s.", day=lap.appeal_until.isoformat()))
    if line is not None and line.scheme_id != lap.scheme_id:
        raise Invalid(_("Choose one of the list."), fields={"line_id": _("Choose one of the list.")})
    body = body.strip()
    if not body:
        raise Invalid(_("Say why."), fields={"body": _("Say why.")})
    if len(body) > MAX_REMARK:
        problem = _("At most %(n)s characters.", n=MAX_REMARK)
        raise Invalid(problem, fields={"body": problem})
    refuse_marks(body)
    line_id = line.id if line is not None else None
    same = db.session.scalar(
        select(Appeal.id).where(
            Appeal.round_id == lap.id,
            Appeal.unit_id == entry.unit_id,
            Appeal.line_id.is_not_distinct_from(line_id),
            Appeal.state == "open",
        )
    )
    if same is not None:
        raise Conflict(_("There is an open appeal about this already; it is answered first."))
    row = Appeal(
        round_id=lap.id,
        unit_id=entry.unit_id,
        line_id=line_id,
        body=body,
        made_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    note(actor, lap, "round.appeal", unit_id=entry.unit_id)
    return row, True


@dataclass(frozen=True, slots=True)
class Answer:
    """`points`: the new marks of the line; for the result as a whole, of `line_id` where one is changed.

    `lift`: a raised veto is taken back. A line that the ledger fills takes neither: it is counted anew.
    """

    upheld: bool
    words: str
    points: Decimal | None = None
    line_id: int | None = None
    lift: bool = False


def answered_alone(actor: Actor, appeal: Appeal) -> str:
    """Why this person may not answer the appeal, in words; '' where they may. Three queries."""
    statement = select(Mark.id).where(
        Mark.round_id == appeal.round_id, Mark.unit_id == appeal.unit_id, Mark.given_by == actor.person_id
    )
    if appeal.line_id is not None:
        statement = statement.where(Mark.line_id == appeal.line_id)
    if db.session.scalar(statement.limit(1)) is not None:
        return _("You gave the mark yourself; somebody else answers.")
    if appeal.made_by is not None and appeal.made_by == actor.person_id:
        return _("You made this appeal yourself; somebody else answers.")
    if belongs_to(actor.person_id, appeal.unit_id):
        return _("You belong to this unit; somebody else answers.")
    return ""


def answer_appeal(actor: Actor, *, lap: Round, appeal: Appeal, answer: Answer) -> bool:
    """Refuse it, or uphold it: the mark changes, the unit's result is added up anew and grades are given anew by rule.

    Round and appeal are locked by the caller. False: it was answered alike already. The unit is told, and every unit
    whose grade changes by it. Raises Invalid with fields.
    """
    if appeal.state != "open":
        raise Conflict(_("This appeal has been answered."))
    if lap.state != "published":
        raise Conflict(_("Nothing of this round changes any more."))
    if barred := answered_alone(actor, appeal):
        raise Conflict(barred)
    words = answer.words.strip()
    wrong: dict[str, object] = {}
    if not words:
        wrong["answer"] = _("Say why.")
    elif len(words) > MAX_REMARK:
        wrong["answer"] = _("At most %(n)s characters.", n=MAX_REMARK)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(words)
    before = _grades(lap)
    if answer.upheld:
        _uphold(actor, lap, appeal, answer, words)
    appeal.state = "upheld" if answer.upheld else "refused"
    appeal.answer, appeal.answered_by, appeal.answered_at = words, actor.person_id, now()
    db.session.flush()
    note(actor, lap, "round.uphold" if answer.upheld else "round.refuse", unit_id=appeal.unit_id)
    tell_of(actor, lap, [appeal.unit_id], act="answer", appeal_id=appeal.id)
    if answer.upheld:
        write_totals(lap, unit_ids=[appeal.unit_id])
        grade_round(lap)
        db.session.expire_all()
        after = _grades(lap)
        moved = [key for key, grade in after.items() if grade != before[key] and key != appeal.unit_id]
        if moved:
            note(actor, lap, "round.regrade", units=len(moved))
            tell_of(actor, lap, moved, act="grade", appeal_id=appeal.id)
    return True


def _grades(lap: Round) -> dict[int, str | None]:
    rows = db.session.execute(select(Entry.unit_id, Entry.grade).where(Entry.round_id == lap.id))
    return {row.unit_id: row.grade for row in rows}


def _points_now(lap: Round, unit_id: int, line_id: int) -> Decimal | None:
    lines = line_points(lap, unit_ids=[unit_id]).subquery()
    return db.session.scalar(select(lines.c.points).where(lines.c.line_id == line_id))


def _uphold(actor: Actor, lap: Round, appeal: Appeal, answer: Answer, words: str) -> None:
    line_id = appeal.line_id if appeal.line_id is not None else answer.line_id
    line = db.session.scalar(select(Line).where(Line.id == line_id)) if line_id is not None else None
    if line is None or line.scheme_id != lap.scheme_id or not is_reviewed(line):
        # The ledger says what is due for it, as it stands now.
        appeal.points_before = _points_now(lap, appeal.unit_id, line.id) if line is not None else None
        score_units(actor, year=lap.starts_on.year, unit_ids=[appeal.unit_id], lap=lap)
        appeal.points_after = _points_now(lap, appeal.unit_id, line.id) if line is not None else None
        return
    mark = db.session.execute(
        select(Mark)
        .where(Mark.round_id == lap.id, Mark.unit_id == appeal.unit_id, Mark.line_id == line.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if mark is not None and actor.person_id is not None and mark.given_by == actor.person_id:
        raise Conflict(_("You gave the mark yourself; somebody else answers."))
    if line.kind == "veto":
        if not answer.lift or mark is None or not mark.raised:
            problem = _("An upheld appeal against a veto lifts it; tick that it is lifted.")
            raise Invalid(problem, fields={"lift": problem})
        mark.raised = False
    else:
        problem = points_problem(line, answer.points) or (
            _("Say the new marks.") if answer.points is None else ""
        )
        if answer.points is None or problem:
            raise Invalid(problem, fields={"points": problem})
        points = answer.points.quantize(CENT)
        if mark is None:
            mark = Mark(
                round_id=lap.id, unit_id=appeal.unit_id, line_id=line.id, most=line.full_marks, revision=0
            )
            db.session.add(mark)
        appeal.points_before, appeal.points_after = mark.points, points
        mark.points, mark.not_applicable, mark.poll_id = points, False, None
    mark.remark, mark.given_by, mark.given_at = words, actor.person_id, now()
    mark.revision += 1
    db.session.flush()
