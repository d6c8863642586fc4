"""What may become of a document later: declared void and called back, replied to on paper."""

from datetime import date

from sqlalchemy import select

from shared.access.actor import Actor
from shared.circulars.actions import withdraw
from shared.circulars.actions.following import MAX_REASON
from shared.circulars.models import Circular
from shared.clock import today
from shared.db import db
from shared.dispatches.actions.drafting import check_revision, note
from shared.dispatches.actions.passing import MAX_WORDS, WAITING, back_to_draft
from shared.dispatches.models import Dispatch, DispatchIssue, DispatchReply
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _

MAX_NUMBER = 60


def void(actor: Actor, *, dispatch: Dispatch, reason: str, revision: int) -> None:
    """Declare it void with a reason; a number it has stays in the register. Raises Conflict, Invalid.

    The circulars by which it went out are withdrawn with the same reason: nobody should act on it any more.
    """
    if dispatch.state in ("void", "archived"):
        raise Conflict(_("It is void already.") if dispatch.state == "void" else _("It is filed away."))
    check_revision(dispatch, revision)
    reason = reason.strip()
    wrong = ""
    if not reason:
        wrong = _("Say why.")
    elif len(reason) > MAX_WORDS:
        wrong = _("At most %(n)s characters.", n=MAX_WORDS)
    if wrong:
        raise Invalid(wrong, fields={"reason": wrong})
    refuse_marks(reason)
    if dispatch.state in WAITING:
        back_to_draft(dispatch)
    dispatch.state, dispatch.reason = "void", reason
    dispatch.revision += 1
    db.session.flush()
    _call_back(actor, dispatch, reason)
    note(actor, dispatch, "dispatch.void")


def _call_back(actor: Actor, dispatch: Dispatch, reason: str) -> None:
    issued = select(DispatchIssue.circular_id).where(DispatchIssue.dispatch_id == dispatch.id)
    out = db.session.scalars(
        select(Circular)
        .where(Circular.id.in_(issued), Circular.state == "sent")
        .order_by(Circular.id)
        .with_for_update()
    ).all()
    for circular in out:
        withdraw(actor, circular=circular, reason=reason[:MAX_REASON])


def enter_reply(
    actor: Actor, *, dispatch: Dispatch, number: str, words: str, replied_on: date | None, form_key: str
) -> bool:
    """Note a reply that came on paper. False: this form was sent before. Raises Conflict, Invalid."""
    found = db.session.scalar(select(DispatchReply.id).where(DispatchReply.form_key == form_key))
    if found is not None:
        return False
    if dispatch.state not in ("signed", "issued", "archived"):
        raise Conflict(_("What is not signed has no reply yet."))
    number, words = number.strip(), words.strip()
    wrong: dict[str, object] = {}
    if not words:
        wrong["words"] = _("Fill this in.")
    elif len(words) > MAX_WORDS or len(number) > MAX_NUMBER:
        wrong["words"] = _("At most %(n)s characters.", n=MAX_WORDS)
    if replied_on is None or not (dispatch.signed_on or today()) <= replied_on <= today():
        wrong["replied_on"] = _("Between the day it was signed and today.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(number, words)
    db.session.add(
        DispatchReply(
            dispatch_id=dispatch.id,
            number=number,
            words=words,
            replied_on=replied_on,
            entered_by=actor.person_id,
            form_key=form_key,
        )
    )
    db.session.flush()
    note(actor, dispatch, "dispatch.reply")
    return True
