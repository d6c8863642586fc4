"""Doing a deed: how far it is, done with a result, asked afterwards and closed, returned, dropped with a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from shared.access.actor import Actor
from shared.clock import today
from shared.db import db
from shared.deeds.actions.entering import LATEST, MAX_TEXT, names_somebody, note, tell_unit
from shared.deeds.kinds import SATISFACTION
from shared.deeds.models import Deed, DeedNote
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.events.models import Event
from shared.files import store
from shared.files.accepting import Accepted
from shared.i18n import _
from shared.tenants.queries import keys

#: Purpose of files that prove something; served by the deed's own address only.
PURPOSE = "deed"
MAX_REMARK = 1000


@dataclass(frozen=True, slots=True)
class Act:
    """What may be done with a deed: from which states, to which, and whether it needs a remark."""

    of: tuple[str, ...]
    to: str | None
    needs_remark: bool = False


ACTS: dict[str, Act] = {
    "progress": Act(("open", "returned"), None, needs_remark=True),
    "done": Act(("open", "returned"), "done"),
    "close": Act(("done",), "closed"),
    "return": Act(("done", "closed"), "returned", needs_remark=True),
    "drop": Act(("offered", "open", "returned"), "dropped", needs_remark=True),
}
OF_THE_UNIT = ("progress", "done")
OF_THE_KEEPER = ("close", "return", "drop")


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says with an act. `on`: done or closed that day, today by default."""

    remark: str = ""
    on: date | None = None
    satisfaction: str = ""
    event_id: int | None = None
    file: Accepted | None = None


def act_on(actor: Actor, *, deed: Deed, act: str, said: Said, version: int, form_key: str) -> bool:
    """One act on a deed, locked by the caller; the same form again does nothing and gives False.

    Raises Conflict when somebody else acted since `version` was shown or the act cannot follow, Invalid with the wrong
    fields. To be done it needs its result, to be closed what was answered when asked afterwards.
    """
    if db.session.scalar(select(DeedNote.id).where(DeedNote.form_key == form_key)) is not None:
        return False
    rule = ACTS[act]
    if deed.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if deed.state not in rule.of:
        raise Conflict(_("This step cannot follow; look at the deed again."))
    on = said.on or today()
    _check(deed, act, rule, said, on)
    deed.state = rule.to or ("open" if deed.state == "returned" else deed.state)
    if act == "done":
        deed.done_on, deed.result = on, said.remark.strip()
    elif act == "close":
        deed.closed_on, deed.satisfaction = on, said.satisfaction
    elif act == "return":
        deed.done_on = deed.closed_on = deed.satisfaction = None
        # What is asked for anew has its day anew: it is not late by being returned.
        deed.due_on, deed.told = max(deed.due_on, today()), 0
    deed.version += 1
    proves = act in OF_THE_UNIT
    stored = _stored(actor, deed, said.file) if proves else None
    note(
        actor,
        deed,
        act,
        form_key,
        remark=said.remark.strip(),
        event_id=said.event_id if proves else None,
        file_id=stored,
        file_name=said.file.name if stored and said.file is not None else "",
    )
    if deed.by_unit_id != deed.unit_id and act != "progress":
        tell_unit(actor, deed, act, deed.by_unit_id if act == "done" else deed.unit_id)
    return True


def _check(deed: Deed, act: str, rule: Act, said: Said, on: date) -> None:
    wrong: dict[str, object] = {}
    if act == "done" and not said.remark.strip():
        wrong["remark"] = _("Say what came of it.")
    elif rule.needs_remark and not said.remark.strip():
        wrong["remark"] = _("Say how far it is.") if act == "progress" else _("Say why.")
    most = MAX_TEXT if act == "done" else MAX_REMARK
    if len(said.remark) > most:
        wrong["remark"] = _("At most %(n)s characters.", n=most)
    elif names_somebody(said.remark):
        wrong["remark"] = _(
            "Identity and telephone numbers do not belong here; write the number of the case."
        )
    first = deed.done_on if act == "close" and deed.done_on is not None else deed.came_on
    if act in ("done", "close") and not first <= on <= today():
        wrong["on"] = _("The day lies before it came in or was done, or in the future.")
    if act == "close" and said.satisfaction not in SATISFACTION:
        wrong["satisfaction"] = _("Choose one of the list.")
    if act in OF_THE_UNIT and said.event_id is not None:
        held = db.session.scalar(
            select(Event.id).where(
                Event.id == said.event_id, Event.unit_id == deed.unit_id, Event.state == "filed"
            )
        )
        if held is None:
            wrong["event_id"] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(said.remark, said.file.text if said.file is not None else "")


def _stored(actor: Actor, deed: Deed, file: Accepted | None) -> int | None:
    if file is None:
        return None
    kept = store(
        file.data,
        name=file.name,
        media_type=file.media_type,
        purpose=PURPOSE,
        keys=keys(),
        unit_id=deed.unit_id,
        created_by=actor.person_id,
    )
    return kept.id


def change_deed(
    actor: Actor,
    *,
    deed: Deed,
    owner_id: int | None,
    due_on: date | None,
    people: Collection[int],
    version: int,
    form_key: str,
) -> bool:
    """Who answers for it and its last day (None: stays). False: nothing differed, or this form was here before.

    Raises Conflict when somebody else acted since `version` was shown, Invalid with the wrong fields.
    """
    if db.session.scalar(select(DeedNote.id).where(DeedNote.form_key == form_key)) is not None:
        return False
    if deed.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if deed.state not in ("offered", "open", "returned"):
        raise Conflict(_("This step cannot follow; look at the deed again."))
    wrong: dict[str, object] = {}
    due_on = due_on or deed.due_on
    if not deed.came_on <= due_on <= LATEST:
        wrong["due_on"] = _("The end lies before the beginning.")
    if owner_id is not None and owner_id not in {*people, deed.owner_id}:
        wrong["owner_id"] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    if (deed.owner_id, deed.due_on) == (owner_id, due_on):
        return False
    if deed.due_on != due_on:
        deed.told = 0
    deed.owner_id, deed.due_on = owner_id, due_on
    deed.version += 1
    note(actor, deed, "change", form_key)
    return True
