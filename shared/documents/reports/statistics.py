"""Statistics of a unit and all below it as of a day: the tables of the page, with the same numbers."""

from typing import Any

from shared.access.permissions import Permission
from shared.clock import today
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Column, Section, Table, sheet
from shared.i18n import _, lazy_
from shared.statistics.queries import Scope, Statistics, statistics
from shared.statistics.queries import Table as Counted


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1f}%"


def _table(table: Counted) -> Table:
    people = table.of in ("people", "flow")
    first = Column(table.name, width=46)
    columns: tuple[Column, ...]
    if people:
        columns = (
            first,
            Column(_("Persons"), "n", 18),
            Column(_("of whom women"), "n", 18),
            Column(_("In percent"), "n", 18),
        )
    else:
        columns = (first, Column(_("Units"), "n", 27), Column(_("In percent"), "n", 27))
    return Table(
        columns,
        tuple(
            (
                line.name,
                f"{line.number:,}",
                *((f"{line.women or 0:,}",) if people else ()),
                _share(line.share),
            )
            for line in table.lines
        ),
    )


def _sections(found: Statistics) -> list[Section]:
    sections = []
    for number, table in enumerate((*found.people, *found.places), start=1):
        heading = _("%(n)s. %(name)s", n=number, name=table.name)
        empty = _("Nobody counted") if table.of in ("people", "flow") else _("No unit")
        sections.append(Section(heading, table=_table(table), empty=empty))
    return sections


def _read(subject: Subject) -> dict[str, Any]:
    on = min(subject.day or today(), today())
    unit = subject.unit
    found = statistics(subject.actor, Scope(unit.line, on, unit.id, unit.path))
    return sheet(
        _("Statistics of organisations and members"),
        unit.name,
        facts=[
            (_("As of"), on),
            (_("Members") if unit.line == "union" else _("Party members"), f"{found.members:,}"),
            (_("of whom women"), f"{found.women:,}"),
            (_("Units"), f"{found.units:,}"),
        ],
        sections=_sections(found),
        foot=_(
            "Counted are those in the number of a unit on the day, by the spans of their memberships and by the tree as"
            " it stood then. Sex, ethnic group and education are as they are known today. Where only the year or month"
            " of birth is known, the birthday counts as over."
        ),
    )


REPORT = Report(
    key="statistics",
    name=lazy_("Statistics of organisations and members"),
    about=lazy_(
        "Members and units of a day by sex, age, standing, kind and more; who joined and left in the year"
    ),
    of="unit",
    span="day",
    may=Permission.MEMBER_VIEW,
    read=_read,
    template="tables",
    excel="statistics.tables",
    page=("statistics.index", "unit_id"),
)
