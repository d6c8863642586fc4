"""Who votes beside the members, written while a vote is a draft."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.ballots.forms import ClassForm
from services.web.ballots.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.ballots.actions.classes import Named, put_class
from shared.ballots.actions.holding import voters_by_class
from shared.ballots.kinds import ballot_kinds, voter_classes
from shared.ballots.models import Poll
from shared.ballots.queries.classes import classes_of, offered
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.route("/<int:poll_id>/voters", methods=["GET", "POST"])
@requires(Permission.BALLOT_RUN)
def voters(poll_id: int) -> Response | tuple[str, int]:
    """Each class of the vote with its people; one class is kept at a time."""
    sending = request.method == "POST"
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN, lock=sending)
    unit = fetch(Unit, poll.unit_id, actor=actor(), may=Permission.BALLOT_RUN)
    keys = ballot_kinds()[poll.kind].classes
    if poll.state != "draft" or not keys:
        flash(_("Who votes is fixed, or this kind of vote has members only."), "due")
        return redirect(url_for("ballots.show", poll_id=poll_id), 303)
    asked = request.form.get("key", "")

    def page(status: int, sent: ClassForm | None = None) -> tuple[str, int]:
        known = classes_of(poll)
        forms: dict[str, ClassForm] = {}
        proposed: dict[str, list[str]] = {}
        for key in keys:
            if sent is not None and key == asked:
                forms[key] = sent
                continue
            row = known.get(key)
            names = row.names if row is not None else []
            proposed[key] = [] if row is not None else offered(unit, key)
            forms[key] = ClassForm(
                formdata=None,
                key=key,
                names="\n".join(names or proposed[key]),
                heads=row.heads if row is not None else None,
            )
        return render_template(
            "ballots/voters.html",
            poll=poll,
            unit=unit,
            forms=forms,
            known=known,
            proposed=proposed,
            specs=voter_classes(),
            members=voters_by_class(unit, poll)["members"],
        ), status

    if not sending:
        return page(200)
    form = ClassForm()
    if not form.validate_on_submit():
        return page(422, form)
    try:
        with transaction():
            count = put_class(
                actor(),
                unit=unit,
                poll=poll,
                given=Named(
                    key=asked, names=(form.names.data or "").splitlines(), heads=form.heads.data or None
                ),
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422, form)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(
            _("%(n)s voters of this class are kept.", n=count) if count else _("This class does not vote."),
            "ok",
        )
    return redirect(url_for("ballots.voters", poll_id=poll_id), 303)
