"""Score sheet of a unit's year: each line with its marks and why some are lost."""

from decimal import Decimal
from typing import Any

from shared.access.permissions import Permission
from shared.assessments.queries import unit_sheet
from shared.assessments.queries.view import Evidence, LineView, Sheet
from shared.clock import local, today
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Cell, Column, Section, Table, sheet
from shared.i18n import _, lazy_


def marks(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _behind(row: Evidence) -> str:
    """One due item in words, where it costs something; '' where it was done in time and whole."""
    what = f"{row.kind_name} {row.period_name}{_(': ')}"
    said = {
        "missing": _("missing, due %(day)s", day=row.due_on.isoformat()),
        "made_up": _("made up on %(day)s", day=row.held_on.isoformat() if row.held_on else ""),
        "later": _("Entered later"),
    }.get(row.state, "")
    lacks = _("without %(what)s", what=_(", ").join(row.lacking_names)) if row.lacking else ""
    if not said and not lacks:
        return ""
    loss = f"−{row.loss:.1f}" if row.loss else ""
    return what + " ".join(part for part in (said, lacks, loss) if part)


def _why(line: LineView) -> str:
    lacks = [lack.text for lack in line.lacks]
    behind = [said for row in line.rows if (said := _behind(row))]
    return "\n".join([*line.reasons, *lacks, *behind])


def _table(found: Sheet) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for heading in found.headings:
        for number, line in enumerate(heading.lines):
            veto = line.kind == "veto"
            open_ = _("open") if line.measured else _("not counted")
            if veto:
                open_ = _("Veto") if line.said is not None and line.said.raised else ""
            counted = line.points is not None and line.measured
            rows.append(
                (
                    _(heading.name) if number == 0 else "",
                    _(line.name),
                    None if veto else line.full,
                    line.points if line.points is not None else open_,
                    line.due if counted else None,
                    line.done if counted else None,
                    _why(line),
                )
            )
    return Table(
        (
            Column(_("Heading"), width=15),
            Column(_("Line"), width=17),
            Column(_("Full marks"), "n", 8, 1),
            Column(_("Marks"), "n", 9, 1),
            Column(_("Asked"), "n", 7),
            Column(_("Held"), "n", 7),
            Column(_("Why"), width=34),
        ),
        tuple(rows),
        total=(
            "",
            _("Together"),
            found.full,
            found.earned,
            "",
            "",
            _("%(n)s lost", n=marks(found.lost)) if found.lost else "",
        ),
        head=1,
    )


def _read(subject: Subject) -> dict[str, Any]:
    year = subject.year or today().year
    found = unit_sheet(subject.unit, year=year)
    heading = _("Score sheet of the year %(year)s", year=year)
    if found is None:
        said = Section(empty=_("No sheet measures units of this kind."))
        return sheet(heading, subject.unit.name, sections=[said])
    return sheet(
        heading,
        subject.unit.name,
        facts=[
            (_("Sheet"), _(found.name)),
            (_("Marks"), _("%(had)s of %(full)s", had=marks(found.earned), full=marks(found.counted_full))),
            (_("Rate"), f"{found.rate:.1f}%" if found.rate is not None else None),
            (
                _("Not due yet"),
                _("%(n)s marks", n=marks(found.pending_marks)) if found.pending_marks else None,
            ),
            (
                _("Not counted"),
                _("%(n)s marks", n=marks(found.unmeasured_marks)) if found.unmeasured_marks else None,
            ),
            (_("Counted until"), local(found.counted_at).date() if found.counted_at else None),
        ],
        sections=[Section(table=_table(found), empty=_("No sheet measures units of this kind."))],
        signed=(_("Signed"), _("Date")),
        foot=_(found.source) if found.source else "",
    )


REPORT = Report(
    key="score_sheet",
    name=lazy_("Score sheet"),
    about=lazy_("Each line with its marks and why some are lost"),
    of="unit",
    span="year",
    may=Permission.SCORE_VIEW,
    read=_read,
    template="tables",
    excel="reports.score_sheet",
    page=("assessments.show", "unit_id"),
)
