"""The messages about findings, their late ones, and the progress report of an inspection."""

from sqlalchemy import and_, select

from services.worker.alone import print_alone
from services.worker.channels.addressed import Addressed, Said, about, addressed, compose_each
from services.worker.channels.outgoing import Composed
from services.worker.pdf import fill
from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.findings.models import Finding, Inspection, Measure
from shared.findings.queries.lists import OPEN
from shared.findings.queries.report import report
from shared.findings.queries.words import STATES
from shared.i18n import _
from shared.jobs import Claimed
from shared.messages.actions import Parcel
from shared.organisations.models import Unit
from shared.reminders.queries.letters import counted

#: Findings and measures named in one message; the page has all.
NAMED = 20

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
            {"unit": unit_name, "title": inspection.title},
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
        values = {"unit": unit_name, "title": finding.point, "day": finding.due_on.isoformat()}
        return Said(subject, "\n".join(lines), f"/findings/{finding.id}", values)

    return compose_each([one for one in recipients if int(one.detail["finding_id"]) in known], write)


def compose_late_findings(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """What is past its day, for the unit that puts it right or the one above; what was done meanwhile is left out."""
    recipients = addressed(parcels)
    on = today()
    found = {
        row.id: (row.due_on, row.name, row.point, "")
        for row in db.session.execute(
            select(Finding.id, Finding.due_on, Finding.point, Unit.name)
            .join(Unit, and_(Unit.tenant_id == Finding.tenant_id, Unit.id == Finding.unit_id))
            .where(
                Finding.id.in_({key for one in recipients for key in one.detail["ids"]}),
                Finding.state.in_(OPEN),
                Finding.due_on < on,
            )
        )
    }
    measures = {
        row.id: (row.due_on, row.name, row.point, row.content)
        for row in db.session.execute(
            select(Measure.id, Measure.due_on, Measure.content, Finding.point, Unit.name)
            .join(Finding, and_(Finding.tenant_id == Measure.tenant_id, Finding.id == Measure.finding_id))
            .join(Unit, and_(Unit.tenant_id == Finding.tenant_id, Unit.id == Finding.unit_id))
            .where(
                Measure.id.in_({key for one in recipients for key in one.detail["measures"]}),
                Measure.done_on.is_(None),
                Finding.state.in_(OPEN),
                Measure.due_on < on,
            )
        )
    }

    def write(one: Addressed) -> Said | None:
        late = sorted(found[key] for key in one.detail["ids"] if key in found)
        steps = sorted(measures[key] for key in one.detail["measures"] if key in measures)
        if not late and not steps:
            return None
        lines = [
            _("%(what)s, %(more)s", what=day, more=about(name, point, measure))
            for day, name, point, measure in [*late, *steps][:NAMED]
        ]
        if len(late) + len(steps) > NAMED:
            lines.append(_("and %(n)s more", n=len(late) + len(steps) - NAMED))
        if one.detail["stage"] == 2:
            lines = counted(name for _day, name, _point, _measure in late)
            subject = _("%(n)s findings of units under your care are past their day", n=len(late))
        elif late:
            subject = _("%(n)s findings of your unit are past their day", n=len(late))
        else:
            subject = _("%(n)s measures of your unit are past their day", n=len(steps))
        return Said(subject, "\n".join(lines), "/findings?view=late" if late else "/findings?view=open")

    return compose_each(recipients, write)


def print_report(job: Claimed) -> None:
    """Set the report of one inspection, as far as whoever asked may see it."""

    def compose(actor: Actor) -> tuple[str, str]:
        inspection = fetch(
            Inspection, int(job.args["inspection_id"]), actor=actor, may=Permission.FINDING_VIEW
        )
        html = fill(
            "rectification",
            report=report(actor, inspection),
            states=STATES,
            on=today(),
            tenant=actor.tenant_name,
        )
        return _("Progress report: %(title)s", title=inspection.title), html

    print_alone(job, compose, purpose="finding_report")
