"""One vote: opened, closed, made known; its result; its ballots to print."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.ballots.views.routes import blueprint
from services.web.ballots.words import COLOURS, STATES, WAYS
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.ballots.actions.holding import close_poll, open_poll, publish_poll, voters_by_class
from shared.ballots.kinds import CHOICES, CLASSES, ballot_kinds
from shared.ballots.models import Poll, PollCount
from shared.ballots.queries.results import (
    agreed_count,
    counts_of,
    poll_items,
    receipts,
    result_of,
    turnout,
    voters_on_paper,
)
from shared.ballots.queries.steps import steps_of
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.get("/<int:poll_id>")
@requires(Permission.BALLOT_VIEW)
def show(poll_id: int) -> str:
    """How it stands, what can be done next, and, once closed, what it added up to."""
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_VIEW)
    unit = fetch(Unit, poll.unit_id, actor=actor(), may=Permission.BALLOT_VIEW)
    counts = counts_of(poll) if poll.way == "paper" else []
    closed = poll.state in ("closed", "published")
    voted, _all = turnout(poll.id)
    by_class = voters_by_class(unit, poll) if poll.state == "draft" else voters_on_paper(poll.id)
    return render_template(
        "ballots/show.html",
        poll=poll,
        unit=unit,
        kind=ballot_kinds()[poll.kind],
        items=poll_items(poll.id),
        states=STATES,
        colours=COLOURS,
        ways=WAYS,
        choices=CHOICES,
        classes=CLASSES,
        voted=voted,
        voters=sum(by_class.values()),
        by_class=by_class,
        by_class_words=_(", ").join(f"{CLASSES[key]} {n}" for key, n in by_class.items()),
        differ=_differ(counts),
        steps=steps_of(unit, poll) if poll.kind == "appraisal" else [],
        result=result_of(poll) if closed else None,
        codes=receipts(poll) if closed and poll.way == "screen" else [],
        counts=counts,
        may_run=actor().can(Permission.BALLOT_RUN, unit.path),
        me=actor().person_id,
    )


def _differ(counts: Sequence[tuple[PollCount, str]]) -> bool:
    """Whether two people counted one class and not the same."""
    by_class: dict[str, list[PollCount]] = {}
    for one, _name in counts:
        by_class.setdefault(one.voter_class, []).append(one)
    return any(len(known) > 1 and agreed_count(known) is None for known in by_class.values())


def _back(poll_id: int) -> Response:
    return redirect(url_for("ballots.show", poll_id=poll_id), 303)


@blueprint.post("/<int:poll_id>/open")
@requires(Permission.BALLOT_RUN)
def open_vote(poll_id: int) -> Response:
    """Fix who votes, and open it."""
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN, lock=True)
    unit = fetch(Unit, poll.unit_id, actor=actor(), may=Permission.BALLOT_RUN)
    try:
        with transaction():
            count = open_poll(actor(), unit=unit, poll=poll, seen=person_key(request.form.get("seen")) or 0)
    except (Conflict, Invalid) as problem:
        flash(str(problem), "due")
    else:
        flash(_("The vote is open; %(n)s may vote.", n=count), "ok")
    return _back(poll_id)


@blueprint.post("/<int:poll_id>/close")
@requires(Permission.BALLOT_RUN)
def close(poll_id: int) -> Response:
    """Close it for good."""
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN, lock=True)
    try:
        with transaction():
            close_poll(actor(), poll=poll)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("The vote is closed."), "ok")
    return _back(poll_id)


@blueprint.post("/<int:poll_id>/publish")
@requires(Permission.BALLOT_RUN)
def publish(poll_id: int) -> Response:
    """Show the result to whoever could vote."""
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN, lock=True)
    try:
        with transaction():
            publish_poll(actor(), poll=poll)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("The result is made known to whoever could vote."), "ok")
    return _back(poll_id)


@blueprint.get("/<int:poll_id>/paper")
@requires(Permission.BALLOT_RUN)
def paper(poll_id: int) -> str:
    """Ballots to print: all alike, without a number."""
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN)
    unit = fetch(Unit, poll.unit_id, actor=actor(), may=Permission.BALLOT_RUN)
    return render_template(
        "ballots/paper.html",
        poll=poll,
        unit=unit,
        kind=ballot_kinds()[poll.kind],
        items=poll_items(poll.id),
        choices=CHOICES,
        classes=CLASSES,
        by_class=voters_by_class(unit, poll) if poll.state == "draft" else voters_on_paper(poll.id),
    )
