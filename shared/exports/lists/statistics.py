"""Statistics as Excel: all tables of a scope below each other, and the rows behind one number."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said
from shared.exports.lists.values import day_of
from shared.i18n import _, lazy_
from shared.statistics.figures import FIGURES
from shared.statistics.queries import (
    Behind,
    Line,
    PersonRow,
    PlaceRow,
    Scope,
    counts_people,
    people_page,
    places_page,
    statistics,
)


def _line_columns(_actor: Actor, _given: Scope) -> list[Column[Line]]:
    return [
        Column(_("Table"), lambda row: str(FIGURES[row.figure].name), 28),
        Column(_("Row"), lambda row: row.name, 28),
        Column(_("Count"), lambda row: row.number, 10),
        Column(_("of whom women"), lambda row: row.women, 12),
        Column(_("In percent"), lambda row: row.share, 10),
    ]


def _line_chunks(actor: Actor, given: Scope) -> Iterator[Sequence[Line]]:
    yield statistics(actor, given).lines


def _scope_said(unit_id: int | None, line: str, on: date) -> list[tuple[str, str]]:
    return [
        *unit_said(unit_id),
        (_("Party or union line"), _("Union line") if line == "union" else _("Party line")),
        (_("On the day"), on.isoformat()),
    ]


def _behind_said(_actor: Actor, given: Behind) -> list[tuple[str, str]]:
    said = _scope_said(given.unit_id, given.line, given.on)
    if given.figure:
        said.append((str(FIGURES[given.figure].name), given.name))
    return said


def _person_columns(_actor: Actor, given: Behind) -> list[Column[PersonRow]]:
    columns: list[Column[PersonRow]] = [
        Column(_("Name"), lambda row: row.name, 12),
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("Standing"), lambda row: row.status_name, 14),
        Column(_("Sex"), lambda row: row.word("sex"), 8),
        Column(_("Age"), lambda row: row.word("age"), 12),
        Column(_("Ethnic group"), lambda row: row.word("ethnic"), 10),
        Column(_("Education"), lambda row: row.word("education"), 14),
        Column(_("Joined"), lambda row: day_of(row.joined), 12),
    ]
    if given.figure == "flow":
        columns += [
            Column(_("Came on"), lambda row: row.since, 12),
            Column(_("Left on"), lambda row: row.until, 12),
        ]
    return columns


def _person_chunks(actor: Actor, given: Behind) -> Iterator[Sequence[PersonRow]]:
    after = None
    while counts_people(given.figure):
        rows, after = people_page(actor, given, after=after, size=CHUNK)
        yield rows
        if after is None:
            return


def _place_columns(_actor: Actor, _given: Behind) -> list[Column[PlaceRow]]:
    return [
        Column(_("Unit"), lambda row: row.name, 36),
        Column(_("Kind of unit"), lambda row: row.kind_name, 18),
        Column(_("Sector"), lambda row: row.sector_name, 14),
        Column(_("Founded on"), lambda row: row.founded_on, 12),
        Column(_("Dissolved on"), lambda row: row.ended_on, 12),
    ]


def _place_chunks(actor: Actor, given: Behind) -> Iterator[Sequence[PlaceRow]]:
    after = None
    while not given.figure or not counts_people(given.figure):
        rows, after = places_page(actor, given, after=after, size=CHUNK)
        yield rows
        if after is None:
            return


TABLES: List[Scope, Line] = List(
    name="statistics.tables",
    title=lazy_("Statistics of organisations and members"),
    permission=Permission.MEMBER_VIEW,
    filter=Scope,
    columns=_line_columns,
    chunks=_line_chunks,
    said=lambda _actor, given: _scope_said(given.unit_id, given.line, given.on),
)
PEOPLE: List[Behind, PersonRow] = List(
    name="statistics.people",
    title=lazy_("People behind a number of the statistics"),
    permission=Permission.MEMBER_VIEW,
    filter=Behind,
    columns=_person_columns,
    chunks=_person_chunks,
    said=_behind_said,
)
PLACES: List[Behind, PlaceRow] = List(
    name="statistics.places",
    title=lazy_("Units behind a number of the statistics"),
    permission=Permission.MEMBER_VIEW,
    filter=Behind,
    columns=_place_columns,
    chunks=_place_chunks,
    said=_behind_said,
)
#: The lists of the statistics.
STATISTICS: tuple[List[Any, Any], ...] = (TABLES, PEOPLE, PLACES)
