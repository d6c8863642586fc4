"""A deed is entered for a unit, or offered to all units below, of which one takes it up."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.deeds.kinds import KINDS, SOURCES
from shared.deeds.models import Deed, DeedNote
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.members.numbers import phone_number
from shared.organisations.models import Unit

#: The kind of occasion, for the composers of the worker.
OCCASION = "deed"
MAX_TITLE = 120
MAX_TEXT = 2000
MAX_REFERENCE = 40
EARLIEST = date(2000, 1, 1)
LATEST = date(2199, 12, 31)
#: What is proposed as the last day where nothing says it.
USUAL = timedelta(days=30)
#: Runs of digits as an identity number or a telephone number has them.
_DIGITS = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{11})(?!\d)")


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a deed. `done_on`: it has been done already, with `result`."""

    kind: str
    source: str
    title: str
    came_on: date
    due_on: date | None
    content: str = ""
    reference: str = ""
    owner_id: int | None = None
    done_on: date | None = None
    result: str = ""


def names_somebody(*texts: str) -> bool:
    """Whether a text holds an identity number or a mobile number: those of petitioners do not belong here."""
    return any(
        len(run) == 18 or phone_number(run) is not None for text in texts for run in _DIGITS.findall(text)
    )


def keeping_unit(actor: Actor, unit: Unit) -> int:
    """The unit in whose name the actor gives `unit` something: the highest of the actor's that holds it."""
    held = [reached for reached in actor.reaches(Permission.DEED_EDIT) if reached.holds(unit.path)]
    if any(reached.path is None for reached in held):
        return int(unit.path.split(".", 1)[0])
    paths = sorted((reached.path or "" for reached in held), key=len)
    return int(paths[0].rstrip(".").rsplit(".", 1)[-1]) if paths else unit.id


def check(given: Given, people: Collection[int]) -> None:
    """Raise Invalid with the fields that are wrong."""
    wrong: dict[str, object] = {}
    if given.kind not in KINDS:
        wrong["kind"] = _("Choose one of the list.")
    if given.source not in SOURCES:
        wrong["source"] = _("Choose one of the list.")
    if not given.title.strip():
        wrong["title"] = _("Fill this in.")
    for name, most in (
        ("title", MAX_TITLE),
        ("content", MAX_TEXT),
        ("result", MAX_TEXT),
        ("reference", MAX_REFERENCE),
    ):
        if len(getattr(given, name)) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
        elif names_somebody(getattr(given, name)):
            wrong[name] = _(
                "Identity and telephone numbers do not belong here; write the number of the case."
            )
    if not EARLIEST <= given.came_on <= today():
        wrong["came_on"] = _("The day lies before %(first)s or in the future.", first=EARLIEST.isoformat())
    elif given.due_on is not None and not given.came_on <= given.due_on <= LATEST:
        wrong["due_on"] = _("The end lies before the beginning.")
    elif given.done_on is not None and not given.came_on <= given.done_on <= today():
        wrong["done_on"] = _("The day lies before it came in, or in the future.")
    if given.done_on is not None and not given.result.strip():
        wrong["result"] = _("Say what came of it.")
    if given.owner_id is not None and given.owner_id not in people:
        wrong["owner_id"] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(given.title, given.content, given.result)


def enter_deed(
    actor: Actor,
    *,
    unit: Unit,
    given: Given,
    people: Collection[int],
    form_key: str,
    offered: bool = False,
) -> Deed:
    """A deed of `unit`, or one that `unit` offers to those below it. The same form again gives the same deed.

    `people` are those who may answer for it. Raises Invalid with the fields that are wrong.
    """
    found = db.session.execute(select(Deed).where(Deed.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    if unit.state != "active":
        raise Invalid(_("Some fields need another look."), fields={"unit_id": _("This unit exists no more.")})
    check(given, people)
    if offered and given.done_on is not None:
        raise Invalid(
            _("Some fields need another look."),
            fields={"done_on": _("What is done already cannot wait to be taken up.")},
        )
    by_unit_id = unit.id if offered else keeping_unit(actor, unit)
    row = Deed(
        unit_id=unit.id,
        by_unit_id=by_unit_id,
        kind=given.kind,
        source=given.source,
        reference=given.reference.strip(),
        title=given.title.strip(),
        content=given.content.strip(),
        owner_id=None if offered else given.owner_id,
        came_on=given.came_on,
        due_on=given.due_on or given.done_on or max(given.came_on + USUAL, today()),
        state="offered" if offered else "open" if given.done_on is None else "done",
        done_on=given.done_on,
        result=given.result.strip() if given.done_on is not None else "",
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    note(actor, row, "offer" if offered else "enter", form_key)
    if by_unit_id != unit.id and row.state == "open":
        tell_unit(actor, row, "give", unit.id)
    return row


def claim_deed(actor: Actor, *, deed: Deed, unit: Unit, form_key: str) -> bool:
    """领办: `unit` takes up a deed, locked by the caller, that a unit above offers. False: it is its own already.

    Raises Conflict when somebody else was faster or it is not offered to this unit.
    """
    if deed.claimed_on is not None and deed.unit_id == unit.id:
        return False
    above = db.session.scalar(select(Unit.path).where(Unit.id == deed.by_unit_id)) or ""
    if deed.state != "offered" or unit.state != "active" or not unit.path.startswith(above):
        raise Conflict(_("Another unit has taken it up, or it is offered no more."))
    deed.unit_id, deed.state, deed.claimed_on = unit.id, "open", today()
    deed.due_on = max(deed.due_on, today())
    deed.version += 1
    note(actor, deed, "claim", form_key)
    if deed.by_unit_id != unit.id:
        tell_unit(actor, deed, "claim", deed.by_unit_id)
    return True


def note(actor: Actor, deed: Deed, act: str, form_key: str, **more: object) -> None:
    """One line of the story, and of the audit trail."""
    db.session.add(DeedNote(deed_id=deed.id, act=act, person_id=actor.person_id, form_key=form_key, **more))
    db.session.flush()
    record(
        actor,
        verb=f"deed.{act}",
        object_type="deed",
        object_id=deed.id,
        unit_id=deed.unit_id,
    )


def tell_unit(actor: Actor, deed: Deed, act: str, unit_id: int) -> None:
    """Who answers for the unit, and at the unit that does it whoever was charged with the deed."""
    people: set[int | None] = {*answering_for(unit_id)}
    if unit_id == deed.unit_id:
        people.add(deed.owner_id)
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{deed.id}:{deed.version}",
        detail={"deed_id": deed.id, "act": act},
        person_ids=people - {actor.person_id},
    )
