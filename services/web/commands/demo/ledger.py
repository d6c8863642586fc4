"""Half a year of ledger: what the demo's units have held goes into the tables, set by set."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from services.web.commands.demo.habits import Held, Item, decide
from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from services.web.commands.demo.writing import Writer
from shared.audit import AuditEntry
from shared.clock import now
from shared.db import db
from shared.duties.models import DueItem
from shared.events.kinds import KINDS, TERM_KINDS
from shared.events.models import Attendance, Correction, Event

#: The newest items of these kinds the home unit still has before it.
OWED_AT_HOME = {
    "party": ("theme_day", "dues_collection", "party_lecture", "org_life_meeting", "democratic_appraisal"),
    "union": ("union_committee_meeting", "union_assembly", "autumn_aid"),
}
#: The home unit's overdue item: the last closed period of this kind.
OVERDUE_AT_HOME = {"party": "branch_committee_meeting", "union": "union_committee_meeting"}
#: Of the records that begin at half past two, one in so many was corrected; of these, one in so many entered twice.
MENDED_ONE_IN, VOID_ONE_IN = 25, 4


def write_ledger(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], *, since: date, on: date
) -> int:
    """Fulfil planned items with events, attendance and audit rows; returns the number of events."""
    writer = Writer(plan, units, staffs)
    items = [
        Item(*row)
        for row in db.session.execute(
            select(
                DueItem.id, DueItem.unit_id, DueItem.kind, DueItem.period, DueItem.opens_on, DueItem.due_on
            )
            .where(DueItem.state == "open", DueItem.kind.not_in(TERM_KINDS))
            .order_by(DueItem.due_on, DueItem.unit_id, DueItem.kind, DueItem.id)
        )
    ]
    home_id = units[plan.home].id
    overdue = [
        item
        for item in items
        if item.unit_id == home_id and item.kind == OVERDUE_AT_HOME[plan.line] and item.due_on < on
    ]
    left_open = {overdue[-1].id} if overdue else set()
    chosen = decide(
        [item for item in items if item.id not in left_open],
        since=since,
        on=on,
        home_id=home_id,
        owed_at_home=OWED_AT_HOME[plan.line],
        chance=writer.chance,
    )
    _store(writer, chosen)
    return len(chosen)


def _store(writer: Writer, chosen: list[Held]) -> None:
    rows = [writer.event(held) for held in chosen]
    ids = list(db.session.scalars(insert(Event).returning(Event.id, sort_by_parameter_order=True), rows))
    roll = []
    for event_id, held in zip(ids, chosen, strict=True):
        if KINDS[held.item.kind].attendance == "counts":
            continue
        absent = writer.absences(held)
        for person in writer.expected(held):
            reason = absent.get(person.person_id)
            roll.append(
                {
                    "event_id": event_id,
                    "person_id": person.person_id,
                    "present": reason is None,
                    "reason": reason,
                }
            )
    db.session.execute(insert(Attendance), roll)
    _fulfil(ids, chosen, [row["filed_at"] for row in rows])
    db.session.execute(insert(AuditEntry), _trail(writer, ids, rows))
    _mend(ids, rows)


def _mend(event_ids: list[int], rows: list[dict[str, Any]]) -> None:
    """A few records were corrected later, and one or two were entered twice and declared void."""
    mended = [
        (key, row) for key, row in zip(event_ids, rows, strict=True) if row["starts_at"] == time(14, 30)
    ][::MENDED_ONE_IN]
    db.session.execute(
        insert(Correction),
        [
            {
                "event_id": key,
                "person_id": row["filed_by"],
                "at": min(row["filed_at"] + timedelta(days=1), now()),
                "reason": "开始时间按签到表更正",
                "before": {"starts_at": "14:00:00"},
                "after": {"starts_at": "14:30:00"},
            }
            for key, row in mended
        ],
    )
    db.session.execute(
        update(Event)
        .where(Event.id.in_([key for key, _row in mended]))
        # What was signed is no longer what stands there.
        .values(version=2, signed_by=None, signed_on=None, signed_how=None)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        insert(Event),
        [
            row
            | {"state": "void", "void_reason": "与当日另一条记录重复", "form_key": f"{row['form_key']}-again"}
            for _key, row in mended[::VOID_ONE_IN]
        ],
    )


def _fulfil(event_ids: list[int], chosen: list[Held], filed: list[datetime]) -> None:
    done = select(
        func.unnest(bindparam("items", [held.item.id for held in chosen], type_=ARRAY(BigInteger))).label(
            "item_id"
        ),
        func.unnest(bindparam("events", event_ids, type_=ARRAY(BigInteger))).label("event_id"),
        func.unnest(bindparam("days", [held.on for held in chosen], type_=ARRAY(Date))).label("held_on"),
        func.unnest(bindparam("late", [held.made_up for held in chosen], type_=ARRAY(Boolean))).label("late"),
        func.unnest(bindparam("filed", filed, type_=ARRAY(DateTime(timezone=True)))).label("filed_at"),
    ).subquery("done")
    db.session.execute(
        update(DueItem)
        .where(DueItem.id == done.c.item_id)
        .values(
            state="done",
            event_id=done.c.event_id,
            held_on=done.c.held_on,
            made_up=done.c.late,
            recorded_at=done.c.filed_at,
        )
        .execution_options(synchronize_session=False)
    )


def _trail(writer: Writer, event_ids: list[int], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "at": row["filed_at"],
            "person_id": row["filed_by"],
            "actor_name": writer.customs[row["unit_id"]].chair.name,
            "session_id": "demo",
            "verb": "event.file",
            "object_type": "event",
            "object_id": event_id,
            "unit_id": row["unit_id"],
            "detail": {
                "kind": row["kind"],
                "held_on": row["held_on"].isoformat(),
                "present": row["present_count"],
            },
        }
        for event_id, row in zip(event_ids, rows, strict=True)
    ]
