"""Making a table and changing it: freely as a draft, only by adding once it was sent out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.audit import record
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.models import Plan, PlanItem
from shared.returns.columns import (
    KINDS,
    KNOWN,
    MAX_CHOICES,
    MAX_COLUMNS,
    MAX_HINT,
    MAX_LABEL,
    MAX_TEXT,
    NUMBERS,
    Column,
    columns_of,
    kept,
)
from shared.returns.models import ReturnTable

MAX_TITLE = 120
MAX_REMARK = 2000
MAX_MEASURE = 12
LAYOUTS = ("row", "list")

_KEY = re.compile(r"c(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Words:
    """What whoever makes a table writes. A column without a key is new."""

    title: str
    remark: str
    layout: str
    columns: Sequence[Column]
    plan_item_id: int | None = None


def note(actor: Actor, table: ReturnTable, verb: str, **detail: object) -> None:
    record(
        actor, verb=verb, object_type="return", object_id=table.id, unit_id=table.unit_id, detail=dict(detail)
    )


def make_table(
    actor: Actor, *, unit: Unit, words: Words, form_key: str, start: ReturnTable | None = None
) -> tuple[ReturnTable, bool]:
    """A new draft of the unit; the same form again gives the one it made. Raises Invalid with the wrong fields.

    `start`: the table it begins from; its columns keep their keys, so that its values can be offered.
    """
    found = db.session.execute(
        select(ReturnTable).where(ReturnTable.form_key == form_key)
    ).scalar_one_or_none()
    if found is not None:
        return found, False
    columns = _checked(words, had=columns_of(start.columns) if start is not None else ())
    table = ReturnTable(
        unit_id=unit.id,
        title=words.title.strip(),
        remark=words.remark.strip(),
        layout=words.layout,
        columns=kept(columns),
        from_id=start.id if start is not None else None,
        plan_item_id=_item(actor, words.plan_item_id),
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(table)
    db.session.flush()
    note(actor, table, "return.make")
    return table, True


def change_table(actor: Actor, *, table: ReturnTable, words: Words, version: int) -> bool:
    """Change a table, locked by the caller; False when nothing differs.

    Once it was sent out, columns are only added, and of those that stand there only the words and the choices change:
    what units filled in stays what it was. Raises Conflict when somebody was faster or the table is over.
    """
    if table.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if table.state not in ("draft", "issued"):
        raise Conflict(_("This table is closed."))
    columns = _checked(words, had=columns_of(table.columns))
    if table.state == "issued":
        _refuse_narrowing(table, words, columns)
    found = {
        "title": words.title.strip(),
        "remark": words.remark.strip(),
        "layout": words.layout,
        "columns": kept(columns),
        "plan_item_id": table.plan_item_id
        if words.plan_item_id == table.plan_item_id
        else _item(actor, words.plan_item_id),
    }
    changed = [name for name, value in found.items() if getattr(table, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(table, name, found[name])
    table.version += 1
    note(actor, table, "return.change", fields=changed)
    return True


def item_asked(actor: Actor, item_id: int) -> PlanItem | None:
    """An item of a plan that the actor may work on; None where there is none such. One query."""
    return db.session.execute(
        select(PlanItem)
        .join(Plan, (Plan.tenant_id == PlanItem.tenant_id) & (Plan.id == PlanItem.plan_id))
        .join(Unit, (Unit.tenant_id == Plan.tenant_id) & (Unit.id == Plan.unit_id))
        .where(
            PlanItem.id == item_id,
            PlanItem.state == "item",
            Plan.state.in_(("draft", "comments", "issued")),
            reach_filter(actor, Permission.PLAN_EDIT, Unit.path),
        )
    ).scalar_one_or_none()


def _item(actor: Actor, item_id: int | None) -> int | None:
    if item_id is None:
        return None
    found = item_asked(actor, item_id)
    if found is None:
        raise Invalid(_("Choose one of the list."), fields={"plan_item_id": _("Choose one of the list.")})
    return found.id


def _checked(words: Words, had: Sequence[Column] = ()) -> list[Column]:
    """The columns with their keys; Invalid names each wrong field."""
    wrong: dict[str, object] = {}
    if not words.title.strip():
        wrong["title"] = _("This is missing.")
    elif len(words.title) > MAX_TITLE:
        wrong["title"] = _("At most %(n)s characters.", n=MAX_TITLE)
    if len(words.remark) > MAX_REMARK:
        wrong["remark"] = _("At most %(n)s characters.", n=MAX_REMARK)
    if words.layout not in LAYOUTS:
        wrong["layout"] = _("Choose one of the list.")
    if not words.columns:
        wrong["columns"] = _("At least one column is needed.")
    elif len(words.columns) > MAX_COLUMNS:
        wrong["columns"] = _("At most %(n)s columns.", n=MAX_COLUMNS)
    elif all(one.known for one in words.columns):
        wrong["columns"] = _("All of this is known already; at least one column must be filled in.")
    seen: set[str] = set()
    for number, one in enumerate(words.columns):
        for name, text in _wrong_column(one).items():
            wrong[f"columns-{number}-{name}"] = text
        if one.label.strip() in seen:
            wrong[f"columns-{number}-label"] = _("Two columns bear this name.")
        seen.add(one.label.strip())
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(words.title, words.remark, *(f"{one.label}\n{one.hint}" for one in words.columns))
    return _keyed(words.columns, had)


def _keyed(columns: Sequence[Column], had: Sequence[Column]) -> list[Column]:
    """A new column gets a key that no column of the table ever had."""
    taken = {one.key for one in had}
    last = max((int(found[1]) for key in taken if (found := _KEY.fullmatch(key))), default=0)
    made: list[Column] = []
    used: set[str] = set()
    for one in columns:
        key = one.key if one.key in taken - used else ""
        if not key:
            last += 1
            key = f"c{last}"
        used.add(key)
        made.append(replace(one, key=key, label=one.label.strip(), hint=one.hint.strip()))
    return made


def _wrong_column(one: Column) -> dict[str, object]:
    wrong: dict[str, object] = {}
    if not one.label.strip():
        wrong["label"] = _("This is missing.")
    elif len(one.label) > MAX_LABEL:
        wrong["label"] = _("At most %(n)s characters.", n=MAX_LABEL)
    if one.kind not in KINDS:
        wrong["kind"] = _("Choose one of the list.")
        return wrong
    if len(one.measure) > MAX_MEASURE:
        wrong["measure"] = _("At most %(n)s characters.", n=MAX_MEASURE)
    elif one.measure and one.kind not in NUMBERS:
        wrong["measure"] = _("Only numbers have a unit of measure.")
    if len(one.hint) > MAX_HINT:
        wrong["hint"] = _("At most %(n)s characters.", n=MAX_HINT)
    if one.known and (one.known not in KNOWN or KNOWN[one.known][1] != one.kind):
        wrong["known"] = _("This does not fit the kind of the column.")
    if one.kind == "choice" and not one.choices:
        wrong["choices"] = _("Name what can be chosen.")
    elif len(one.choices) > MAX_CHOICES or any(len(choice) > MAX_TEXT // 5 for choice in one.choices):
        wrong["choices"] = _("At most %(n)s short choices.", n=MAX_CHOICES)
    bounds = [_bound(one, text) for text in (one.least, one.most)]
    for name, text, bound in zip(("least", "most"), (one.least, one.most), bounds, strict=True):
        if text and bound is None:
            wrong[name] = _("This bound does not fit the kind of the column.")
    if None not in bounds and bounds[0] > bounds[1]:  # type: ignore[operator]
        wrong["most"] = _("This lies below the least value.")
    return wrong


def _bound(one: Column, text: str) -> Decimal | date | None:
    try:
        if one.kind == "date":
            return date.fromisoformat(text)
        number = Decimal(text) if one.kind in NUMBERS else None
    except (ValueError, InvalidOperation):
        return None
    # copy_abs: abs() rounds, and 1e999999999 overflows there.
    return number if number is not None and number.is_finite() and number.copy_abs() < 10**15 else None


def _refuse_narrowing(table: ReturnTable, words: Words, columns: list[Column]) -> None:
    """What was sent out may grow, not change under the hands of whoever fills it in."""
    now = {one.key: one for one in columns}
    wrong: dict[str, object] = {}
    if words.layout != table.layout:
        wrong["layout"] = _("The table has been sent out; this stays as it is.")
    for had in columns_of(table.columns):
        one = now.get(had.key)
        if one is None:
            wrong["columns"] = _(
                "The table has been sent out; columns can only be added: %(name)s", name=had.label
            )
            continue
        same = replace(one, label=had.label, hint=had.hint, choices=had.choices, required=had.required)
        if same != had or not set(had.choices) <= set(one.choices) or (one.required and not had.required):
            wrong["columns"] = _(
                "The table has been sent out; of this column only its words change: %(name)s", name=had.label
            )
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
