"""Resolutions as Excel, by the query of their own page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import today
from shared.events.queries.records import names_of
from shared.events.queries.resolutions import ResolutionFilter, Resolved, resolutions
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said
from shared.i18n import _, lazy_

_STATES = {
    "open": lazy_("not done yet"),
    "late": lazy_("past their day"),
    "done": lazy_("done"),
    "dropped": lazy_("dropped"),
    "all": lazy_("in all"),
}


def _columns(_actor: Actor, _given: ResolutionFilter) -> list[Column[Resolved]]:
    on = today()
    return [
        Column(_("State"), lambda row: str(_STATES["late" if row.late_on(on) else row.state]), 12),
        Column(_("What was resolved"), lambda row: row.content, 48),
        Column(_("Who does it"), lambda row: row.owner, 12),
        Column(_("To be done by"), lambda row: row.due_on, 12),
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("Record"), lambda row: row.event_title, 36),
        Column(_("Held on"), lambda row: row.held_on, 12),
        Column(_("Outcome"), lambda row: row.outcome or "", 36),
        Column(_("Ended"), lambda row: row.ended_on, 12),
    ]


def _chunks(actor: Actor, given: ResolutionFilter) -> Iterator[Sequence[Resolved]]:
    given = replace(given, after=None)
    while True:
        rows, after = resolutions(actor, given, limit=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _said(actor: Actor, given: ResolutionFilter) -> list[tuple[str, str]]:
    said = [(_("Which resolutions"), str(_STATES[given.state])), *unit_said(given.unit_id)]
    if given.owner_id is not None:
        said.append((_("Who does it"), names_of([given.owner_id]).get(given.owner_id, "")))
    return said


RESOLUTIONS: List[ResolutionFilter, Resolved] = List(
    name="minutes.resolutions",
    title=lazy_("Resolutions"),
    permission=Permission.EVENT_VIEW,
    filter=ResolutionFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
