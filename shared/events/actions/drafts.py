"""Minutes on their way: saved as a draft, sent to the chair, sent back or taken back, and at last a record."""

from datetime import date

from shared.access.actor import Actor
from shared.accounts.actions.telling import tell
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.actions.merging import Body, check_body
from shared.events.kinds import KINDS, MAX_TEXT
from shared.events.marks import refuse_marks
from shared.events.models import Event, Minutes
from shared.i18n import _
from shared.organisations.models import Unit

OCCASION = "minutes"
#: Minutes that are not filed yet.
LIVING = ("draft", "sent", "returned")


def save_draft(
    actor: Actor,
    *,
    minutes: Minutes | None,
    unit: Unit,
    kind: str,
    body: Body,
    form_key: str,
    version: int,
    due_item_id: int | None = None,
    meeting_id: int | None = None,
    chair_id: int | None = None,
    held_on: date | None = None,
) -> Minutes:
    """Keep the form as it is written; the same again changes nothing.

    `version` is what the writer has seen. Raises Conflict when somebody saved meanwhile or it lies with the chair,
    Invalid for a secrecy mark.
    """
    check_body(body)
    if minutes is None:
        minutes = Minutes(
            unit_id=unit.id,
            kind=kind,
            due_item_id=due_item_id,
            form_key=form_key,
            created_by=actor.person_id,
            state="draft",
            version=0,
            body={},
        )
        db.session.add(minutes)
    else:
        _in_hand(minutes)
        if minutes.version != version:
            raise Conflict(_("Somebody has saved these minutes in the meantime."))
        if minutes.body == body:
            return minutes
    first = minutes.version == 0
    minutes.body, minutes.chair_id, minutes.held_on, minutes.meeting_id = body, chair_id, held_on, meeting_id
    minutes.saved_by, minutes.saved_at = actor.person_id, now()
    minutes.version += 1
    db.session.flush()
    if first:
        _note(actor, minutes, "minutes.begin")
    return minutes


def _in_hand(minutes: Minutes) -> None:
    if minutes.state == "sent":
        raise Conflict(_("These minutes lie with the chair; take them back first."))
    if minutes.state not in LIVING:
        raise Conflict(_("These minutes are no draft any more."))


def _note(actor: Actor, minutes: Minutes, verb: str) -> None:
    record(
        actor,
        verb=verb,
        object_type="minutes",
        object_id=minutes.id,
        unit_id=minutes.unit_id,
        detail={"kind": minutes.kind},
    )


def send_minutes(actor: Actor, *, minutes: Minutes) -> None:
    """Lay them before the chair, who is told once a version. What they say must have been checked as for filing."""
    if minutes.state == "sent":
        return
    _in_hand(minutes)
    if minutes.chair_id is None:
        problem = _("Say who chaired it; the chair signs.")
        raise Invalid(problem, fields={"chair_id": problem})
    minutes.state, minutes.sent_at, minutes.remark = "sent", now(), None
    minutes.version += 1
    db.session.flush()
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{minutes.id}:{minutes.version}",
        detail={"minutes_id": minutes.id, "step": "sent"},
        person_ids=[minutes.chair_id],
    )
    _note(actor, minutes, "minutes.send")


def check_signer(actor: Actor, minutes: Minutes, version: int) -> None:
    """Raise unless the acting person is the one to sign, and these minutes as they were shown wait for it."""
    if actor.person_id is None or minutes.chair_id != actor.person_id:
        raise Forbidden(_("Only who chaired the meeting signs its minutes."))
    if minutes.state == "filed":
        raise Conflict(_("These minutes are signed and filed already."))
    if minutes.state != "sent":
        raise Conflict(_("These minutes were taken back; they will be sent again."))
    if minutes.version != version:
        raise Conflict(_("These minutes were changed since you read them; read them again first."))


def return_minutes(actor: Actor, *, minutes: Minutes, remark: str, version: int) -> None:
    """The chair sends them back with a remark; whoever sent them is told."""
    check_signer(actor, minutes, version)
    if not remark.strip():
        problem = _("Say what is to be mended.")
        raise Invalid(problem, fields={"remark": problem})
    refuse_marks(remark)
    minutes.state, minutes.remark, minutes.sent_at = "returned", remark.strip()[:MAX_TEXT], None
    minutes.version += 1
    db.session.flush()
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{minutes.id}:{minutes.version}",
        detail={"minutes_id": minutes.id, "step": "returned"},
        person_ids=[key for key in (minutes.saved_by,) if key is not None],
    )
    _note(actor, minutes, "minutes.return")


def recall_minutes(actor: Actor, *, minutes: Minutes) -> None:
    """Take them back from the chair to write on."""
    if minutes.state != "sent":
        _in_hand(minutes)
        return
    minutes.state, minutes.sent_at = "draft", None
    minutes.version += 1
    _note(actor, minutes, "minutes.recall")


def drop_minutes(actor: Actor, *, minutes: Minutes, reason: str) -> None:
    """Put a draft aside, with a reason; what it said is kept and counts for nothing."""
    if minutes.state == "dropped":
        return
    if minutes.state not in LIVING:
        raise Conflict(_("These minutes are filed; declare the record void instead."))
    if not reason.strip():
        problem = _("Say why it is put aside.")
        raise Invalid(problem, fields={"reason": problem})
    refuse_marks(reason)
    minutes.state, minutes.remark, minutes.sent_at = "dropped", reason.strip()[:MAX_TEXT], None
    minutes.version += 1
    _note(actor, minutes, "minutes.drop")


def close_minutes(minutes: Minutes, event: Event) -> None:
    """The draft has become this record."""
    minutes.state, minutes.event_id = "filed", event.id
    minutes.version += 1
    db.session.flush()


def title_of(minutes: Minutes) -> str:
    """What a draft is called: its own title, or its kind."""
    spec = KINDS[minutes.kind]
    return str(minutes.body.get(spec.title_field or "title") or "").strip()[:MAX_TEXT] or str(spec.name)
