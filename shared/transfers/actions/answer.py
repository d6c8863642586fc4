"""Answering: accept, send back; and the sender's taking back."""

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _
from shared.organisations.models import Unit
from shared.transfers.actions.letters import clean, void_letters
from shared.transfers.actions.notices import tell, tell_receivers, tell_senders
from shared.transfers.actions.receive import take_over
from shared.transfers.actions.relation import carry_over, release
from shared.transfers.models import Exchange, Transfer
from shared.transfers.payload import open_payload
from shared.transfers.queries import exchange_of
from shared.transfers.queries.choices import TAKING


def hold(transfer: Transfer) -> Transfer:
    """The row as it stands now, held until the end of the transaction: two who answer come one after the other."""
    held: Transfer = db.session.execute(
        select(Transfer)
        .where(Transfer.id == transfer.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    return held


def _must_be_open(transfer: Transfer) -> None:
    if transfer.state == "sent":
        return
    day = (transfer.decided_at or now()).date()
    raise Conflict(
        {
            "accepted": _("This transfer was accepted on %(day)s already.", day=day),
            "refused": _("This transfer was sent back on %(day)s.", day=day),
            "withdrawn": _("The sender took this transfer back on %(day)s.", day=day),
        }[transfer.state]
    )


def _may(actor: Actor, unit: Unit | None) -> None:
    if not actor.can(Permission.TRANSFER_EDIT, unit.path if unit else None):
        raise Forbidden(_("This belongs to a unit outside your duties."))


def _unit(unit_id: int | None) -> Unit | None:
    found: Unit | None = db.session.execute(select(Unit).where(Unit.id == unit_id)).scalar_one_or_none()
    return found


def _receives_here(transfer: Transfer) -> None:
    if transfer.direction == "out" and transfer.route != "inside":
        raise Invalid(_("This transfer is answered by the receiving organisation."))


def accept(
    actor: Actor, transfer: Transfer, *, unit: Unit | None = None, match: str = "", reply: str = ""
) -> None:
    """Receive the person: the membership begins here on the day of the transfer and ends there the same day.

    `unit`: another unit than the one named, for somebody who comes from another tenant. `match` answers the question
    whether it is somebody who is here already: 'same' or 'other'.

    Raises Conflict where it was answered, taken back or has expired; Forbidden on the sender's side; Invalid with the
    question in `fields["match"]`.
    """
    transfer = hold(transfer)
    _receives_here(transfer)
    named = _unit(transfer.to_unit_id)
    if named is not None:
        _may(actor, named)
    into = unit if unit is not None and transfer.direction == "in" else named
    _must_be_open(transfer)
    if transfer.expires_on < today():
        raise Conflict(
            _("This transfer expired on %(day)s; the sender takes it back and sends it again.",
              day=transfer.expires_on)
        )  # fmt: skip
    if transfer.effective_on > today():
        raise Conflict(_("It takes effect on %(day)s; accept it from then on.", day=transfer.effective_on))
    if into is None:
        raise Invalid(fields={"unit_id": _("Choose the unit that receives.")})
    _may(actor, into)
    if into.state != "active" or into.line != transfer.line or into.kind not in TAKING:
        raise Invalid(fields={"unit_id": _("This unit cannot take the person.")})
    if transfer.direction == "in":
        _answer_exchange(transfer, state="accepted", reply=clean(reply, 200), unit_id=into.id)
        exchange = exchange_of(transfer)
        assert exchange is not None
        person = take_over(actor, open_payload(exchange), transfer, into=into, match=match)
        transfer.person_id, transfer.to_unit_id = person.id, into.id
    elif carry_over(actor, transfer, to=into) is None:
        raise Conflict(_("The membership has ended meanwhile. Send the transfer back."))
    _close(actor, transfer, state="accepted", reply=reply, unit_id=into.id)


def refuse(actor: Actor, transfer: Transfer, *, reply: str) -> None:
    """Send it back with a reason; the relationship stays where it was. Possible after its last day too."""
    transfer = hold(transfer)
    _receives_here(transfer)
    _may(actor, _unit(transfer.to_unit_id))
    _must_be_open(transfer)
    why = clean(reply, 200)
    if not why:
        raise Invalid(fields={"reply": _("Give the reason.")})
    if transfer.direction == "in":
        _answer_exchange(transfer, state="refused", reply=why, unit_id=None)
    else:
        release(transfer)
    _close(actor, transfer, state="refused", reply=why, unit_id=transfer.to_unit_id)


def withdraw(actor: Actor, transfer: Transfer, *, reason: str = "") -> None:
    """Take back what was sent and has not been answered, also after its last day; letters become void."""
    transfer = hold(transfer)
    if transfer.direction != "out":
        raise Invalid(_("Only the sender takes a transfer back."))
    _may(actor, _unit(transfer.from_unit_id))
    _must_be_open(transfer)
    if transfer.route == "tenant":
        taken = db.session.execute(
            update(Exchange)
            .where(
                Exchange.tenant_id == transfer.exchange_tenant_id,
                Exchange.id == transfer.exchange_id,
                Exchange.state == "sent",
            )
            .values(state="withdrawn", decided_at=now())
            .returning(Exchange.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if taken is None:
            raise Conflict(_("The receiver has answered meanwhile; the answer is shown here in a minute."))
    if transfer.route == "outside":
        void_letters(actor, transfer, reason=clean(reason, 200) or _("The transfer was withdrawn"))
    release(transfer)
    _close(actor, transfer, state="withdrawn", reply=reason, unit_id=transfer.from_unit_id)


def note_number(actor: Actor, transfer: Transfer, *, external_no: str) -> bool:
    """The number under which the national system runs this transfer; returns whether it changed."""
    transfer = hold(transfer)
    own = transfer.from_unit_id if transfer.direction == "out" else transfer.to_unit_id
    _may(actor, _unit(own))
    number = clean(external_no, 60)
    if number == transfer.external_no:
        return False
    transfer.external_no = number
    record(
        actor, verb="transfer.number", object_type="transfer", object_id=transfer.id, unit_id=own, detail={}
    )
    return True


def _answer_exchange(transfer: Transfer, *, state: str, reply: str, unit_id: int | None) -> None:
    """The receiver's answer, once: the policy lets only a row that is still on its way be changed."""
    answered = db.session.execute(
        update(Exchange)
        .where(
            Exchange.tenant_id == transfer.exchange_tenant_id,
            Exchange.id == transfer.exchange_id,
            Exchange.state == "sent",
        )
        .values(state=state, reply=reply, receiving_unit_id=unit_id, decided_at=now())
        .returning(Exchange.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if answered is None:
        raise Conflict(_("The sender has taken this transfer back meanwhile."))


def _close(actor: Actor, transfer: Transfer, *, state: str, reply: str, unit_id: int | None) -> None:
    transfer.state, transfer.reply = state, clean(reply, 200)
    transfer.decided_at, transfer.decided_by = now(), actor.person_id
    db.session.flush()
    record(
        actor,
        verb={"accepted": "transfer.accept", "refused": "transfer.refuse", "withdrawn": "transfer.withdraw"}[
            state
        ],
        object_type="transfer",
        object_id=transfer.id,
        unit_id=unit_id,
        detail={"route": transfer.route},
    )
    if transfer.direction == "in":
        tell(actor, transfer, state, [transfer.person_id])
    elif state == "withdrawn":
        tell(actor, transfer, state, [transfer.person_id])
        if transfer.route == "inside":
            tell_receivers(actor, transfer, "withdrawn")
    else:
        tell_senders(actor, transfer, state)
