"""A unit's group chat is told once a day what the unit owes: what comes up and what is late."""

from datetime import timedelta

from sqlalchemy import exists, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.accounts.queries.ways import channel_open
from shared.audit import record
from shared.clock import now, today
from shared.db import after_commit, db
from shared.duties.models import DueItem
from shared.jobs import nudge
from shared.messages.actions import SEND, open_occasion
from shared.messages.channels import GROUPED
from shared.messages.models import Delivery, MessageGroup, Occasion
from shared.reminders.queries.ladder import Ladder


def tell_groups(actor: Actor, *, steps: Ladder) -> int:
    """One message a group and day, from the tenant's hour on, where its unit has something open. Returns how many.

    Twice at once, or each minute, it is still one: the day's occasion is planned once, and a group stands in it once.
    """
    on = today()
    if not steps.speaks(now()):
        return 0
    key = f"group_due:{on}"
    used = select(MessageGroup.id).where(MessageGroup.state == "active")
    planned = select(Occasion.id).where(Occasion.key == key, Occasion.planned_at.is_not(None))
    if not db.session.scalar(select(exists(used) & ~exists(planned))):
        return 0
    occasion_id, _new = open_occasion(actor, kind="group_due", key=key)
    owes = exists(
        select(DueItem.id).where(
            DueItem.unit_id == MessageGroup.unit_id,
            DueItem.state == "open",
            DueItem.opens_on <= on,
            DueItem.due_on <= on + timedelta(days=steps.coming),
        )
    )
    told = 0
    for channel in GROUPED:
        rows = select(literal(occasion_id), MessageGroup.id, literal(channel), literal(now())).where(
            MessageGroup.channel == channel, MessageGroup.state == "active", channel_open(channel), owes
        )
        told += len(
            db.session.scalars(
                insert(Delivery)
                .from_select(["occasion_id", "group_id", "channel", "not_before"], rows)
                .on_conflict_do_nothing(
                    index_elements=["tenant_id", "occasion_id", "group_id"],
                    index_where=Delivery.group_id.is_not(None),
                )
                .returning(Delivery.id)
            ).all()
        )
    db.session.execute(update(Occasion).where(Occasion.id == occasion_id).values(planned_at=now()))
    if told:
        record(
            actor, verb="group.tell", object_type="occasion", object_id=occasion_id, detail={"messages": told}
        )
        after_commit(nudge(SEND))
    return told
