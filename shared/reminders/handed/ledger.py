"""Open duties, unfinished minutes, waiting transfers: they belong to the unit, and with the role to the new holder."""

from sqlalchemy import func, or_, select

from shared.access.actor import Actor
from shared.accounts.models import Handover
from shared.clock import local, today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.events.actions.drafts import LIVING, recall_minutes, title_of
from shared.events.kinds import KINDS
from shared.events.models import Minutes
from shared.events.queries.minutes import has_seat
from shared.i18n import _
from shared.reminders.handed.part import LINES, Open, Part
from shared.transfers.models import Transfer


def read_items(handover: Handover) -> Part:
    """What may be recorded now or is late, longest overdue first. One query."""
    rows = db.session.execute(
        select(DueItem.kind, DueItem.period, DueItem.due_on, func.count().over())
        .where(DueItem.unit_id == handover.unit_id, DueItem.state == "open", DueItem.opens_on <= today())
        .order_by(DueItem.due_on, DueItem.id)
        .limit(LINES)
    ).all()
    return Part(
        rows[0][3] if rows else 0,
        [Open(period_label(period) + str(KINDS[kind].name), "", due) for kind, period, due, _n in rows],
    )


def take_items(actor: Actor, handover: Handover) -> int:
    return read_items(handover).count


def read_minutes(handover: Handover) -> Part:
    """Minutes of the unit that are not filed, the oldest first. One query."""
    rows = db.session.execute(
        select(Minutes, func.count().over())
        .where(Minutes.unit_id == handover.unit_id, Minutes.state.in_(LIVING))
        .order_by(Minutes.id)
        .limit(LINES)
    ).all()
    return Part(
        rows[0][1] if rows else 0,
        [
            Open(
                title_of(minutes),
                _("with the chair") if minutes.state == "sent" else "",
                minutes.held_on or local(minutes.saved_at).date(),
            )
            for minutes, _n in rows
        ],
    )


def take_minutes(actor: Actor, handover: Handover) -> int:
    """What waits for the former as its chair is taken back: the new holder has it signed on paper or mends it."""
    for minutes in db.session.scalars(
        select(Minutes)
        .where(
            Minutes.unit_id == handover.unit_id,
            Minutes.state == "sent",
            Minutes.chair_id == handover.from_person_id,
        )
        .order_by(Minutes.id)
    ):
        if not has_seat(minutes.chair_id):
            recall_minutes(actor, minutes=minutes)
    return read_minutes(handover).count


def read_transfers(handover: Handover) -> Part:
    """Transfers from and to the unit that nobody has answered yet. One query."""
    rows = db.session.execute(
        select(Transfer.from_unit_id, Transfer.other_name, Transfer.effective_on, func.count().over())
        .where(
            Transfer.state == "sent",
            or_(Transfer.from_unit_id == handover.unit_id, Transfer.to_unit_id == handover.unit_id),
        )
        .order_by(Transfer.effective_on, Transfer.id)
        .limit(LINES)
    ).all()
    return Part(
        rows[0][3] if rows else 0,
        [
            Open(_("Transfer out") if sender == handover.unit_id else _("Transfer in"), other, day)
            for sender, other, day, _n in rows
        ],
    )


def take_transfers(actor: Actor, handover: Handover) -> int:
    return read_transfers(handover).count
