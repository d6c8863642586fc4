"""The form of a record: opened filled in, or from its draft."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import RecordForm, form_for, likely_day, person_key, proposed, roll_rows
from services.web.events.views.bodies import absences_in, as_sent, packed, parts_in
from services.web.events.views.routes import blueprint
from services.web.events.views.sending import sent
from services.web.events.views.settling import first, opened
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.errors import Conflict, NotFound
from shared.events.actions.drafts import LIVING
from shared.events.actions.signing import is_signed
from shared.events.kinds import KINDS, REASONS
from shared.events.models import Event, Meeting, Minutes
from shared.events.parts import PARTS
from shared.events.queries import last_event, names_of, people_on
from shared.events.queries.meetings import Expectation, expectation_of, meeting_to_record
from shared.events.queries.minutes import draft_of
from shared.files.accepting import LARGEST
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import setting

#: A record without a duty is filled from a meeting of at most so long ago.
LOOKS_BACK = timedelta(days=31)


def _item(due_item_id: int, *, lock: bool = False) -> tuple[DueItem, Unit]:
    item = fetch(DueItem, due_item_id, actor=actor(), may=Permission.DUTY_RECORD, lock=lock)
    return item, fetch(Unit, item.unit_id, actor=actor(), may=Permission.DUTY_RECORD)


def draft_name(
    unit: Unit, kind: str, *, item: DueItem | None, event: Event | None, draft: Minutes | None
) -> str:
    """Under which name the browser keeps what is typed: of this form, as the server last had it."""
    if event is not None:
        return f"correct-{event.id}-{event.version}"
    version = draft.version if draft is not None else 0
    if item is not None:
        return f"due-{item.id}-v{version}"
    return f"new-{unit.id}-{kind}-m{draft.id if draft is not None else 0}-v{version}"


def page(
    form: RecordForm, unit: Unit, *, item: DueItem | None = None, status: int = 200, **more: Any
) -> tuple[str, int]:
    """The form as it is to be shown; `more`: what differs from an empty page."""
    event, draft = more.get("event"), more.get("draft")
    signed = event is None and is_signed(form.kind)
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
            signed=signed,
            must_sign=signed and bool(setting("minutes_signed")),
            chairs=actor().person_id is not None and form.chair_id.data == actor().person_id,
            local_name=draft_name(unit, form.kind, item=item, event=event, draft=draft),
            saver=names_of([draft.saved_by]).get(draft.saved_by or 0, "") if draft is not None else "",
            **{
                "kept": set(),
                "last": None,
                "taken_by": None,
                "event": None,
                "planned": None,
                "draft": None,
                "base": "",
                "clashes": [],
                "lies": False,
                "part_rows": {},
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
    values.update(KINDS[kind].proposed(request.args))
    if (chair := person_key(request.args.get("chair_id"))) in {person.id for person in people}:
        values["chair_id"] = chair
    form = form_for(kind)(formdata=None, data=values)
    form.offer(people)
    expected = expectation_of(meeting.id) if meeting is not None else Expectation({}, {})
    rows = roll_rows(kind, people, expected.absent, expected.words)
    away = {row["id"]: (row["reason"], row["note"]) for row in rows or [] if row["absent"]}
    return page(
        form, unit, item=item, kept=kept, last=last, planned=meeting, people=rows, **first(form, away, {})
    )


def _drafted(draft: Minutes, unit: Unit, item: DueItem | None) -> Response | tuple[str, int]:
    """The form as somebody left it."""
    if draft.state == "sent":
        return redirect(url_for("minutes.show", minutes_id=draft.id), 303)
    given = as_sent(draft.body, form_key=draft.form_key, version=str(draft.version))
    form, people = opened(draft.kind, unit, given, correcting=False)
    return page(
        form,
        unit,
        item=item,
        draft=draft,
        last=last_event(unit.id, draft.kind),
        people=roll_rows(draft.kind, people, absences_in(draft.body)),
        part_rows=parts_in(draft.body),
        base=packed(draft.body),
    )


def _planned(kind: str, unit: Unit, item: DueItem | None) -> Meeting | None:
    """The meeting that this record fills in from: planned, in the window, not still to come."""
    begins = item.opens_on if item is not None else today() - LOOKS_BACK
    ends = min(item.due_on, today()) if item is not None else today()
    return meeting_to_record(unit.id, kind, begins, ends)


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
        address = "terms.renew_form" if item.kind == "term_election" else "terms.date_form"
        if not actor().can(Permission.MEMBER_EDIT, unit.path):
            address = "terms.show"
        return redirect(url_for(address, unit_id=unit.id), 303)
    draft = draft_of(due_item_id=item.id)
    return _drafted(draft, unit, item) if draft is not None else _filled(item.kind, unit, item)


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
    return sent(item.kind, unit, item, page)


@blueprint.route("/events/new", methods=["GET", "POST"])
@requires(Permission.DUTY_RECORD)
def new() -> Response | tuple[str, int] | str:
    """Record what no due item asked for; if one is open for that day, it is fulfilled all the same."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is None:
        raise NotFound(_("There is nothing at this address."))
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.DUTY_RECORD)
    kind = request.args.get("kind", "")
    if kind not in KINDS or not KINDS[kind].at(unit.line, unit.kind):
        return render_template(
            "events/new.html",
            unit=unit,
            kinds=[(code, str(spec.name)) for code, spec in KINDS.items() if spec.at(unit.line, unit.kind)],
        )
    if request.method == "POST":
        return sent(kind, unit, None, page)
    minutes_id = person_key(request.args.get("minutes_id"))
    if minutes_id is not None:
        draft = fetch(Minutes, minutes_id, actor=actor(), may=Permission.DUTY_RECORD)
        if draft.unit_id == unit.id and draft.kind == kind and draft.state in LIVING:
            return _drafted(draft, unit, None)
        return redirect(url_for("minutes.show", minutes_id=minutes_id), 303)
    return _filled(kind, unit, None)
