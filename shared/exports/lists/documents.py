"""The list of finished papers as Excel."""

from collections.abc import Iterator, Sequence

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.documents.queries import Paper, PaperFilter, papers
from shared.documents.reports import REPORTS, readable
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import path_said, year_said
from shared.i18n import _, lazy_


def _columns(_actor: Actor, _given: PaperFilter) -> list[Column[Paper]]:
    return [
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(
            _("Paper"), lambda row: str(REPORTS[row.report].name) if row.report in REPORTS else row.report, 28
        ),
        Column(_("What it is of"), lambda row: row.title, 30),
        Column(_("Period"), lambda row: row.span, 12),
        Column(_("Made"), lambda row: row.made_at, 18),
        Column(_("By"), lambda row: row.made_by, 14),
        Column(_("Bytes"), lambda row: row.size, 12),
    ]


def _chunks(actor: Actor, given: PaperFilter) -> Iterator[Sequence[Paper]]:
    before: int | None = None
    while True:
        rows, more = papers(
            actor,
            year=given.year,
            below=given.below,
            report=given.report,
            among=readable(actor),
            before=before,
            size=CHUNK,
        )
        yield rows
        if not more:
            return
        before = rows[-1].document_id


def _said(_actor: Actor, given: PaperFilter) -> list[tuple[str, str]]:
    said = [(_("Paper"), str(REPORTS[given.report].name))] if given.report in REPORTS else []
    return year_said(given.year) + path_said(given.below) + said


PAPERS: List[PaperFilter, Paper] = List(
    name="documents.papers",
    title=lazy_("Finished papers"),
    permission=Permission.DOCUMENT_VIEW,
    filter=PaperFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
