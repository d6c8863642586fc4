"""What the columns mean."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.imports.forms import sheets_of
from services.web.imports.views.routes import batch_at, blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.i18n import _
from shared.imports.actions.mappings import correct_mapping, forget_mapping
from shared.imports.layouts import LAYOUTS, ROSTER, missing
from shared.imports.layouts.headers import layout_of
from shared.imports.models import Batch, SavedMapping


@blueprint.get("/<int:batch_id>/columns")
@requires(Permission.IMPORT_RUN)
def columns(batch_id: int) -> str:
    """What each column means; asked where it could not be told, and to be corrected until the commit."""
    return _columns(batch_at(batch_id), [])


def _columns(batch: Batch, problems: list[str]) -> str:
    entries = []
    for entry in batch.mapping.get("sheets", []):
        by_index = {index: key for key, index in entry["columns"].items()}
        label = (entry.get("saved") or {}).get("name") or entry.get("label") or _label(batch, entry)
        entries.append({**entry, "by_index": by_index, "label": label})
    layouts = [
        (layout.key, str(layout.title), [(column.key, str(column.title)) for column in layout.columns])
        for layout in LAYOUTS[ROSTER]
    ]
    return render_template(
        "imports/columns.html",
        batch=batch,
        entries=entries,
        layouts=layouts,
        problems=problems,
        may_change=batch.state in {"mapping", "staged"},
    )


def _label(batch: Batch, entry: dict[str, Any]) -> str:
    """The name under which a mapping is kept, unless somebody gives another."""
    stem = batch.file_name.rsplit(".", 1)[0]
    return (stem if entry["name"] in stem else f"{stem} · {entry['name']}")[:60]


@blueprint.post("/<int:batch_id>/columns")
@requires(Permission.IMPORT_RUN)
def correct(batch_id: int) -> BaseResponse | tuple[str, int]:
    batch = batch_at(batch_id)
    corrected = sheets_of(request.form, batch.mapping.get("sheets", []))
    problems = [
        _("%(sheet)s: say which column holds %(column)s.", sheet=entry["name"], column=column.title)
        for entry in corrected
        if entry["layout"]
        for column in missing(layout_of(entry["layout"]), entry["columns"])
    ]
    if not any(entry["layout"] for entry in corrected):
        problems = [_("Say of at least one sheet what it holds.")]
    if problems:
        db.session.expunge(batch)
        batch.mapping = {**batch.mapping, "sheets": corrected}
        return _columns(batch, problems), 422
    db.session.rollback()
    with transaction():
        correct_mapping(actor(), batch_at(batch_id, lock=True), sheets=corrected)
    return redirect(url_for("imports.show", batch_id=batch_id), 303)


@blueprint.post("/mappings/<int:mapping_id>/delete")
@requires(Permission.IMPORT_RUN)
def forget(mapping_id: int) -> BaseResponse:
    """Delete a kept mapping; the next file with these titles is read by their names again."""
    with transaction():
        forget_mapping(
            actor(), fetch(SavedMapping, mapping_id, actor=actor(), may=Permission.IMPORT_RUN, lock=True)
        )
    flash(_("Deleted. The next file with these titles is read by their names again."), "ok")
    return redirect(url_for("imports.index"), 303)
