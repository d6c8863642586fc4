"""What superiors awarded to units: registered, and taken out where it was entered wrongly."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from shared.access.actor import Actor
from shared.assessments.grades import LEVELS
from shared.assessments.models import Honour
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit

MAX_NAME = 120
EARLIEST = date(1949, 1, 1)


@dataclass(frozen=True, slots=True)
class Award:
    """What was awarded, by whom and when."""

    name: str
    level: str
    granted_by: str
    granted_on: date | None


def add_honour(actor: Actor, *, unit: Unit, given: Award, form_key: str) -> Honour:
    """Register an honour of a unit; the same form again gives the same one. Raises Invalid with the wrong fields.

    A grade that a confirmed round has given stays: the honour counts the next time grades are given.
    """
    found = db.session.execute(select(Honour).where(Honour.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    wrong: dict[str, object] = {}
    for name in ("name", "granted_by"):
        text = getattr(given, name).strip()
        if not text:
            wrong[name] = _("Fill this in.")
        elif len(text) > MAX_NAME:
            wrong[name] = _("At most %(n)s characters.", n=MAX_NAME)
    if given.level not in LEVELS:
        wrong["level"] = _("Choose one of the list.")
    if given.granted_on is None or not EARLIEST <= given.granted_on <= today():
        wrong["granted_on"] = _("The day lies before %(first)s or in the future.", first=EARLIEST.isoformat())
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(given.name, given.granted_by)
    row = Honour(
        unit_id=unit.id,
        name=given.name.strip(),
        level=given.level,
        granted_by=given.granted_by.strip(),
        granted_on=given.granted_on,
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, verb="honour.add", object_type="honour", object_id=row.id, unit_id=unit.id)
    return row


def drop_honour(actor: Actor, *, honour: Honour) -> None:
    """Take out an honour that was entered wrongly; the trail keeps that it was."""
    record(actor, verb="honour.drop", object_type="honour", object_id=honour.id, unit_id=honour.unit_id)
    db.session.delete(honour)
    db.session.flush()
