"""The dates of a term, and the superior's postponement."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.terms.forms import DatesForm, PostponeForm
from services.web.terms.views.listing import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.duties.actions.terms.dates import enter_dates, postpone_limit, rule_for, stands_above
from shared.duties.actions.terms.dates import postpone as let_wait
from shared.duties.queries.terms import living_tenure
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _page(form: DatesForm, unit: Unit, *, status: int = 200) -> tuple[str, int]:
    return (
        render_template(
            "terms/dates.html",
            form=form,
            unit=unit,
            rule=rule_for(unit, today()),
            tenure=living_tenure(unit.id),
        ),
        status,
    )


@blueprint.get("/units/<int:unit_id>/dates")
@requires(Permission.MEMBER_EDIT)
def date_form(unit_id: int) -> tuple[str, int]:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.MEMBER_EDIT)
    tenure = living_tenure(unit.id)
    filled: dict[str, Any] = {"ends_on": unit.term_ends_on}
    if tenure is not None:
        filled = {
            "began_on": tenure.began_on,
            "ends_on": tenure.ends_on,
            "number": tenure.number,
            "document": tenure.document,
        }
    return _page(DatesForm(formdata=None, data=filled), unit)


@blueprint.post("/units/<int:unit_id>/dates")
@requires(Permission.MEMBER_EDIT)
def date(unit_id: int) -> Response | tuple[str, int]:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.MEMBER_EDIT, lock=True)
    form = DatesForm()
    if not form.validate_on_submit() or form.began_on.data is None:
        return _page(form, unit, status=422)
    try:
        with transaction():
            enter_dates(
                actor(),
                unit=unit,
                began_on=form.began_on.data,
                ends_on=form.ends_on.data,
                number=form.number.data,
                document=form.document.data or "",
                reason=form.reason.data or "",
            )
            ends = unit.term_ends_on
    except Invalid as problem:
        db.session.rollback()
        show_problem(form, problem)
        return _page(form, fetch(Unit, unit_id, actor=actor(), may=Permission.MEMBER_EDIT), status=422)
    flash(_("The term ends on %(day)s; the election is planned by it.", day=ends), "ok")
    return redirect(url_for("terms.show", unit_id=unit_id), 303)


def _postpone_page(form: PostponeForm, unit: Unit, *, status: int = 200) -> tuple[str, int]:
    if not stands_above(actor(), unit):
        raise Forbidden(_("The unit above approves a postponement, not the unit itself."))
    if unit.term_ends_on is None:
        raise Conflict(_("The end of the term is not known yet; enter it first."))
    return (
        render_template(
            "terms/postpone.html",
            form=form,
            unit=unit,
            tenure=living_tenure(unit.id),
            latest=postpone_limit(unit),
        ),
        status,
    )


@blueprint.get("/units/<int:unit_id>/postponement")
@requires(Permission.TERM_APPROVE)
def postpone_form(unit_id: int) -> tuple[str, int]:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.TERM_APPROVE)
    return _postpone_page(PostponeForm(formdata=None), unit)


@blueprint.post("/units/<int:unit_id>/postponement")
@requires(Permission.TERM_APPROVE)
def postpone(unit_id: int) -> Response | tuple[str, int]:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.TERM_APPROVE, lock=True)
    form = PostponeForm()
    if not form.validate_on_submit() or form.to.data is None:
        return _postpone_page(form, unit, status=422)
    try:
        with transaction():
            let_wait(
                actor(),
                unit=unit,
                to=form.to.data,
                document=form.document.data or "",
                reason=form.reason.data or "",
            )
    except Invalid as problem:
        db.session.rollback()
        show_problem(form, problem)
        return _postpone_page(
            form, fetch(Unit, unit_id, actor=actor(), may=Permission.TERM_APPROVE), status=422
        )
    flash(_("The election may wait until %(day)s.", day=form.to.data), "ok")
    return redirect(url_for("terms.show", unit_id=unit_id), 303)
