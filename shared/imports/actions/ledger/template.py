"""An empty ledger for offices that have none: titles, one example, the kinds that may be named."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from shared.clock import today
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.imports.actions.rejected import safe
from shared.imports.layouts.events import EVENTS

#: Columns wider than a word.
_WIDE = {
    "title": 28,
    "content": 44,
    "agenda": 28,
    "decisions": 28,
    "absent": 24,
    "unit": 24,
    "kind": 18,
    "time": 14,
}


def template_workbook(line: str) -> bytes:
    """The workbook for a tenant of this line (party, union); what it says is read back as it stands."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = _("Ledger")
    kinds = [spec for spec in KINDS.values() if spec.line in (line, "both") and not spec.own_page]
    example = {
        "date": f"{today().year}-03-15",
        "unit": _("(name of the unit)"),
        "kind": str(kinds[0].name),
        "title": _("(subject)"),
        "time": "14:30-16:00",
        "place": _("(place)"),
        "due": 21,
        "present": 20,
        "absent": _("(name) (sick leave)"),
    }
    for at, column in enumerate(EVENTS.columns, 1):
        head = sheet.cell(1, at, str(column.title))
        head.font, head.fill = Font(bold=True), PatternFill("solid", start_color="F1EEE8")
        sheet.cell(2, at, safe(example.get(column.key, ""))).alignment = Alignment(
            wrap_text=True, vertical="top"
        )
        sheet.column_dimensions[get_column_letter(at)].width = _WIDE.get(column.key, 12)
    sheet.freeze_panes = "A2"
    listed = book.create_sheet(_("Kinds"))
    listed.append([_("Kind of event")])
    for spec in kinds:
        listed.append([str(spec.name)])
    listed.column_dimensions["A"].width = 32
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
