"""The messages about findings: what is new to a unit, what was applied for, returned, closed, opened again."""

from sqlalchemy import and_, select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.db import db
from shared.findings.models import Finding, Inspection
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit

#: An act → the states of the finding in which its message still says something.
_TIMELY = {
    "apply": ("applied",),
    "return": ("returned",),
    "close": ("closed",),
    "failed": ("working",),
}


def compose_findings(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about new findings in hand: one an inspection and entry."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Inspection, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Inspection.tenant_id, Unit.id == Inspection.unit_id))
        .where(Inspection.id.in_({int(one.detail["inspection_id"]) for one in recipients}))
    )
    known = {inspection.id: (inspection, unit_name) for inspection, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        inspection, unit_name = known[int(one.detail["inspection_id"])]
        lines = [
            _(
                "%(unit)s gives your unit findings to put right: %(title)s",
                unit=unit_name,
                title=inspection.title,
            ),
            "",
            _("Your findings, with their last days, stand on this page."),
        ]
        return Said(
            _("Findings of the inspection: %(title)s", title=inspection.title),
            "\n".join(lines),
            f"/findings?inspection_id={inspection.id}",
        )

    return compose_each([one for one in recipients if int(one.detail["inspection_id"]) in known], write)


def compose_finding(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about acts on findings in hand; one that has been overtaken is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Finding, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Finding.tenant_id, Unit.id == Finding.unit_id))
        .where(Finding.id.in_({int(one.detail["finding_id"]) for one in recipients}))
    )
    known = {finding.id: (finding, unit_name) for finding, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        finding, unit_name = known[int(one.detail["finding_id"])]
        act = str(one.detail["act"])
        if finding.state not in _TIMELY[act]:
            return None
        subject = {
            "apply": _("Applied for closing: %(point)s", point=finding.point),
            "return": _("Finding returned: %(point)s", point=finding.point),
            "close": _("Finding closed off: %(point)s", point=finding.point),
            "failed": _("Opened again, it does not hold: %(point)s", point=finding.point),
        }[act]
        lines = [unit_name, finding.point, _("Last day: %(day)s", day=finding.due_on.isoformat())]
        return Said(subject, "\n".join(lines), f"/findings/{finding.id}")

    return compose_each([one for one in recipients if int(one.detail["finding_id"]) in known], write)
