"""Reminders pressed in the last days: some read, some not, one undelivered."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from shared.clock import ZONE, now
from shared.db import db
from shared.duties.models import DueItem
from shared.i18n import use_locale
from shared.messages.channels import NOWHERE
from shared.messages.models import Delivery, Occasion
from shared.reminders.models import Reminder
from shared.reminders.queries.letters import body_of, letters, subject_of
from shared.reminders.queries.press import press_stage
from shared.reminders.queries.recipients import told_by_hand

#: How many days ago the officer pressed.
PRESSES = (9, 2)
#: Notices younger than this wait to be read.
UNREAD_DAYS = 5
#: Kinds of what was told in the course of the year.
PAST = (
    "assessment_round",
    "assessment_result",
    "contact",
    "deed",
    "filling",
    "finding",
    "findings",
    "plan",
    "resolutions",
    "return",
    "task",
    "watch",
)


def send_notices(*, officer_id: int, on: date, seed: str) -> int:
    """Press for what was overdue then; returns the number of messages."""
    chance = Random(f"notices of {seed}")
    return sum(
        _press(officer_id, on - timedelta(days=days), chance, old=days > UNREAD_DAYS) for days in PRESSES
    )


def read_most(*, cast: Iterable[int]) -> None:
    """Most of what the year brought has been read as soon as it comes; what still wants an act stays unread.

    `cast`: the people who sign in, for whom all of that is read.
    """
    db.session.execute(
        update(Delivery)
        .where(
            Delivery.channel == "in_app",
            Delivery.state == "pending",
            Delivery.occasion_id.in_(select(Occasion.id).where(Occasion.kind.in_(PAST))),
            or_(Delivery.person_id % 3 != 0, Delivery.person_id.in_(list(cast))),
        )
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )


def _press(officer_id: int, day: date, chance: Random, *, old: bool) -> int:
    item_ids = list(
        db.session.scalars(select(DueItem.id).where(DueItem.state == "open", DueItem.due_on < day))
    )
    told = told_by_hand(item_ids)
    reached = [row for row in told if row.channel != NOWHERE]
    if not reached:
        return 0
    at = datetime.combine(day, time(9, chance.randrange(60)), ZONE)
    ways = sorted({(row.person_id, row.channel) for row in reached})
    occasion_id = db.session.execute(
        insert(Occasion)
        .values(
            kind="press",
            key=f"press:demo:{day}",
            caused_by=officer_id,
            created_at=at,
            detail={
                "items": len({row.due_item_id for row in reached}),
                "units": len({row.unit_id for row in reached}),
                "people": len({row.person_id for row in reached}),
                "without_address": len({row.person_id for row in told} - {row.person_id for row in reached}),
                "messages": len(ways),
            },
        )
        .returning(Occasion.id)
    ).scalar_one()
    ids = list(
        db.session.scalars(
            insert(Delivery).returning(Delivery.id, sort_by_parameter_order=True),
            [_delivery(occasion_id, person_id, channel, at, chance, read=old) for person_id, channel in ways],
        )
    )
    carriers = dict(zip(ways, ids, strict=True))
    rows: list[dict[str, Any]] = [
        {
            "due_item_id": row.due_item_id,
            "person_id": row.person_id,
            "channel": row.channel,
            "stage": press_stage(day),
            "on_date": day,
            "delivery_id": carriers.get((row.person_id, row.channel)),
            "reason": "no_address" if row.channel == NOWHERE else None,
        }
        for row in told
    ]
    db.session.execute(insert(Reminder), rows)
    # The first mail of a press comes back.
    lost = next((key for (_person, channel), key in carriers.items() if channel == "email"), None)
    if lost is not None:
        db.session.execute(
            update(Delivery)
            .where(Delivery.id == lost)
            .values(state="failed", reason="address_refused", sent_at=None)
        )
    _compose(ids, day)
    return len(ids)


def _delivery(
    occasion_id: int, person_id: int, channel: str, at: datetime, chance: Random, *, read: bool
) -> dict[str, Any]:
    sent = at + timedelta(seconds=chance.randint(5, 90))
    return {
        "occasion_id": occasion_id,
        "person_id": person_id,
        "channel": channel,
        "state": "sent",
        "attempts": 1,
        "not_before": at,
        "created_at": at,
        "sent_at": sent,
        "read_at": sent + timedelta(hours=chance.randint(1, 30)) if read and channel == "in_app" else None,
    }


def _compose(ids: list[int], day: date) -> None:
    """What the messages said, by the words of the day."""
    subjects, bodies = [], []
    written = letters(ids)
    for key in ids:
        with use_locale(written[key].locale):
            subjects.append(subject_of(written[key], day))
            bodies.append(body_of(written[key], day))
    said = select(
        func.unnest(bindparam("ids", ids, type_=ARRAY(BigInteger))).label("id"),
        func.unnest(bindparam("subjects", subjects, type_=ARRAY(Text))).label("subject"),
        func.unnest(bindparam("bodies", bodies, type_=ARRAY(Text))).label("body"),
    ).subquery("said")
    db.session.execute(
        update(Delivery)
        .where(Delivery.id == said.c.id)
        .values(subject=said.c.subject, body=said.c.body)
        .execution_options(synchronize_session=False)
    )
