"""一键提醒: one message a person for exactly the items of a filter. Each item reminds each person once a day."""

from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, DateTime, Text, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import after_commit, db
from shared.duties.queries import DueFilter
from shared.errors import Invalid
from shared.i18n import _
from shared.jobs import Job, enqueue, nudge
from shared.messages.actions import SEND, open_occasion
from shared.messages.channels import NOWHERE, SILENT
from shared.messages.models import Delivery, Occasion
from shared.reminders.jobs import PRESS_MANY
from shared.reminders.models import Reminder
from shared.reminders.queries.press import press_ids, press_stage, pressed_today
from shared.reminders.queries.recipients import Told, told_by_hand
from shared.tenancy import current_tenant
from shared.workdays.queries import open_hours

#: Above so many items the press becomes a job.
AT_ONCE = 500
#: Rows of one INSERT.
CHUNK = 20_000
#: Names the lock under which a tenant's presses come one after the other.
LOCK = 7201


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


def press_items(*, occasion_id: int, ids: list[int]) -> Pressed:
    """Write the reminders and their messages for these items, as far as they are open; nudges the sender.

    Done again for the same items on the same day, it adds nothing. Two presses of a tenant come one after the other,
    so that the second sees what the first has reminded of.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(LOCK, current_tenant() % 2**31)))
    told = told_by_hand(ids)
    done = pressed_today(ids)
    new = [row for row in told if (row.due_item_id, row.person_id, row.channel) not in done]
    reached = [row for row in new if row.channel != NOWHERE]
    carriers = _messages(occasion_id, sorted({(row.person_id, row.channel) for row in reached}))
    for start in range(0, len(new), CHUNK):
        _note(new[start : start + CHUNK], carriers)
    pressed = Pressed(
        occasion_id,
        items=len({row.due_item_id for row in reached}),
        units=len({row.unit_id for row in reached}),
        people=len({row.person_id for row in reached}),
        without_address=len({row.person_id for row in told if row.channel == NOWHERE}),
        messages=len(carriers),
    )
    db.session.execute(
        update(Occasion)
        .where(Occasion.id == occasion_id)
        .values(detail=pressed.counts())
        .execution_options(synchronize_session=False)
    )
    after_commit(nudge(SEND))
    return pressed


def _messages(occasion_id: int, recipients: list[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """One message a person and way; their keys. In quiet hours only what stands in the product goes at once."""
    if not recipients:
        return {}
    at = now()
    opens = open_hours().opens(at)
    people, channels = zip(*recipients, strict=True)
    rows = db.session.execute(
        insert(Delivery)
        .from_select(
            ["occasion_id", "person_id", "channel", "not_before"],
            select(
                literal(occasion_id),
                func.unnest(literal(list(people), ARRAY(BigInteger))),
                func.unnest(literal(list(channels), ARRAY(Text))),
                func.unnest(
                    literal(
                        [at if channel in SILENT else opens for channel in channels],
                        ARRAY(DateTime(timezone=True)),
                    )
                ),
            ),
        )
        .returning(Delivery.person_id, Delivery.channel, Delivery.id)
    )
    return {(person_id, channel): key for person_id, channel, key in rows if person_id is not None}


def _note(rows: list[Told], carriers: dict[tuple[int, str], int]) -> None:
    """One reminder a row, in its message; without a way it says why there is none."""
    on = today()
    columns = {
        "due_item_id": ([row.due_item_id for row in rows], BigInteger),
        "person_id": ([row.person_id for row in rows], BigInteger),
        "channel": ([row.channel for row in rows], Text),
        "delivery_id": ([carriers.get((row.person_id, row.channel)) for row in rows], BigInteger),
        "reason": (["no_address" if row.channel == NOWHERE else None for row in rows], Text),
    }
    db.session.execute(
        insert(Reminder)
        .from_select(
            [*columns, "stage", "on_date"],
            select(
                *(func.unnest(literal(values, ARRAY(kind))) for values, kind in columns.values()),
                literal(press_stage(on)),
                literal(on),
            ),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "due_item_id", "person_id", "channel", "stage"])
    )
