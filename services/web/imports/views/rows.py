"""The rows that wait for a decision, as the page shows them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.events.kinds import KINDS
from shared.i18n import _
from shared.imports.actions.decision import can_take
from shared.imports.cells.parsed import text_of
from shared.imports.issues import GROUPS, ISSUES
from shared.imports.layouts import layout_of
from shared.imports.layouts.columns import Layout
from shared.imports.models import Batch, Row
from shared.imports.queries import Opened, opened
from shared.members.relations import relation_name
from shared.sealing import Keys, masked

#: Columns whose content is never shown in full, and what of it is.
_MASKED = {"identity": (1, 1), "phone": (3, 4)}
#: Columns shown beside each row, whatever is wrong with it.
SHOWN = {
    "people": ("name", "identity", "phone", "unit"),
    "units": ("name", "kind", "parent"),
    "events": ("date", "kind", "unit", "title"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row: what is shown, whether something is wrong with it, and its field for the correction."""

    key: str
    title: str
    text: str
    wrong: bool
    #: Name of the input; '' where the cell cannot be corrected here.
    field: str = ""
    #: What the input holds at first.
    value: str = ""


@dataclass(slots=True)
class Line:
    """A row with something to decide."""

    id: int
    row_no: int
    sheet: str
    name: str
    #: The columns of SHOWN first, then others with something wrong.
    cells: list[Cell]
    shown: int
    said: list[str]
    options: list[tuple[str, str]]
    chosen: str
    #: take, leave, applied or '' (open).
    decision: str
    #: What a good row would change.
    changes: list[str] = field(default_factory=list)
    #: How many open rows of the page name the unit in the same words, and the reference they could all take.
    alike: int = 0
    alike_ref: str = ""
    #: The record that stands already.
    event_id: int | None = None


@dataclass(slots=True)
class Group:
    title: str
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """The rows of one layout, under the titles of the columns that are always shown."""

    titles: list[str]
    groups: list[Group]


def sentence(finding: Sequence[Any]) -> str:
    """What is wrong, in the reader's language; a third entry is the row or the name that it speaks of."""
    said = finding[2] if len(finding) > 2 else ""
    return (
        _(ISSUES[finding[1]].text.message, said=said, row=said)
        if said != ""
        else str(ISSUES[finding[1]].text)
    )


def shown(key: str, raw: Any) -> str:
    """A cell's text, masked where it is a personal number."""
    text = text_of(raw)
    if key in _MASKED and text:
        head, tail = _MASKED[key]
        return masked(text, head=head, tail=tail)
    return text


def blocks_of(batch: Batch, rows: Sequence[Row], keys: Keys) -> list[Block]:
    """The rows of a page by layout and by the kind of what is wrong."""
    found: dict[str, dict[str, list[Line]]] = {}
    words: Counter[str] = Counter()
    open_words: list[tuple[Line, str]] = []
    for row in rows:
        one = opened(row, keys)
        findings = one.content.get("f") or [[*issue] for issue in row.issues]
        line = _line(batch, one, findings)
        layout = batch.mapping["sheets"][row.sheet]["layout"]
        group = ISSUES[findings[0][1]].group if findings else "format"
        found.setdefault(layout, {}).setdefault(group, []).append(line)
        word = next((cell.text for cell in line.cells if cell.key in {"unit", "parent"} and cell.wrong), "")
        if line.decision == "" and word:
            words[word] += 1
            open_words.append((line, word))
    for line, word in open_words:
        uses = [ref for ref, _label in line.options if ref.startswith("use:")]
        # The first row of several that name the unit alike offers to settle them all.
        if words[word] > 1 and len(uses) == 1:
            line.alike, line.alike_ref = words.pop(word), uses[0]
    return [
        Block(
            [str(layout_of(layout).column(key).title) for key in SHOWN[layout]],
            [Group(str(GROUPS[key]), groups[key]) for key in GROUPS if key in groups],
        )
        for layout, groups in sorted(found.items(), reverse=True)
    ]


def lines_of(batch: Batch, rows: Sequence[Row], keys: Keys) -> list[Line]:
    """Rows without a question, as they are understood."""
    return [_line(batch, opened(row, keys), []) for row in rows]


def _line(batch: Batch, one: Opened, findings: Sequence[Sequence[Any]]) -> Line:
    row = one.row
    entry = batch.mapping["sheets"][row.sheet]
    layout = layout_of(entry["layout"])
    wrong = {finding[0] for finding in findings}
    raw, values = one.cells, one.values
    names = one.content.get("n", {})
    shown_keys = [
        *SHOWN[layout.key],
        *(key for key in layout.keys if key in wrong and key not in SHOWN[layout.key]),
    ]
    open_options = one.content.get("o", {})
    cells = []
    for key in shown_keys:
        index = entry["columns"].get(key)
        text = raw[index] if raw and index is not None and index < len(raw) else values.get(key, "")
        said = text if key != "unit" or raw else names.get(str(text), "")
        editable = key in wrong - {"note"} and bool(raw) and index is not None and not row.applied
        if key == "name" and values.get("name"):
            said = values["name"]
        if layout.key == "events" and key not in wrong:
            said = _understood(key, values, said)
        if key == "relation" and (index is None or not raw):
            said = relation_name(str(said)) if said else ""
        cells.append(
            Cell(
                key,
                str(layout.column(key).title),
                shown(key, said),
                key in wrong,
                f"cell-{row.id}-{key}" if editable else "",
                "" if key in {"identity", "unit", "parent"} else text_of(said),
            )
        )
    options: list[tuple[str, str]] = [
        (f"use:{column}:{ref}", _("Take %(unit)s", unit=label))
        for column, found in open_options.items()
        if column in wrong
        for ref, label in found
    ]
    if findings and can_take(findings):
        takes = dict.fromkeys(str(ISSUES[finding[1]].take) for finding in findings)
        options.append(("take", "；".join(takes)))
    elif not findings:
        options.append(("take", _("Import as corrected")))
    options.append(("leave", _("Leave this row out")))
    decision = "applied" if row.applied else row.decision or ""
    return Line(
        row.id,
        row.row_no,
        entry["name"],
        shown("name", cells[0].text),
        cells,
        len(SHOWN[layout.key]),
        [sentence(finding) for finding in findings],
        options,
        row.decision or "",
        decision,
        [_title(layout, key) for key in one.content.get("d", ())],
        event_id=one.content.get("e"),
    )


def _understood(key: str, values: dict[str, Any], said: Any) -> Any:
    """What a row of a ledger means by a cell, or takes from its sheet."""
    if key == "kind" and values.get("kind") in KINDS:
        return str(KINDS[values["kind"]].name)
    return values.get("unit_name" if key == "unit" else key, said)


def _title(layout: Layout, key: str) -> str:
    return str(layout.column(key).title) if key in layout.keys else _("Membership")
