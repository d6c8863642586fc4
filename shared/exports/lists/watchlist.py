"""The watch-list as Excel, by the query of its own page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said
from shared.i18n import _, lazy_
from shared.watchlist.conditions import named
from shared.watchlist.queries.lists import WatchFilter, WatchRow, entries

_VIEWS = {
    "late": lazy_("Late"),
    "standing": lazy_("On the list"),
    "applied": lazy_("To be checked"),
    "off": lazy_("Off the list"),
    "all": lazy_("All"),
}
_STATES = {
    "listed": lazy_("On the list"),
    "applied": lazy_("Applied to come off"),
    "reviewed": lazy_("Checked once"),
    "off": lazy_("Off the list"),
    "void": lazy_("Void"),
}


def _flags(row: WatchRow) -> str:
    flags = (
        (bool(row.late_measures), _("%(n)s measures late", n=row.late_measures)),
        (row.month_missing, _("Progress missing")),
        (row.turn > 1, _("Stays longer")),
    )
    return "、".join(word for holds, word in flags if holds)


def _columns(_actor: Actor, _given: WatchFilter) -> list[Column[WatchRow]]:
    return [
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("Conditions met"), lambda row: "；".join(named(key) for key in row.conditions or []), 48),
        Column(_("Put on the list on"), lambda row: row.decided_on, 12),
        Column(_("To be put right by"), lambda row: row.until, 12),
        Column(_("Linked leader"), lambda row: row.leader, 12),
        Column(_("First secretary"), lambda row: row.secretary, 12),
        Column(_("Measures"), lambda row: row.planned, 8),
        Column(_("Measures done"), lambda row: row.done, 10),
        Column(_("State"), lambda row: str(_STATES[row.state]), 12),
        Column(_("Flags"), _flags, 24),
        Column(_("Off the list since"), lambda row: row.closed_on, 12),
    ]


def _chunks(actor: Actor, given: WatchFilter) -> Iterator[Sequence[WatchRow]]:
    given = replace(given, after=None)
    while True:
        rows, after = entries(actor, given, limit=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _said(_actor: Actor, given: WatchFilter) -> list[tuple[str, str]]:
    return [(_("Which units of the list"), str(_VIEWS[given.view])), *unit_said(given.unit_id)]


WATCHED: List[WatchFilter, WatchRow] = List(
    name="watchlist.list",
    title=lazy_("Watch-list"),
    permission=Permission.FINDING_VIEW,
    filter=WatchFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
