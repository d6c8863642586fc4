"""Correcting a filed record, with a reason; what somebody else corrected meanwhile is merged."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import (
    RecordForm,
    filed,
    filed_absences,
    form_for,
    refuse,
    roll_rows,
)
from services.web.events.views.bodies import body_of
from services.web.events.views.record import page
from services.web.events.views.routes import blueprint
from services.web.events.views.settling import first, settle
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.duties.actions import correct_record, fulfilled_by
from shared.errors import Conflict, Invalid
from shared.events.actions.merging import Body
from shared.events.models import Event
from shared.events.parts import read_parts
from shared.events.queries import corrections_of, people_on
from shared.i18n import _
from shared.organisations.models import Unit


def stored_form(event: Event) -> RecordForm:
    """The form of a filed record as it stands."""
    form: RecordForm = form_for(event.kind, correcting=True)(formdata=None, data=filed(event))
    return form


def stored_body(event: Event) -> Body:
    """A filed record as its form would send it."""
    return body_of(stored_form(event), filed_absences(event), read_parts(event.id))


@blueprint.get("/events/<int:event_id>/correct")
@requires(Permission.EVENT_CORRECT)
def correct_form(event_id: int) -> tuple[str, int]:
    event = fetch(Event, event_id, actor=actor(), may=Permission.EVENT_CORRECT)
    unit = fetch(Unit, event.unit_id, actor=actor(), may=Permission.EVENT_CORRECT)
    if event.state != "filed":
        raise Conflict(_("This record was declared void; it cannot be corrected."))
    people = people_on(unit.id, event.held_on)
    form, absent = stored_form(event), filed_absences(event)
    form.offer(people)
    item = next(iter(fulfilled_by(event.id)), None)
    rows = roll_rows(event.kind, people, absent)
    return page(form, unit, item=item, event=event, people=rows, **first(form, absent, read_parts(event.id)))


@blueprint.post("/events/<int:event_id>/correct")
@requires(Permission.EVENT_CORRECT)
def correct(event_id: int) -> Response | tuple[str, int]:
    event = fetch(Event, event_id, actor=actor(), may=Permission.EVENT_CORRECT, lock=True)
    unit = fetch(Unit, event.unit_id, actor=actor(), may=Permission.EVENT_CORRECT)
    if event.state != "filed":
        raise Conflict(_("This record was declared void; it cannot be corrected."))
    settled = settle(event.kind, unit, stored=stored_body(event), version=event.version, correcting=True)
    form = settled.form
    other = (
        next((one.by for one in corrections_of(event.id)), "") if settled.merged or settled.clashes else ""
    )

    def again(status: int) -> tuple[str, int]:
        item = next(iter(fulfilled_by(event_id)), None)
        return page(form, unit, item=item, event=event, status=status, **settled.page)

    if settled.clashes:
        form.form_errors.append(
            _("%(name)s has saved this meanwhile. Choose below what shall stand.", name=other)
        )
        return again(409)
    if not form.validate_on_submit():
        return again(422)
    try:
        with transaction():
            changed = correct_record(
                actor(),
                event=event,
                unit=unit,
                held=form.held(settled.sent),
                reason=form["reason"].data or "",
                version=event.version,
                made_up=bool(form.made_up.data),
            )
    except Invalid as problem:
        refuse(form, problem)
        return again(422)
    if settled.merged:
        flash(_("%(name)s had saved something else meanwhile; both are kept.", name=other), "run")
    flash(
        _("Corrected; what it said before is kept below.") if changed else _("Nothing was different."), "ok"
    )
    return redirect(url_for("events.show", event_id=event_id), 303)
