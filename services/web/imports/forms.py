"""What the pages of imports send."""

from collections.abc import Mapping
from typing import Any

from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from services.web.fields import DayField, Form, lazy_
from shared.imports.actions.decide import Decision
from shared.imports.layouts.headers import layout_of

#: What is offered in the file dialogue.
ACCEPT = ".xlsx,.xls,.csv"


class UploadForm(Form):
    file = FileField(lazy_("Choose the file"), render_kw={"accept": ACCEPT})
    form_key = HiddenField()


class CommitForm(Form):
    counts_from = DayField(lazy_("Duties count from"), render_kw={"type": "date"})
    form_key = HiddenField()


def decisions_of(sent: "MultiDict[str, str]") -> dict[int, Decision]:
    """The decisions in a sent form: do-<row> is a choice, cell-<row>-<column> a corrected cell."""
    choices: dict[int, str] = {}
    cells: dict[int, dict[str, str]] = {}
    for name, value in sent.items():
        parts = name.split("-")
        if len(parts) < 2 or not parts[1].isascii() or not parts[1].isdigit() or len(parts[1]) > 15:
            continue
        row_id = int(parts[1])
        if parts[0] == "do" and len(parts) == 2:
            choices[row_id] = value
        elif parts[0] == "cell" and len(parts) == 3 and value.strip():
            cells.setdefault(row_id, {})[parts[2]] = value.strip()
    return {
        row_id: Decision(choices.get(row_id, ""), cells.get(row_id, {}))
        for row_id in choices.keys() | cells.keys()
    }


def sheets_of(sent: "MultiDict[str, str]", entries: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The corrected mapping: layout-<sheet> says what the sheet is, column-<sheet>-<index> what a column means."""
    corrected = []
    for number, entry in enumerate(entries):
        layout = sent.get(f"layout-{number}", "")
        columns: dict[str, int] = {}
        if layout in {"units", "people"}:
            known = layout_of(layout).keys
            for index in range(len(entry["titles"])):
                key = sent.get(f"column-{number}-{index}", "")
                if key in known and key not in columns:
                    columns[key] = index
        else:
            layout = ""
        label = sent.get(f"label-{number}", "").replace("\0", "").strip()[:60]
        corrected.append({**entry, "layout": layout, "columns": columns, "label": label})
    return corrected
