"""The catalogue of the papers the product makes.

A new one is a module here (`REPORT = Report(...)`), its line in REPORTS, and a template in services/worker/pdf.
"""

from shared.access.actor import Actor
from shared.documents.reports import (
    attendance_sheet,
    attendance_year,
    birthday_cards,
    certificate,
    compendium,
    dues_month,
    dues_year,
    election_pack,
    event_minutes,
    ledger,
    plan_progress,
    rectification,
    score_sheet,
    signin_sheet,
    statistics,
    study_person,
    study_unit,
)
from shared.documents.reports.failures import FAILURES
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.subjects import SUBJECTS, Named, named

REPORTS: dict[str, Report] = {
    entry.key: entry
    for entry in (
        # The year of a unit.
        ledger.REPORT,
        score_sheet.REPORT,
        attendance_year.REPORT,
        study_unit.REPORT,
        dues_year.REPORT,
        # Several papers bound.
        compendium.ONE,
        compendium.ALL,
        # Of a unit and all below it, on a day.
        statistics.REPORT,
        # Of a unit and month, or of its last election.
        dues_month.REPORT,
        birthday_cards.REPORT,
        election_pack.REPORT,
        # Of one record, person, plan, inspection.
        event_minutes.REPORT,
        attendance_sheet.REPORT,
        signin_sheet.REPORT,
        study_person.REPORT,
        plan_progress.REPORT,
        rectification.REPORT,
        certificate.REPORT,
    )
}


def readable(actor: Actor) -> list[str]:
    """The reports whose rows the actor may see somewhere: only these are shown among finished papers."""
    return [key for key, report in REPORTS.items() if actor.may(report.may)]


__all__ = ["FAILURES", "REPORTS", "SUBJECTS", "Named", "Report", "Subject", "named", "readable"]
