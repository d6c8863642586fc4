"""The ledger as Excel: units × kinds × periods with the word of each cell, and units × months of what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.duties.periods import period_label
from shared.duties.queries import (
    LedgerEvent,
    LedgerRow,
    MatrixFilter,
    MatrixRow,
    Standing,
    matrix,
    overview,
    planned_kinds,
    unit_ledger,
)
from shared.events.kinds import KINDS
from shared.exports.lists.columns import CHUNK, Cell, Column, List
from shared.exports.lists.phrases import unit_said, year_said
from shared.i18n import _, lazy_
from shared.organisations.kinds import SECTORS

#: Units asked for at a time: each brings a row of cells.
UNITS = CHUNK // 4


def cell_words() -> dict[str, tuple[str, str]]:
    """The sign of a cell and what it means, by its state."""
    return {
        "late": (_("M"), _("past its day, not recorded")),
        "back": (_("B"), _("returned, to be mended")),
        "due": (_("D"), _("due within seven days")),
        "ok": ("✓", _("recorded in time")),
        "fix": (_("L"), _("made up for after its time")),
        "past": (_("P"), _("entered later from the old ledger")),
        "na": (_("E"), _("not asked")),
        "plan": ("·", _("not yet due")),
    }


def _columns(actor: Actor, given: MatrixFilter) -> list[Column[MatrixRow]]:
    signs = {state: sign for state, (sign, _meaning) in cell_words().items()}
    page = matrix(actor, replace(given, after=None), all_kinds=planned_kinds(actor, given.year), size=1)

    def cell(row: MatrixRow, place: int) -> Cell:
        found = row.cells[place]
        return None if found is None else signs[found.state]

    return [
        Column(_("Unit"), lambda row: row.name, 36),
        Column(_("Overdue"), lambda row: row.overdue, 8),
        *(
            Column(
                f"{KINDS[one.kind].head} {period_label(one.period, with_year=False)}",
                lambda row, place=place: cell(row, place),  # type: ignore[misc]
                10,
            )
            for place, one in enumerate(page.columns)
        ),
    ]


def _chunks(actor: Actor, given: MatrixFilter) -> Iterator[Sequence[MatrixRow]]:
    kinds = planned_kinds(actor, given.year)
    after = None
    while True:
        page = matrix(actor, replace(given, after=after), all_kinds=kinds, size=UNITS)
        yield page.rows
        if page.after is None:
            return
        after = page.after


def _said(_actor: Actor, given: MatrixFilter) -> list[tuple[str, str]]:
    said = year_said(given.year) + unit_said(given.unit_id)
    if given.kinds:
        said.append((_("Kinds"), _(", ").join(str(KINDS[kind].name) for kind in given.kinds)))
    if given.line is not None:
        said.append((_("Which line"), _("Party line") if given.line == "party" else _("Union line")))
    if given.sector is not None:
        said.append((_("Sector"), str(SECTORS[given.sector])))
    if given.state is not None:
        said.append((_("State of a cell"), cell_words()[given.state][1]))
    orders = {"missing": _("Missing first"), "only": _("Only missing"), "tree": _("By tree")}
    said.append((_("Order"), orders[given.view]))
    said += [(sign, meaning) for sign, meaning in cell_words().values()]
    return said


LEDGER: List[MatrixFilter, MatrixRow] = List(
    name="ledger.matrix",
    title=lazy_("Ledger"),
    permission=Permission.EVENT_VIEW,
    filter=MatrixFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)


@dataclass(frozen=True, slots=True)
class OverviewFilter:
    """A year, of a unit and all below it."""

    year: int
    unit_id: int | None = None


def _months(_actor: Actor, given: OverviewFilter) -> list[Column[Standing]]:
    return [
        Column(_("Unit"), lambda row: row.name, 36),
        Column(_("Overdue"), lambda row: row.overdue, 8),
        Column(_("Done"), lambda row: row.done, 8),
        Column(_("Asked until today"), lambda row: row.asked, 12),
        *(
            Column(
                period_label(f"{given.year}-{month:02d}", with_year=False),
                lambda row, place=month - 1: row.missing[place],  # type: ignore[misc]
                8,
            )
            for month in range(1, 13)
        ),
    ]


def _standings(actor: Actor, given: OverviewFilter) -> Iterator[Sequence[Standing]]:
    rows, _count = overview(actor, given.year, unit_id=given.unit_id, most=None)
    yield rows


def _overview_said(_actor: Actor, given: OverviewFilter) -> list[tuple[str, str]]:
    said = year_said(given.year) + unit_said(given.unit_id)
    said.append((_("Months"), _("what fell due in the month, is past its day and not recorded")))
    return said


OVERVIEW: List[OverviewFilter, Standing] = List(
    name="ledger.overview",
    title=lazy_("Overview"),
    permission=Permission.EVENT_VIEW,
    filter=OverviewFilter,
    columns=_months,
    chunks=_standings,
    said=_overview_said,
)


@dataclass(frozen=True, slots=True)
class UnitYear:
    """One unit's ledger of a year."""

    unit_id: int
    year: int


@dataclass(frozen=True, slots=True)
class YearLine:
    """A due item with what fulfils it, or an event that no duty asked for."""

    row: LedgerRow | None
    event: LedgerEvent | None


def _lines(_actor: Actor, given: UnitYear) -> Iterator[Sequence[YearLine]]:
    ledger = unit_ledger(given.unit_id, given.year)
    yield [
        *(YearLine(row, row.event) for _kind, rows in ledger.by_kind for row in rows),
        *(YearLine(None, event) for event in ledger.besides),
    ]


def _state_said(line: YearLine) -> str:
    return cell_words()[line.row.sign][1] if line.row is not None else _("no duty asked for it")


def _absent_said(line: YearLine) -> str:
    if line.event is None:
        return ""
    return _(", ").join(f"{name} {why}".strip() for name, why, _note in line.event.absent)


def _line_columns(_actor: Actor, _given: UnitYear) -> list[Column[YearLine]]:
    return [
        Column(_("Kind"), lambda line: (line.row or line.event).kind_name, 18),  # type: ignore[union-attr]
        Column(_("Period"), lambda line: line.row.period_label if line.row else "", 12),
        Column(_("State"), _state_said, 20),
        Column(_("Due day"), lambda line: line.row.due_on if line.row else None, 12),
        Column(_("Held on"), lambda line: line.event.held_on if line.event else None, 12),
        Column(_("Title"), lambda line: line.event.title if line.event else "", 36),
        Column(_("Place"), lambda line: line.event.place if line.event else "", 18),
        Column(_("Expected"), lambda line: line.event.due_count if line.event else None, 8),
        Column(_("Present"), lambda line: line.event.present_count if line.event else None, 8),
        Column(_("Absent"), _absent_said, 30),
        Column(_("Reason"), lambda line: line.row.reason if line.row else "", 24),
    ]


UNIT_YEAR: List[UnitYear, YearLine] = List(
    name="ledger.unit",
    title=lazy_("Ledger of a unit"),
    permission=Permission.EVENT_VIEW,
    filter=UnitYear,
    columns=_line_columns,
    chunks=_lines,
    said=lambda _actor, given: year_said(given.year) + unit_said(given.unit_id),
)
