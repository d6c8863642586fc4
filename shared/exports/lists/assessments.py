"""The board of scores as Excel: units, never persons."""

from collections.abc import Iterator, Sequence

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.assessments.queries import BoardFilter, BoardRow, board
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import path_said, year_said
from shared.i18n import _, lazy_


def _lost(row: BoardRow) -> str:
    return _(", ").join(f"{_(heading)} −{marks:.1f}" for heading, marks in row.lost)


def _columns(_actor: Actor, _given: BoardFilter) -> list[Column[BoardRow]]:
    return [
        Column(_("Unit"), lambda row: row.name, 36),
        Column(_("Superior"), lambda row: row.above, 32),
        Column(_("Marks"), lambda row: round(row.earned, 1), 8),
        Column(_("Of"), lambda row: round(row.possible, 1), 8),
        Column(_("Rate, per cent"), lambda row: round(row.rate, 1), 10),
        Column(_("Lost"), lambda row: round(row.possible - row.earned, 1), 8),
        Column(_("Lost most at"), _lost, 48),
        Column(_("Counted"), lambda row: row.counted_at, 18),
    ]


def _chunks(actor: Actor, given: BoardFilter) -> Iterator[Sequence[BoardRow]]:
    after: str | None = None
    while True:
        rows, more = board(
            actor,
            year=given.year,
            below=given.below,
            only_lost=given.only_lost,
            after=after,
            size=CHUNK,
        )
        yield rows
        if not more:
            return
        after = rows[-1].cursor


def _said(_actor: Actor, given: BoardFilter) -> list[tuple[str, str]]:
    said = year_said(given.year) + path_said(given.below)
    said.append((_("Shown"), _("Only with losses") if given.only_lost else _("All, lowest first")))
    return said


BOARD: List[BoardFilter, BoardRow] = List(
    name="assessments.board",
    title=lazy_("Scores of the units"),
    permission=Permission.SCORE_VIEW,
    filter=BoardFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
