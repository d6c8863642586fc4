"""What follows the sending: reminding, another last day, passing on, withdrawing."""

import secrets
from datetime import date

from sqlalchemy import ColumnElement, func, insert, literal, select, union, update

from shared.access.actor import Actor
from shared.accounts.actions.telling import tell_all
from shared.audiences.recipients import Audience
from shared.circulars.actions.drafting import check_day, is_over, note
from shared.circulars.actions.sending import MANY, OCCASION, count_recipients, key_of, put_out, tell_readers
from shared.circulars.jobs import SEND_MANY
from shared.circulars.models import Circular, CircularFile, Receipt
from shared.circulars.queries.reading import continued, is_there
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.jobs import Job, enqueue
from shared.messages.models import Delivery, Occasion
from shared.organisations.models import Unit

MAX_REASON = 500
#: To whom a unit passes a circular on, and what a receipt is then of.
TO = {"members": "people", "units": "units"}


def _sent(circular: Circular) -> None:
    if circular.state == "draft":
        raise Conflict(_("This circular has not been sent yet."))
    if circular.state != "sent":
        raise Conflict(_("This circular has been withdrawn."))


def remind(actor: Actor, *, circular: Circular) -> tuple[int, bool]:
    """Tell everybody again who has not read or not answered; each once a day. How many, and whether a job does it.

    The caller holds the circular: of two presses at once the second finds everybody told. 0: all were told today.
    Raises Invalid where nothing is open any more, Conflict where it is not out.
    """
    _sent(circular)
    waiting = db.session.scalar(select(func.count()).select_from(Receipt).where(*_waits(circular))) or 0
    if not waiting:
        raise Invalid(_("There is nobody left to remind."))
    if waiting <= MANY:
        return remind_open(actor, circular=circular), False
    key = f"{key_of(circular.id)}-remind-{today()}"
    if db.session.scalar(select(Job.id).where(Job.form_key == key)) is not None:
        return 0, True
    args = {"circular_id": circular.id, "count": waiting, "act": "remind"}
    enqueue(actor, SEND_MANY, args=args, subject=circular.title, unit_id=circular.unit_id, form_key=key)
    return waiting, True


def _waits(circular: Circular) -> tuple[ColumnElement[bool], ...]:
    wanted = Receipt.read_at.is_(None) if circular.reply == "none" else Receipt.replied_at.is_(None)
    return (Receipt.circular_id == circular.id, is_there(), wanted)


def remind_open(actor: Actor, *, circular: Circular) -> int:
    """Tell whoever is still wanted and was not told today; how many recipients."""
    again = (
        update(Receipt)
        .where(*_waits(circular), func.coalesce(Receipt.told_on < today(), literal(True)))
        .values(told_on=today())
        .returning(Receipt.id)
        .cte("again")
    )
    count = db.session.scalar(select(func.count()).select_from(again)) or 0
    if count:
        tell_readers(
            actor,
            circular,
            *_waits(circular)[2:],
            Receipt.told_on == today(),
            act="remind",
            nth=today().isoformat(),
        )
        note(actor, circular, "circular.remind", count=count)
    return count


def change_day(actor: Actor, *, circular: Circular, due_on: date | None, version: int) -> bool:
    """Another last day, or none, here and where it was passed on with the old one; whoever is still wanted is told.

    False: it is the same.
    """
    _sent(circular)
    if circular.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if due_on == circular.due_on:
        return False
    check_day(due_on)
    before, circular.due_on = circular.due_on, due_on
    circular.version += 1
    db.session.flush()
    for one in [circular, *_followers(circular, before, due_on)]:
        # The version belongs to the key: a day set back to what it was is told again.
        tell_readers(actor, one, is_there(), act="day", nth=str(one.version))
        note(actor, one, "circular.day")
    return True


def _followers(circular: Circular, before: date | None, due_on: date | None) -> list[Circular]:
    """What was passed on of it and had its last day, or has one that would lie after the new one: now with the new."""
    copies: dict[int, Circular] = {}
    # One that was just being passed on is waited for: what came of it stands there only then.
    while new := [key for key in passed_on(circular) if key not in copies]:
        rows = db.session.scalars(
            select(Circular)
            .where(Circular.id.in_(new))
            .order_by(Circular.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        copies |= {copy.id: copy for copy in rows}
    moved = [
        copy for copy in copies.values() if copy.state == "sent" and _follows(copy.due_on, before, due_on)
    ]
    for copy in moved:
        copy.due_on = due_on
        copy.version += 1
    db.session.flush()
    return moved


def _follows(own: date | None, before: date | None, after: date | None) -> bool:
    if own == after:
        return False
    return own == before or (own is not None and after is not None and own > after)


def passed_on(circular: Circular) -> list[int]:
    """The keys of the circulars that came of this one by being passed on, however far, and are out. One query."""
    tree = select(Circular.id).where(Circular.from_id == circular.id).cte("passed_on", recursive=True)
    tree = tree.union(
        select(Circular.id).where(Circular.tenant_id == circular.tenant_id, Circular.from_id == tree.c.id)
    )
    out = select(Circular.id).where(Circular.id.in_(select(tree.c.id)), Circular.state == "sent")
    return list(db.session.scalars(out))


def withdraw(actor: Actor, *, circular: Circular, reason: str) -> bool:
    """Take a circular back with a reason, and all that was passed on of it; the same step twice gives False.

    Recipients see the reason in place of the text. What has not gone out by then does not; whoever had a message is
    told. Raises Conflict for a draft, Invalid without a reason.
    """
    if circular.state == "withdrawn":
        return False
    _sent(circular)
    reason = reason.strip()
    wrong = ""
    if not reason:
        wrong = _("Say why.")
    elif len(reason) > MAX_REASON:
        wrong = _("At most %(n)s characters.", n=MAX_REASON)
    if wrong:
        raise Invalid(wrong, fields={"reason": wrong})
    refuse_marks(reason)
    keys: list[int] = []
    found = [circular.id, *passed_on(circular)]
    while found:
        keys += found
        db.session.execute(
            update(Circular)
            .where(Circular.id.in_(found), Circular.state == "sent")
            .values(state="withdrawn", reason=reason, version=Circular.version + 1)
            .execution_options(synchronize_session=False)
        )
        # A copy that was just being passed on has been waited for: what came of it stands there only now.
        found = passed_on(circular)
    db.session.refresh(circular)
    of_these = select(Occasion.id).where(
        Occasion.kind == OCCASION, Occasion.detail["circular_id"].as_integer().in_(keys)
    )
    db.session.execute(
        update(Delivery)
        .where(Delivery.occasion_id.in_(of_these), Delivery.state == "pending")
        .values(state="suppressed", reason="withdrawn")
        .execution_options(synchronize_session=False)
    )
    # Whoever looked at it in the product has it too, before any message went.
    reached = union(
        select(Delivery.person_id).where(
            Delivery.occasion_id.in_(of_these),
            Delivery.person_id.is_not(None),
            Delivery.state.in_(("sending", "sent")),
        ),
        select(Receipt.read_by).where(Receipt.circular_id.in_(keys), Receipt.read_by.is_not(None)),
    ).subquery("reached")
    tell_all(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{circular.id}:withdraw:",
        detail={"circular_id": circular.id, "act": "withdraw"},
        people=select(reached.c.person_id),
    )
    note(actor, circular, "circular.withdraw", count=len(keys) - 1)
    for copy in db.session.scalars(select(Circular).where(Circular.id.in_(keys[1:])).order_by(Circular.id)):
        note(actor, copy, "circular.withdraw", original=circular.id)
    return True


def pass_on(actor: Actor, *, circular: Circular, unit: Unit, to: str) -> tuple[Circular, bool]:
    """Send a circular that came to `unit` on to its members, or to the units below it, in the unit's name, in one act.

    A unit passes one on once to each; again gives the one it made and False. The answers come back to the unit. The
    caller holds the circular. Raises Conflict where it is not out or has not come to it, Invalid where nobody is there.
    """
    _sent(circular)
    came = db.session.scalar(
        select(Receipt.id)
        .where(Receipt.circular_id == circular.id, Receipt.unit_id.in_(continued(Unit.id == unit.id)))
        .limit(1)
    )
    if came is None or to not in TO:
        raise Conflict(_("This circular has not come to this unit."))
    found = db.session.execute(
        select(Circular).where(
            Circular.from_id == circular.id,
            Circular.unit_id == unit.id,
            Circular.whom == TO[to],
            Circular.state == "sent",
        )
    ).scalar_one_or_none()
    if found is not None:
        return found, False
    whom, audience = TO[to], Audience(whom="members" if to == "members" else "answering", under_id=unit.id)
    count = count_recipients(actor, unit_id=unit.id, whom=whom, audience=audience)
    if not count:
        raise Invalid(_("There is nobody there to pass it on to."))
    copy = Circular(
        unit_id=unit.id,
        from_id=circular.id,
        title=circular.title,
        body=circular.body,
        reply=circular.reply,
        choices=list(circular.choices),
        due_on=None if is_over(circular) else circular.due_on,
        created_by=actor.person_id,
        whom=whom,
        form_key=f"pass-{circular.id}-{unit.id}-{secrets.token_hex(6)}",
    )
    db.session.add(copy)
    db.session.flush()
    db.session.execute(
        insert(CircularFile).from_select(
            ["circular_id", "file_id", "name"],
            select(literal(copy.id), CircularFile.file_id, CircularFile.name).where(
                CircularFile.circular_id == circular.id
            ),
        )
    )
    count = put_out(actor, copy, whom, audience, count=count)
    note(actor, copy, "circular.pass_on", count=count)
    return copy, True
