"""Paper ballots are counted by two people."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.ballots.forms import CountForm
from services.web.ballots.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.ballots.actions.counting import Counted, enter_count
from shared.ballots.kinds import CHOICES, CLASSES, ballot_kinds
from shared.ballots.models import Poll, PollItem
from shared.ballots.queries.results import counts_of, poll_items, voters_on_paper
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _


def _number(text: str) -> int:
    """A number of votes; -1 for what is none."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 7 else (0 if not plain else -1)


def _totals(items: list[PollItem], choices: tuple[str, ...]) -> dict[str, dict[str, int]]:
    return {
        str(item.id): {
            choice: _number(request.form.get(f"item-{item.id}-{choice}", "")) for choice in choices
        }
        for item in items
    }


def _written(text: str) -> dict[str, int]:
    """Lines of a name and its votes. Raises Invalid for a line that is none."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, _comma, votes = line.replace("，", ",").replace("\t", ",").rpartition(",")
        number = _number(votes) if votes.strip() else -1
        if not name.strip() or number < 0:
            problem = _("Write a name, a comma and the votes: %(text)s", text=line.strip()[:40])
            raise Invalid(problem, fields={"written": problem})
        found[" ".join(name.split())] = number
    return found


@blueprint.route("/<int:poll_id>/count", methods=["GET", "POST"])
@requires(Permission.BALLOT_RUN)
def count(poll_id: int) -> Response | tuple[str, int]:
    """What I counted; when somebody else counted the same, the vote is closed."""
    sending = request.method == "POST"
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_RUN, lock=sending)
    kind = ballot_kinds()[poll.kind]
    items = poll_items(poll.id)
    voters = voters_on_paper(poll.id)
    asked = request.values.get("of", "members")
    of_class = asked if asked in voters else next(iter(voters), "members")
    mine = next(
        (
            one
            for one, _name in counts_of(poll)
            if one.person_id == actor().person_id and one.voter_class == of_class
        ),
        None,
    )
    form = CountForm() if sending else CountForm(formdata=None, form_key=secrets.token_hex(12))
    totals: dict[str, dict[str, int]] = _totals(items, kind.choices) if sending else {}
    if not sending and mine is not None:
        form.issued.data, form.returned.data, form.invalid.data = mine.issued, mine.returned, mine.invalid
        totals = {key: line for key, line in mine.totals.items() if key != "w"}
        form.written.data = "\n".join(f"{name}, {votes}" for name, votes in mine.totals.get("w", {}).items())

    def page(status: int) -> tuple[str, int]:
        return render_template(
            "ballots/count.html",
            form=form,
            poll=poll,
            kind=kind,
            items=items,
            choices=CHOICES,
            totals=totals,
            voters=voters,
            classes=CLASSES,
            of_class=of_class,
        ), status

    if poll.way != "paper" or poll.state != "open":
        flash(_("This vote is not open."), "due")
        return redirect(url_for("ballots.show", poll_id=poll_id), 303)
    if not sending:
        return page(200)
    if not form.validate_on_submit() or not form.form_key.data:
        return page(422)
    try:
        with transaction():
            given = Counted(
                issued=form.issued.data or 0,
                returned=form.returned.data or 0,
                invalid=form.invalid.data or 0,
                totals=totals | {"w": _written(form.written.data or "")},
            )
            agreed = enter_count(
                actor(), poll=poll, given=given, form_key=form.form_key.data[:64], voter_class=of_class
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(
            _("Of each class two people counted the same: the vote is closed.")
            if agreed
            else _("Entered. It counts once a second person has counted the same."),
            "ok" if agreed else "due",
        )
    return redirect(url_for("ballots.show", poll_id=poll_id), 303)
