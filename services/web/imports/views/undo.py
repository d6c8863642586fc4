"""What an undo would do, and the undo."""

import secrets

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.imports.views.routes import batch_at, blueprint
from shared.access.permissions import Permission
from shared.clock import now
from shared.db import transaction
from shared.errors import Conflict
from shared.i18n import _
from shared.imports import queries
from shared.imports.actions.ledger.undo import KEPT, plan_ledger_undo
from shared.imports.actions.undo import REASONS, order_undo, plan_undo
from shared.imports.layouts import LEDGER
from shared.imports.models import Batch
from shared.imports.queries.ledger import events_named

#: Names shown of each list.
LISTED = 100


@blueprint.get("/<int:batch_id>/undo")
@requires(Permission.IMPORT_LEDGER)
def undo_preview(batch_id: int) -> str:
    batch = batch_at(batch_id)
    if batch.state != "committed":
        raise Conflict(_("There is nothing to undo."))
    if batch.layout == LEDGER:
        return _ledger(batch)
    plan = plan_undo(batch)
    kept = [
        (kind, key, str(REASONS.get(reason, REASONS["other"])))
        for kind in ("unit", "person")
        for key, reason in plan.kept[kind].items()
    ]
    return render_template(
        "imports/undo.html",
        batch=batch,
        counts=plan.counts(),
        removed_units=queries.names_of("unit", plan.removed("unit")[:LISTED]),
        removed_people=queries.names_of("person", plan.removed("person")[:LISTED]),
        restored_units=queries.names_of("unit", plan.restored("unit")[:LISTED]),
        restored_people=queries.names_of("person", sorted(plan.people_restored())[:LISTED]),
        kept=_named(kept[:LISTED]),
        listed=LISTED,
        form_key=secrets.token_hex(12),
        may_undo=batch.purge_at is not None and batch.purge_at > now(),
    )


def _ledger(batch: Batch) -> str:
    plan = plan_ledger_undo(batch.id)
    return render_template(
        "imports/undo_ledger.html",
        batch=batch,
        counts=plan.counts(),
        removed=events_named(plan.removed[:LISTED]),
        kept=[(one, str(KEPT[plan.kept[one.id]])) for one in events_named(list(plan.kept)[:LISTED])],
        form_key=secrets.token_hex(12),
        may_undo=batch.purge_at is not None and batch.purge_at > now(),
    )


def _named(kept: list[tuple[str, int, str]]) -> list[tuple[str, str]]:
    names = {
        kind: dict(queries.names_of(kind, [key for one, key, _reason in kept if one == kind]))
        for kind in ("unit", "person")
    }
    return [(names[kind].get(key, ""), reason) for kind, key, reason in kept]


@blueprint.post("/<int:batch_id>/undo")
@requires(Permission.IMPORT_LEDGER)
def undo(batch_id: int) -> BaseResponse:
    try:
        with transaction():
            order_undo(actor(), batch_at(batch_id, lock=True), form_key=request.form.get("form_key") or None)
    except Conflict:
        if batch_at(batch_id).state not in {"undoing", "undone"}:
            raise
    return redirect(url_for("imports.show", batch_id=batch_id), 303)
