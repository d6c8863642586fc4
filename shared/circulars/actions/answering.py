"""Recipients read a circular and answer it, for themselves or for a unit for which they answer."""

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.circulars.actions.drafting import is_over, note
from shared.circulars.models import Circular, Receipt
from shared.circulars.queries.reading import is_mine
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _

MAX_REPLY = 1000


def mark_read(actor: Actor, *, circular: Circular) -> int:
    """Note that the actor has read it, on every receipt for which the actor reads; the first look counts.

    Returns how many were unread. The receipt itself is the record of it.
    """
    if circular.state != "sent":
        return 0
    return len(
        db.session.scalars(
            update(Receipt)
            .where(
                Receipt.circular_id == circular.id,
                Receipt.read_at.is_(None),
                is_mine(actor.person_id or 0),
            )
            .values(read_at=now(), read_by=actor.person_id)
            .returning(Receipt.id)
            .execution_options(synchronize_session=False)
        ).all()
    )


def reply(actor: Actor, *, circular: Circular, receipt_id: int, choice: str = "", text: str = "") -> bool:
    """Answer for one receipt; until the last day the answer may be changed. False: it stood there already.

    A first answer after the last day is taken and shown as late. The caller holds the circular (shared), so that none
    comes to one that is withdrawn in the same moment. Raises Forbidden for anybody else's receipt, Conflict, Invalid.
    """
    receipt = db.session.execute(
        select(Receipt)
        .where(Receipt.id == receipt_id, Receipt.circular_id == circular.id, is_mine(actor.person_id or 0))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if receipt is None:
        raise Forbidden(_("This belongs to somebody else."))
    if circular.state != "sent":
        raise Conflict(_("This circular has been withdrawn."))
    if circular.reply == "none":
        raise Conflict(_("This circular asks for no reply."))
    text = text.strip()
    wrong: dict[str, object] = {}
    if circular.reply == "choice" and choice not in circular.choices:
        wrong["choice"] = _("Choose one of the list.")
    if circular.reply == "text" and not text:
        wrong["text"] = _("Fill this in.")
    if len(text) > MAX_REPLY:
        wrong["text"] = _("At most %(n)s characters.", n=MAX_REPLY)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(text)
    given = (choice if circular.reply == "choice" else "", text)
    if receipt.replied_at is not None:
        if given == (receipt.choice, receipt.reply_text):
            return False
        if is_over(circular):
            raise Conflict(_("The last day is over; the reply stays as it is."))
    receipt.choice, receipt.reply_text = given
    receipt.replied_at, receipt.replied_by = now(), actor.person_id
    if receipt.read_at is None:
        receipt.read_at, receipt.read_by = receipt.replied_at, actor.person_id
    note(actor, circular, "circular.reply")
    return True
