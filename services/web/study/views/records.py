"""One record: its absent and how they made up for it, its hours, and the roll as it stood on that day."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.study.forms import EventHoursForm, MakeUpForm, conversions, event_form
from services.web.study.views.routes import blueprint, ticked
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.errors import Conflict, Invalid
from shared.events.actions.makeup import confirm_made_up, take_made_up_back
from shared.events.actions.study import sign_event_hours, take_event_hours_back
from shared.events.models import Attendance, Event
from shared.events.queries.study import absences_of_event, event_hours, roll_difference
from shared.events.study import FORMS
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.app_template_global("study_of")
def study_of(event: Event, *, keeps: bool) -> dict[str, Any]:
    """What the record's own page says about study: hours signed, and the form that signs them."""
    known = event_hours(event.id)
    return {
        "hours": known,
        "form_name": str(FORMS[known.form]) if known else "",
        "form": event_form(event, known) if keeps else None,
    }


def _page(
    event: Event,
    unit: Unit,
    *,
    hours_form: EventHoursForm | None = None,
    make_up: MakeUpForm | None = None,
    chosen: set[int] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    keeps = event.state == "filed" and actor().can(Permission.DUTY_RECORD, unit.path)
    known = event_hours(event.id)
    return (
        render_template(
            "study/event.html",
            event=event,
            unit=unit,
            absent=absences_of_event(event.id),
            roll=roll_difference(event),
            hours=known,
            form_names={code: str(word) for code, word in FORMS.items()},
            hours_form=hours_form or (event_form(event, known) if keeps else None),
            make_up=make_up or (MakeUpForm.filled() if keeps else None),
            chosen=chosen or set(),
            conversions=conversions() if keeps else [],
            keeps=keeps,
            may_correct=event.state == "filed" and actor().can(Permission.EVENT_CORRECT, unit.path),
        ),
        status,
    )


def _kept(event_id: int, may: Permission, *, lock: bool = False) -> tuple[Event, Unit]:
    event = fetch(Event, event_id, actor=actor(), may=may, lock=lock)
    return event, fetch(Unit, event.unit_id, actor=actor(), may=may)


@blueprint.get("/events/<int:event_id>")
@requires(Permission.EVENT_VIEW)
def event(event_id: int) -> tuple[str, int]:
    """The absent, the hours, and the roll of the day."""
    return _page(*_kept(event_id, Permission.EVENT_VIEW))


@blueprint.post("/events/<int:event_id>/hours")
@requires(Permission.DUTY_RECORD)
def sign_event(event_id: int) -> Response | tuple[str, int]:
    """Everybody present has these hours; pressed again with another number it changes them."""
    filed, unit = _kept(event_id, Permission.DUTY_RECORD, lock=True)
    form = EventHoursForm()
    form.offer()
    if not form.validate_on_submit():
        return _page(filed, unit, hours_form=form, status=422)
    try:
        with transaction():
            done = sign_event_hours(
                actor(),
                event=filed,
                form=form.form.data or "",
                hours=form.hours.data,
                subject=form.subject.data or "",
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(filed, unit, hours_form=form, status=422)
    flash(_("Hours signed for %(n)s people", n=done.people), "ok")
    if done.full:
        flash(_("%(n)s people were left out: their day would have more than 24 hours.", n=done.full), "due")
    return redirect(url_for("study.event", event_id=event_id), 303)


@blueprint.post("/events/<int:event_id>/hours/back")
@requires(Permission.DUTY_RECORD)
def take_back(event_id: int) -> Response:
    """The hours of this record count no more, with a reason."""
    filed, _unit = _kept(event_id, Permission.DUTY_RECORD, lock=True)
    with transaction():
        taken = take_event_hours_back(actor(), event=filed, reason=request.form.get("reason", ""))
    flash(_("Hours of %(n)s people taken back", n=taken), "ok")
    return redirect(url_for("study.event", event_id=event_id), 303)


@blueprint.post("/events/<int:event_id>/made-up")
@requires(Permission.DUTY_RECORD)
def make_up(event_id: int) -> Response | tuple[str, int]:
    """Those ticked have made up for this meeting."""
    filed, unit = _kept(event_id, Permission.DUTY_RECORD)
    form = MakeUpForm()
    form.offer()
    known = {one.id for one in absences_of_event(filed.id)}
    chosen = [key for key in ticked() if key in known]
    if not form.validate_on_submit():
        return _page(filed, unit, make_up=form, chosen=set(chosen), status=422)
    try:
        with transaction():
            done = confirm_made_up(
                actor(),
                attendance_ids=chosen,
                on=form.on.data,
                way=form.way.data or "",
                remark=form.remark.data or "",
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(filed, unit, make_up=form, chosen=set(chosen), status=422)
    flash(_("Noted as made up for: %(n)s", n=done), "ok")
    return redirect(url_for("study.event", event_id=event_id), 303)


@blueprint.post("/events/<int:event_id>/made-up/back")
@requires(Permission.DUTY_RECORD)
def not_made_up(event_id: int) -> Response:
    """A confirmation that was a slip."""
    filed, unit = _kept(event_id, Permission.DUTY_RECORD)
    attended = db.session.execute(
        select(Attendance)
        .where(Attendance.event_id == filed.id, Attendance.id.in_(ticked()[:1]))
        .with_for_update()
    ).scalar_one_or_none()
    if attended is None:
        raise Conflict(_("This line stands here no more; look at the record again."))
    with transaction():
        take_made_up_back(actor(), attended=attended, unit_id=unit.id)
    flash(_("It has to be made up for again"), "ok")
    return redirect(url_for("study.event", event_id=event_id), 303)
