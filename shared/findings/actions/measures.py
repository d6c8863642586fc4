"""The measures of a finding: what is done, what comes of it, by when, who leads, who answers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.findings.models import Finding, Measure
from shared.i18n import _

#: States in which its measures may still be written.
OPEN = ("not_started", "working", "mostly_done", "returned")
MAX_WORDS = 500
MAX_DEPARTMENT = 60


@dataclass(frozen=True, slots=True)
class Step:
    """What is said of one measure."""

    content: str
    deliverable: str
    due_on: date | None
    lead_id: int | None
    department: str
    owner_id: int | None
    done: bool = False


def _check(finding: Finding, given: Step, people: Collection[int]) -> date:
    if finding.state not in OPEN:
        raise Conflict(_("Its measures stand while it is being checked; look at the finding again."))
    wrong: dict[str, object] = {}
    if not given.content.strip():
        wrong["content"] = _("Fill this in.")
    for name, most in (("content", MAX_WORDS), ("deliverable", MAX_WORDS), ("department", MAX_DEPARTMENT)):
        if len(getattr(given, name)) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
    due_on = given.due_on or finding.due_on
    if not finding.found_on <= due_on <= finding.due_on:
        wrong["due_on"] = _("The day lies outside the time of the finding.")
    for name in ("lead_id", "owner_id"):
        if getattr(given, name) is not None and getattr(given, name) not in people:
            wrong[name] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(given.content, given.deliverable)
    return due_on


def add_measure(
    actor: Actor, *, finding: Finding, given: Step, people: Collection[int], form_key: str
) -> Measure:
    """One more measure; `people` are those who may lead or answer. The same form again gives the same measure."""
    found = db.session.execute(select(Measure).where(Measure.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    due_on = _check(finding, given, people)
    row = Measure(
        finding_id=finding.id,
        content=given.content.strip(),
        deliverable=given.deliverable.strip(),
        due_on=due_on,
        lead_id=given.lead_id,
        department=given.department.strip(),
        owner_id=given.owner_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    _noted(actor, finding)
    return row


def change_measure(
    actor: Actor, *, finding: Finding, measure: Measure, given: Step, people: Collection[int]
) -> None:
    """Put one right, or note that it is done."""
    # Who stood there before may stand on after leaving the unit.
    due_on = _check(finding, given, {*people, measure.lead_id or 0, measure.owner_id or 0})
    measure.content, measure.deliverable = given.content.strip(), given.deliverable.strip()
    if measure.due_on != due_on:
        # What is late by another day is told anew.
        measure.told = 0
    measure.due_on, measure.department = due_on, given.department.strip()
    measure.lead_id, measure.owner_id = given.lead_id, given.owner_id
    measure.done_on = (measure.done_on or today()) if given.done else None
    _noted(actor, finding)


def drop_measure(actor: Actor, *, finding: Finding, measure: Measure) -> None:
    """Take a measure out that is not done yet."""
    if finding.state not in OPEN or measure.done_on is not None:
        raise Conflict(_("Its measures stand while it is being checked; look at the finding again."))
    db.session.delete(measure)
    _noted(actor, finding)


def _noted(actor: Actor, finding: Finding) -> None:
    record(
        actor, verb="finding.measure", object_type="finding", object_id=finding.id, unit_id=finding.unit_id
    )
