"""Unfinished minutes: the list of the reach, one draft as it stands, taken back, put aside."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.bodies import absences_in
from services.web.events.words import body_rows
from services.web.minutes.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.events.actions.drafts import LIVING, drop_minutes, recall_minutes, title_of
from shared.events.kinds import KINDS
from shared.events.models import Minutes
from shared.events.queries import names_of, on_roll, people_on
from shared.events.queries.minutes import counts_by_state, unfinished, waiting_for_signature
from shared.i18n import _
from shared.organisations.models import Unit


def form_address(minutes: Minutes) -> str:
    """Where these minutes are written."""
    if minutes.due_item_id is not None:
        return url_for("events.record_form", due_item_id=minutes.due_item_id)
    return url_for("events.new", unit_id=minutes.unit_id, kind=minutes.kind, minutes_id=minutes.id)


@blueprint.get("")
@requires(Permission.EVENT_VIEW)
def index() -> str:
    """Minutes that are not filed: what waits for my signature first, then what is unfinished in the reach."""
    who = actor()
    state = request.args.get("state", "")
    state = state if state in LIVING else ""
    unit_id = person_key(request.args.get("unit_id"))
    unit = fetch(Unit, unit_id, actor=who, may=Permission.EVENT_VIEW) if unit_id is not None else None
    rows, further = unfinished(
        who, state=state, unit_id=unit_id, before=person_key(request.args.get("before"))
    )
    counts = counts_by_state(who)

    def address(**changed: object) -> str:
        values = {"state": state, "unit_id": unit_id} | changed
        return url_for("minutes.index", **{key: value for key, value in values.items() if value})  # type: ignore[arg-type]

    return render_template(
        "minutes/index.html",
        rows=rows,
        to_sign=waiting_for_signature(who.person_id or 0),
        counts={**counts, "": sum(counts.values())},
        tallies={one: address(state=one) for one in ("", *LIVING)},
        state=state,
        unit=unit,
        everywhere=address(unit_id=None),
        further=address(before=further) if further else None,
    )


def _rows(minutes: Minutes, unit: Unit) -> list[tuple[str, str]]:
    """What the draft says, with the counts of its roll on its day."""
    rows = body_rows(minutes.kind, minutes.body)
    if KINDS[minutes.kind].attendance not in ("members", "officers") or minutes.held_on is None:
        return rows
    roll = {person.id for person in on_roll(minutes.kind, people_on(unit.id, minutes.held_on))}
    present = len(roll - set(absences_in(minutes.body)))
    return [
        *rows,
        (_("Attendance"), _("%(due)s expected, %(present)s present", due=len(roll), present=present)),
    ]


def draft_page(
    minutes: Minutes,
    unit: Unit,
    *,
    signing: bool = False,
    status: int = 200,
    problem: str = "",
    taken_by: int | None = None,
) -> tuple[str, int]:
    """One draft as it would stand in the ledger; `signing`: for its chair."""
    names = names_of([minutes.chair_id, minutes.saved_by])
    item = db.session.execute(
        select(DueItem).where(DueItem.id == (minutes.due_item_id or 0))
    ).scalar_one_or_none()
    keeps = not signing and actor().can(Permission.DUTY_RECORD, unit.path)
    return (
        render_template(
            "minutes/show.html",
            minutes=minutes,
            unit=unit,
            title=title_of(minutes),
            spec=KINDS[minutes.kind],
            rows=_rows(minutes, unit),
            chair=names.get(minutes.chair_id or 0, ""),
            saver=names.get(minutes.saved_by or 0, ""),
            item=item,
            period=period_label(item.period) if item is not None else "",
            taken=item is not None and item.state == "done" and minutes.state in LIVING,
            withdrawn=item is not None and item.state not in ("open", "done") and minutes.state in LIVING,
            signing=signing and minutes.state == "sent",
            problem=problem,
            taken_by=taken_by,
            keeps=keeps,
            own=minutes.chair_id is not None and minutes.chair_id == actor().person_id,
            form_address=form_address(minutes),
        ),
        status,
    )


@blueprint.get("/<int:minutes_id>")
@requires(Permission.EVENT_VIEW)
def show(minutes_id: int) -> Response | tuple[str, int]:
    minutes = fetch(Minutes, minutes_id, actor=actor(), may=Permission.EVENT_VIEW)
    if minutes.event_id is not None:
        return redirect(url_for("events.show", event_id=minutes.event_id), 303)
    unit = fetch(Unit, minutes.unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    return draft_page(minutes, unit)


@blueprint.post("/<int:minutes_id>/recall")
@requires(Permission.DUTY_RECORD)
def recall(minutes_id: int) -> Response:
    """Take them back from the chair, to write on."""
    minutes = fetch(Minutes, minutes_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True)
    with transaction():
        recall_minutes(actor(), minutes=minutes)
        address = form_address(minutes)
    flash(_("Taken back; write on and send it again."), "ok")
    return redirect(address, 303)


@blueprint.post("/<int:minutes_id>/drop")
@requires(Permission.DUTY_RECORD)
def drop(minutes_id: int) -> Response:
    minutes = fetch(Minutes, minutes_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True)
    with transaction():
        drop_minutes(actor(), minutes=minutes, reason=request.form.get("reason", ""))
    flash(_("Put aside; what it said stays readable there."), "ok")
    return redirect(url_for("minutes.show", minutes_id=minutes_id), 303)
