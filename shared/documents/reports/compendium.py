"""The compendium of a year (汇编): the papers of a unit, or of all units below it, bound in one file.

It is not filled from one template: the worker sets each part, writes the contents with page numbers, and binds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.documents.queries.papers import printable_units
from shared.documents.reports import attendance_year, dues_year, ledger, statistics, study_unit
from shared.documents.reports.report import Report, Subject
from shared.errors import Invalid
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

#: What is bound for a unit alone, and for each unit of a whole branch of the tree, where whoever asks may see it.
OF_ONE: tuple[Report, ...] = (ledger.REPORT, attendance_year.REPORT, study_unit.REPORT, dues_year.REPORT)
OF_EACH: tuple[Report, ...] = (ledger.REPORT,)
#: Units of one compendium; more are bound part by part of the tree.
MOST = 400


@dataclass(frozen=True, slots=True)
class Bound:
    """One part: a paper of a unit. `chapter` is the unit's name, under which its papers stand in the contents."""

    chapter: str
    report: Report
    subject: Subject


def _parts(subject: Subject, unit: Unit, reports: Sequence[Report]) -> list[Bound]:
    return [
        Bound(unit.name, report, replace(subject, unit=unit, id=unit.id, title=unit.name))
        for report in reports
        if subject.actor.can(report.may, unit.path)
    ]


def _front(subject: Subject) -> list[Bound]:
    """The statistics of the year's last day, or of today while it lasts."""
    if not subject.actor.can(statistics.REPORT.may, subject.unit.path):
        return []
    year = subject.year or today().year
    day = min(date(year, 12, 31), today())
    return [Bound(subject.unit.name, statistics.REPORT, replace(subject, day=day))]


def _values(subject: Subject, parts: list[Bound]) -> dict[str, Any]:
    year = subject.year or today().year
    return {"unit": subject.unit.name, "tenant": subject.actor.tenant_name, "year": year, "parts": parts}


def _one(subject: Subject) -> dict[str, Any]:
    return _values(subject, [*_front(subject), *_parts(subject, subject.unit, OF_ONE)])


def _all(subject: Subject) -> dict[str, Any]:
    year = subject.year or today().year
    ids = printable_units(subject.actor, year=year, below=subject.unit.path, may=ledger.REPORT.may)
    if len(ids) > MOST:
        raise Invalid(_("At most %(n)s units in one compendium; choose a part of the tree.", n=MOST))
    units = db.session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.path)).all()
    for unit in units:
        db.session.expunge(unit)
    return _values(
        subject, [*_front(subject), *(part for unit in units for part in _parts(subject, unit, OF_EACH))]
    )


ONE = Report(
    key="compendium",
    name=lazy_("Compendium of a year"),
    about=lazy_("Statistics, ledger, attendance, study and dues of a unit in one file, with contents"),
    of="unit",
    span="year",
    may=Permission.DOCUMENT_PRINT,
    read=_one,
    page=("ledger.show", "unit_id"),
    bound=True,
)
ALL = Report(
    key="compendium_all",
    name=lazy_("Compendium of all units"),
    about=lazy_(
        "Statistics, and the ledger of the unit and of every unit below it, in one file with contents"
    ),
    of="unit",
    span="year",
    may=Permission.DOCUMENT_PRINT,
    read=_all,
    page=("ledger.index", ""),
    many=False,
    bound=True,
)
