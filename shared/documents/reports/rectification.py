"""Ledger of a rectification: the problems found, what is done about each, who answers, how it stands."""

from typing import Any

from sqlalchemy import select

from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.documents.reports.report import Report, Subject
from shared.findings.models import Inspection
from shared.findings.queries.report import report
from shared.findings.queries.words import STATES
from shared.i18n import lazy_


def _read(subject: Subject) -> dict[str, Any]:
    inspection = db.session.execute(select(Inspection).where(Inspection.id == subject.id)).scalar_one()
    return {
        # The paper stands at the unit that leads: it holds what everybody there may see.
        "report": report(subject.actor, inspection, below=subject.unit.path),
        "states": {key: str(word) for key, word in STATES.items()},
        "on": today(),
        "tenant": subject.actor.tenant_name or subject.unit.name,
    }


REPORT = Report(
    key="rectification",
    name=lazy_("Ledger of a rectification"),
    about=lazy_("Lists of problems, tasks and responsibilities, and how each stands"),
    of="inspection",
    span="none",
    may=Permission.FINDING_VIEW,
    read=_read,
    excel="findings.list",
    page=("findings.inspection", "inspection_id"),
)
