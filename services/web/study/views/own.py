"""My own study: the hours of the year against the number asked, entries of my own, and what I have to make up for."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.study.forms import EntryForm, MakeUpForm, conversions
from services.web.study.views.routes import blueprint, year_asked, years
from shared.access.door import fetch_own
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.errors import Invalid
from shared.events.actions.makeup import ask_made_up
from shared.events.actions.study import enter_own, withdraw_own
from shared.events.models import StudyHours
from shared.events.queries.study import own_absences, own_entries, own_year
from shared.events.study import FORMS
from shared.i18n import _


@blueprint.app_template_global("own_study")
def own_study() -> dict[str, Any]:
    """One line for "My record": hours of the year and what is to be made up for."""
    who = actor()
    year = today().year
    missed = own_absences(who.person_id or 0, year)
    return {
        "year": own_year(who.person_id or 0, year),
        "open": sum(1 for one in missed if one.made_up_on is None and one.asked_on is None),
    }


def _page(
    *,
    entry: EntryForm | None = None,
    make_up: MakeUpForm | None = None,
    line: int | None = None,
    status: int = 200,
) -> tuple[str, int]:
    who, year = actor().person_id or 0, year_asked()
    return (
        render_template(
            "study/mine.html",
            year=year,
            years=years(),
            own=own_year(who, year),
            entries=own_entries(who, year),
            absences=own_absences(who, year),
            forms=FORMS,
            form=entry or EntryForm.filled("self"),
            make_up=make_up or MakeUpForm.filled(),
            line=line,
            conversions=conversions(),
        ),
        status,
    )


@blueprint.get("/mine")
@requires(Permission.SELF)
def mine() -> tuple[str, int]:
    """Hours of my year; nobody is compared with anybody."""
    return _page()


@blueprint.post("/mine")
@requires(Permission.SELF)
def enter_mine() -> Response | tuple[str, int]:
    """I studied: it counts once the organiser has signed."""
    form = EntryForm()
    form.offer()
    if not form.validate_on_submit() or not form.form_key.data:
        return _page(entry=form, status=422)
    try:
        with transaction():
            entry = enter_own(
                actor(),
                on_date=form.on_date.data,
                form=form.form.data or "",
                hours=form.hours.data,
                subject=form.subject.data or "",
                form_key=form.form_key.data,
            )
            year = entry.on_date.year
    except Invalid as problem:
        show_problem(form, problem)
        return _page(entry=form, status=422)
    flash(_("Entered; your secretary signs it"), "ok")
    return redirect(url_for("study.mine", year=year), 303)


@blueprint.post("/mine/made-up")
@requires(Permission.SELF)
def made_up() -> Response | tuple[str, int]:
    """I made up for it: the organiser confirms."""
    form = MakeUpForm()
    form.offer()
    line = person_key(request.form.get("line"))
    if not form.validate_on_submit() or line is None:
        return _page(make_up=form, line=line, status=422)
    try:
        with transaction():
            ask_made_up(
                actor(),
                attendance_id=line,
                on=form.on.data,
                way=form.way.data or "",
                remark=form.remark.data or "",
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(make_up=form, line=line, status=422)
    flash(_("Told; your secretary confirms it"), "ok")
    return redirect(url_for("study.mine", year=year_asked()), 303)


@blueprint.post("/hours/<int:study_id>/withdraw")
@requires(Permission.SELF)
def withdraw(study_id: int) -> Response:
    """Take back an own entry that nobody has signed yet."""
    entry = fetch_own(StudyHours, study_id, actor=actor())
    with transaction():
        withdraw_own(actor(), entry=entry)
    flash(_("Taken back"), "ok")
    return redirect(url_for("study.mine"), 303)
