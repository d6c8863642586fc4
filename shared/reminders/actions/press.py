"""一键提醒: one message a person for exactly the items of a filter. Each item reminds each person once a day."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import after_commit, db
from shared.duties.queries import DueFilter
from shared.errors import Invalid
from shared.i18n import _
from shared.jobs import Job, enqueue, nudge
from shared.messages.actions import open_occasion
from shared.messages.channels import NOWHERE
from shared.messages.models import Delivery, Occasion
from shared.reminders.actions.digest import SEND
from shared.reminders.jobs import PRESS_MANY
from shared.reminders.models import Reminder
from shared.reminders.queries.press import press_ids, press_stage
from shared.reminders.queries.recipients import TOLD, parameters

#: Above so many items the press becomes a job.
AT_ONCE = 500

_ATTACH = text(
    """
    update reminder r set delivery_id = d.id from delivery d
    where d.occasion_id = :occasion_id and d.person_id = r.person_id and d.channel = r.channel
      and r.stage = :stage and r.delivery_id is null and r.reason is null
    """
)


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a press did. `job`: it is still being done."""

    occasion_id: int
    items: int = 0
    units: int = 0
    people: int = 0
    without_address: int = 0
    messages: int = 0
    job: Job | None = None

    def counts(self) -> dict[str, int]:
        return {key: value for key, value in asdict(self).items() if key not in {"job", "occasion_id"}}


def press(actor: Actor, *, given: DueFilter, form_key: str) -> Pressed:
    """Remind of the open items of the filter that the actor may remind of; a form sent twice is one press.

    Above AT_ONCE items a job does it, for the items as they stood at the press. Raises Invalid where there are none.
    """
    key = f"press:{form_key}"
    occasion_id, new = open_occasion(actor, kind="press", key=key)
    if not new:
        return _again(occasion_id)
    ids = press_ids(actor, given)
    if not ids:
        raise Invalid(_("There is nothing left to remind of: all of it has been recorded."))
    record(
        actor,
        verb="reminder.press",
        object_type="occasion",
        object_id=occasion_id,
        detail={"items": len(ids)},
    )
    if len(ids) > AT_ONCE:
        job = enqueue(
            actor,
            PRESS_MANY,
            args={"occasion_id": occasion_id, "ids": ids},
            subject=_("%(n)s items", n=len(ids)),
            unit_id=given.unit_id,
            form_key=key,
        )
        return Pressed(occasion_id, items=len(ids), job=job)
    return press_items(occasion_id=occasion_id, ids=ids)


def _again(occasion_id: int) -> Pressed:
    """The same form once more: what the first one did."""
    detail = db.session.execute(select(Occasion.detail).where(Occasion.id == occasion_id)).scalar_one()
    job = db.session.execute(
        select(Job).where(Job.kind == PRESS_MANY.name, Job.args["occasion_id"].as_integer() == occasion_id)
    ).scalar_one_or_none()
    return Pressed(occasion_id, **detail, job=job)


def _write(occasion_id: int, on: date) -> Select[Any]:
    """One statement: the reminders that are new today, a message for each person and way among them, the counts."""
    told = TOLD.cte("told")
    way = told.c.channel
    fresh = (
        insert(Reminder)
        .from_select(
            ["due_item_id", "person_id", "channel", "stage", "on_date", "reason"],
            select(
                told.c.due_item_id,
                told.c.person_id,
                way,
                literal(press_stage(on)),
                literal(on),
                case((way == NOWHERE, "no_address")),
            ).order_by(told.c.due_item_id, told.c.person_id, way),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "due_item_id", "person_id", "channel", "stage"])
        .returning(Reminder.due_item_id, Reminder.person_id, Reminder.channel)
        .cte("fresh")
    )
    sent = (
        insert(Delivery)
        .from_select(
            ["occasion_id", "person_id", "channel", "not_before"],
            select(literal(occasion_id), fresh.c.person_id, fresh.c.channel, literal(now()))
            .where(fresh.c.channel != NOWHERE)
            .distinct(),
        )
        .returning(Delivery.id)
        .cte("sent")
    )
    reached = fresh.c.channel != NOWHERE
    return select(
        select(func.count(told.c.unit_id.distinct()))
        .join(fresh, and_(fresh.c.due_item_id == told.c.due_item_id, reached))
        .scalar_subquery()
        .label("units"),
        select(func.count(fresh.c.person_id.distinct())).where(reached).scalar_subquery().label("people"),
        select(func.count(fresh.c.due_item_id.distinct())).where(reached).scalar_subquery().label("items"),
        select(func.count(told.c.person_id.distinct()))
        .where(way == NOWHERE)
        .scalar_subquery()
        .label("without_address"),
        select(func.count()).select_from(sent).scalar_subquery().label("messages"),
    )


def press_items(*, occasion_id: int, ids: list[int]) -> Pressed:
    """Write the reminders and their messages for these items, as far as they are open; nudges the sender.

    Done again for the same items on the same day, it adds nothing.
    """
    on = today()
    row = db.session.execute(_write(occasion_id, on), parameters(ids)).one()
    db.session.execute(_ATTACH, {"occasion_id": occasion_id, "stage": press_stage(on)})
    pressed = Pressed(occasion_id, row.items, row.units, row.people, row.without_address, row.messages)
    db.session.execute(
        update(Occasion)
        .where(Occasion.id == occasion_id)
        .values(detail=pressed.counts())
        .execution_options(synchronize_session=False)
    )
    after_commit(nudge(SEND))
    return pressed
