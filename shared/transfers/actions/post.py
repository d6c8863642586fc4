"""What has come in and what was answered: the sweep's part between two tenants. Each may run twice at once."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, and_, cast, exists, literal, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import SYSTEM
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.organisations.models import Unit
from shared.tenancy import current_tenant
from shared.transfers.actions.notices import tell_receivers, tell_senders
from shared.transfers.actions.receivers import drop_dissolved
from shared.transfers.actions.relation import let_go, release
from shared.transfers.models import Exchange, Transfer

#: Taken at a time; the next minute takes the rest.
MOST = 200


@dataclass(frozen=True, slots=True)
class Post:
    """What one round did."""

    arrived: int
    taken_back: int
    answered: int


def _is_mine() -> ColumnElement[bool]:
    return and_(Transfer.exchange_tenant_id == Exchange.tenant_id, Transfer.exchange_id == Exchange.id)


def take_in() -> int:
    """Note what other tenants have sent to this one, and tell the receiving units. Returns how many are new."""
    # A unit that is not (or no longer) here is nobody's: the administrators receive.
    unit = (
        select(Unit.id)
        .where(Unit.id == Exchange.wanted_unit_id, Unit.line == Exchange.line, Unit.state == "active")
        .scalar_subquery()
    )
    new = (
        select(
            Exchange.line,
            literal("in"),
            literal("tenant"),
            unit,
            Exchange.sender_name,
            Exchange.effective_on,
            Exchange.expires_on,
            Exchange.tenant_id,
            Exchange.id,
            literal("exchange:") + cast(Exchange.tenant_id, Text) + ":" + cast(Exchange.id, Text),
        )
        .where(
            Exchange.receiver_id == current_tenant(),
            Exchange.state == "sent",
            ~exists(select(1).where(_is_mine())),
        )
        .order_by(Exchange.sent_at)
        .limit(MOST)
    )
    made = db.session.scalars(
        insert(Transfer)
        .from_select(
            [
                "line", "direction", "route", "to_unit_id", "other_name", "effective_on", "expires_on",
                "exchange_tenant_id", "exchange_id", "form_key",
            ],
            new,
        )
        .on_conflict_do_nothing()
        .returning(Transfer)
    ).all()  # fmt: skip
    for transfer in made:
        record(
            SYSTEM,
            verb="transfer.arrive",
            object_type="transfer",
            object_id=transfer.id,
            unit_id=transfer.to_unit_id,
            detail={},
        )
        tell_receivers(SYSTEM, transfer, "arrived")
    return len(made)


def _decided(direction: str) -> list[tuple[Transfer, Exchange]]:
    """Transfers still on their way here that are over on the other side, held for this transaction."""
    return [
        (transfer, exchange)
        for transfer, exchange in db.session.execute(
            select(Transfer, Exchange)
            .join(Exchange, _is_mine())
            .where(
                Transfer.state == "sent",
                Transfer.route == "tenant",
                Transfer.direction == direction,
                Exchange.state != "sent",
            )
            .order_by(Transfer.id)
            .limit(MOST)
            .with_for_update(of=Transfer, skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ]


def _note(transfer: Transfer, exchange: Exchange, verb: str, unit_id: int | None) -> None:
    transfer.state, transfer.reply = exchange.state, exchange.reply
    transfer.decided_at = exchange.decided_at or now()
    db.session.flush()
    record(
        SYSTEM,
        verb=verb,
        object_type="transfer",
        object_id=transfer.id,
        unit_id=unit_id,
        detail={"route": transfer.route},
    )


def learn_withdrawals() -> int:
    """What its sender took back before it was answered here."""
    found = _decided("in")
    for transfer, exchange in found:
        _note(transfer, exchange, "transfer.withdraw", transfer.to_unit_id)
        tell_receivers(SYSTEM, transfer, "withdrawn")
    return len(found)


def learn_answers() -> int:
    """What other tenants answered: accepted ends the membership here, refused gives the relationship back."""
    found = _decided("out")
    for transfer, exchange in found:
        if exchange.state == "accepted":
            let_go(SYSTEM, transfer)
            _note(transfer, exchange, "transfer.accept", transfer.from_unit_id)
        else:
            release(transfer)
            _note(transfer, exchange, "transfer.refuse", transfer.from_unit_id)
        tell_senders(SYSTEM, transfer, transfer.state)
    return len(found)


def carry_post() -> Post:
    """One round for the open tenant: take in, learn withdrawals and answers, show no unit that is gone.

    Doing it twice changes nothing.
    """
    drop_dissolved()
    return Post(take_in(), learn_withdrawals(), learn_answers())
