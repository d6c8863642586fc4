"""The ledger as Excel: units × kinds × periods with the word of each cell, and units × months of what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.duties.periods import period_label
from shared.duties.queries import MatrixFilter, MatrixRow, Standing, matrix, overview, planned_kinds
from shared.events.kinds import KINDS
from shared.exports.lists.columns import CHUNK, Cell, Column, List
from shared.exports.lists.phrases import unit_said, year_said
from shared.i18n import _, lazy_

#: Units asked for at a time: each brings a row of cells.
UNITS = CHUNK // 4


def cell_words() -> dict[str, tuple[str, str]]:
    """The sign of a cell and what it means, by its state."""
    return {
        "late": (_("M"), _("past its day, not recorded")),
        "due": (_("D"), _("due within seven days")),
        "ok": ("✓", _("recorded in time")),
        "fix": (_("L"), _("made up for after its time")),
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
