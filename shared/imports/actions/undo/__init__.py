"""Taking a commit back."""

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.duties.actions import withdraw_items
from shared.errors import Conflict
from shared.i18n import _
from shared.imports.actions.reading import Beat, batch_of, given_up
from shared.imports.actions.undo.plan import REASONS, plan_undo
from shared.imports.actions.undo.restore import remove, restore
from shared.imports.jobs import UNDO, UNDO_LEDGER
from shared.imports.layouts import LEDGER
from shared.imports.models import Batch
from shared.jobs import Job, enqueue

__all__ = ["REASONS", "WITHDRAWN", "order_undo", "plan_undo", "undo_rows"]

#: The reason that is kept on the due items of a unit that stays.
WITHDRAWN = "The import that brought this unit was undone."


def order_undo(actor: Actor, batch: Batch, *, form_key: str | None = None) -> Job:
    """Have the commit taken back in the background. Raises Conflict after its time or when there is nothing to undo."""
    if batch.state != "committed" and not given_up(batch, "undoing"):
        raise Conflict(_("There is nothing to undo."))
    if batch.purge_at is None or batch.purge_at < now():
        raise Conflict(_("The time to undo this import has passed."))
    batch.state = "undoing"
    kind = UNDO_LEDGER if batch.layout == LEDGER else UNDO
    job = enqueue(actor, kind, args={"batch_id": batch.id}, subject=batch.file_name, form_key=form_key)
    batch.job_id = job.id
    record(actor, verb="import.undo", object_type="import_batch", object_id=batch.id)
    return job


def undo_rows(actor: Actor, *, batch_id: int, beat: Beat) -> dict[str, int] | None:
    """Take the commit back, in the running transaction; None when it has been done already. `beat` as in a commit."""
    batch = batch_of(batch_id)
    if batch.state != "undoing":
        return None
    plan = plan_undo(batch)
    result = plan.counts()
    total = len(plan.removed("person")) + len(plan.removed("unit")) + result["restored"]
    beat(0, total)
    remove(plan, beat, total)
    beat(total - result["restored"], total)
    restore(plan)
    staying = sorted(plan.kept["unit"].keys() & plan.inserted["unit"])
    result["due_items"] = withdraw_items(actor, unit_ids=staying, reason=WITHDRAWN) if staying else 0
    batch.state = "undone"
    batch.undone_at = now()
    batch.mapping = {**batch.mapping, "kept": plan.reasons()}
    record(actor, verb="import.undone", object_type="import_batch", object_id=batch.id, detail=result)
    return result
