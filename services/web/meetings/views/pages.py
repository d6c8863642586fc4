"""Pages of what is to be held: the calendar, one meeting, its answers; a fixed day each month."""

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.meetings.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.errors import Forbidden, NotFound
from shared.events.actions.meetings import answer as note_answer
from shared.events.kinds import KINDS, REASONS
from shared.events.models import Invitation, Meeting
from shared.events.queries import people_on
from shared.events.queries.meetings import answers_of, calendar_page, own_meetings
from shared.exports.lists.events import Month
from shared.i18n import _
from shared.organisations.models import Unit

#: Meetings shown on a person's own calendar.
OWN = 50


def month_asked() -> Month:
    """The month of the page's address, or this one."""
    text = request.args.get("month", "")
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today().replace(day=1)
    return Month(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def _after() -> tuple[date, int] | None:
    day, _sep, key = request.args.get("after", "").partition("_")
    try:
        return (date.fromisoformat(day), int(key)) if key.isdigit() and len(key) < 19 else None
    except ValueError:
        return None


@blueprint.get("")
@requires(Permission.SELF)
def index() -> str:
    """What I am invited to, and for whoever reads a ledger the month of their units."""
    who = actor()
    asked = month_asked()
    first, following = asked.first, asked.last + timedelta(days=1)
    oversees = who.may(Permission.EVENT_VIEW)
    found, further = calendar_page(who, asked.first, asked.last, after=_after()) if oversees else ([], None)
    return render_template(
        "meetings/index.html",
        month=first,
        previous=(first - timedelta(days=1)).strftime("%Y-%m"),
        following=following.strftime("%Y-%m"),
        oversees=oversees,
        rows=found,
        further=f"{further[0].isoformat()}_{further[1]}" if further else None,
        own=own_meetings(who.person_id or 0, today(), limit=OWN),
        reasons=_reasons(),
        may_plan=who.may(Permission.DUTY_RECORD),
        own_unit=_own_unit(),
    )


def _own_unit() -> int | None:
    """The unit whose meetings the actor plans, where it is but one."""
    units = {grant.unit_id for grant in actor().grants if grant.role in ("secretary", "keeper")}
    return next(iter(units)) if len(units) == 1 else None


def _reasons() -> list[tuple[str, str]]:
    return [(code, str(word)) for code, word in REASONS]


def _page(meeting: Meeting, unit: Unit, *, reads: bool) -> str:
    who = actor()
    answers = answers_of(meeting.id)
    keeps = reads and who.can(Permission.DUTY_RECORD, unit.path)
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        unit=unit,
        name=str(KINDS[meeting.kind].name),
        reads=reads,
        answers=answers if reads else [],
        mine=next((one for one in answers if one.person_id == who.person_id), None),
        chair=next((p.name for p in people_on(unit.id, meeting.on_date) if p.id == meeting.chair_id), None),
        reasons=_reasons(),
        reason_words={code: str(word) for code, word in REASONS},
        may_change=keeps and meeting.state == "planned",
        record=_record_address(meeting) if keeps else None,
        on=today(),
    )


@blueprint.get("/<int:meeting_id>")
@requires(Permission.EVENT_VIEW)
def show(meeting_id: int) -> str:
    """One meeting with its answers, for who reads the unit's ledger."""
    meeting = fetch(Meeting, meeting_id, actor=actor(), may=Permission.EVENT_VIEW)
    unit = fetch(Unit, meeting.unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    return _page(meeting, unit, reads=True)


def _invited(meeting_id: int) -> Meeting:
    """The meeting, for somebody who is invited to it."""
    meeting = db.session.execute(select(Meeting).where(Meeting.id == meeting_id)).scalar_one_or_none()
    if meeting is None:
        raise NotFound(_("There is nothing at this address."))
    invited = db.session.scalar(
        select(Invitation.id).where(
            Invitation.meeting_id == meeting.id, Invitation.person_id == (actor().person_id or 0)
        )
    )
    if invited is None:
        raise Forbidden(_("You are not invited to this meeting."))
    return meeting


@blueprint.get("/<int:meeting_id>/invitation")
@requires(Permission.SELF)
def invitation(meeting_id: int) -> str:
    """One meeting as somebody invited sees it: who else comes is not shown."""
    meeting = _invited(meeting_id)
    unit = db.session.execute(select(Unit).where(Unit.id == meeting.unit_id)).scalar_one()
    return _page(meeting, unit, reads=False)


def _record_address(meeting: Meeting) -> str | None:
    """Where a meeting that has been held is recorded: at its duty, or by itself."""
    if meeting.state != "planned" or meeting.on_date > today():
        return None
    item_id = db.session.scalar(
        select(DueItem.id)
        .where(
            DueItem.unit_id == meeting.unit_id,
            DueItem.kind == meeting.kind,
            DueItem.state == "open",
            DueItem.opens_on <= meeting.on_date,
            DueItem.due_on >= meeting.on_date,
        )
        .order_by(DueItem.due_on, DueItem.ordinal)
        .limit(1)
    )
    if item_id is not None:
        return url_for("events.record_form", due_item_id=item_id)
    return url_for("events.new", unit_id=meeting.unit_id, kind=meeting.kind)


@blueprint.post("/<int:meeting_id>/answer")
@requires(Permission.SELF)
def answer(meeting_id: int) -> Response:
    """One tap: comes; or leave with its reason."""
    meeting = _invited(meeting_id)
    comes = request.form.get("answer") == "come"
    with transaction():
        note_answer(
            actor(),
            meeting=meeting,
            comes=comes,
            reason=request.form.get("reason", ""),
            note=request.form.get("note", ""),
        )
    flash(_("You come") if comes else _("Your leave is noted"), "ok")
    to_page = request.form.get("back") == "meeting"
    return redirect(
        url_for("meetings.invitation", meeting_id=meeting_id) if to_page else url_for("today.home"), 303
    )
