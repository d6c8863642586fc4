"""What is made public, and what still has to be, as Excel by the queries of the page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries.publications import ITEMS, PublicationFilter, missing, publications
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said
from shared.i18n import _, lazy_

_SHOWN = {
    "missing": lazy_("to be made public"),
    "now": lazy_("public now"),
    "ended": lazy_("ended"),
    "all": lazy_("all"),
}


def _columns(_actor: Actor, given: PublicationFilter) -> list[Column[Any]]:
    if given.shown == "missing":
        return [
            Column(_("What"), lambda row: row.title, 26),
            Column(_("Unit"), lambda row: row.unit_name, 30),
            Column(_("From"), lambda row: row.opens_on, 12),
            Column(_("Due by"), lambda row: row.due_on, 12),
        ]
    on = today()
    return [
        Column(_("Subject"), lambda row: row.subject, 36),
        Column(_("Item"), lambda row: row.item, 24),
        Column(_("Unit"), lambda row: row.unit_name, 30),
        Column(_("Manner"), lambda row: row.manner, 14),
        Column(_("Shown to"), lambda row: row.scope, 18),
        Column(_("Where it is shown"), lambda row: row.channel, 24),
        Column(_("From"), lambda row: row.held_on, 12),
        Column(_("Until"), lambda row: row.until, 12),
        Column(_("State"), lambda row: _("ended") if row.ended(on) else _("public now"), 10),
        Column(_("Content in short"), lambda row: row.summary, 60),
    ]


def _chunks(actor: Actor, given: PublicationFilter) -> Iterator[Sequence[Any]]:
    given = replace(given, after=None)
    while True:
        read: Any = missing if given.shown == "missing" else publications
        rows, after = read(actor, given, size=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _said(_actor: Actor, given: PublicationFilter) -> list[tuple[str, str]]:
    said = [(_("Which publications"), str(_SHOWN[given.shown])), *unit_said(given.unit_id)]
    if given.item is not None and given.shown != "missing":
        said.append((_("Item"), str(ITEMS[given.item])))
    return said


PUBLICATIONS: List[PublicationFilter, Any] = List(
    name="publications.list",
    title=lazy_("Publication of Party affairs"),
    permission=Permission.EVENT_VIEW,
    filter=PublicationFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
