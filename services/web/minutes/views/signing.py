"""The chair reads what lies there, signs it or sends it back; a filed record is signed later, here or on paper."""

from flask import flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.bodies import as_sent
from services.web.events.views.settling import opened
from services.web.fields import DayField, Form
from services.web.minutes.views.drafts import draft_page
from services.web.minutes.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.duties.actions import AlreadyRecorded
from shared.duties.actions.signing import sign_minutes
from shared.duties.models import DueItem
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.events.actions.drafts import return_minutes
from shared.events.actions.meetings import note_held
from shared.events.actions.signing import sign_event, sign_on_paper
from shared.events.models import Event, Minutes
from shared.events.queries.minutes import minutes_to_sign, waiting_for_signature
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.app_template_global("minutes_at_hand")
def minutes_at_hand() -> list[object]:
    """What waits for the acting person's signature, for the page of today."""
    return list(waiting_for_signature(actor().person_id or 0))


def _unit_of(minutes: Minutes) -> Unit:
    """The unit of minutes that the acting person chairs: read for that, whatever their reach."""
    return db.session.execute(select(Unit).where(Unit.id == minutes.unit_id)).scalar_one()


def _locked(minutes_id: int) -> tuple[Minutes, DueItem | None]:
    """The minutes to sign and their due item, locked in the order in which the record form locks them."""
    item_id = db.session.scalar(select(Minutes.due_item_id).where(Minutes.id == minutes_id))
    item = (
        db.session.execute(
            select(DueItem)
            .where(DueItem.id == item_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).scalar_one_or_none()
        if item_id is not None
        else None
    )
    return minutes_to_sign(actor(), minutes_id), item


@blueprint.get("/<int:minutes_id>/sign")
@requires(Permission.SELF)
def to_sign(minutes_id: int) -> Response | tuple[str, int]:
    """What lies with me to sign, as it will stand in the ledger."""
    minutes = minutes_to_sign(actor(), minutes_id)
    if minutes.event_id is not None and actor().may(Permission.EVENT_VIEW):
        return redirect(url_for("events.show", event_id=minutes.event_id), 303)
    return draft_page(minutes, _unit_of(minutes), signing=True)


@blueprint.post("/<int:minutes_id>/sign")
@requires(Permission.SELF)
def sign(minutes_id: int) -> Response | tuple[str, int]:
    """Sign: by that it is filed, and its duties are done."""
    minutes, item = _locked(minutes_id)
    unit = _unit_of(minutes)
    version = person_key(request.form.get("version")) or 0
    form, _people = opened(
        minutes.kind, unit, as_sent(minutes.body, form_key=minutes.form_key), correcting=False
    )
    sent: MultiDict[str, str] = as_sent(minutes.body)
    try:
        with transaction():
            event = sign_minutes(
                actor(),
                minutes=minutes,
                unit=unit,
                held=form.held(sent),
                due_item=item,
                made_up=bool(form.made_up.data),
                version=version,
            )
            if minutes.meeting_id is not None:
                note_held(minutes.meeting_id, event)
            event_id, may_see = event.id, actor().can(Permission.EVENT_VIEW, unit.path)
    except Invalid as problem:
        said = "；".join(dict.fromkeys(str(text) for text in problem.fields.values())) or str(problem)
        return draft_page(minutes, unit, signing=True, status=422, problem=said)
    except AlreadyRecorded as problem:
        return draft_page(
            minutes, unit, signing=True, status=409, problem=str(problem), taken_by=problem.event_id
        )
    except Conflict as problem:
        return draft_page(minutes, unit, signing=True, status=409, problem=str(problem))
    flash(_("Signed and filed"), "ok")
    return redirect(url_for("events.show", event_id=event_id) if may_see else url_for("today.home"), 303)


@blueprint.post("/<int:minutes_id>/return")
@requires(Permission.SELF)
def send_back(minutes_id: int) -> Response | tuple[str, int]:
    """Not right yet: back to whoever wrote it, with a remark."""
    minutes = minutes_to_sign(actor(), minutes_id)
    try:
        with transaction():
            return_minutes(
                actor(),
                minutes=minutes,
                remark=request.form.get("remark", ""),
                version=person_key(request.form.get("version")) or 0,
            )
    except (Invalid, Conflict) as problem:
        return draft_page(
            minutes, _unit_of(minutes), signing=True, status=problem.status, problem=str(problem)
        )
    flash(_("Sent back; whoever wrote it is told."), "ok")
    return redirect(url_for("today.home"), 303)


def _chaired(event_id: int) -> Event:
    """The record, for who chaired it; locked."""
    event = db.session.execute(
        select(Event).where(Event.id == event_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if event is None:
        raise NotFound(_("There is nothing at this address."))
    if actor().person_id is None or event.chair_id != actor().person_id:
        raise Forbidden(_("Only who chaired the meeting signs its minutes."))
    return event


@blueprint.post("/records/<int:event_id>/sign")
@requires(Permission.SELF)
def sign_record(event_id: int) -> Response:
    """The chair signs a filed record later."""
    event = _chaired(event_id)
    with transaction():
        sign_event(actor(), event=event, version=person_key(request.form.get("version")) or 0)
    flash(_("The record is signed"), "ok")
    return _back(event)


def _back(event: Event) -> Response:
    unit_path = db.session.scalar(select(Unit.path).where(Unit.id == event.unit_id))
    if actor().can(Permission.EVENT_VIEW, unit_path):
        return redirect(url_for("events.show", event_id=event.id), 303)
    return redirect(url_for("today.home"), 303)


class PaperForm(Form):
    paper_on = DayField()


@blueprint.post("/records/<int:event_id>/paper")
@requires(Permission.DUTY_RECORD)
def paper(event_id: int) -> Response:
    """Note that the chair has signed the paper."""
    event = fetch(Event, event_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True)
    form = PaperForm()
    with transaction():
        sign_on_paper(
            actor(),
            event=event,
            signed_on=form.paper_on.data,
            version=person_key(request.form.get("version")) or 0,
        )
    flash(_("Signed on paper, as noted"), "ok")
    return redirect(url_for("events.show", event_id=event_id), 303)
