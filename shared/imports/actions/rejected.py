"""The rows that were not imported, as a workbook to correct and upload again."""

import io
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.db import db
from shared.i18n import _
from shared.imports.issues import ISSUES
from shared.imports.models import Batch, Row
from shared.imports.queries import opened
from shared.tenants.queries import keys

#: A text that begins like this would be taken for a formula by whoever opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def safe(cell: Any) -> Any:
    """A cell that stays a text in any spreadsheet program."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return "'" + cell
    return cell


def rejected_workbook(actor: Actor, batch: Batch) -> bytes:
    """Every row in question or refused that has not been committed, with a column of reasons after its own cells.

    It holds identity numbers as they were uploaded, hence the audit row.
    """
    tenant_keys = keys()
    book = Workbook(write_only=True)
    rows = db.session.scalars(
        select(Row)
        .where(Row.batch_id == batch.id, Row.verdict.in_(("question", "bad")), Row.applied.is_(False))
        .order_by(Row.sheet, Row.row_no)
    ).all()
    for number, entry in enumerate(batch.mapping["sheets"]):
        own = [row for row in rows if row.sheet == number]
        if not own:
            continue
        sheet = book.create_sheet(entry["name"][:31])
        width = len(entry["titles"])
        sheet.append([*(safe(title) for title in entry["titles"]), _("Row"), _("Reason")])
        for row in own:
            one = opened(row, tenant_keys)
            cells = [safe(cell) for cell in one.cells[:width]]
            cells += [""] * (width - len(cells))
            findings = one.content.get("f") or row.issues
            sheet.append([*cells, row.row_no, "；".join(_reason(finding) for finding in findings)])
    if not book.worksheets:
        book.create_sheet(_("Rows"))
    stream = io.BytesIO()
    book.save(stream)
    record(
        actor,
        verb="import.download",
        object_type="import_batch",
        object_id=batch.id,
        detail={"rows": len(rows)},
    )
    return stream.getvalue()


def _reason(finding: list[Any]) -> str:
    said = finding[2] if len(finding) > 2 else ""
    text = ISSUES[finding[1]].text
    return _(text.message, said=said, row=said) if said != "" else str(text)
