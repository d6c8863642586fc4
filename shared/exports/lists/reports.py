"""The tables of the papers as Excel: the same rows as on the paper, read by the report itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.access.actor import Actor
from shared.access.door import fetch
from shared.documents.reports import REPORTS, SUBJECTS, Report, Subject
from shared.documents.reports.tables import Cell, Section, Table
from shared.exports.lists.columns import Column, List
from shared.i18n import _
from shared.organisations.models import Unit

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SpanFilter:
    """What the paper is of. Without a subject nothing is listed."""

    subject_id: int | None = None
    year: int | None = None
    month: int | None = None
    day: date | None = None


def subject_of(actor: Actor, report: Report, given: SpanFilter) -> Subject | None:
    """The subject in the asker's reach, also when a job writes the list later."""
    if given.subject_id is None:
        return None
    row: Any = fetch(SUBJECTS[report.of].model, given.subject_id, actor=actor, may=report.may)
    unit = row if isinstance(row, Unit) else fetch(Unit, row.unit_id, actor=actor, may=report.may)
    return Subject(unit, given.subject_id, actor, "", given.year, given.month, given.day)


def _main(actor: Actor, report: Report, given: SpanFilter) -> Table | None:
    """The table a workbook holds: the first of the paper."""
    subject = subject_of(actor, report, given)
    if subject is None:
        return None
    sections: Sequence[Section] = report.read(subject)["sections"]
    return next((one.table for one in sections if one.table is not None), None)


def _of(key: str) -> List[SpanFilter, Row]:
    report = REPORTS[key]

    def columns(actor: Actor, given: SpanFilter) -> list[Column[Row]]:
        table = _main(actor, report, given)
        if table is None:
            return [Column(_("Unit"), lambda row: row[0])]
        return [
            Column(column.name, lambda row, place=place: row[place], max(8, min(60, column.width + 4)))  # type: ignore[misc]
            for place, column in enumerate(table.columns)
        ]

    def chunks(actor: Actor, given: SpanFilter) -> Iterator[Sequence[Row]]:
        table = _main(actor, report, given)
        if table is not None:
            yield table.rows

    def said(actor: Actor, given: SpanFilter) -> list[tuple[str, str]]:
        subject = subject_of(actor, report, given)
        words = [(_("Unit"), subject.unit.name)] if subject is not None else []
        if given.year is not None:
            words.append((_("Year"), str(given.year)))
        if given.month is not None:
            words.append((_("Month"), str(given.month)))
        return words

    return List(
        name=f"reports.{key}",
        title=report.name,
        permission=report.may,
        filter=SpanFilter,
        columns=columns,
        chunks=chunks,
        said=said,
    )


#: Papers whose table no other list holds.
TABLES: tuple[List[Any, Any], ...] = tuple(
    _of(key) for key, report in REPORTS.items() if report.excel == f"reports.{key}"
)
