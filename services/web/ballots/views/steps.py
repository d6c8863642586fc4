"""The steps of a democratic appraisal: the own text, who has handed in, the record of the hearing."""

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.ballots.forms import SelfForm, StepsForm
from services.web.ballots.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.ballots.actions.steps import plan_steps, write_review
from shared.ballots.models import Poll
from shared.ballots.queries.steps import hearings, own_review, reviews, steps_of, takes_part
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.route("/<int:poll_id>/steps", methods=["GET", "POST"])
@requires(Permission.BALLOT_RUN)
def appraisal_steps(poll_id: int) -> Response | tuple[str, int]:
    """How the appraisal stands, who still writes, what was handed in, and the record of the hearing."""
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN)
    unit = fetch(Unit, poll.unit_id, actor=actor(), may=Permission.BALLOT_RUN)
    if poll.kind != "appraisal":
        flash(_("This vote is no democratic appraisal."), "due")
        return redirect(url_for("ballots.show", poll_id=poll_id), 303)
    form = StepsForm()
    if not form.is_submitted():
        form = StepsForm(formdata=None, self_until=poll.self_until, event_id=poll.event_id)
    form.offer(hearings(unit))

    def page(status: int) -> tuple[str, int]:
        return render_template(
            "ballots/steps.html",
            poll=poll,
            unit=unit,
            form=form,
            steps=steps_of(unit, poll),
            rows=reviews(unit, poll),
            writable=poll.state in ("draft", "open"),
        ), status

    if not form.is_submitted():
        return page(200)
    if not form.validate_on_submit():
        return page(422)
    try:
        with transaction():
            plan_steps(
                actor(), unit=unit, poll=poll, self_until=form.self_until.data, event_id=form.event_id.data
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("Saved."), "ok")
    return redirect(url_for("ballots.appraisal_steps", poll_id=poll_id), 303)


@blueprint.route("/<int:poll_id>/self", methods=["GET", "POST"])
@requires(Permission.SELF)
def self_review(poll_id: int) -> Response | tuple[str, int]:
    """What I write of my own year; read by others once I hand it in."""
    poll = db.session.scalar(select(Poll).where(Poll.id == poll_id))
    if poll is None or poll.state == "void":
        raise NotFound(_("There is nothing at this address."))
    unit = db.session.scalars(select(Unit).where(Unit.id == poll.unit_id)).one()
    me = actor().person_id or 0
    known = own_review(poll.id, me)
    if known is None and not takes_part(unit, poll, me):
        raise Forbidden(_("You are not appraised here."))
    if poll.kind != "appraisal":
        flash(_("This vote is no democratic appraisal."), "due")
        return redirect(url_for("ballots.vote", poll_id=poll_id), 303)
    form = SelfForm()
    if not form.is_submitted():
        form = SelfForm(formdata=None, body=known.body if known is not None else "")

    def page(status: int) -> tuple[str, int]:
        return render_template(
            "ballots/self.html",
            poll=poll,
            unit=unit,
            form=form,
            known=known,
            writable=poll.state in ("draft", "open") and (known is None or known.handed_on is None),
        ), status

    if not form.is_submitted():
        return page(200)
    if not form.validate_on_submit():
        return page(422)
    handing = form.act.data == "hand_in"
    try:
        with transaction():
            write_review(actor(), unit=unit, poll=poll, body=form.body.data or "", hand_in=handing)
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("Your self-appraisal is handed in.") if handing else _("Saved."), "ok")
    return redirect(url_for("ballots.self_review", poll_id=poll_id), 303)
