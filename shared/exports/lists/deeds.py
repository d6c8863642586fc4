"""Deeds as Excel, by the query of their own page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.deeds.kinds import KINDS, SATISFACTION, SOURCES, STATES
from shared.deeds.queries.lists import DeedFilter, DeedRow, counter_of, deeds
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said
from shared.i18n import _, lazy_

_VIEWS = {
    "late": lazy_("Late"),
    "open": lazy_("Being done"),
    "offered": lazy_("Waits to be taken up"),
    "done": lazy_("Done, to be closed"),
    "closed": lazy_("Case closed"),
    "dropped": lazy_("Given up with a reason"),
    "all": lazy_("All"),
}


def _columns(_actor: Actor, _given: DeedFilter) -> list[Column[DeedRow]]:
    return [
        Column(_("Deed"), lambda row: row.title, 50),
        Column(_("Kind of deed"), lambda row: str(KINDS[row.kind]), 18),
        Column(_("Where it comes from"), lambda row: str(SOURCES[row.source]), 18),
        Column(_("Its number there"), lambda row: row.reference, 18),
        Column(_("Unit that does it"), lambda row: row.unit_name, 28),
        Column(_("Person who answers"), lambda row: row.owner, 12),
        Column(_("Given by"), lambda row: row.by_unit_name, 28),
        Column(_("Came in on"), lambda row: row.came_on, 12),
        Column(_("Taken up on"), lambda row: row.claimed_on, 12),
        Column(_("Last day"), lambda row: row.due_on, 12),
        Column(_("State"), lambda row: str(STATES[row.state][1]), 12),
        Column(_("Late"), lambda row: _("Late") if row.late else "", 8),
        Column(_("Done on"), lambda row: row.done_on, 12),
        Column(_("What came of it"), lambda row: row.result, 50),
        Column(
            _("Asked afterwards"),
            lambda row: str(SATISFACTION[row.satisfaction]) if row.satisfaction else "",
            12,
        ),
        Column(_("Case closed on"), lambda row: row.closed_on, 12),
    ]


def _chunks(actor: Actor, given: DeedFilter) -> Iterator[Sequence[DeedRow]]:
    given = replace(given, after=None)
    while True:
        rows, after = deeds(actor, given, limit=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _said(_actor: Actor, given: DeedFilter) -> list[tuple[str, str]]:
    said = [(_("Which deeds"), str(_VIEWS[given.view])), *unit_said(given.unit_id)]
    for what, key, words in (
        (_("Kind of deed"), given.kind, KINDS),
        (_("Where it comes from"), given.source, SOURCES),
        (_("Asked afterwards"), given.satisfaction, SATISFACTION),
    ):
        if key:
            said.append((what, str(words[key])))
    counter = counter_of(given)
    if counter is not None:
        said.append((_("Numbers of our own"), counter.name))
    return said


DEEDS: List[DeedFilter, DeedRow] = List(
    name="deeds.list",
    title=lazy_("Register of deeds"),
    permission=Permission.DEED_VIEW,
    filter=DeedFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
