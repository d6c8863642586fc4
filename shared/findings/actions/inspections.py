"""An inspection: entered, its head put right."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Invalid
from shared.events.marks import refuse_marks
from shared.findings.models import Inspection
from shared.i18n import _
from shared.organisations.models import Unit

KINDS = ("supervision", "inspection", "patrol", "assessment", "self_check")
MAX_TITLE = 120
MAX_ROUND = 20
EARLIEST = date(2000, 1, 1)
LATEST = date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of an inspection."""

    kind: str
    title: str
    organ: str
    round_label: str
    feedback_on: date
    plan_due: date | None
    focus_end: date | None
    report_due: date | None


def _check_head(given: Head) -> None:
    wrong: dict[str, object] = {}
    if given.kind not in KINDS:
        wrong["kind"] = _("Choose one of the list.")
    if not given.title.strip():
        wrong["title"] = _("Fill this in.")
    if not EARLIEST <= given.feedback_on <= today():
        wrong["feedback_on"] = _(
            "The day lies before %(first)s or in the future.", first=EARLIEST.isoformat()
        )
    for name in ("plan_due", "focus_end", "report_due"):
        day = getattr(given, name)
        if day is not None and not given.feedback_on <= day <= LATEST:
            wrong[name] = _("The end lies before the beginning.")
    for name, most in (("title", MAX_TITLE), ("organ", MAX_TITLE), ("round_label", MAX_ROUND)):
        if len(getattr(given, name)) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(given.title, given.organ)


def _values(given: Head) -> dict[str, Any]:
    return {
        "kind": given.kind,
        "title": given.title.strip(),
        "organ": given.organ.strip(),
        "round_label": given.round_label.strip(),
        "feedback_on": given.feedback_on,
        "plan_due": given.plan_due,
        "focus_end": given.focus_end,
        "report_due": given.report_due,
    }


def enter_inspection(actor: Actor, *, unit: Unit, given: Head, form_key: str) -> Inspection:
    """An inspection whose rectification `unit` leads. The same form again gives the same one. Raises Invalid."""
    found = db.session.execute(select(Inspection).where(Inspection.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    _check_head(given)
    if unit.state != "active":
        raise Invalid(_("Some fields need another look."), fields={"unit_id": _("This unit exists no more.")})
    row = Inspection(unit_id=unit.id, created_by=actor.person_id, form_key=form_key, **_values(given))
    db.session.add(row)
    db.session.flush()
    record(actor, verb="inspection.enter", object_type="inspection", object_id=row.id, unit_id=unit.id)
    return row


def change_inspection(actor: Actor, *, inspection: Inspection, given: Head) -> bool:
    """Put its head right, days too. Raises Invalid; False when nothing differed."""
    _check_head(given)
    values = _values(given)
    changed = [name for name, value in values.items() if getattr(inspection, name) != value]
    for name in changed:
        setattr(inspection, name, values[name])
    if changed:
        record(
            actor,
            verb="inspection.change",
            object_type="inspection",
            object_id=inspection.id,
            unit_id=inspection.unit_id,
            detail={"fields": changed},
        )
    return bool(changed)
