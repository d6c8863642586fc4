"""Check-in by a code on the screen: offered by the keeper on the day, one press on the phone, never required."""

from flask import flash, redirect, render_template, request, session, url_for
from segno import make
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.limits import limiter
from services.web.meetings.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import local, today
from shared.db import transaction
from shared.errors import Invalid
from shared.events.actions.checkin import (
    STEP,
    check_in,
    close_checkin,
    code_of,
    is_open,
    meeting_of_digits,
    meeting_of_token,
    open_checkin,
)
from shared.events.models import Meeting
from shared.events.queries.meetings import checked_in_count, own_checkin
from shared.i18n import _
from shared.organisations.models import Unit
from shared.settings import settings


def _kept(meeting_id: int, *, lock: bool = False) -> tuple[Meeting, Unit]:
    meeting = fetch(Meeting, meeting_id, actor=actor(), may=Permission.DUTY_RECORD, lock=lock)
    return meeting, fetch(Unit, meeting.unit_id, actor=actor(), may=Permission.DUTY_RECORD)


def _screen(template: str, meeting: Meeting, unit: Unit) -> str:
    shown = code_of(meeting) if is_open(meeting) else None
    address = f"{settings().base_url}{url_for('meetings.checkin_page', token=shown.token)}" if shown else ""
    here, invited = checked_in_count(meeting.id)
    return render_template(
        template,
        meeting=meeting,
        unit=unit,
        code=shown,
        picture=make(address, error="m").svg_data_uri(scale=8, border=2) if shown else "",
        closes=local(meeting.checkin_until) if meeting.checkin_until else None,
        here=here,
        invited=invited,
        on=today(),
        # Asked a little after the code is renewed, and often enough to see who came.
        every=min(STEP, 15),
    )


@blueprint.get("/<int:meeting_id>/check-in")
@requires(Permission.DUTY_RECORD)
def checkin(meeting_id: int) -> str:
    """The screen for the room: the code, six digits beside it, and how many have checked in."""
    meeting, unit = _kept(meeting_id)
    return _screen("meetings/checkin.html", meeting, unit)


@blueprint.get("/<int:meeting_id>/check-in/code")
@requires(Permission.DUTY_RECORD)
def checkin_code(meeting_id: int) -> str:
    """The part of the screen that renews itself."""
    meeting, unit = _kept(meeting_id)
    return _screen("meetings/_code.html", meeting, unit)


@blueprint.post("/<int:meeting_id>/check-in/open")
@requires(Permission.DUTY_RECORD)
def begin_checkin(meeting_id: int) -> Response:
    meeting, _unit = _kept(meeting_id, lock=True)
    with transaction():
        open_checkin(actor(), meeting=meeting)
    return redirect(url_for("meetings.checkin", meeting_id=meeting_id), 303)


@blueprint.post("/<int:meeting_id>/check-in/close")
@requires(Permission.DUTY_RECORD)
def end_checkin(meeting_id: int) -> Response:
    meeting, _unit = _kept(meeting_id, lock=True)
    with transaction():
        close_checkin(actor(), meeting=meeting)
    flash(_("Check-in has ended"), "ok")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


@blueprint.get("/check-in/<token>")
@requires(Permission.SELF)
def checkin_page(token: str) -> str:
    """What the scanned code opens: the meeting, and one button."""
    meeting = meeting_of_token(token)
    unit_name, mine = own_checkin(meeting.id, actor().person_id or 0)
    return render_template(
        "meetings/checked.html", meeting=meeting, unit_name=unit_name, token=token, mine=mine
    )


def _done(new: bool, meeting_id: int) -> Response:
    flash(_("Checked in") if new else _("You had checked in already"), "ok")
    return redirect(url_for("meetings.invitation", meeting_id=meeting_id), 303)


@blueprint.post("/check-in/<token>")
@requires(Permission.SELF)
def check_me_in(token: str) -> Response:
    """I am here."""
    with transaction():
        meeting = meeting_of_token(token, pressing=True)
        new, key = check_in(actor(), meeting=meeting), meeting.id
    return _done(new, key)


@blueprint.route("/check-in", methods=["GET", "POST"])
@requires(Permission.SELF)
# By person, not by address: a whole room sits behind one.
@limiter.limit("30 per minute", methods=["POST"], key_func=lambda: str(session.get("login_id")))
def type_code() -> Response | str | tuple[str, int]:
    """Without a camera: the six digits beside the code."""
    if request.method == "GET":
        return render_template("meetings/type_code.html", wrong="", digits="")
    typed = request.form.get("digits", "")[:20]
    try:
        with transaction():
            meeting = meeting_of_digits(actor(), typed)
            new, key = check_in(actor(), meeting=meeting), meeting.id
    except Invalid as problem:
        return render_template("meetings/type_code.html", wrong=str(problem), digits=typed), 422
    return _done(new, key)
