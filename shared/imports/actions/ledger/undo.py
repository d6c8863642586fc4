"""Taking the entry of a ledger back: records untouched since are removed, the others stay and are named."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select, text

from shared.access.actor import SYSTEM
from shared.audit import record
from shared.clock import now
from shared.db import Base, db
from shared.duties.actions.exempting import settle
from shared.events.models import Attendance, Event
from shared.i18n import lazy_
from shared.imports.actions.reading import CHUNK, batch_of
from shared.imports.actions.undo.plan import among

#: Why a record stays.
KEPT: dict[str, lazy_] = {
    "void": lazy_("declared void since"),
    "signed": lazy_("signed since"),
    "reviewed": lazy_("checked by the superior since"),
    "corrected": lazy_("corrected since"),
    "event_file": lazy_("has photos or papers"),
    "attendance": lazy_("somebody has made up for it"),
    "other": lazy_("is referred to elsewhere"),
}
#: What goes with its record.
_OWN = frozenset(("attendance", "due_item"))
_REOPEN = text(
    "update due_item set state = 'open', reason = null, event_id = null, held_on = null, recorded_at = null,"
    " made_up = false where event_id = any(:ids) returning unit_id"
)
_REMOVE = text("delete from event where id = any(:ids)")


@dataclass
class LedgerPlan:
    """What an undo would do: keys of records to remove, and those that stay with the key of KEPT."""

    removed: list[int] = field(default_factory=list)
    kept: dict[int, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        return {"events_removed": len(self.removed), "kept": len(self.kept)}

    def reasons(self) -> dict[str, int]:
        found = dict.fromkeys(self.kept.values(), 0)
        for reason in self.kept.values():
            found[reason] += 1
        return found


def plan_ledger_undo(batch_id: int, *, lock: bool = False) -> LedgerPlan:
    """Look at every record of the batch; a constant number of queries however many.

    `lock` holds the records, so that nobody corrects or signs what is about to go.
    """
    plan = LedgerPlan()
    written: list[int] = []
    events = (
        select(Event.id, Event.state, Event.version, Event.review, Event.signed_on)
        .where(Event.batch_id == batch_id)
        .order_by(Event.id)
    )
    for event in db.session.execute(events.with_for_update() if lock else events):
        written.append(event.id)
        touched = (
            ("void", event.state != "filed"),
            ("signed", event.signed_on is not None),
            ("reviewed", event.review is not None),
            ("corrected", event.version > 1),
        )
        if reason := next((word for word, so in touched if so), None):
            plan.kept[event.id] = reason
    _keep_referenced(plan, written)
    plan.removed = [key for key in written if key not in plan.kept]
    return plan


def _keep_referenced(plan: LedgerPlan, written: Collection[int]) -> None:
    """Every column of every table that names a record; a table added later is found without a word here."""
    if not written:
        return
    for key in db.session.scalars(
        select(Attendance.event_id).where(
            Attendance.event_id.in_(written), Attendance.made_up_on.is_not(None)
        )
    ):
        plan.kept.setdefault(key, "attendance")
    for table in Base.metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table.name != "event" or table.name in _OWN:
                continue
            for column in constraint.columns:
                if column.name != "tenant_id":
                    reason = table.name if table.name in KEPT else "other"
                    found = db.session.scalars(select(column).where(among(column, written)).distinct())
                    for key in found:
                        plan.kept.setdefault(key, reason)


def undo_ledger(batch_id: int) -> dict[str, int] | None:
    """Remove what may be removed, in the running transaction; the duties it fulfilled stand open again.

    None when it has been done already.
    """
    batch = batch_of(batch_id)
    if batch.state != "undoing":
        return None
    plan = plan_ledger_undo(batch_id, lock=True)
    result = plan.counts() | {"due_items": 0}
    units: set[int] = set()
    for start in range(0, len(plan.removed), CHUNK):
        ids = {"ids": plan.removed[start : start + CHUNK]}
        reopened = list(db.session.scalars(_REOPEN, ids))
        result["due_items"] += len(reopened)
        units |= set(reopened)
        db.session.execute(_REMOVE, ids)
    settle(units)
    batch = batch_of(batch_id)
    batch.state = "undone"
    batch.undone_at = now()
    batch.mapping = {**batch.mapping, "kept": plan.reasons()}
    record(SYSTEM, verb="import.undone", object_type="import_batch", object_id=batch.id, detail=result)
    return result
