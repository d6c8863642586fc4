"""One record as it stands, and declaring it void."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.routes import blueprint
from services.web.events.words import corrected_rows
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.duties.actions import fulfilled_by, void_record
from shared.duties.periods import period_label
from shared.duties.queries import ledger_events
from shared.events.actions.signing import is_signed
from shared.events.kinds import KINDS, REASONS
from shared.events.models import Event
from shared.events.parts import PARTS, read_parts
from shared.events.queries import attendance_of, corrections_of, files_of, names_of
from shared.files.accepting import ACCEPT
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.get("/events/<int:event_id>")
@requires(Permission.EVENT_VIEW)
def show(event_id: int) -> str:
    event = fetch(Event, event_id, actor=actor(), may=Permission.EVENT_VIEW)
    unit = fetch(Unit, event.unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    corrections = corrections_of(event.id)
    names = names_of([event.reviewed_by, event.signed_by])
    unsigned = event.state == "filed" and event.signed_on is None and is_signed(event.kind)
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
        reviewer=names.get(event.reviewed_by or 0, ""),
        signer=names.get(event.signed_by or 0, ""),
        signed=is_signed(event.kind),
        may_sign=unsigned and event.chair_id is not None and event.chair_id == actor().person_id,
        may_note_paper=unsigned
        and event.chair_id is not None
        and actor().can(Permission.DUTY_RECORD, unit.path),
        may_review=event.state == "filed"
        and event.filed_by != actor().person_id
        and actor().can(Permission.EVENT_REVIEW, unit.path),
        may_correct=event.state == "filed" and actor().can(Permission.EVENT_CORRECT, unit.path),
    )


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
