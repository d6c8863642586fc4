"""Tables of units as Excel: who has handed in, and everything that was filled in."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.exports.lists.columns import CHUNK, Cell, Column, List
from shared.exports.lists.phrases import unit_said
from shared.i18n import _, lazy_
from shared.returns import columns as kinds
from shared.returns.models import ReturnTable
from shared.returns.queries.lists import FillingFilter, FillingRow, fillings
from shared.returns.queries.results import ResultFilter, ResultRow, results

_STATES = {
    "open": lazy_("To be filled in"),
    "returned": lazy_("Returned"),
    "handed_in": lazy_("Handed in"),
    "taken": lazy_("Taken in"),
}
_VIEWS = {
    "waiting": lazy_("Still to be handed in"),
    "late": lazy_("Late"),
    "returned": lazy_("Returned"),
    "handed_in": lazy_("To be taken in"),
    "taken": lazy_("Taken in"),
    "given": lazy_("Handed in"),
    "all": lazy_("All"),
}


def _columns(_actor: Actor, _given: FillingFilter) -> list[Column[FillingRow]]:
    return [
        Column(_("Table"), lambda row: row.title, 40),
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("Asked for by"), lambda row: row.asked_by, 28),
        Column(_("Last day"), lambda row: row.due_on, 12),
        Column(_("State"), lambda row: str(_STATES[row.state]), 12),
        Column(_("Late"), lambda row: _("yes") if row.colour == "red" else "", 8),
        Column(_("Handed in"), lambda row: row.handed_at if row.state != "returned" else None, 18),
    ]


def _chunks(actor: Actor, given: FillingFilter) -> Iterator[Sequence[FillingRow]]:
    given = replace(given, after=None)
    while True:
        rows, after = fillings(actor, given, limit=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _table(return_id: int | None) -> ReturnTable | None:
    """The table; whether its rows are seen is decided by the reach of each."""
    if not return_id:
        return None
    return db.session.execute(select(ReturnTable).where(ReturnTable.id == return_id)).scalar_one_or_none()


def _said(_actor: Actor, given: FillingFilter) -> list[tuple[str, str]]:
    table = _table(given.return_id)
    said = [(_("Which copies"), str(_VIEWS[given.view])), *unit_said(given.unit_id)]
    return [*said, (_("Table"), table.title)] if table is not None else said


RETURNS: List[FillingFilter, FillingRow] = List(
    name="returns.list",
    title=lazy_("Returns of units"),
    permission=Permission.RETURN_VIEW,
    filter=FillingFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)


def _cell(column: kinds.Column, row: ResultRow) -> Cell:
    text = row.values.get(column.key, "")
    if not text:
        return None
    if column.kind in kinds.NUMBERS:
        return Decimal(text)
    if column.kind == "date":
        return date.fromisoformat(text)
    return {"y": _("yes"), "n": _("no")}.get(text, text) if column.kind == "yes_no" else text


def _result_columns(_actor: Actor, given: ResultFilter) -> list[Column[ResultRow]]:
    table = _table(given.return_id)
    own = kinds.columns_of(table.columns) if table is not None else []
    return [
        Column(_("Unit"), lambda row: row.unit_name, 28),
        *(Column(one.head, partial(_cell, one), max(12, min(40, len(one.head) * 2))) for one in own),
        Column(_("Remark of the unit"), lambda row: row.note, 32),
        Column(_("Handed in"), lambda row: row.handed_at, 18),
    ]


def _result_chunks(actor: Actor, given: ResultFilter) -> Iterator[Sequence[ResultRow]]:
    given = replace(given, after="")
    while True:
        rows, after = results(actor, given, limit=CHUNK // 4)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _result_said(_actor: Actor, given: ResultFilter) -> list[tuple[str, str]]:
    table = _table(given.return_id)
    said = unit_said(given.unit_id)
    if table is None:
        return said
    said = [(_("Table"), table.title), *said]
    column = next((one for one in kinds.columns_of(table.columns) if one.key == given.key), None)
    return [*said, (column.head, given.value or _("All"))] if column is not None else said


RESULTS: List[ResultFilter, ResultRow] = List(
    name="returns.result",
    title=lazy_("What the units filled in"),
    permission=Permission.RETURN_VIEW,
    filter=ResultFilter,
    columns=_result_columns,
    chunks=_result_chunks,
    said=_result_said,
)
