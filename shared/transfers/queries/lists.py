"""Transfers in reach: lists, one with everything about it, those of a person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.transfers.models import Exchange, Letter, Transfer
from shared.transfers.payload import Payload, open_payload
from shared.transfers.states import route_name, state_name

PAGE = 50
_From, _To = aliased(Unit), aliased(Unit)

#: What a list may be limited to: to be received here, on its way from here, past its day, over.
SHOWS = ("receive", "sent", "late", "closed")


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One transfer as a list shows it. `person_id` is None for somebody who has not been received yet."""

    id: int
    line: str
    direction: str
    route: str
    state: str
    person_id: int | None
    person_name: str
    from_unit_id: int | None
    from_name: str
    to_unit_id: int | None
    to_name: str
    effective_on: date
    expires_on: date
    created_at: datetime
    decided_at: datetime | None
    reply: str
    #: Of the letter that holds, on the way to outside.
    letter_number: str | None

    @property
    def state_name(self) -> str:
        return state_name(self.state)

    @property
    def route_name(self) -> str:
        return route_name(self.route)

    @property
    def days_left(self) -> int:
        """Until it can no longer be accepted; negative once it cannot."""
        return (self.expires_on - today()).days

    @property
    def late(self) -> bool:
        return self.state == "sent" and self.days_left < 0


@dataclass(frozen=True, slots=True)
class TransferFilter:
    """Which transfers: one of SHOWS."""

    show: str = "receive"


def _reaches(actor: Actor, permission: Permission) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether the sending and the receiving unit lie in reach; a receiver that is not there is the tenant's."""
    if any(reached.path is None for reached in actor.reaches(permission)):
        return true(), true()
    return reach_filter(actor, permission, _From.path), reach_filter(actor, permission, _To.path)


def _statement() -> Select[Any]:
    letter = (
        select(Letter.number)
        .where(
            Letter.tenant_id == Transfer.tenant_id,
            Letter.transfer_id == Transfer.id,
            Letter.void_on.is_(None),
        )
        .order_by(Letter.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Transfer, Person.name, _From.name, _To.name, Exchange, letter)
        .join(
            Person,
            and_(Person.tenant_id == Transfer.tenant_id, Person.id == Transfer.person_id),
            isouter=True,
        )
        .join(
            _From,
            and_(_From.tenant_id == Transfer.tenant_id, _From.id == Transfer.from_unit_id),
            isouter=True,
        )
        .join(_To, and_(_To.tenant_id == Transfer.tenant_id, _To.id == Transfer.to_unit_id), isouter=True)
        .join(
            Exchange,
            and_(
                Exchange.tenant_id == Transfer.exchange_tenant_id,
                Exchange.id == Transfer.exchange_id,
                # The payload is read for those who have not been received yet.
                Transfer.direction == "in",
                Transfer.state == "sent",
            ),
            isouter=True,
        )
    )


def _row(found: Any) -> TransferRow:
    transfer, person, sender, receiver, exchange, letter = found
    name = person or (open_payload(exchange).name if exchange is not None and _readable(transfer) else "")
    coming = transfer.direction == "in"
    return TransferRow(
        id=transfer.id,
        line=transfer.line,
        direction=transfer.direction,
        route=transfer.route,
        state=transfer.state,
        person_id=transfer.person_id,
        person_name=name,
        from_unit_id=transfer.from_unit_id,
        from_name=sender or (transfer.other_name if coming else ""),
        to_unit_id=transfer.to_unit_id,
        to_name=receiver or ("" if coming else " ".join(_ends(transfer))),
        effective_on=transfer.effective_on,
        expires_on=transfer.expires_on,
        created_at=transfer.created_at,
        decided_at=transfer.decided_at,
        reply=transfer.reply,
        letter_number=letter,
    )


def _ends(transfer: Transfer) -> list[str]:
    """The receiver outside this tenant: the organisation and, on a letter, the unit there."""
    return [part for part in (transfer.other_name, transfer.other_unit) if part]


def _readable(transfer: Transfer) -> bool:
    """Nobody reads on in what was withdrawn, refused or has expired."""
    return transfer.state == "sent" and transfer.expires_on >= today()


def _shown(actor: Actor, show: str) -> ColumnElement[bool]:
    sends, receives = _reaches(actor, Permission.TRANSFER_VIEW)
    away = and_(Transfer.direction == "out", sends)
    here = and_(or_(Transfer.direction == "in", Transfer.route == "inside"), receives)
    open_, late = Transfer.state == "sent", Transfer.expires_on < today()
    return {
        "receive": and_(open_, ~late, here),
        "sent": and_(open_, ~late, away),
        "late": and_(open_, late, or_(away, here)),
        "closed": and_(~open_, or_(away, here)),
    }[show]


def transfer_rows(
    actor: Actor,
    given: TransferFilter,
    *,
    limit: int = PAGE,
    after: tuple[date, int] | None = None,
) -> list[TransferRow]:
    """A page of transfers in reach and one more when there is another. One query.

    What waits comes by its last day; what is over the newest first. `after` is (last day, id) of the last one shown.
    """
    statement = _statement().where(_shown(actor, given.show)).limit(limit + 1)
    if given.show == "closed":
        statement = statement.order_by(Transfer.id.desc())
        if after is not None:
            statement = statement.where(Transfer.id < after[1])
    else:
        statement = statement.order_by(Transfer.expires_on, Transfer.id)
        if after is not None:
            statement = statement.where(tuple_(Transfer.expires_on, Transfer.id) > tuple_(*after))
    return [_row(found) for found in db.session.execute(statement)]


def counts(actor: Actor) -> dict[str, int]:
    """How many transfers each of SHOWS holds. One query."""
    numbers = db.session.execute(
        select(*(func.count().filter(_shown(actor, show)).label(show) for show in SHOWS))
        .select_from(Transfer)
        .join(
            _From,
            and_(_From.tenant_id == Transfer.tenant_id, _From.id == Transfer.from_unit_id),
            isouter=True,
        )
        .join(_To, and_(_To.tenant_id == Transfer.tenant_id, _To.id == Transfer.to_unit_id), isouter=True)
    ).one()
    return dict(zip(SHOWS, numbers, strict=True))


def row_of(transfer_id: int) -> TransferRow | None:
    """One transfer as the lists show it."""
    found = db.session.execute(_statement().where(Transfer.id == transfer_id)).one_or_none()
    return _row(found) if found else None


def rows_of(transfer_ids: list[int]) -> dict[int, TransferRow]:
    """Several by their keys, for messages. One query."""
    rows = db.session.execute(_statement().where(Transfer.id.in_(transfer_ids)))
    return {row.id: row for row in map(_row, rows)}


def of_person(person_id: int, *, limit: int = 10) -> list[TransferRow]:
    """The transfers of a person, newest first. One query."""
    statement = _statement().where(Transfer.person_id == person_id).order_by(Transfer.id.desc()).limit(limit)
    return [_row(found) for found in db.session.execute(statement)]


def open_of(person_id: int, line: str) -> Transfer | None:
    """The transfer of a person on a line that is on its way."""
    found: Transfer | None = db.session.execute(
        select(Transfer).where(
            Transfer.person_id == person_id, Transfer.line == line, Transfer.state == "sent"
        )
    ).scalar_one_or_none()
    return found


def exchange_of(transfer: Transfer) -> Exchange | None:
    """The row that both tenants see; None for a transfer that has none."""
    if transfer.exchange_id is None:
        return None
    found: Exchange | None = db.session.execute(
        select(Exchange).where(
            Exchange.tenant_id == transfer.exchange_tenant_id, Exchange.id == transfer.exchange_id
        )
    ).scalar_one_or_none()
    return found


def arriving(transfer: Transfer) -> Payload | None:
    """What the sender says of somebody who may still be received here; None where there is nothing to read."""
    if transfer.direction != "in" or not _readable(transfer):
        return None
    exchange = exchange_of(transfer)
    return open_payload(exchange) if exchange is not None and exchange.state == "sent" else None
