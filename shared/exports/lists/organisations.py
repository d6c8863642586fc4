"""Units as Excel: the flat list as it stands or stood on a day, and what is wanting of terms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.queries.terms import Show, TermFilter, TermRow, term_counts, term_page
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import path_said, unit_said
from shared.i18n import _, lazy_
from shared.members.queries import people_below
from shared.members.queries.lacks import lacking_units
from shared.members.queries.wanting import Lack, lacks_of
from shared.organisations.kinds import SECTORS, kind_name
from shared.organisations.models import Unit
from shared.organisations.queries import UnitFilter, UnitRow, count_units, in_reach, listing_page

#: Units whose members are counted at a time: each count takes in all below.
UNITS = CHUNK // 4


@dataclass(frozen=True, slots=True)
class ListedUnits(UnitFilter):
    """The filter of the list of units; `lacks`: only those that lack something."""

    lacks: bool = False

    @property
    def present(self) -> bool:
        return self.on is None and self.state == "active"


def lacking(actor: Actor, given: UnitFilter) -> ColumnElement[bool]:
    """The condition “lacks something”: a rule that is not met, or a term that has ended."""
    narrowed: list[ColumnElement[bool]] = [in_reach(actor, Permission.UNIT_VIEW)]
    for column, value in ((Unit.line, given.line), (Unit.kind, given.kind), (Unit.sector, given.sector)):
        if value is not None:
            narrowed.append(column == value)
    return or_(Unit.term_ends_on < today(), Unit.id.in_(lacking_units(*narrowed, on=today())))


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A row of the list with its number of members, where it stands."""

    unit: UnitRow
    members: int | None
    lacks: str = ""


def _columns(_actor: Actor, given: ListedUnits) -> list[Column[ListedUnit]]:
    lines = {"party": _("Party line"), "union": _("Union line")}
    columns: list[Column[ListedUnit]] = [
        Column(_("Unit"), lambda row: row.unit.name, 36),
        Column(_("Kind of unit"), lambda row: kind_name(row.unit.kind), 20),
        Column(_("Party or union line"), lambda row: lines[row.unit.line], 10),
        Column(_("Superior"), lambda row: row.unit.parent_name, 36),
        Column(_("Sector"), lambda row: str(SECTORS[row.unit.sector]), 12),
    ]
    if given.present:
        columns += [
            Column(_("Number of members"), lambda row: row.members, 10),
            Column(_("Term ends on"), lambda row: row.unit.term_ends_on, 12),
            Column(_("What it lacks"), lambda row: row.lacks, 60),
            Column(_("Number of employees"), lambda row: row.unit.staff_count, 10),
        ]
    columns += [
        Column(_("Founded on"), lambda row: row.unit.founded_on, 12),
        Column(_("Unified credit code"), lambda row: row.unit.credit_code, 22),
    ]
    if not given.present:
        columns.append(Column(_("Dissolved on"), lambda row: row.unit.ended_on, 12))
    return columns


def _wanting(unit: UnitRow, lacks: Sequence[Lack]) -> str:
    said = [lack.title for lack in lacks]
    if unit.term_ends_on is not None and unit.term_ends_on < today():
        said.insert(0, _("Term ended"))
    return "\n".join(said)


def _also(actor: Actor, given: ListedUnits) -> list[ColumnElement[bool]]:
    return [lacking(actor, given)] if given.lacks else []


def _chunks(actor: Actor, given: ListedUnits) -> Iterator[Sequence[ListedUnit]]:
    after: str | None = None
    while True:
        page = listing_page(actor, given, after=after, size=UNITS, also=_also(actor, given))
        if given.present:
            people = people_below([row.path for row in page.rows])
            lacks = lacks_of([row.id for row in page.rows], on=today())
            yield [
                ListedUnit(row, people.get(row.path, 0), _wanting(row, lacks.get(row.id, ())))
                for row in page.rows
            ]
        else:
            yield [ListedUnit(row, None) for row in page.rows]
        if page.after is None:
            return
        after = page.after


def _said(_actor: Actor, given: ListedUnits) -> list[tuple[str, str]]:
    said = path_said(given.path)
    if given.on is not None:
        said.append((_("How it stood on"), given.on.isoformat()))
    if given.line is not None:
        name = _("Union line") if given.line == "union" else _("Party line")
        said.append((_("Party or union line"), name))
    if given.kind is not None:
        said.append((_("Kind of unit"), kind_name(given.kind)))
    if given.sector is not None:
        said.append((_("Sector"), str(SECTORS[given.sector])))
    if given.words:
        said.append((_("Name"), given.words))
    if given.on is None:
        shown = _("lack something") if given.lacks else _("stand")
        said.append((_("Shown"), _("dissolved") if given.state == "dissolved" else shown))
    return said


def _count(actor: Actor, given: ListedUnits) -> int:
    return int(db.session.scalar(count_units(actor, given, also=_also(actor, given))) or 0)


UNIT_LIST: List[ListedUnits, ListedUnit] = List(
    name="organisations.listing",
    title=lazy_("List of units"),
    permission=Permission.UNIT_VIEW,
    filter=ListedUnits,
    columns=_columns,
    chunks=_chunks,
    said=_said,
    count=_count,
)


def _term_columns(_actor: Actor, given: TermFilter) -> list[Column[TermRow]]:
    on = today()
    columns: list[Column[TermRow]] = [
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("Kind of unit"), lambda row: kind_name(row.unit_kind), 20),
        Column(_("Superior"), lambda row: row.above, 36),
        Column(_("Which term"), lambda row: row.number, 8),
        Column(_("Term ends on"), lambda row: row.ends_on, 12),
        Column(_("Postponed to"), lambda row: row.postponed_to, 12),
    ]
    if given.show == "overdue":
        columns.append(Column(_("Days overdue"), lambda row: (on - row.due_on).days, 10))
    elif given.show == "coming":
        columns.append(Column(_("Days left"), lambda row: (row.due_on - on).days, 10))
    return columns


def _term_chunks(actor: Actor, given: TermFilter) -> Iterator[Sequence[TermRow]]:
    after = None
    while True:
        rows, after = term_page(actor, TermFilter(given.show, given.unit_id, after), size=CHUNK)
        yield rows
        if after is None:
            return


def _term_said(_actor: Actor, given: TermFilter) -> list[tuple[str, str]]:
    shows: dict[Show, str] = {
        "overdue": _("Term ended, no election"),
        "coming": _("Term ends soon"),
        "missing": _("End of the term not known"),
    }
    return [*unit_said(given.unit_id), (_("Shown"), shows[given.show])]


TERMS: List[TermFilter, TermRow] = List(
    name="terms.wanting",
    title=lazy_("Terms and elections"),
    permission=Permission.UNIT_VIEW,
    filter=TermFilter,
    columns=_term_columns,
    chunks=_term_chunks,
    said=_term_said,
    count=lambda actor, given: term_counts(actor, given.unit_id)[given.show],
)
