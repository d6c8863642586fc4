"""Letters of introduction: issued, issued anew, their receipt noted."""

from datetime import date, timedelta

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _
from shared.jobs import enqueue
from shared.organisations.models import Unit
from shared.tenancy import current_tenant
from shared.transfers.actions.notices import tell_senders
from shared.transfers.actions.relation import let_go
from shared.transfers.jobs import LETTER
from shared.transfers.models import Letter, Transfer
from shared.transfers.queries.letters import last_number
from shared.transfers.validity import longest

#: Names the lock under which a tenant's letters get their numbers one after the other.
NUMBERING = 7301


def clean(text: str, most: int) -> str:
    """One line of what was typed, cut at its length."""
    return " ".join(text.split())[:most]


def issue(actor: Actor, transfer: Transfer, *, valid_days: int, contact: str, form_key: str) -> Letter:
    """Give a transfer to outside its letter with the next number of the year, and have it printed.

    Raises Invalid where it would be valid for no day or longer than the longest validity.
    """
    most = longest(today())
    if not 1 <= valid_days <= most:
        raise Invalid(fields={"valid_days": _("A letter is valid for 1 to %(n)s days.", n=most)})
    db.session.execute(select(func.pg_advisory_xact_lock(NUMBERING, current_tenant() % 2**31)))
    on = today()
    letter = Letter(
        transfer_id=transfer.id,
        unit_id=transfer.from_unit_id,
        number=f"{on.year}-{last_number(on.year) + 1:04d}",
        issued_on=on,
        valid_days=valid_days,
        expires_on=on + timedelta(days=valid_days),
        contact=clean(contact, 200),
        form_key=form_key,
    )
    db.session.add(letter)
    transfer.expires_on = max(letter.expires_on, transfer.effective_on)
    db.session.flush()
    record(
        actor,
        verb="letter.issue",
        object_type="letter",
        object_id=letter.id,
        unit_id=letter.unit_id,
        detail={"number": letter.number, "until": letter.expires_on.isoformat()},
    )
    _print(actor, letter)
    return letter


def _print(actor: Actor, letter: Letter) -> None:
    job = enqueue(
        actor,
        LETTER,
        args={"letter_id": letter.id, "locale": actor.locale},
        subject=_("Letter %(number)s", number=letter.number),
        unit_id=letter.unit_id,
        form_key=f"letter:{letter.id}:{letter.file_id or 0}",
    )
    job.total_count = 1
    letter.job_id = job.id


def _sending(actor: Actor, transfer: Transfer) -> None:
    path = db.session.scalar(select(Unit.path).where(Unit.id == transfer.from_unit_id))
    if not actor.can(Permission.TRANSFER_EDIT, path):
        raise Forbidden(_("This belongs to a unit outside your duties."))


def reissue(
    actor: Actor, transfer: Transfer, *, reason: str, valid_days: int, contact: str, form_key: str
) -> Letter:
    """A new letter with a number of its own in place of one that expired or was lost; the old one is void.

    The same form again gives the letter it made. Raises Conflict once the transfer is over, Invalid without a reason.
    """
    made: Letter | None = db.session.execute(
        select(Letter).where(Letter.form_key == form_key)
    ).scalar_one_or_none()
    if made is not None:
        return made
    _sending(actor, transfer)
    if transfer.route != "outside":
        raise Invalid(_("Only a transfer to outside has a letter."))
    if transfer.state != "sent":
        raise Conflict(_("This transfer is over; a new letter would lead nowhere."))
    why = clean(reason, 200)
    if not why:
        raise Invalid(fields={"reason": _("Give the reason.")})
    void_letters(actor, transfer, reason=why)
    return issue(actor, transfer, valid_days=valid_days, contact=contact, form_key=form_key)


def void_letters(actor: Actor, transfer: Transfer, *, reason: str) -> None:
    """What letters of a transfer still hold hold no longer."""
    holding = db.session.scalars(
        select(Letter)
        .where(Letter.transfer_id == transfer.id, Letter.void_on.is_(None), Letter.receipt_on.is_(None))
        .with_for_update()
    ).all()
    for letter in holding:
        letter.void_on, letter.void_reason = today(), reason
        record(
            actor,
            verb="letter.void",
            object_type="letter",
            object_id=letter.id,
            unit_id=letter.unit_id,
            detail={"number": letter.number},
        )
    db.session.flush()


def note_receipt(actor: Actor, letter: Letter, transfer: Transfer, *, on: date, by: str) -> None:
    """The receipt (回执) has come: the relationship has arrived, the membership ends on the day of the transfer.

    A receipt may come after the letter has expired; it is a fact. Raises Conflict for a void letter or a
    second receipt.
    """
    _sending(actor, transfer)
    if letter.receipt_on is not None:
        raise Conflict(_("The receipt was noted already, of %(day)s.", day=letter.receipt_on))
    if letter.void_on is not None or transfer.state != "sent":
        raise Conflict(_("This letter holds no longer; no receipt is noted for it."))
    if not letter.issued_on <= on <= today():
        raise Invalid(
            fields={
                "receipt_on": _(
                    "The receipt is dated from the day of issue (%(day)s) to today.", day=letter.issued_on
                )
            }
        )
    if transfer.effective_on > today():
        raise Conflict(_("It takes effect on %(day)s; accept it from then on.", day=transfer.effective_on))
    letter.receipt_on, letter.receipt_by = on, clean(by, 60)
    let_go(actor, transfer)
    transfer.state, transfer.decided_at, transfer.decided_by = "accepted", now(), actor.person_id
    db.session.flush()
    record(
        actor,
        verb="letter.receipt",
        object_type="letter",
        object_id=letter.id,
        unit_id=letter.unit_id,
        detail={"number": letter.number, "on": on.isoformat()},
    )
    tell_senders(actor, transfer, "accepted")
