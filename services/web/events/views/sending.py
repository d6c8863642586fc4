"""What a record form sends: kept as a draft, laid before the chair, or filed."""

from collections.abc import Callable
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor
from services.web.events.forms import person_key, refuse
from services.web.events.views.files import accepted, attach_sent
from services.web.events.views.settling import Settled, settle
from shared.db import db, transaction
from shared.duties.actions import AlreadyRecorded, record_event
from shared.duties.actions.record import check_window
from shared.duties.models import DueItem
from shared.errors import Conflict, Invalid
from shared.events.actions.checking import check_held
from shared.events.actions.drafts import close_minutes, recall_minutes, save_draft, send_minutes
from shared.events.actions.meetings import note_held
from shared.events.actions.signing import is_signed, sign_on_paper
from shared.events.models import Event, Meeting, Minutes
from shared.events.queries import event_by_form, names_of
from shared.events.queries.minutes import draft_of, has_seat
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import setting

Answer = Response | tuple[str, int]
Page = Callable[..., tuple[str, int]]


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json" or request.form.get("answer") == "json"


class _Sending:
    """One form that was sent: the draft it belongs to, and what it says settled with that draft."""

    def __init__(self, kind: str, unit: Unit, item: DueItem | None, page: Page) -> None:
        self.kind, self.unit, self.item, self.page = kind, unit, item, page
        self.draft = draft_of(
            due_item_id=item.id if item is not None else None, form_key=request.form.get("form_key", "")
        )
        if self.draft is not None and (self.draft.unit_id, self.draft.kind) != (unit.id, kind):
            raise Conflict(_("This form was already used for another record."))
        self.settled: Settled = settle(
            kind,
            unit,
            stored=self.draft.body if self.draft is not None else None,
            version=self.draft.version if self.draft is not None else 0,
        )
        self.form = self.settled.form

    def again(self, status: int, **more: Any) -> tuple[str, int]:
        return self.page(
            self.form,
            self.unit,
            item=self.item,
            status=status,
            draft=self.draft,
            **{**self.settled.page, **more},
        )

    @property
    def saver(self) -> str:
        key = self.draft.saved_by if self.draft is not None else None
        return names_of([key]).get(key or 0, "")

    def clash(self) -> tuple[str, int]:
        """Both have changed something: both answers are shown, with a choice."""
        self.form.form_errors.append(
            _("%(name)s has saved this meanwhile. Choose below what shall stand.", name=self.saver)
        )
        return self.again(409)

    def save(self) -> Minutes:
        """Keep the form as it stands, in the running transaction."""
        people = {person.id for person in self.settled.people}
        chair_id, meeting_id = self.form.chair_id.data, person_key(self.form.meeting_id.data)
        if meeting_id is not None:
            meeting_id = db.session.scalar(
                select(Meeting.id).where(Meeting.id == meeting_id, Meeting.unit_id == self.unit.id)
            )
        return save_draft(
            actor(),
            minutes=self.draft,
            unit=self.unit,
            kind=self.kind,
            body=self.settled.body,
            form_key=self.form.form_key.data or "",
            version=self.draft.version if self.draft is not None else 0,
            due_item_id=self.item.id if self.item is not None else None,
            meeting_id=meeting_id,
            chair_id=chair_id if chair_id in people else None,
            held_on=self.form.held_on.data,
        )

    def address(self, minutes: Minutes) -> str:
        if self.item is not None:
            return url_for("events.record_form", due_item_id=self.item.id)
        return url_for("events.new", unit_id=self.unit.id, kind=self.kind, minutes_id=minutes.id)


def sent(kind: str, unit: Unit, item: DueItem | None, page: Page) -> Answer:
    """Do what the pressed button says: act is draft, retake (take back from the chair and keep), send, or file."""
    act = request.form.get("act", "")
    one = _Sending(kind, unit, item, page)
    if act == "draft" and _wants_json():
        return _autosaved(one)
    if not request.form.get("form_key"):
        return one.again(422)
    if one.draft is not None and one.draft.state == "sent" and act != "retake":
        one.form.form_errors.append(_("These minutes lie with the chair; take them back first."))
        return one.again(409, lies=True)
    if one.settled.clashes:
        return one.clash()
    try:
        if act in ("draft", "retake"):
            return _kept(one, retake=act == "retake")
        if not one.form.validate_on_submit():
            return one.again(422)
        return _lay(one) if _goes_to_chair(one, act) else _file(one)
    except Invalid as problem:
        refuse(one.form, problem)
        return one.again(422)
    except AlreadyRecorded as problem:
        return one.again(409, taken_by=problem.event_id, taken=str(problem))
    except Conflict as problem:
        # What was written stays in the form, with the word why it could not be taken.
        one.form.form_errors.append(_words(problem))
        return one.again(409)


def _words(problem: Conflict) -> str:
    """A refusal of the database names only its constraint."""
    text = str(problem)
    return (
        text
        if text and not text.startswith("uq_")
        else _("Somebody has saved these minutes in the meantime.")
    )


def _autosaved(one: _Sending) -> Answer:
    """The browser keeps the draft by itself: it is told the version, or that somebody else was faster."""
    if one.item is not None and one.item.state != "open":
        return _told(_("Somebody has recorded this already; what you wrote is still here."), 409)
    if one.draft is not None and one.draft.state == "sent":
        return _told(_("These minutes lie with the chair; take them back first."), 409)
    if one.settled.clashes or one.settled.merged:
        return _told(
            _("%(name)s has saved this meanwhile; when you save or hand in, both are shown.", name=one.saver),
            409,
        )
    if not request.form.get("form_key"):
        return _told(_("The request could not be read"), 422)
    try:
        with transaction():
            minutes = one.save()
            answer = {
                "version": minutes.version,
                "base": one.settled.packed,
                "draft": f"due-{one.item.id}-v{minutes.version}"
                if one.item is not None
                else f"new-{one.unit.id}-{one.kind}-m{minutes.id}-v{minutes.version}",
            }
    except (Invalid, Conflict) as problem:
        return _told(_words(problem) if isinstance(problem, Conflict) else str(problem), problem.status)
    return jsonify(answer)


def _told(text: str, status: int) -> Response:
    answer = jsonify({"said": text})
    answer.status_code = status
    return answer


def _kept(one: _Sending, *, retake: bool) -> Answer:
    if one.item is not None and one.item.state != "open":
        raise Conflict(_("This duty is no longer asked of the unit."))
    with transaction():
        if retake and one.draft is not None:
            recall_minutes(actor(), minutes=one.draft)
        minutes = one.save()
        address = one.address(minutes)
    _say_merged(one)
    flash(_("Saved as a draft; it is not handed in yet."), "ok")
    return redirect(address, 303)


def _say_merged(one: _Sending) -> None:
    if one.settled.merged:
        flash(_("%(name)s had saved something else meanwhile; both are kept.", name=one.saver), "run")


def _goes_to_chair(one: _Sending, act: str) -> bool:
    """Whether the chair signs before it is filed: asked for, or the tenant wants it so."""
    if not is_signed(one.kind) or one.form.paper.data:
        return False
    own = actor().person_id is not None and one.form.chair_id.data == actor().person_id
    return not own and (act == "send" or bool(setting("minutes_signed")))


def _lay(one: _Sending) -> Answer:
    """Lay them before the chair: checked as for filing, so that the signature finds nothing amiss."""
    if one.item is not None:
        if one.item.state == "done" and one.item.event_id is not None:
            raise AlreadyRecorded(
                _("Somebody has recorded this already; what you wrote is still here."), one.item.event_id
            )
        if one.item.state != "open":
            raise Conflict(_("This duty is no longer asked of the unit."))
    held = one.form.held(one.settled.sent)
    if one.item is not None:
        check_window(one.item, held.held_on, made_up=bool(one.form.made_up.data))
    check_held(one.unit, one.kind, held)
    chair = names_of([held.chair_id]).get(held.chair_id or 0, "")
    if held.chair_id is not None and not has_seat(held.chair_id):
        problem = _("%(name)s has no account here; tick that it was signed on paper.", name=chair)
        raise Invalid(problem, fields={"chair_id": problem})
    with transaction():
        minutes = one.save()
        send_minutes(actor(), minutes=minutes)
        minutes_id = minutes.id
    _say_merged(one)
    if any(sent.filename for sent in request.files.getlist("files")):
        flash(_("Photos and papers are added once it is filed; they were not kept."), "due")
    flash(_("Lies with %(name)s for the signature; it is filed once signed.", name=chair), "ok")
    return redirect(url_for("minutes.show", minutes_id=minutes_id), 303)


def _file(one: _Sending) -> Answer:
    form = one.form
    try:
        files = accepted(request.files.getlist("files"))
        with transaction():
            event = record_event(
                actor(),
                unit=one.unit,
                kind=one.kind,
                held=form.held(one.settled.sent),
                form_key=form.form_key.data or "",
                due_item=one.item,
                made_up=bool(form.made_up.data),
            )
            _sign(one, event)
            attach_sent(event, files)
            if meeting_id := person_key(form.meeting_id.data):
                note_held(meeting_id, event)
            if one.draft is not None:
                close_minutes(one.draft, event)
            event_id = event.id
    except AlreadyRecorded:
        raise
    except Conflict:
        # The same form, sent twice at the same moment: the other one has made the record.
        known = event_by_form(form.form_key.data or "")
        if known is None:
            raise
        event_id = known.id
    _say_merged(one)
    flash(_("Is recorded"), "ok")
    return redirect(url_for("events.show", event_id=event_id), 303)


def _sign(one: _Sending, event: Event) -> None:
    """The chair's signature on paper, where the form says so."""
    if one.form.paper.data and is_signed(one.kind) and event.signed_on is None:
        sign_on_paper(actor(), event=event, signed_on=one.form.paper_on.data, version=event.version)
