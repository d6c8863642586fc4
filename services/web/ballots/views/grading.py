"""After an appraisal: the committee's grades, and the own ones."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.ballots.forms import BallotForm
from services.web.ballots.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.ballots.actions.grading import most_of_the_best, put_grades, tell_grades
from shared.ballots.kinds import CHOICES, ballot_kinds
from shared.ballots.models import Poll
from shared.ballots.queries.grades import grades_of, own_grades, to_grade
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _


@blueprint.route("/<int:poll_id>/grades", methods=["GET", "POST"])
@requires(Permission.BALLOT_RUN)
def grades(poll_id: int) -> Response | tuple[str, int]:
    """What the committee decided of each person on the ballot."""
    sending = request.method == "POST"
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN, lock=sending)
    people = to_grade(poll)
    known = grades_of(poll.id)
    form = BallotForm()
    given = {key: (row.grade, row.remark) for key, row in known.items()}
    if sending:
        given |= {
            key: (request.form.get(f"grade-{key}", ""), request.form.get(f"remark-{key}", ""))
            for key, _name in people
            if f"grade-{key}" in request.form
        }

    def page(status: int) -> tuple[str, int]:
        return render_template(
            "ballots/grades.html",
            form=form,
            poll=poll,
            kind=ballot_kinds()[poll.kind],
            choices=CHOICES,
            people=people,
            known=known,
            given=given,
            most=most_of_the_best(poll, len(people)),
            untold=sum(1 for row in known.values() if row.told_on is None),
        ), status

    if poll.state not in ("closed", "published") or poll.kind != "appraisal":
        flash(_("After this vote nobody is graded, or it is not closed yet."), "due")
        return redirect(url_for("ballots.show", poll_id=poll_id), 303)
    if not sending:
        return page(200)
    if not form.validate_on_submit():
        return page(422)
    try:
        with transaction():
            changed = put_grades(
                actor(), poll=poll, given={key: value for key, value in given.items() if _sent(key)}
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("%(n)s grades are kept.", n=changed) if changed else _("Nothing was changed."), "ok")
    return redirect(url_for("ballots.grades", poll_id=poll_id), 303)


def _sent(person_id: int) -> bool:
    return f"grade-{person_id}" in request.form


@blueprint.post("/<int:poll_id>/grades/tell")
@requires(Permission.BALLOT_RUN)
def tell_each(poll_id: int) -> Response:
    """Tell each person the own grade."""
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN, lock=True)
    try:
        with transaction():
            count = tell_grades(actor(), poll=poll)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("%(n)s people are told the own grade.", n=count), "ok")
    return redirect(url_for("ballots.grades", poll_id=poll_id), 303)


@blueprint.get("/grades")
@requires(Permission.SELF)
def my_grades() -> str:
    """What I was told."""
    return render_template("ballots/my_grades.html", rows=own_grades(actor().person_id or 0))
