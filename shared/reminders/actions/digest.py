"""The day's digest: one message a person and channel, whatever it was that came due or is past its day.

Due items come as reminders, everything else as deliveries that are held for it (holding.py). All of a day is
planned in one transaction, under the day's occasion: a worker that dies leaves nothing half told, a second one waits
and passes by.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Text, and_, any_, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.access.actor import SYSTEM, Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import after_commit, db
from shared.duties.models import DueItem
from shared.jobs import nudge
from shared.messages.actions import SEND, drop_backlog, give_up_interrupted
from shared.messages.channels import CHANNELS
from shared.messages.models import Delivery, Occasion
from shared.reminders.actions.holding import HELD, PATIENCE
from shared.reminders.actions.late import tell_late
from shared.reminders.actions.plan import CHUNK, plan_reminders
from shared.reminders.models import Reminder
from shared.reminders.queries.joined import carried_by, reference_to
from shared.reminders.queries.ladder import Ladder, ladder

#: How long the sweep leaves a day's planning alone once it is done.
PAUSE = timedelta(minutes=10)

_LOOSE = and_(Reminder.delivery_id.is_(None), Reminder.reason.is_(None))


def _take_the_day(actor: Actor, on: date, *, pause: timedelta) -> int | None:
    """The day's occasion, held until the end of the transaction; None when it was planned within `pause`."""
    at = now()
    made = insert(Occasion).values(
        kind="digest", key=f"digest:{on}", caused_by=actor.person_id, created_at=at, planned_at=at
    )
    return db.session.execute(
        made.on_conflict_do_update(
            index_elements=["tenant_id", "key"],
            set_={"planned_at": at},
            where=or_(Occasion.planned_at.is_(None), Occasion.planned_at <= at - pause),
        ).returning(Occasion.id)
    ).scalar_one_or_none()


def drop_what_is_over(reopened_at: datetime | None) -> None:
    """Not sent any more: what was done meanwhile, what waited while the tenant was suspended,
    and what its senders died over too often."""
    give_up_interrupted()
    item = and_(DueItem.tenant_id == Reminder.tenant_id, DueItem.id == Reminder.due_item_id)
    db.session.execute(
        update(Reminder)
        .where(_LOOSE, exists(select(1).where(item, DueItem.state != "open")))
        .values(reason="done")
        .execution_options(synchronize_session=False)
    )
    if reopened_at is not None:
        db.session.execute(
            update(Reminder)
            .where(_LOOSE, Reminder.created_at < reopened_at)
            .values(reason="suspended")
            .execution_options(synchronize_session=False)
        )
        drop_backlog(before=reopened_at)


def _merge_older(occasion_id: int) -> None:
    """Unsent digests of earlier days go into today's: after an outage a person gets one message, not one a day."""
    older = db.session.execute(
        update(Delivery)
        .where(
            Delivery.occasion_id != occasion_id,
            or_(
                Delivery.state == "pending",
                and_(Delivery.state == "sending", Delivery.lease_until < now()),
            ),
            exists(
                select(1).where(
                    Occasion.tenant_id == Delivery.tenant_id,
                    Occasion.id == Delivery.occasion_id,
                    Occasion.kind == "digest",
                )
            ),
        )
        .values(state="suppressed", reason="superseded", lease_by=None, lease_until=None)
        .returning(Delivery.id, Delivery.person_id, Delivery.channel)
        .execution_options(synchronize_session=False)
    ).all()
    for start in range(0, len(older), CHUNK):
        some = older[start : start + CHUNK]
        db.session.execute(
            update(Reminder)
            .where(Reminder.delivery_id == any_(literal([row.id for row in some], ARRAY(BigInteger))))
            .values(delivery_id=None)
            .execution_options(synchronize_session=False)
        )
        # What they carried of other things waits for the next one again.
        carried = carried_by((row.id, row.person_id or 0, row.channel) for row in some)
        db.session.execute(
            update(Delivery)
            .where(
                Delivery.person_id == carried.c.person_id,
                Delivery.channel == carried.c.channel,
                Delivery.reference == carried.c.reference,
                Delivery.state == "suppressed",
                Delivery.reason == HELD,
            )
            .values(state="pending", reference=None, not_before=now() + PATIENCE)
            .execution_options(synchronize_session=False)
        )


def bundle_digests(*, occasion_id: int) -> int:
    """Put what is planned and loose into the day's messages; returns how many messages are new.

    A person's digest of the day that has gone out stays the only one: the rest waits for the next day.
    """
    _merge_older(occasion_id)
    loose = db.session.execute(
        select(Reminder.id, Reminder.person_id, Reminder.channel).where(_LOOSE).order_by(Reminder.id)
    ).all()
    held = _held()
    if not loose and not held:
        return 0
    recipients = sorted({(row.person_id, row.channel) for row in (*loose, *held)})
    made = db.session.scalars(
        insert(Delivery)
        .from_select(
            ["occasion_id", "person_id", "channel", "not_before"],
            select(
                literal(occasion_id),
                func.unnest(literal([person_id for person_id, _way in recipients], ARRAY(BigInteger))),
                func.unnest(literal([channel for _person, channel in recipients], ARRAY(Text))),
                literal(now()),
            ),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "occasion_id", "person_id", "channel"])
        .returning(Delivery.id)
    ).all()
    # Locked, so that nothing is added to a message that a worker takes in this moment.
    waiting = {
        (person_id, channel): key
        for key, person_id, channel in db.session.execute(
            select(Delivery.id, Delivery.person_id, Delivery.channel)
            .where(Delivery.occasion_id == occasion_id, Delivery.state == "pending")
            .order_by(Delivery.id)
            .with_for_update()
        )
    }
    pairs = [(row.id, carrier) for row in loose if (carrier := waiting.get((row.person_id, row.channel)))]
    for start in range(0, len(pairs), CHUNK):
        _attach(pairs[start : start + CHUNK])
    joining = [(row.id, carrier) for row in held if (carrier := waiting.get((row.person_id, row.channel)))]
    for start in range(0, len(joining), CHUNK):
        _join(joining[start : start + CHUNK])
    return len(made)


def _held() -> Sequence[Any]:
    """What waits for a digest to take it in. What waited too long is sent by itself and is left to that."""
    return db.session.execute(
        select(Delivery.id, Delivery.person_id, Delivery.channel)
        .where(
            Delivery.state == "pending",
            Delivery.reason == HELD,
            Delivery.person_id.is_not(None),
            # For the index: what else waits is due before now, and may be a million.
            Delivery.channel.in_(sorted(CHANNELS)),
            Delivery.not_before > now(),
        )
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True)
    ).all()


def _join(pairs: list[tuple[int, int]]) -> None:
    """Have messages (by key) go in digests (by key): they bear the digest's, and are not sent by themselves."""
    given = select(
        func.unnest(literal([key for key, _carrier in pairs], ARRAY(BigInteger))).label("id"),
        func.unnest(literal([reference_to(carrier) for _key, carrier in pairs], ARRAY(Text))).label(
            "carrier"
        ),
    ).subquery("given")
    db.session.execute(
        update(Delivery)
        .where(Delivery.id == given.c.id, Delivery.state == "pending")
        .values(state="suppressed", reason=HELD, reference=given.c.carrier)
        .execution_options(synchronize_session=False)
    )


def _attach(pairs: list[tuple[int, int]]) -> None:
    """Put reminders (by key) into messages (by key)."""
    given = select(
        func.unnest(literal([key for key, _carrier in pairs], ARRAY(BigInteger))).label("id"),
        func.unnest(literal([carrier for _key, carrier in pairs], ARRAY(BigInteger))).label("delivery_id"),
    ).subquery("given")
    db.session.execute(
        update(Reminder)
        .where(Reminder.id == given.c.id)
        .values(delivery_id=given.c.delivery_id)
        .execution_options(synchronize_session=False)
    )


def remind_due(actor: Actor = SYSTEM, *, pause: timedelta = timedelta(0)) -> tuple[int, int]:
    """Plan and bundle the open tenant's day; returns (reminders, messages) that are new. Nudges the sender.

    Two at once come one after the other: the day's occasion is held until the transaction ends. `pause` skips a day
    that was planned so recently.
    """
    steps = ladder()
    on = today()
    occasion_id = _take_the_day(actor, on, pause=pause)
    if occasion_id is None:
        return 0, 0
    drop_what_is_over(steps.reopened_at)
    planned = plan_reminders(on=on, ladder=steps)
    tell_late(actor, steps=steps)
    bundled = bundle_digests(occasion_id=occasion_id)
    if planned:
        record(
            actor,
            verb="reminder.plan",
            object_type="occasion",
            object_id=occasion_id,
            detail={"reminders": planned, "messages": bundled},
        )
    after_commit(nudge(SEND))
    return planned, bundled


def digest_is_due(steps: Ladder) -> bool:
    """From the tenant's hour on; before it, in quiet hours and on days off the sweep plans nothing.

    What is left out then is planned with the next open day: only the latest step is told, in one message.
    """
    return steps.speaks(now())
