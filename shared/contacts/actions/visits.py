"""Visits: recorded with what was found and solved; a problem that was not solved becomes a deed; declared void."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.contacts.actions.points import current
from shared.contacts.kinds import VISITS
from shared.contacts.models import Visit, VisitProblem
from shared.db import db
from shared.deeds.actions.entering import MAX_TITLE, USUAL, Given, enter_deed, names_somebody
from shared.deeds.models import Deed
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.events.models import Event
from shared.i18n import _
from shared.organisations.models import Unit

MAX_PLACE = 80
MAX_TEXT = 1000
#: Problems of one visit.
MOST = 30
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem found; `solution` says how it was solved on the spot, '' when it was not."""

    content: str
    solution: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of a visit."""

    kind: str
    on_date: date
    place: str
    about: str
    event_id: int | None
    problems: tuple[Problem, ...]


def record_visit(actor: Actor, *, unit: Unit, person_id: int, given: Made, form_key: str) -> Visit:
    """A visit of `person_id` to `unit`; it counts for the person's contact point there, if there is one.

    The same form again gives the same visit. Raises Invalid with the fields that are wrong.
    """
    found = db.session.execute(select(Visit).where(Visit.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    _check(unit, given)
    point = current(unit.id, person_id)
    row = Visit(
        kind=given.kind,
        person_id=person_id,
        unit_id=unit.id,
        contact_id=point.id if point is not None and point.since <= given.on_date else None,
        place=given.place.strip(),
        on_date=given.on_date,
        about=given.about.strip(),
        event_id=given.event_id,
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    if given.problems:
        db.session.execute(
            insert(VisitProblem),
            [
                {
                    "visit_id": row.id,
                    "ordinal": place,
                    "content": one.content.strip(),
                    "solution": one.solution.strip(),
                }
                for place, one in enumerate(given.problems, start=1)
            ],
        )
    record(
        actor,
        verb="visit.record",
        object_type="visit",
        object_id=row.id,
        unit_id=unit.id,
        detail={"count": len(given.problems)},
    )
    return row


def _check(unit: Unit, given: Made) -> None:
    wrong: dict[str, object] = {}
    no_numbers = _("Identity and telephone numbers do not belong here; write the number of the case.")
    if given.kind not in VISITS:
        wrong["kind"] = _("Choose one of the list.")
    if unit.state != "active":
        wrong["unit_id"] = _("This unit exists no more.")
    if not EARLIEST <= given.on_date <= today():
        wrong["on_date"] = _("The day lies before %(first)s or in the future.", first=EARLIEST.isoformat())
    for name, most in (("place", MAX_PLACE), ("about", MAX_TEXT)):
        if len(getattr(given, name)) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
        elif names_somebody(getattr(given, name)):
            wrong[name] = no_numbers
    if given.event_id is not None:
        held = db.session.scalar(
            select(Event.id).where(
                Event.id == given.event_id, Event.unit_id == unit.id, Event.state == "filed"
            )
        )
        if held is None:
            wrong["event_id"] = _("Choose one of the list.")
    for place, one in enumerate(given.problems):
        if not one.content.strip():
            wrong[f"problems-{place}-content"] = _("Say what the problem was.")
        elif names_somebody(one.content, one.solution):
            wrong[f"problems-{place}-content"] = no_numbers
        elif len(one.content) > MAX_TEXT or len(one.solution) > MAX_TEXT:
            wrong[f"problems-{place}-content"] = _("At most %(n)s characters.", n=MAX_TEXT)
    if len(given.problems) > MOST:
        wrong["problems"] = _("At most %(n)s problems a visit.", n=MOST)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(given.place, given.about, *(one.content + "\n" + one.solution for one in given.problems))


def take_up(actor: Actor, *, visit: Visit, problem: VisitProblem, unit: Unit) -> Deed:
    """A problem, locked by the caller and not solved on the spot, becomes a deed of the unit. Twice: the same deed."""
    if problem.deed_id is not None:
        return db.session.execute(select(Deed).where(Deed.id == problem.deed_id)).scalar_one()
    if problem.solution or visit.state != "held":
        raise Conflict(_("This problem was solved on the spot."))
    deed = enter_deed(
        actor,
        unit=unit,
        given=Given(
            kind="problem",
            source="reception" if visit.kind == "reception" else "visit",
            title=problem.content[:MAX_TITLE],
            content=problem.content if len(problem.content) > MAX_TITLE else "",
            came_on=visit.on_date,
            due_on=max(visit.on_date + USUAL, today() + timedelta(days=1)),
        ),
        people=(),
        form_key=f"problem {problem.id}",
    )
    problem.deed_id = deed.id
    db.session.flush()
    return deed


def void_visit(actor: Actor, *, visit: Visit, reason: str) -> bool:
    """Entered wrongly: it counts no more and stays readable with the reason. False: it was void already."""
    if visit.state == "void":
        return False
    if not reason.strip() or len(reason) > MAX_TEXT:
        raise Invalid(_("Some fields need another look."), fields={"reason": _("Say why.")})
    if names_somebody(reason):
        raise Invalid(
            _("Some fields need another look."),
            fields={
                "reason": _(
                    "Identity and telephone numbers do not belong here; write the number of the case."
                )
            },
        )
    refuse_marks(reason)
    visit.state, visit.void_reason = "void", reason.strip()
    record(actor, verb="visit.void", object_type="visit", object_id=visit.id, unit_id=visit.unit_id)
    return True
