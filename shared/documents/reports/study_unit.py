"""Study of a unit's year: hours by form, and by name who has reached the number that a rule asks (ADR 0020)."""

from decimal import Decimal
from typing import Any

from shared.access.permissions import Permission
from shared.clock import today
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Column, Section, Table, sheet
from shared.events.queries.study import learners_page, unit_hours
from shared.events.queries.study.hours import Learner
from shared.events.study import FORMS, rule_of
from shared.i18n import _, lazy_


def _everybody(unit_id: int, year: int) -> list[Learner]:
    rows, after = learners_page(unit_id, year, "all")
    while after is not None:
        more, after = learners_page(unit_id, year, "all", after)
        rows += more
    return rows


def _state(one: Learner) -> str:
    if one.reached is None:
        return _("no number asked")
    return _("reached") if one.reached else _("not there yet")


def _read(subject: Subject) -> dict[str, Any]:
    year = subject.year or today().year
    sums = unit_hours(subject.unit, year)
    people = Table(
        (Column(_("Name"), width=24), Column(_("Hours asked"), "n", 16, None), Column(_("State"), width=24)),
        tuple((one.name, one.needed, _state(one)) for one in _everybody(subject.unit.id, year)),
    )
    hours = Table(
        (Column(_("Form of study"), width=30), Column(_("Study hours"), "n", 12, None)),
        tuple((str(word), sums.sums.get(code, Decimal(0))) for code, word in FORMS.items()),
    )
    rules = [rule for who in ("members", "committee") if (rule := rule_of(subject.unit.line, who, year))]
    return sheet(
        _("Study of the year %(year)s", year=year),
        subject.unit.name,
        facts=[
            (_("People"), sums.people),
            (_("Reached"), sums.reached if sums.asked_of else None),
            (_("Not there yet"), sums.missing if sums.asked_of else None),
            (_("Attendance rate"), sums.attendance),
        ],
        sections=[
            Section(_("People"), table=people, empty=_("Nobody here")),
            Section(_("Hours of the unit"), table=hours),
        ],
        foot=_("; ").join(dict.fromkeys(rule.source for rule in rules)),
    )


REPORT = Report(
    key="study_unit",
    name=lazy_("Study of a unit"),
    about=lazy_("Hours by form, and by name who has reached the number asked"),
    of="unit",
    span="year",
    may=Permission.EVENT_VIEW,
    read=_read,
    template="tables",
    excel="reports.study_unit",
    page=("study.unit", "unit_id"),
)
