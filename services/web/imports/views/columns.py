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
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.imports.actions.mappings import correct_mapping, forget_mapping
from shared.imports.layouts import LAYOUTS, LEDGER, layout_of, missing
from shared.imports.layouts.ledgers import lacking
from shared.imports.models import Batch, SavedMapping
from shared.imports.queries.ledger import Units, reach_of


@blueprint.get("/<int:batch_id>/columns")
@requires(Permission.IMPORT_LEDGER)
def columns(batch_id: int) -> str:
    """What each column means; asked where it could not be told, and to be corrected until the commit."""
    batch = batch_at(batch_id)
    entries = batch.mapping.get("sheets", [])
    # What the file leaves open is said at once, not only after a first try.
    return _columns(
        batch, _asked(batch, entries) if batch.state == "mapping" and batch.layout == LEDGER else []
    )


def _columns(batch: Batch, problems: list[str]) -> str:
    entries = []
    for entry in batch.mapping.get("sheets", []):
        by_index = {index: key for key, index in entry["columns"].items()}
        label = (entry.get("saved") or {}).get("name") or entry.get("label") or _label(batch, entry)
        entries.append({**entry, "by_index": by_index, "label": label})
    units, kinds = _choices() if batch.layout == LEDGER else ([], [])
    layouts = [
        (layout.key, str(layout.title), [(column.key, str(column.title)) for column in layout.columns])
        for layout in LAYOUTS[batch.layout]
    ]
    return render_template(
        "imports/columns.html",
        batch=batch,
        entries=entries,
        layouts=layouts,
        problems=problems,
        units=units,
        kinds=kinds,
        may_change=batch.state in {"mapping", "staged"},
    )


def _choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Units within reach and kinds of events, for a whole sheet."""
    units = [(ref, record.name) for ref, record in Units(reach_of(actor())).records.items()]
    return units, [(key, str(spec.name)) for key, spec in KINDS.items() if not spec.own_page]


def _asked(batch: Batch, entries: list[dict[str, Any]]) -> list[str]:
    """What a person still has to say, one sentence each."""
    if batch.layout == LEDGER:
        words = {
            "date": _("%(sheet)s: say which column holds the day."),
            "kind": _(
                "%(sheet)s: say which column holds the kind of event, or which kind the whole sheet is."
            ),
            "unit": _("%(sheet)s: say which column holds the unit, or whose sheet it is."),
            "year": _("%(sheet)s: the days stand without a year; say which year."),
        }
        return [
            words[key] % {"sheet": entry["name"]}
            for entry in entries
            if entry["layout"]
            for key in lacking(entry)
        ]
    return [
        _("%(sheet)s: say which column holds %(column)s.", sheet=entry["name"], column=column.title)
        for entry in entries
        if entry["layout"]
        for column in missing(layout_of(entry["layout"]), entry["columns"])
    ]


def _label(batch: Batch, entry: dict[str, Any]) -> str:
    """The name under which a mapping is kept, unless somebody gives another."""
    stem = batch.file_name.rsplit(".", 1)[0]
    return (stem if entry["name"] in stem else f"{stem} · {entry['name']}")[:60]


@blueprint.post("/<int:batch_id>/columns")
@requires(Permission.IMPORT_LEDGER)
def correct(batch_id: int) -> BaseResponse | tuple[str, int]:
    batch = batch_at(batch_id)
    corrected = sheets_of(request.form, batch.mapping.get("sheets", []), layouts=LAYOUTS[batch.layout])
    problems = _asked(batch, corrected)
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
