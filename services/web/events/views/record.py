"""Pages of events: record, read, correct, declare void."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import (
    RecordForm,
    filed,
    filed_absences,
    form_for,
    likely_day,
    parts_sent,
    person_key,
    proposed,
    roll_rows,
    sent_absences,
)
from services.web.events.views.files import accepted, attach_sent
from services.web.events.views.routes import blueprint
from services.web.events.words import corrected_rows
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.duties.actions import (
    AlreadyRecorded,
    correct_record,
    fulfilled_by,
    record_event,
    void_record,
)
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.duties.queries import ledger_events
from shared.errors import Conflict, Invalid, NotFound
from shared.events.actions.meetings import note_held
from shared.events.kinds import KINDS, REASONS
from shared.events.models import Event, Meeting
from shared.events.parts import PARTS, read_parts
from shared.events.queries import (
    attendance_of,
    corrections_of,
    event_by_form,
    files_of,
    last_event,
    names_of,
    people_on,
)
from shared.events.queries.meetings import leaves_of, meeting_to_record
from shared.files.accepting import ACCEPT, LARGEST
from shared.i18n import _
from shared.organisations.models import Unit

#: A record without a duty is filled from a meeting of at most so long ago.
LOOKS_BACK = timedelta(days=31)


def _item(due_item_id: int, *, lock: bool = False) -> tuple[DueItem, Unit]:
    item = fetch(DueItem, due_item_id, actor=actor(), may=Permission.DUTY_RECORD, lock=lock)
    return item, fetch(Unit, item.unit_id, actor=actor(), may=Permission.DUTY_RECORD)


def _page(
    form: RecordForm, unit: Unit, *, item: DueItem | None = None, status: int = 200, **more: Any
) -> tuple[str, int]:
    return (
        render_template(
            "events/record.html",
            form=form,
            unit=unit,
            item=item,
            spec=KINDS[form.kind],
            reasons=[(code, str(word)) for code, word in REASONS],
            largest=LARGEST,
            period=period_label(item.period) if item is not None else "",
            parts=PARTS,
            **{
                "kept": set(),
                "last": None,
                "taken_by": None,
                "event": None,
                "planned": None,
                "part_rows": parts_sent(request.form),
                **more,
            },
        ),
        status,
    )


def _filled(kind: str, unit: Unit, item: DueItem | None) -> tuple[str, int]:
    people = people_on(unit.id, likely_day(item))
    last = last_event(unit.id, kind)
    meeting = _planned(kind, unit, item)
    values, kept = proposed(kind, item, last or last_event(unit.id), people, meeting)
    form = form_for(kind)(formdata=None, data=values)
    form.offer(people)
    absent = leaves_of(meeting.id) if meeting is not None else {}
    return _page(
        form, unit, item=item, kept=kept, last=last, planned=meeting, people=roll_rows(kind, people, absent)
    )


def _planned(kind: str, unit: Unit, item: DueItem | None) -> Meeting | None:
    """The meeting that this record fills in from: planned, in the window, not still to come."""
    first = item.opens_on if item is not None else today() - LOOKS_BACK
    last = min(item.due_on, today()) if item is not None else today()
    return meeting_to_record(unit.id, kind, first, last)


def _sent(kind: str, unit: Unit, item: DueItem | None) -> Response | tuple[str, int]:
    form = form_for(kind)()
    people = people_on(unit.id, form.held_on.data or today())
    form.offer(people)

    def again(status: int, **more: Any) -> tuple[str, int]:
        rows = roll_rows(kind, people, sent_absences(request.form))
        return _page(form, unit, item=item, status=status, people=rows, **more)

    if not form.validate_on_submit() or not form.form_key.data:
        return again(422)
    try:
        files = accepted(request.files.getlist("files"))
        with transaction():
            event = record_event(
                actor(),
                unit=unit,
                kind=kind,
                held=form.held(request.form),
                form_key=form.form_key.data,
                due_item=item,
                made_up=bool(form.made_up.data),
            )
            attach_sent(event, files)
            if meeting_id := person_key(form.meeting_id.data):
                note_held(meeting_id, event)
            event_id = event.id
    except Invalid as problem:
        show_problem(form, problem)
        return again(422)
    except AlreadyRecorded as problem:
        return again(409, taken_by=problem.event_id, taken=str(problem))
    except Conflict:
        # The same form, sent twice at the same moment: the other one has made the record.
        known = event_by_form(form.form_key.data)
        if known is None:
            raise
        event_id = known.id
    flash(_("Is recorded"), "ok")
    return redirect(url_for("events.show", event_id=event_id), 303)


@blueprint.get("/duties/<int:due_item_id>/record")
@requires(Permission.DUTY_RECORD)
def record_form(due_item_id: int) -> Response | tuple[str, int]:
    item, unit = _item(due_item_id)
    if item.state == "open" and item.returned_event_id is not None:
        flash(_("This record was returned: mend it here, with the remark in view."), "due")
        return redirect(url_for("events.correct_form", event_id=item.returned_event_id), 303)
    if item.state == "done" and item.event_id is not None:
        flash(_("This is recorded already."), "run")
        return redirect(url_for("events.show", event_id=item.event_id), 303)
    _refuse_closed(item)
    if KINDS[item.kind].own_page:
        # What follows from an election, and the date of a term, stand on the page of terms.
        page = "terms.renew_form" if item.kind == "term_election" else "terms.date_form"
        if not actor().can(Permission.MEMBER_EDIT, unit.path):
            page = "terms.show"
        return redirect(url_for(page, unit_id=unit.id), 303)
    return _filled(item.kind, unit, item)


def _refuse_closed(item: DueItem) -> None:
    if item.state != "open":
        raise Conflict(_("This duty is no longer asked of the unit."))
    if item.opens_on > today():
        raise Conflict(_("This duty begins on %(day)s.", day=item.opens_on.isoformat()))


@blueprint.post("/duties/<int:due_item_id>/record")
@requires(Permission.DUTY_RECORD)
def record(due_item_id: int) -> Response | tuple[str, int]:
    item, unit = _item(due_item_id, lock=True)
    if KINDS[item.kind].own_page:
        raise Conflict(_("This is recorded on the page of terms."))
    return _sent(item.kind, unit, item)


@blueprint.route("/events/new", methods=["GET", "POST"])
@requires(Permission.DUTY_RECORD)
def new() -> Response | tuple[str, int] | str:
    """Record what no due item asked for; if one is open for that day, it is fulfilled all the same."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is None:
        raise NotFound(_("There is nothing at this address."))
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.DUTY_RECORD)
    kind = request.args.get("kind", "")
    if kind not in KINDS or KINDS[kind].line != unit.line:
        return render_template(
            "events/new.html",
            unit=unit,
            kinds=[(code, str(spec.name)) for code, spec in KINDS.items() if spec.line == unit.line],
        )
    return _sent(kind, unit, None) if request.method == "POST" else _filled(kind, unit, None)


@blueprint.get("/events/<int:event_id>")
@requires(Permission.EVENT_VIEW)
def show(event_id: int) -> str:
    event = fetch(Event, event_id, actor=actor(), may=Permission.EVENT_VIEW)
    unit = fetch(Unit, event.unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    corrections = corrections_of(event.id)
    return render_template(
        "events/show.html",
        event=event,
        unit=unit,
        shown=ledger_events([event])[0],
        spec=KINDS[event.kind],
        attendance=attendance_of(event.id),
        files=files_of(event.id),
        accept=ACCEPT,
        may_add=event.state == "filed" and actor().can(Permission.DUTY_RECORD, unit.path),
        duties=fulfilled_by(event.id),
        corrections=[(one, corrected_rows(event.kind, one)) for one in corrections],
        reasons={code: str(word) for code, word in REASONS},
        period_label=period_label,
        kinds=KINDS,
        parts=PARTS,
        part_rows=read_parts(event.id),
        reviewer=names_of([event.reviewed_by]).get(event.reviewed_by or 0, ""),
        may_review=event.state == "filed"
        and event.filed_by != actor().person_id
        and actor().can(Permission.EVENT_REVIEW, unit.path),
        may_correct=event.state == "filed" and actor().can(Permission.EVENT_CORRECT, unit.path),
    )


@blueprint.get("/events/<int:event_id>/correct")
@requires(Permission.EVENT_CORRECT)
def correct_form(event_id: int) -> tuple[str, int]:
    event = fetch(Event, event_id, actor=actor(), may=Permission.EVENT_CORRECT)
    unit = fetch(Unit, event.unit_id, actor=actor(), may=Permission.EVENT_CORRECT)
    if event.state != "filed":
        raise Conflict(_("This record was declared void; it cannot be corrected."))
    people = people_on(unit.id, event.held_on)
    form = form_for(event.kind, correcting=True)(formdata=None, data=filed(event))
    form.offer(people)
    item = next(iter(fulfilled_by(event.id)), None)
    rows = roll_rows(event.kind, people, filed_absences(event))
    return _page(form, unit, item=item, event=event, people=rows, part_rows=read_parts(event.id))


@blueprint.post("/events/<int:event_id>/correct")
@requires(Permission.EVENT_CORRECT)
def correct(event_id: int) -> Response | tuple[str, int]:
    event = fetch(Event, event_id, actor=actor(), may=Permission.EVENT_CORRECT, lock=True)
    unit = fetch(Unit, event.unit_id, actor=actor(), may=Permission.EVENT_CORRECT)
    form = form_for(event.kind, correcting=True)()
    people = people_on(unit.id, form.held_on.data or event.held_on)
    form.offer(people)
    items = fulfilled_by(event.id)

    def again() -> tuple[str, int]:
        rows = roll_rows(event.kind, people, sent_absences(request.form))
        return _page(form, unit, item=next(iter(items), None), event=event, status=422, people=rows)

    if not form.validate_on_submit():
        return again()
    try:
        with transaction():
            changed = correct_record(
                actor(),
                event=event,
                unit=unit,
                held=form.held(request.form),
                reason=form["reason"].data or "",
                version=person_key(form.version.data) or 0,
                made_up=bool(form.made_up.data),
            )
    except Invalid as problem:
        show_problem(form, problem)
        return again()
    flash(
        _("Corrected; what it said before is kept below.") if changed else _("Nothing was different."), "ok"
    )
    return redirect(url_for("events.show", event_id=event_id), 303)


@blueprint.post("/events/<int:event_id>/void")
@requires(Permission.EVENT_CORRECT)
def void(event_id: int) -> Response:
    event = fetch(Event, event_id, actor=actor(), may=Permission.EVENT_CORRECT, lock=True)
    with transaction():
        freed = void_record(
            actor(),
            event=event,
            reason=request.form.get("reason", ""),
            version=person_key(request.form.get("version")) or 0,
        )
    flash(_("Declared void; %(n)s duties stand open again.", n=freed), "ok")
    return redirect(url_for("events.show", event_id=event_id), 303)
