"""A round is brought to its result: review begun, confirmed, published, final; and what still waits."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.rounds.views.routes import blueprint, lap_run
from services.web.rounds.words import lap_states
from shared.access.permissions import Permission
from shared.assessments.actions.appointing import begin_review
from shared.assessments.actions.deciding import (
    confirm_round,
    finish_round,
    open_appeals,
    publish_round,
    reopen_round,
)
from shared.assessments.models import Round
from shared.assessments.queries.reviews import appointed, returned_units, waiting_lines, waiting_total
from shared.clock import today
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _


def _after(text: str) -> tuple[str, int]:
    """Where a page of waiting lines begins: path and ordinal."""
    path, _colon, ordinal = text.rpartition(":")
    if not path.replace(".", "").isdigit() or len(path) > 600:
        return "", 0
    return path, person_key(ordinal) or 0


@blueprint.get("/<int:round_id>/decide")
@requires(Permission.ROUND_RUN)
def decide(round_id: int) -> str:
    """How far it is, what still waits and for whom, and the next step."""
    lap = lap_run(round_id)
    rows, more = waiting_lines(lap, after=_after(request.args.get("after", "")))
    return render_template(
        "rounds/standing.html",
        lap=lap,
        states=lap_states(),
        rows=rows,
        more=f"{more[0]}:{more[1]}" if more else None,
        waiting=waiting_total(lap) if lap.state in ("open", "review") else 0,
        returned=returned_units(lap),
        reviewers=appointed(lap),
        appeals=open_appeals(lap),
        on=today(),
    )


def _step(round_id: int, act: Callable[[Round, int], bool], said: str) -> Response:
    lap = lap_run(round_id, lock=True)
    try:
        with transaction():
            done = act(lap, person_key(request.form.get("revision")) or 0)
    except (Conflict, Invalid) as problem:
        flash("；".join(str(text) for text in getattr(problem, "fields", {}).values()) or str(problem), "due")
    else:
        flash(said if done else _("Nothing was changed."), "ok")
    return redirect(url_for("rounds.decide", round_id=round_id), 303)


@blueprint.post("/<int:round_id>/review/begin")
@requires(Permission.ROUND_RUN)
def start_review(round_id: int) -> Response:
    """Reviewers mark from now on."""
    return _step(
        round_id,
        lambda lap, revision: begin_review(actor(), lap=lap, revision=revision),
        _("The review has begun; the reviewers are told."),
    )


@blueprint.post("/<int:round_id>/confirm")
@requires(Permission.ROUND_RUN)
def confirm(round_id: int) -> Response:
    """The marks stand."""
    return _step(
        round_id,
        lambda lap, revision: confirm_round(actor(), lap=lap, revision=revision),
        _("Confirmed: the marks stand and are counted no more."),
    )


@blueprint.post("/<int:round_id>/reopen")
@requires(Permission.ROUND_RUN)
def reopen(round_id: int) -> Response:
    """Back to review, before it was published."""
    return _step(
        round_id,
        lambda lap, revision: reopen_round(actor(), lap=lap, revision=revision),
        _("Back under review; it is counted again."),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@blueprint.post("/<int:round_id>/publish")
@requires(Permission.ROUND_RUN)
def publish(round_id: int) -> Response:
    """The units see their results and may appeal."""
    until = _day(request.form.get("appeal_until", ""))
    return _step(
        round_id,
        lambda lap, revision: publish_round(actor(), lap=lap, appeal_until=until, revision=revision),
        _("Published; the units are told."),
    )


@blueprint.post("/<int:round_id>/finish")
@requires(Permission.ROUND_RUN)
def finish(round_id: int) -> Response:
    """Nothing changes any more."""
    return _step(
        round_id,
        lambda lap, revision: finish_round(actor(), lap=lap, revision=revision),
        _("Final: nothing of it changes any more."),
    )
