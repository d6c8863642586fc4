"""What the columns of a tenant's files mean: said once, kept under a name, applied to the next file, deleted."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict
from shared.i18n import _
from shared.imports.actions.upload import order_reading
from shared.imports.layouts import plain_title
from shared.imports.layouts.headers import Remembered, Saved, signature
from shared.imports.models import Batch, SavedMapping

#: Mappings that a tenant keeps at most are far fewer; the oldest beyond are not looked at.
KEPT = 200


def correct_mapping(actor: Actor, batch: Batch, *, sheets: list[dict[str, Any]]) -> None:
    """Say what the columns of each sheet mean, keep it for the next file, and read the file again.

    An entry's `label` is the name under which its mapping is kept. Raises Conflict once rows of the batch have been
    committed or while a job is at work on it.
    """
    if batch.state not in {"mapping", "staged"}:
        raise Conflict(_("This import is past the point where its columns can be changed."))
    batch.mapping = {"sheets": [_keep(actor, sheet) for sheet in sheets], "confirmed": True}
    batch.state = "reading"
    batch.job_id = order_reading(actor, batch).id
    record(actor, verb="import.map", object_type="import_batch", object_id=batch.id)


def _keep(actor: Actor, sheet: dict[str, Any]) -> dict[str, Any]:
    """Keep one sheet's mapping under its name; another mapping of the same titles is replaced."""
    label = str(sheet.get("label", "")).strip()[:60] or str(sheet["name"])[:60]
    entry = {key: value for key, value in sheet.items() if key not in {"label", "saved"}}
    if not sheet["layout"]:
        return entry
    by_index = {index: key for key, index in sheet["columns"].items()}
    titles: dict[str, str] = {}
    for index, title in enumerate(sheet["titles"]):
        if plain := plain_title(title):
            # Of two columns with one title, the one that means something.
            titles[plain] = titles.get(plain) or by_index.get(index, "")
    statement = insert(SavedMapping).values(
        name=label,
        layout=sheet["layout"],
        signature=signature(sheet["titles"]),
        titles=titles,
        created_by=actor.person_id,
        used_at=now(),
    )
    kept = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[SavedMapping.tenant_id, SavedMapping.signature],
            set_={
                name: statement.excluded[name]
                for name in ("name", "layout", "titles", "created_by", "used_at")
            },
        ).returning(SavedMapping.id)
    ).scalar_one()
    return {**entry, "saved": {"id": kept, "name": label}}


def saved_mappings() -> list[SavedMapping]:
    """The tenant's kept mappings, the last used first."""
    return list(
        db.session.scalars(
            select(SavedMapping).order_by(SavedMapping.used_at.desc(), SavedMapping.id.desc()).limit(KEPT)
        )
    )


def remembered() -> Remembered:
    """What was said at earlier imports. Of a title that was said twice, the last word counts."""
    headers: dict[str, Saved] = {}
    titles: dict[str, dict[str, str]] = {}
    for row in reversed(saved_mappings()):
        headers[row.signature] = Saved(row.id, row.name, row.layout, row.titles)
        titles.setdefault(row.layout, {}).update(row.titles)
    return Remembered(headers, titles)


def note_use(entries: Iterable[dict[str, Any]]) -> None:
    """The mappings that a file was read with have been used now."""
    used = [entry["saved"]["id"] for entry in entries if entry.get("saved")]
    if used:
        db.session.execute(update(SavedMapping).where(SavedMapping.id.in_(used)).values(used_at=now()))


def forget_mapping(actor: Actor, mapping: SavedMapping) -> None:
    """Delete a kept mapping; files read with it stay as they were read."""
    record(actor, verb="import.forget", object_type="import_mapping", object_id=mapping.id)
    db.session.delete(mapping)
