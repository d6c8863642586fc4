"""A unit appeals; whoever runs the round answers."""

import secrets
from decimal import Decimal, InvalidOperation

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import and_, select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import Form
from services.web.limits import limiter
from services.web.rounds.views.routes import blueprint, entry_in_reach, lap_run
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.appealing import Answer, answer_appeal, answered_alone, make_appeal
from shared.assessments.models import Appeal, Line
from shared.assessments.queries.reviews import is_reviewed
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

PAGE = 100
STATES = {
    "open": ("due", lazy_("To be answered")),
    "upheld": ("ok", lazy_("Upheld")),
    "refused": ("idle", lazy_("Refused")),
}


def _lines(scheme_id: int) -> list[Line]:
    return list(db.session.scalars(select(Line).where(Line.scheme_id == scheme_id).order_by(Line.ordinal)))


@blueprint.route("/entries/<int:entry_id>/appeal", methods=["GET", "POST"])
@requires(Permission.ROUND_ENTER)
@limiter.limit("60 per hour", methods=["POST"])
def appeal(entry_id: int) -> Response | tuple[str, int]:
    """Object to a line or to the result as a whole; the own appeals and their answers."""
    sending = request.method == "POST"
    lap, entry, unit = entry_in_reach(entry_id, may=Permission.ROUND_ENTER, lock=sending)
    lines = _lines(lap.scheme_id)
    asked = person_key(request.values.get("line_id"))
    wrong: dict[str, str] = {}
    status = 200
    if sending:
        try:
            with transaction():
                line = next((one for one in lines if one.id == asked), None)
                if line is None and request.form.get("line_id"):
                    problem_text = _("Choose one of the list.")
                    raise Invalid(problem_text, fields={"line_id": problem_text})
                make_appeal(
                    actor(),
                    lap=lap,
                    entry=entry,
                    line=line,
                    body=request.form.get("body", ""),
                    form_key=request.form.get("form_key", "")[:64] or secrets.token_hex(12),
                )
        except Invalid as problem:
            wrong, status = {key: str(text) for key, text in problem.fields.items()}, 422
        except Conflict as problem:
            flash(str(problem), "due")
            status = 409
        else:
            flash(_("The appeal is made; whoever holds the round answers it."), "ok")
            return redirect(url_for("rounds.appeal", entry_id=entry_id), 303)
    made = db.session.execute(
        select(Appeal, Line.name)
        .join(Line, and_(Line.tenant_id == Appeal.tenant_id, Line.id == Appeal.line_id), isouter=True)
        .where(Appeal.round_id == lap.id, Appeal.unit_id == entry.unit_id)
        .order_by(Appeal.id.desc())
        .limit(PAGE)
    ).all()
    return render_template(
        "rounds/objecting.html",
        lap=lap,
        entry=entry,
        unit=unit,
        lines=lines,
        asked=asked,
        made=made,
        states=STATES,
        wrong=wrong,
        body=request.form.get("body", "") if sending else "",
        form_key=request.form.get("form_key") or secrets.token_hex(12),
        form=Form(),
        writes=lap.state == "published" and today() <= lap.appeal_until,
    ), status


@blueprint.get("/<int:round_id>/appeals")
@requires(Permission.ROUND_RUN)
def appeals(round_id: int) -> str:
    """The appeals of a round, the oldest first."""
    lap = lap_run(round_id)
    after = person_key(request.args.get("after")) or 0
    rows = db.session.execute(
        select(Appeal, Unit.name.label("unit_name"), Line.name.label("line_name"))
        .join(Unit, and_(Unit.tenant_id == Appeal.tenant_id, Unit.id == Appeal.unit_id))
        .join(Line, and_(Line.tenant_id == Appeal.tenant_id, Line.id == Appeal.line_id), isouter=True)
        .where(Appeal.round_id == lap.id, Appeal.id > after)
        .order_by(Appeal.id)
        .limit(PAGE + 1)
    ).all()
    return render_template(
        "rounds/objections.html",
        lap=lap,
        rows=rows[:PAGE],
        more=rows[PAGE - 1].Appeal.id if len(rows) > PAGE else None,
        states=STATES,
    )


def _points(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip()) if text.strip() else None
    except InvalidOperation:
        return Decimal(-1)
    return value if value is None or (value.is_finite() and abs(value) < 10**6) else Decimal(-1)


@blueprint.route("/appeals/<int:appeal_id>", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
def answer(appeal_id: int) -> Response | tuple[str, int]:
    """One appeal: what stood, what the unit says, and the answer."""
    sending = request.method == "POST"
    found = fetch(Appeal, appeal_id, actor=actor(), may=Permission.ROUND_RUN)
    lap = lap_run(found.round_id, lock=sending)
    if sending:
        found = fetch(Appeal, appeal_id, actor=actor(), may=Permission.ROUND_RUN, lock=True)
    unit = fetch(Unit, found.unit_id, actor=actor(), may=Permission.ROUND_RUN)
    lines = _lines(lap.scheme_id)
    line = next((one for one in lines if one.id == found.line_id), None)
    wrong: dict[str, str] = {}
    status = 200
    if sending:
        try:
            with transaction():
                answer_appeal(
                    actor(),
                    lap=lap,
                    appeal=found,
                    answer=Answer(
                        upheld=request.form.get("upheld") == "1",
                        words=request.form.get("answer", ""),
                        points=_points(request.form.get("points", "")),
                        line_id=person_key(request.form.get("line_id")),
                        lift=bool(request.form.get("lift")),
                    ),
                )
        except Invalid as problem:
            wrong, status = {key: str(text) for key, text in problem.fields.items()}, 422
            flash(str(problem), "late")
        except Conflict as problem:
            flash(str(problem), "due")
            return redirect(url_for("rounds.appeals", round_id=lap.id), 303)
        else:
            flash(_("Answered; the unit is told."), "ok")
            return redirect(url_for("rounds.appeals", round_id=lap.id), 303)
    return render_template(
        "rounds/answering.html",
        lap=lap,
        appeal=found,
        unit=unit,
        line=line,
        marked=line is not None and is_reviewed(line),
        lines=[one for one in lines if is_reviewed(one) and one.kind != "veto"],
        barred=answered_alone(actor(), found),
        states=STATES,
        wrong=wrong,
        sent=request.form if sending else {},
        form=Form(),
    ), status
