"""The own ballot: cast once, with a receipt; and the result once it is made known."""

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.ballots.forms import BallotForm
from services.web.ballots.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.permissions import Permission
from shared.ballots.actions.holding import cast_ballot, checked_answers
from shared.ballots.kinds import CHOICES, CLASSES, ballot_kinds
from shared.ballots.models import Poll, PollItem, PollVoter
from shared.ballots.queries.lists import voter
from shared.ballots.queries.results import poll_items, receipts, result_of
from shared.clock import now
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import _


def _mine(poll_id: int) -> tuple[Poll, PollVoter]:
    """A vote on whose list the reader stands; until it is opened it is not there."""
    poll = db.session.scalar(select(Poll).where(Poll.id == poll_id))
    if poll is None or poll.state == "draft":
        raise NotFound(_("There is nothing at this address."))
    mine = voter(poll_id, actor().person_id or 0)
    if mine is None:
        raise Forbidden(_("You are not on the list of this vote."))
    return poll, mine


def _chosen(items: list[PollItem]) -> dict[int, str]:
    found = {item.id: request.form.get(f"item-{item.id}", "") for item in items}
    return {key: choice for key, choice in found.items() if choice}


@blueprint.route("/<int:poll_id>/vote", methods=["GET", "POST"])
@requires(Permission.SELF)
def vote(poll_id: int) -> Response | tuple[str, int]:
    """GET shows the ballot; POST puts it in and shows the receipt, once."""
    poll, mine = _mine(poll_id)
    items = poll_items(poll.id)
    form = BallotForm()
    sending = request.method == "POST"
    known = {"poll": poll, "items": items, "kind": ballot_kinds()[poll.kind], "choices": CHOICES}
    chosen = _chosen(items) if sending else {}
    written = request.form.get("written", "").splitlines() if sending else []
    is_open = poll.state == "open" and poll.closes_at is not None and poll.closes_at > now()

    def page(status: int) -> tuple[str, int]:
        return render_template(
            "ballots/vote.html",
            form=form,
            voted=mine.voted,
            is_open=is_open,
            chosen=chosen,
            written="\n".join(written),
            **known,
        ), status

    if not sending:
        return page(200)
    if not form.validate_on_submit():
        return page(422)
    try:
        with transaction():
            answers = checked_answers(poll, items, chosen, written)
            receipt = cast_ballot(actor(), poll=poll, answers=answers)
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    except (Conflict, Forbidden) as problem:
        flash(str(problem), "due")
        return redirect(url_for("ballots.vote", poll_id=poll_id), 303)
    answer = make_response(render_template("ballots/receipt.html", poll=poll, receipt=receipt))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<int:poll_id>/result")
@requires(Permission.SELF)
def result(poll_id: int) -> str:
    """What a vote added up to, for whoever could vote, once it is made known."""
    poll, _line = _mine(poll_id)
    if poll.state != "published":
        raise NotFound(_("There is nothing at this address."))
    return render_template(
        "ballots/result.html",
        poll=poll,
        kind=ballot_kinds()[poll.kind],
        choices=CHOICES,
        classes=CLASSES,
        result=result_of(poll),
        codes=receipts(poll) if poll.way == "screen" else [],
    )
