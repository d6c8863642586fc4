"""Who reviews what in a round, what waits for me, and marking it: of one unit, or one line across the units."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import Form
from services.web.limits import limiter
from services.web.rounds.views.routes import blueprint, entry_in_reach, lap_run, lap_seen
from services.web.rounds.words import entry_states, line_kinds
from shared.access.permissions import Permission
from shared.assessments.actions.appointing import appoint_for_line, appoint_for_units, dismiss
from shared.assessments.actions.reviewing import Given, Overtaken, give_marks, return_entry
from shared.assessments.models import Entry, Line, Round
from shared.assessments.queries.reviews import (
    ToMark,
    appointed,
    at_hand,
    candidates,
    review_lines,
    to_mark,
    waiting_count,
    without_reviewer,
)
from shared.ballots.queries.grades import rating_polls
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import _
from shared.organisations.models import Unit

#: Units that are given out by one press.
MOST_UNITS = 5000


@blueprint.app_template_global("reviews_at_hand")
def reviews_at_hand() -> int:
    """How many lines wait for the reader's review, for the page of today."""
    return waiting_count(actor())


@blueprint.get("/reviews")
@requires(Permission.ROUND_REVIEW)
def reviews() -> str:
    """What I have to review, by round: whole units, and lines across units."""
    rows, more = at_hand(actor(), after=person_key(request.args.get("after")) or 0)
    return render_template("rounds/marking_list.html", rows=rows, more=more, states=entry_states())


@blueprint.route("/<int:round_id>/reviewers", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
@limiter.limit("120 per hour", methods=["POST"])
def reviewers(round_id: int) -> Response | tuple[str, int]:
    """Appoint: the units without a reviewer in turn, or one line of all units."""
    sending = request.method == "POST"
    lap = lap_run(round_id, lock=sending)
    people = candidates()
    lines = review_lines(lap.scheme_id)
    chosen = {person_key(key) for key in request.form.getlist("person_id")} if sending else set()
    status, problem_text = 200, ""
    if sending:
        line_id = person_key(request.form.get("line_id"))
        picked = [one for one in people if one.person_id in chosen]
        try:
            with transaction():
                if line_id is None:
                    units = [
                        (row.id, row.path)
                        for row in db.session.execute(without_reviewer(lap).limit(MOST_UNITS))
                    ]
                    count = appoint_for_units(actor(), lap=lap, people=picked, units=units)
                else:
                    line = next((one for one in lines if one.id == line_id), None)
                    if line is None:
                        raise NotFound(_("There is nothing at this address."))
                    count = appoint_for_line(actor(), lap=lap, people=picked, line=line)
        except Invalid as problem:
            status, problem_text = 422, str(problem)
        except Conflict as problem:
            flash(str(problem), "due")
            return redirect(url_for("rounds.show", round_id=round_id), 303)
        else:
            flash(_("%(n)s appointed.", n=count) if count else _("Nothing was changed."), "ok")
            return redirect(url_for("rounds.reviewers", round_id=round_id), 303)
    left = len(db.session.execute(without_reviewer(lap).limit(MOST_UNITS)).all())
    return render_template(
        "rounds/appointed.html",
        lap=lap,
        people=people,
        chosen=chosen,
        lines=lines,
        given=appointed(lap),
        left=left,
        problem=problem_text,
        form=Form(),
    ), status


@blueprint.post("/<int:round_id>/reviewers/dismiss")
@requires(Permission.ROUND_RUN)
def dismiss_reviewer(round_id: int) -> Response:
    """Take back what somebody was given."""
    lap = lap_run(round_id, lock=True)
    try:
        with transaction():
            count = dismiss(actor(), lap=lap, person_id=person_key(request.form.get("person_id")) or 0)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("Taken back; the marks given stand.") if count else _("Nothing was changed."), "ok")
    return redirect(url_for("rounds.reviewers", round_id=round_id), 303)


def _was(one: ToMark) -> str:
    """What stood in the form when it was shown; a line that still says the same is not sent."""
    points = "" if one.points is None else f"{one.points:.2f}"
    return f"{points}|{int(one.not_applicable)}|{int(one.raised)}|{one.remark}"


def _typed(one: ToMark) -> dict[str, str]:
    return {
        name: request.form.get(f"{name}-{one.key}", "").replace("\r\n", "\n").strip()
        for name in ("points", "skip", "raised", "remark", "proof")
    }


def _points(text: str) -> Decimal | None:
    """Marks as typed; an impossible number for what is none, so that it is refused beside its field."""
    if not text:
        return None
    try:
        value = Decimal(text.replace("，", ".").replace("。", "."))
    except InvalidOperation:
        return Decimal(-1)
    return value if value.is_finite() and abs(value) < 10**6 else Decimal(-1)


def _given(rows: Sequence[ToMark]) -> list[Given]:
    """What was typed for the lines that were touched."""
    found = []
    for one in rows:
        if f"was-{one.key}" not in request.form:
            continue
        typed = _typed(one)
        points = _points(typed["points"])
        said = "" if points is None else f"{points:.2f}"
        now = f"{said}|{int(bool(typed['skip']))}|{int(bool(typed['raised']))}|{typed['remark']}"
        if now == request.form[f"was-{one.key}"].replace("\r\n", "\n") and not typed["proof"]:
            continue
        found.append(
            Given(
                unit_id=one.unit_id,
                line_id=one.line.id,
                points=points,
                not_applicable=bool(typed["skip"]),
                raised=bool(typed["raised"]),
                remark=typed["remark"],
                proof=typed["proof"],
                revision=person_key(request.form.get(f"revision-{one.key}")) or 0,
            )
        )
    return found


def _held(round_id: int) -> Round:
    """The round, held while marks are given: it is not confirmed in the same moment."""
    lap_seen(round_id)
    return db.session.execute(
        select(Round)
        .where(Round.id == round_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def _polls(lap: Round, rows: Sequence[ToMark]) -> dict[int, list[tuple[int, str]]]:
    """By unit the ballots that a rating line may be taken from; for one unit's sheet. Two queries."""
    keys = {one.unit_id for one in rows if one.line.kind == "rating"}
    if len(keys) != 1:
        return {}
    unit = db.session.scalars(select(Unit).where(Unit.id.in_(keys))).one()
    return {unit.id: rating_polls(unit, lap.starts_on.year)}


@blueprint.route("/<int:round_id>/review", methods=["GET", "POST"])
@requires(Permission.ROUND_REVIEW)
def review(round_id: int) -> Response | tuple[str, int]:
    """The lines of one unit (unit_id), or one line of the units (line_id), with marks to give."""
    sending = request.method == "POST"
    lap = _held(round_id) if sending else lap_seen(round_id)
    entry_id, line_id = person_key(request.args.get("entry_id")), person_key(request.args.get("line_id"))
    entry = db.session.scalar(select(Entry).where(Entry.id == (entry_id or 0), Entry.round_id == lap.id))
    unit_id = entry.unit_id if entry is not None else None
    after = request.args.get("after", "")
    rows, more = to_mark(
        actor(),
        lap,
        unit_id=unit_id,
        line_id=line_id if unit_id is None else None,
        after=after[:600] if after.replace(".", "").isdigit() else "",
    )
    if not rows:
        flash(_("Nothing of this was given to you to review."), "due")
        return redirect(url_for("rounds.reviews"), 303)
    may_run = any(one.line.kind == "rating" for one in rows) and actor().may(Permission.ROUND_RUN)
    wrong: dict[str, str] = {}
    late: set[str] = set()
    status = 200
    if sending:
        try:
            with transaction():
                count = give_marks(actor(), lap=lap, given=_given(rows))
        except Invalid as problem:
            wrong, status = {key: str(text) for key, text in problem.fields.items()}, 422
            flash(str(problem), "late")
        except Overtaken as problem:
            late, status = problem.keys, 409
            flash(str(problem), "due")
        except (Conflict, Forbidden) as problem:
            flash(str(problem), "due")
            status = 409
        else:
            flash(_("%(n)s lines are marked.", n=count) if count else _("Nothing was changed."), "ok")
            return redirect(
                url_for(
                    "rounds.review",
                    round_id=round_id,
                    entry_id=entry_id,
                    line_id=line_id,
                    after=after or None,
                ),
                303,
            )
    return render_template(
        "rounds/marking.html",
        lap=lap,
        rows=rows,
        more=more,
        entry_revision=entry.revision if entry is not None else 0,
        may_run=may_run,
        polls=_polls(lap, rows) if may_run else {},
        line=db.session.scalar(select(Line).where(Line.id == line_id)) if unit_id is None else None,
        typed={one.key: _typed(one) for one in rows} if sending else {},
        sent=request.form if sending else {},
        was=_was,
        wrong=wrong,
        late=late,
        kinds=line_kinds(),
        states=entry_states(),
        form=Form(),
        writes=lap.state == "review",
    ), status


@blueprint.post("/entries/<int:entry_id>/return")
@requires(Permission.ROUND_REVIEW)
def return_sheet(entry_id: int) -> Response:
    """Give a sheet back to its unit, with what is missing."""
    lap, entry, _unit = entry_in_reach(entry_id, may=Permission.ROUND_REVIEW, lock=True)
    try:
        with transaction():
            return_entry(
                actor(),
                lap=lap,
                entry=entry,
                remark=request.form.get("remark", ""),
                revision=person_key(request.form.get("revision")) or 0,
            )
    except (Conflict, Forbidden, Invalid) as problem:
        flash(str(problem), "due")
    else:
        flash(_("Returned; the unit is told."), "ok")
    return redirect(url_for("rounds.review", round_id=lap.id, entry_id=entry_id), 303)
