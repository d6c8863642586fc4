"""Planning a meeting or a fixed day, changing it, calling it off."""

import secrets
from datetime import time, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.meetings.forms import MeetingForm
from services.web.meetings.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.errors import Invalid, NotFound
from shared.events.actions.meetings import INVITING, cancel_meeting, change_meeting, plan_meeting
from shared.events.actions.series import start_series, stop_series
from shared.events.kinds import KINDS
from shared.events.models import Meeting, Series
from shared.events.queries import last_event, people_on
from shared.events.queries.meetings import meetings_of, series_of
from shared.i18n import _
from shared.organisations.models import Unit


def _unit() -> Unit:
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is None:
        raise NotFound(_("There is nothing at this address."))
    return fetch(Unit, unit_id, actor=actor(), may=Permission.DUTY_RECORD)


def _kinds(unit: Unit) -> list[tuple[str, str]]:
    """The kinds to which a unit's people are invited."""
    return [
        (code, str(spec.name))
        for code, spec in KINDS.items()
        if spec.at(unit.line, unit.kind) and spec.attendance in INVITING
    ]


def _form_page(
    form: MeetingForm, unit: Unit, kind: str, *, meeting: Meeting | None = None, status: int = 200
) -> tuple[str, int]:
    return (
        render_template(
            "meetings/form.html", form=form, unit=unit, kind=kind, name=str(KINDS[kind].name), meeting=meeting
        ),
        status,
    )


def _proposed(unit: Unit, kind: str) -> dict[str, Any]:
    """Place, time and chair as last time; the day a week ahead, or within the open duty."""
    last = last_event(unit.id, kind) or last_event(unit.id)
    people = people_on(unit.id, today())
    on = today()
    item = db.session.execute(
        select(DueItem.opens_on, DueItem.due_on)
        .where(
            DueItem.unit_id == unit.id, DueItem.kind == kind, DueItem.state == "open", DueItem.due_on >= on
        )
        .order_by(DueItem.due_on)
        .limit(1)
    ).one_or_none()
    day = on + timedelta(days=7)
    if item is not None:
        day = min(max(day, item.opens_on), item.due_on)
    return {
        "form_key": secrets.token_hex(12),
        "on_date": day,
        "day": day.day,
        "starts_at": (last.starts_at if last else None) or time(15, 0),
        "ends_at": (last.ends_at if last else None) or time(16, 30),
        "place": last.place if last else "",
        "chair_id": next((person.id for person in people if person.leads), None),
        "title": "",
        "repeat": "once",
    }


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.DUTY_RECORD)
def new() -> Response | str | tuple[str, int]:
    """Plan a meeting of one's unit, once or each month on a fixed day."""
    unit = _unit()
    kind = request.args.get("kind", "")
    if kind not in {code for code, _name in _kinds(unit)}:
        return render_template(
            "meetings/kinds.html",
            unit=unit,
            kinds=_kinds(unit),
            series=[(one, str(KINDS[one.kind].name)) for one in series_of(unit.id)],
            coming=meetings_of(unit.id, today()),
        )
    people = people_on(unit.id, today())
    if request.method == "GET":
        form = MeetingForm(formdata=None, data=_proposed(unit, kind))
        form.offer(people)
        return _form_page(form, unit, kind)
    form = MeetingForm()
    form.offer(people)
    if not form.validate_on_submit() or not form.form_key.data:
        return _form_page(form, unit, kind, status=422)
    try:
        with transaction():
            if form.repeat.data == "monthly":
                start_series(
                    actor(),
                    unit=unit,
                    kind=kind,
                    day=form.day.data or (form.on_date.data or today()).day,
                    given=form.planned(),
                    form_key=form.form_key.data,
                )
                where = url_for("meetings.new", unit_id=unit.id)
                said = _("Planned for the coming months; everybody on the roll is told ten days before each")
            else:
                meeting, invited = plan_meeting(
                    actor(), unit=unit, kind=kind, given=form.planned(), form_key=form.form_key.data
                )
                where = url_for("meetings.show", meeting_id=meeting.id)
                said = _("Planned, %(n)s people are invited", n=invited)
    except Invalid as problem:
        show_problem(form, problem)
        return _form_page(form, unit, kind, status=422)
    flash(said, "ok")
    return redirect(where, 303)


def _kept(meeting_id: int) -> tuple[Meeting, Unit]:
    meeting = fetch(Meeting, meeting_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True)
    return meeting, fetch(Unit, meeting.unit_id, actor=actor(), may=Permission.DUTY_RECORD)


@blueprint.get("/<int:meeting_id>/change")
@requires(Permission.DUTY_RECORD)
def change_page(meeting_id: int) -> tuple[str, int]:
    meeting, unit = _kept(meeting_id)
    form = MeetingForm(formdata=None, obj=meeting)
    form.offer(people_on(unit.id, meeting.on_date))
    return _form_page(form, unit, meeting.kind, meeting=meeting)


@blueprint.post("/<int:meeting_id>/change")
@requires(Permission.DUTY_RECORD)
def change(meeting_id: int) -> Response | tuple[str, int]:
    meeting, unit = _kept(meeting_id)
    form = MeetingForm()
    form.offer(people_on(unit.id, form.on_date.data or meeting.on_date))
    if not form.validate_on_submit():
        return _form_page(form, unit, meeting.kind, meeting=meeting, status=422)
    try:
        with transaction():
            changed = change_meeting(
                actor(),
                meeting=meeting,
                unit=unit,
                given=form.planned(),
                version=person_key(form.version.data) or 0,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _form_page(form, unit, meeting.kind, meeting=meeting, status=422)
    flash(_("Changed; everybody invited is told") if changed else _("Nothing was different."), "ok")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


@blueprint.post("/<int:meeting_id>/cancel")
@requires(Permission.DUTY_RECORD)
def cancel(meeting_id: int) -> Response:
    meeting, _unit_of = _kept(meeting_id)
    with transaction():
        cancel_meeting(
            actor(),
            meeting=meeting,
            reason=request.form.get("reason", ""),
            version=person_key(request.form.get("version")) or 0,
        )
    flash(_("Called off; everybody invited is told"), "ok")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


@blueprint.post("/series/<int:series_id>/stop")
@requires(Permission.DUTY_RECORD)
def stop(series_id: int) -> Response:
    series = fetch(Series, series_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True)
    with transaction():
        off = stop_series(actor(), series=series)
    flash(_("The fixed day has ended, %(n)s meetings are called off", n=off), "ok")
    return redirect(url_for("meetings.new", unit_id=series.unit_id), 303)
