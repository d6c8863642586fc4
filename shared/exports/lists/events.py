"""Records to be checked and meetings to come as Excel, by the queries of their own pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import local
from shared.duties.queries.reviews import Filed, ReviewFilter, reviews
from shared.events.kinds import KINDS
from shared.events.queries.meetings import Coming, calendar_page
from shared.exports.lists.columns import Column, List
from shared.i18n import _, lazy_

_STATES = {
    "waiting": lazy_("wait for a look"),
    "returned": lazy_("returned, not mended yet"),
    "accepted": lazy_("accepted"),
}


@dataclass(frozen=True, slots=True)
class Month:
    """The days of a calendar page, both included."""

    first: date
    last: date


def _review_columns(_actor: Actor, _given: ReviewFilter) -> list[Column[Filed]]:
    return [
        Column(_("Record"), lambda row: row.title, 40),
        Column(_("Kind"), lambda row: row.kind_name, 18),
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("Held on"), lambda row: row.held_on, 12),
        Column(_("Expected"), lambda row: row.due_count, 8),
        Column(_("Present"), lambda row: row.present_count, 8),
        Column(_("Filed"), lambda row: local(row.filed_at), 18),
        Column(_("Who"), lambda row: row.filed_by, 12),
        Column(_("What is to be mended"), lambda row: row.remark, 40),
    ]


def _review_chunks(actor: Actor, given: ReviewFilter) -> Iterator[Sequence[Filed]]:
    given = replace(given, after=None)
    while True:
        rows, after = reviews(actor, given)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _review_said(_actor: Actor, given: ReviewFilter) -> list[tuple[str, str]]:
    said = [(_("Which records"), str(_STATES[given.state]))]
    if given.kind is not None:
        said.append((_("Kind"), str(KINDS[given.kind].name)))
    return said


REVIEWS: List[ReviewFilter, Filed] = List(
    name="events.reviews",
    title=lazy_("Records to check"),
    permission=Permission.EVENT_REVIEW,
    filter=ReviewFilter,
    columns=_review_columns,
    chunks=_review_chunks,
    said=_review_said,
)


def _meeting_columns(_actor: Actor, _given: Month) -> list[Column[Coming]]:
    return [
        Column(_("Day"), lambda row: row.on_date, 12),
        Column(_("Begin"), lambda row: row.starts_at.strftime("%H:%M"), 8),
        Column(_("Meeting"), lambda row: row.title, 36),
        Column(_("Kind"), lambda row: row.kind_name, 18),
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("Place"), lambda row: row.place, 20),
        Column(_("Expected"), lambda row: row.invited, 8),
        Column(_("Come"), lambda row: row.come, 8),
        Column(_("Leave"), lambda row: row.leave, 8),
        Column(_("No answer"), lambda row: row.open, 8),
    ]


def _meeting_chunks(actor: Actor, given: Month) -> Iterator[Sequence[Coming]]:
    after: tuple[date, int] | None = None
    while True:
        rows, after = calendar_page(actor, given.first, given.last, after=after)
        yield rows
        if after is None:
            return


def _meeting_said(_actor: Actor, given: Month) -> list[tuple[str, str]]:
    return [(_("Date"), _("%(from)s to %(to)s", **{"from": given.first, "to": given.last}))]


CALENDAR: List[Month, Coming] = List(
    name="meetings.calendar",
    title=lazy_("Calendar"),
    permission=Permission.EVENT_VIEW,
    filter=Month,
    columns=_meeting_columns,
    chunks=_meeting_chunks,
    said=_meeting_said,
)
