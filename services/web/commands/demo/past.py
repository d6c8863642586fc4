"""One unit's ledger of the time before this one, entered later from its own table."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert

from services.web.commands.demo.habits import Held, Item
from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from services.web.commands.demo.writing import Writer
from shared.access.actor import Actor
from shared.clock import ZONE
from shared.db import db
from shared.duties.periods import months_after
from shared.events.models import Event
from shared.imports.layouts import LEDGER
from shared.imports.models import Batch

#: Months before the first of the demo's ledger.
MONTHS = 4
#: Entered so many days ago.
ENTERED = 12


def enter_past(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], admin: Actor, *, since: date, on: date
) -> int:
    """The records of the months before `since`, marked 补录, with counts and no names; returns how many."""
    said = read("life")[plan.line]["past"]
    unit_id = units[said["unit"]].id
    at = datetime.combine(on - timedelta(days=ENTERED), time(15, 40), ZONE)
    rows = _rows(Writer(plan, units, staffs), unit_id, said["kinds"], since)
    batch = Batch(
        layout=LEDGER,
        file_name=said["file"],
        state="committed",
        counts={"new": len(rows)},
        created_by=admin.person_id,
        created_at=at - timedelta(minutes=6),
        committed_at=at,
        form_key=f"demo past {plan.domain}",
    )
    db.session.add(batch)
    db.session.flush()
    more = {
        "backfilled": True,
        "batch_id": batch.id,
        "filed_by": admin.person_id,
        "filed_at": at,
        "signed_by": None,
        "signed_on": None,
        "signed_how": None,
    }
    db.session.execute(insert(Event), [row | more for row in rows])
    return len(rows)


def _rows(writer: Writer, unit_id: int, kinds: list[str], since: date) -> list[dict[str, Any]]:
    found = []
    for ahead in range(-MONTHS, 0):
        month = months_after(since, ahead)
        for number, kind in enumerate(kinds):
            day = month + timedelta(days=10 + 6 * number)
            key = -(10 * (ahead + MONTHS) + number + 1)
            item = Item(
                key, unit_id, kind, f"{month:%Y-%m}", month, months_after(month, 1) - timedelta(days=1)
            )
            held = Held(item, day - timedelta(days=max(0, day.weekday() - 4)), made_up=False)
            if writer.expected(held):
                found.append(writer.event(held) | {"form_key": f"demo past {unit_id} {month:%Y-%m} {kind}"})
    return found
