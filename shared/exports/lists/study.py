"""Absences to be made up for, and the hours of units, as Excel by the queries of their own pages.

There is no list of people's hours: nobody is ranked (ADR 0020).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.events.queries.study import (
    MakeUpFilter,
    ToMakeUp,
    UnitHours,
    UnitsFilter,
    to_make_up,
    units_page,
)
from shared.events.study import FORMS
from shared.exports.lists.columns import Column, List
from shared.i18n import _, lazy_


def _absent_columns(_actor: Actor, _given: MakeUpFilter) -> list[Column[ToMakeUp]]:
    return [
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("Held on"), lambda row: row.held_on, 12),
        Column(_("Missed"), lambda row: row.title, 36),
        Column(_("Kind"), lambda row: row.kind_name, 18),
        Column(_("Name"), lambda row: row.name, 12),
        Column(_("Why absent"), lambda row: row.reason_word, 12),
        Column(_("says that it is done"), lambda row: row.asked_on, 16),
        Column(_("In which way"), lambda row: row.way, 24),
    ]


def _absent_chunks(actor: Actor, given: MakeUpFilter) -> Iterator[Sequence[ToMakeUp]]:
    given = replace(given, after=None)
    while True:
        rows, after = to_make_up(actor, given)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _absent_said(_actor: Actor, given: MakeUpFilter) -> list[tuple[str, str]]:
    said = [(_("Year"), str(given.year))]
    if given.asked:
        said.append((_("Which absences"), _("say that it is done")))
    return said


TO_MAKE_UP: List[MakeUpFilter, ToMakeUp] = List(
    name="study.makeup",
    title=lazy_("To be made up"),
    permission=Permission.EVENT_VIEW,
    filter=MakeUpFilter,
    columns=_absent_columns,
    chunks=_absent_chunks,
    said=_absent_said,
)


def _unit_columns(_actor: Actor, _given: UnitsFilter) -> list[Column[UnitHours]]:
    return [
        Column(_("Unit"), lambda row: row.name, 32),
        Column(_("People"), lambda row: row.people, 8),
        Column(_("Reached"), lambda row: row.reached if row.asked_of else None, 8),
        Column(_("Not there yet"), lambda row: row.missing if row.asked_of else None, 8),
        Column(str(FORMS["central"]), lambda row: row.sums.get("central", 0), 10),
        Column(str(FORMS["self"]), lambda row: row.sums.get("self", 0), 10),
        Column(str(FORMS["practice"]), lambda row: row.sums.get("practice", 0), 10),
        Column(_("Expected"), lambda row: row.due, 8),
        Column(_("Present"), lambda row: row.present, 8),
        Column(_("Attendance rate"), lambda row: row.attendance, 10),
    ]


def _unit_chunks(actor: Actor, given: UnitsFilter) -> Iterator[Sequence[UnitHours]]:
    given = replace(given, after=None)
    while True:
        rows, after = units_page(actor, given)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _unit_said(_actor: Actor, given: UnitsFilter) -> list[tuple[str, str]]:
    return [(_("Year"), str(given.year))]


UNIT_HOURS: List[UnitsFilter, UnitHours] = List(
    name="study.units",
    title=lazy_("Hours by unit"),
    permission=Permission.EVENT_VIEW,
    filter=UnitsFilter,
    columns=_unit_columns,
    chunks=_unit_chunks,
    said=_unit_said,
)
