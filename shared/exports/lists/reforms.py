"""Reorganisations as Excel: open drafts first, then the others, newest first. They belong to the tenant as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import local
from shared.exports.lists.columns import Column, List
from shared.i18n import _, lazy_
from shared.reforms.queries.listing import PAGE, ReformRow, reforms


@dataclass(frozen=True, slots=True)
class AllReforms:
    """The list has no filter."""


def _columns(_actor: Actor, _given: AllReforms) -> list[Column[ReformRow]]:
    states = {
        "draft": _("Draft"),
        "executed": _("Executed"),
        "undone": _("Undone"),
        "discarded": _("Discarded"),
    }
    return [
        Column(_("Title"), lambda row: row.reform.title, 40),
        Column(_("Document"), lambda row: row.reform.document_no, 24),
        Column(_("State"), lambda row: states[row.reform.state], 10),
        Column(_("Steps"), lambda row: row.steps, 8),
        Column(_("Takes effect on"), lambda row: row.reform.effective_on, 12),
        Column(_("Executed on"), lambda row: _day(row.reform.executed_at), 12),
        Column(_("Undone on"), lambda row: _day(row.reform.undone_at), 12),
    ]


def _day(instant: datetime | None) -> date | None:
    return local(instant).date() if instant is not None else None


def _chunks(_actor: Actor, _given: AllReforms) -> Iterator[Sequence[ReformRow]]:
    before: int | None = None
    while True:
        rows = reforms(before=before)
        over = [row for row in rows if row.reform.state != "draft"]
        yield [row for row in rows if row.reform.state == "draft"] + over[:PAGE]
        if len(over) <= PAGE:
            return
        before = over[PAGE - 1].reform.id


def _said(_actor: Actor, _given: AllReforms) -> list[tuple[str, str]]:
    return []


REFORMS: List[AllReforms, ReformRow] = List(
    name="reforms.list",
    title=lazy_("Reorganisations"),
    permission=Permission.REFORM_VIEW,
    filter=AllReforms,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
