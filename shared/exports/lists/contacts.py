"""Contact points, postings, pairings and visits as Excel, by the queries of their own pages; people are not ranked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import today
from shared.contacts.kinds import POSTINGS, VISITS
from shared.contacts.queries.lists import (
    PairingFilter,
    PairingRow,
    PostingFilter,
    PostingRow,
    pairings,
    postings,
)
from shared.contacts.queries.points import PointFilter, PointRow, points
from shared.contacts.queries.visits import VisitFilter, VisitRow, visits
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said, year_said
from shared.i18n import _, lazy_

_VIEWS = {
    "missing": lazy_("What is missing"),
    "current": lazy_("Now"),
    "ended": lazy_("Ended"),
    "open": lazy_("With problems still open"),
    "all": lazy_("All"),
}


def _paged(
    page: Callable[..., tuple[Sequence[Any], Any]], mark: str
) -> Callable[[Actor, Any], Iterator[Sequence[Any]]]:
    """All rows of a filter, page after page; `mark`: the field of the filter that says where to go on."""

    def chunks(actor: Actor, given: Any) -> Iterator[Sequence[Any]]:
        given = replace(given, **{mark: None})
        while True:
            rows, further = page(actor, given, limit=CHUNK)
            yield rows
            if further is None:
                return
            given = replace(given, **{mark: further})

    return chunks


def _said(_actor: Actor, given: Any) -> list[tuple[str, str]]:
    said = [(_("Shown"), str(_VIEWS[given.view])), *unit_said(given.unit_id)]
    if hasattr(given, "year"):
        said += year_said(given.year)
    kind = getattr(given, "kind", "")
    if kind:
        said.append((_("Kind"), str((POSTINGS | VISITS)[kind])))
    return said


def _point_columns(_actor: Actor, given: PointFilter) -> list[Column[PointRow]]:
    return [
        Column(_("Unit kept in touch with"), lambda row: row.unit_name, 28),
        Column(_("Leader"), lambda row: row.person, 12),
        Column(_("For the office at"), lambda row: row.office, 28),
        Column(_("Runs since"), lambda row: row.since, 12),
        Column(_("Until"), lambda row: row.until, 12),
        Column(_("Visits of %(year)s", year=given.year), lambda row: row.made, 12),
        Column(_("Still to be made"), lambda row: row.missing, 12),
        Column(_("Last visit"), lambda row: row.last_on, 12),
        Column(_("Remark"), lambda row: row.remark, 30),
    ]


def _posting_columns(_actor: Actor, _given: PostingFilter) -> list[Column[PostingRow]]:
    on = today()
    first = date(on.year, 1, 1)
    return [
        Column(_("Person posted"), lambda row: row.person, 12),
        Column(_("Kind of posting"), lambda row: str(POSTINGS[row.kind]), 16),
        Column(_("Posted where"), lambda row: row.where, 28),
        Column(_("Unit that sends"), lambda row: row.from_name, 28),
        Column(_("From"), lambda row: row.since, 12),
        Column(_("Until"), lambda row: row.until, 12),
        Column(_("Number of days"), lambda row: row.days(), 8),
        Column(_("Days this year"), lambda row: row.days(first, on), 8),
        Column(_("What there is to do"), lambda row: row.duties, 40),
    ]


def _pairing_columns(_actor: Actor, given: PairingFilter) -> list[Column[PairingRow]]:
    return [
        Column(_("Unit"), lambda row: row.from_name, 28),
        Column(_("Partner"), lambda row: row.other, 28),
        Column(_("What they do together"), lambda row: row.theme, 40),
        Column(_("Runs since"), lambda row: row.since, 12),
        Column(_("Until"), lambda row: row.until, 12),
        Column(_("Times in %(year)s", year=given.year), lambda row: row.done, 12),
        Column(_("Last time"), lambda row: row.last_on, 12),
    ]


def _visit_columns(_actor: Actor, _given: VisitFilter) -> list[Column[VisitRow]]:
    return [
        Column(_("Day"), lambda row: row.on_date, 12),
        Column(_("Unit visited"), lambda row: row.unit_name, 28),
        Column(_("Place"), lambda row: row.place, 20),
        Column(_("By whom"), lambda row: row.person, 12),
        Column(_("Kind of visit"), lambda row: str(VISITS[row.kind]), 16),
        Column(_("What it was about"), lambda row: row.about, 40),
        Column(_("Problems met with"), lambda row: row.found, 10),
        Column(_("Solved on the spot"), lambda row: row.solved, 10),
        Column(_("Taken up as deeds"), lambda row: row.taken_up, 10),
        Column(_("Still open"), lambda row: row.open, 10),
    ]


POINTS: List[PointFilter, PointRow] = List(
    name="contacts.points",
    title=lazy_("Contact points"),
    permission=Permission.DEED_VIEW,
    filter=PointFilter,
    columns=_point_columns,
    chunks=_paged(points, "after"),
    said=_said,
)
POSTED: List[PostingFilter, PostingRow] = List(
    name="contacts.postings",
    title=lazy_("Postings"),
    permission=Permission.DEED_VIEW,
    filter=PostingFilter,
    columns=_posting_columns,
    chunks=_paged(postings, "before"),
    said=_said,
)
PAIRED: List[PairingFilter, PairingRow] = List(
    name="contacts.pairings",
    title=lazy_("Pairings"),
    permission=Permission.DEED_VIEW,
    filter=PairingFilter,
    columns=_pairing_columns,
    chunks=_paged(pairings, "before"),
    said=_said,
)
VISITED: List[VisitFilter, VisitRow] = List(
    name="contacts.visits",
    title=lazy_("Visits"),
    permission=Permission.DEED_VIEW,
    filter=VisitFilter,
    columns=_visit_columns,
    chunks=_paged(visits, "before"),
    said=_said,
)
CONTACTS = (POINTS, POSTED, PAIRED, VISITED)
