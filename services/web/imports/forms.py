"""What the pages of imports send."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from services.web.fields import DayField, Form, lazy_
from shared.events.kinds import KINDS
from shared.imports.actions.decision import Decision
from shared.imports.layouts import layout_of
from shared.imports.layouts.columns import Layout
from shared.imports.layouts.events import EVENTS

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


def sheets_of(
    sent: "MultiDict[str, str]", entries: list[Mapping[str, Any]], *, layouts: Sequence[Layout]
) -> list[dict[str, Any]]:
    """The corrected mapping: layout-<sheet> says what the sheet is, column-<sheet>-<index> what a column means.

    Of a ledger's sheet kind-, unit-, year- and month-<sheet> say what holds for all its rows.
    """
    keys = {layout.key for layout in layouts}
    corrected = []
    for number, entry in enumerate(entries):
        layout = sent.get(f"layout-{number}", "")
        columns: dict[str, int] = {}
        if layout in keys:
            known = layout_of(layout).keys
            for index in range(len(entry["titles"])):
                key = sent.get(f"column-{number}-{index}", "")
                if key in known and key not in columns:
                    columns[key] = index
        else:
            layout = ""
        label = sent.get(f"label-{number}", "").replace("\0", "").strip()[:60]
        whole = _whole_sheet(sent, number, columns) if layout == EVENTS.key else {}
        corrected.append({**entry, "layout": layout, "columns": columns, "label": label, **whole})
    return corrected


def _whole_sheet(sent: "MultiDict[str, str]", number: int, columns: Mapping[str, int]) -> dict[str, Any]:
    kind, unit = sent.get(f"kind-{number}", ""), sent.get(f"unit-{number}", "")
    return {
        "kind": kind if kind in KINDS else "",
        "unit": unit if unit.startswith("u:") and unit[2:].isascii() and unit[2:].isdigit() else "",
        "year": _between(sent.get(f"year-{number}", ""), 1949, 2199),
        "month": _between(sent.get(f"month-{number}", ""), 1, 12),
    }


def _between(text: str, least: int, most: int) -> int | None:
    plain = text.strip().removesuffix("年").removesuffix("月")
    known = plain.isascii() and plain.isdigit() and len(plain) <= 4 and least <= int(plain) <= most
    return int(plain) if known else None
