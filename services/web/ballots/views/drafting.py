"""A vote is drafted, changed, called off."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.ballots.forms import DraftForm
from services.web.ballots.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.ballots.actions.drafting import Draft, change_poll, draft_poll, full_members, void_poll
from shared.ballots.kinds import ballot_kinds
from shared.ballots.models import Poll
from shared.ballots.queries.results import poll_items, result_of
from shared.clock import local
from shared.db import transaction
from shared.duties.queries.scopes import offered_units
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _filled(unit: Unit, kind: str) -> str:
    """What is known need not be typed: at an appraisal, everybody who is graded."""
    spec = ballot_kinds().get(kind)
    if spec is not None and spec.items == "full_members" and unit.line == spec.line:
        return "\n".join(name for _key, name in full_members(unit.id))
    return ""


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.BALLOT_RUN)
@limiter.limit("60 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    """A new vote; its unit and kind may stand in the address, then what is voted on is filled in."""
    sending = request.method == "POST"
    units = offered_units(actor(), Permission.BALLOT_RUN)
    asked = person_key(request.values.get("unit_id")) or (units[0][0] if units else 0)
    unit = fetch(Unit, asked, actor=actor(), may=Permission.BALLOT_RUN)
    form = (
        DraftForm() if sending else DraftForm(formdata=None, form_key=secrets.token_hex(12), unit_id=unit.id)
    )
    form.offer(units, unit.line)
    if not sending:
        kind = request.args.get("kind", "")
        known = [key for key, spec in ballot_kinds().items() if spec.line in ("", unit.line)]
        form.kind.data = kind if kind in known else known[0]
        form.items.data = _filled(unit, form.kind.data)

    def page(status: int) -> tuple[str, int]:
        return render_template(
            "ballots/draft.html", form=form, poll=None, unit=unit, kinds=ballot_kinds()
        ), status

    if not sending:
        return page(200)
    if not form.validate_on_submit() or not form.form_key.data:
        return page(422)
    try:
        with transaction():
            poll = draft_poll(actor(), unit=unit, given=form.draft(), form_key=form.form_key.data[:64])
            key = poll.id
    except Invalid as problem:
        show_problem(form, _beside(problem))
        return page(422)
    return redirect(url_for("ballots.show", poll_id=key), 303)


def _beside(problem: Invalid) -> Invalid:
    """The fields as the form names them."""
    fields = {"closes_on" if name == "closes_at" else name: text for name, text in problem.fields.items()}
    return Invalid(str(problem), fields=fields)


@blueprint.route("/<int:poll_id>/change", methods=["GET", "POST"])
@requires(Permission.BALLOT_RUN)
def change(poll_id: int) -> Response | tuple[str, int]:
    """A draft changes as a whole."""
    sending = request.method == "POST"
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN, lock=sending)
    unit = fetch(Unit, poll.unit_id, actor=actor(), may=Permission.BALLOT_RUN)
    form = DraftForm() if sending else DraftForm(formdata=None, obj=poll)
    form.offer([], unit.line)
    del form.unit_id
    if not sending:
        form.items.data = "\n".join(item.title for item in poll_items(poll.id))
        if poll.closes_at is not None:
            form.closes_on.data = local(poll.closes_at).date()
            form.closes_time.data = local(poll.closes_at).time()
    else:
        form.kind.data = poll.kind

    def page(status: int) -> tuple[str, int]:
        return render_template(
            "ballots/draft.html", form=form, poll=poll, unit=unit, kinds=ballot_kinds()
        ), status

    if not sending:
        return page(200)
    if not form.validate_on_submit():
        return page(422)
    try:
        with transaction():
            change_poll(actor(), unit=unit, poll=poll, given=form.draft())
    except Invalid as problem:
        show_problem(form, _beside(problem))
        return page(422)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("Saved."), "ok")
    return redirect(url_for("ballots.show", poll_id=poll_id), 303)


@blueprint.post("/<int:poll_id>/void")
@requires(Permission.BALLOT_RUN)
def void(poll_id: int) -> Response:
    """Call it off."""
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN, lock=True)
    try:
        with transaction():
            void_poll(actor(), poll=poll)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("The vote is called off; nothing of it is counted."), "ok")
    return redirect(url_for("ballots.show", poll_id=poll_id), 303)


@blueprint.post("/<int:poll_id>/again")
@requires(Permission.BALLOT_RUN)
def again(poll_id: int) -> Response:
    """A further run over those tied, or over all that were not elected where nobody is, for the seats still empty."""
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN)
    unit = fetch(Unit, poll.unit_id, actor=actor(), may=Permission.BALLOT_RUN)
    if poll.state not in ("closed", "published") or not ballot_kinds()[poll.kind].seated:
        raise Conflict(_("This vote is not closed."))
    result = result_of(poll)
    lines = [line for line in result.lines if line.tied] or [
        line for line in result.lines if not line.elected
    ]
    if not result.left or not lines:
        raise Conflict(_("All seats are filled."))
    with transaction():
        made = draft_poll(
            actor(),
            unit=unit,
            given=Draft(
                kind=poll.kind,
                title=_("%(title)s, further run", title=poll.title[:80]),
                way="paper",
                items=[line.item.title for line in lines],
                explanation=poll.explanation,
                seats=min(result.left, len(lines)),
                minimum=poll.minimum,
            ),
            form_key=f"again:{poll.id}",
            again_of=poll,
        )
        key = made.id
    flash(_("A further run is drafted; look at it before you open it."), "ok")
    return redirect(url_for("ballots.change", poll_id=key), 303)
