"""Working on a task: accept or send back, say how far it is with what proves it, done, confirmed or returned."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.events.models import Event
from shared.events.queries import people_on
from shared.files import store
from shared.files.accepting import Accepted
from shared.i18n import _
from shared.plans.actions.passing import withdraw_parts
from shared.plans.models import Task, TaskNote
from shared.tenants.queries import keys

#: The kind of occasion, for the composers of the worker.
OCCASION = "task"
#: Purpose of files that prove something; served by the task's own address only.
PURPOSE = "task"
MAX_REMARK = 500


@dataclass(frozen=True, slots=True)
class Act:
    """What may be done with a task: from which states, to which, and whether it needs a remark."""

    of: tuple[str, ...]
    to: str | None
    needs_remark: bool = False


#: accept … done are the unit's; return, confirm, withdraw of whoever asked for it.
ACTS: dict[str, Act] = {
    "accept": Act(("assigned", "returned"), "accepted"),
    "refuse": Act(("assigned",), "assigned", needs_remark=True),
    "progress": Act(("assigned", "accepted", "returned"), "accepted"),
    "done": Act(("assigned", "accepted", "returned"), "done"),
    "return": Act(("done", "confirmed"), "returned", needs_remark=True),
    "confirm": Act(("done",), "confirmed"),
    "withdraw": Act(("assigned", "accepted", "returned", "done"), "withdrawn", needs_remark=True),
}
OF_THE_UNIT = ("accept", "refuse", "progress", "done")


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says with an act."""

    remark: str = ""
    percent: int | None = None
    event_id: int | None = None
    file: Accepted | None = None


def act_on(
    actor: Actor, *, task: Task, act: str, said: Said, version: int, form_key: str, helps: bool = False
) -> bool:
    """One act on a task, locked by the caller; the same form again does nothing and gives False.

    `helps`: by somebody who helps with it, who notes progress with what proves it, and moves neither state nor number.
    Raises Conflict when somebody else acted since `version` was shown or the act cannot follow, Invalid with the wrong
    fields.
    """
    if db.session.scalar(select(TaskNote.id).where(TaskNote.form_key == form_key)) is not None:
        return False
    rule = ACTS[act]
    if task.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if task.state == "withdrawn":
        raise Conflict(_("This task was withdrawn; if it is still wanted, the item is given again."))
    if task.state not in rule.of:
        raise Conflict(_("This step cannot follow; look at the task again."))
    _check(task, act, rule, said)
    if helps:
        rule, said = replace(rule, to=None), replace(said, percent=None)
    if said.percent is not None:
        task.percent = said.percent
    if act == "done":
        task.percent, task.done_at = 100, now()
    if rule.to is not None:
        task.state = rule.to
    if act == "withdraw":
        withdraw_parts(task)
    task.version += 1
    stored = _stored(actor, task, said.file)
    db.session.add(
        TaskNote(
            task_id=task.id,
            act=act,
            remark=said.remark.strip(),
            percent=task.percent if act in ("progress", "done") and not helps else None,
            event_id=said.event_id,
            file_id=stored,
            file_name=said.file.name if said.file is not None else "",
            person_id=actor.person_id,
            form_key=form_key,
        )
    )
    db.session.flush()
    record(
        actor,
        verb=f"task.{act}",
        object_type="task",
        object_id=task.id,
        unit_id=task.unit_id,
        detail={"state": task.state},
    )
    _tell(actor, task, act)
    return True


def _check(task: Task, act: str, rule: Act, said: Said) -> None:
    wrong: dict[str, object] = {}
    if rule.needs_remark and not said.remark.strip():
        wrong["remark"] = _("Say why.")
    elif len(said.remark) > MAX_REMARK:
        wrong["remark"] = _("At most %(n)s characters.", n=MAX_REMARK)
    if said.percent is not None and not 0 <= said.percent <= 100:
        wrong["percent"] = _("A whole number from %(least)s to %(most)s.", least=0, most=100)
    if said.event_id is not None:
        held = db.session.scalar(
            select(Event.id).where(
                Event.id == said.event_id, Event.unit_id == task.unit_id, Event.state == "filed"
            )
        )
        if held is None:
            wrong["event_id"] = _("Choose one of the list.")
    if act == "done" and task.proof and said.event_id is None and said.file is None and not _proved(task):
        wrong["file"] = _("Proof is asked for: %(proof)s", proof=task.proof)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(said.remark, said.file.text if said.file is not None else "")


def _proved(task: Task) -> bool:
    """Whether something that proves it was handed in before."""
    return (
        db.session.scalar(
            select(TaskNote.id)
            .where(TaskNote.task_id == task.id)
            .where((TaskNote.file_id.is_not(None)) | (TaskNote.event_id.is_not(None)))
            .limit(1)
        )
        is not None
    )


def _stored(actor: Actor, task: Task, file: Accepted | None) -> int | None:
    if file is None:
        return None
    kept = store(
        file.data,
        name=file.name,
        media_type=file.media_type,
        purpose=PURPOSE,
        keys=keys(),
        unit_id=task.unit_id,
        created_by=actor.person_id,
    )
    return kept.id


def _tell(actor: Actor, task: Task, act: str) -> None:
    """Above is told what came up, the unit what came down; whoever acts is not told of it."""
    if act in ("accept", "progress"):
        return
    people = answering_for(task.by_unit_id if act in OF_THE_UNIT else task.unit_id)
    if act in OF_THE_UNIT and task.assigned_by is not None:
        people.add(task.assigned_by)
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{task.id}:{task.version}",
        detail={"task_id": task.id, "act": act},
        person_ids=[person_id for person_id in people if person_id != actor.person_id],
    )


def change_task(actor: Actor, *, task: Task, owner_id: int | None, due_on: date | None, version: int) -> None:
    """Who leads it within the unit, and until when (only by whoever asks for it: `due_on`)."""
    if task.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    wrong: dict[str, object] = {}
    if owner_id not in (None, task.owner_id) and owner_id not in {
        one.id for one in people_on(task.unit_id, today())
    }:
        wrong["owner_id"] = _("Choose a member of this unit.")
    if task.post and owner_id != task.owner_id:
        wrong["owner_id"] = _("A post's task is led by whoever holds the post.")
    if due_on is not None and due_on < task.begins_on:
        wrong["due_on"] = _("The end lies before the beginning.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    if (task.owner_id, task.due_on) == (owner_id, due_on or task.due_on):
        return
    task.owner_id = owner_id
    if due_on is not None and due_on != task.due_on:
        # Another day is another chance: its reminders begin anew.
        task.due_on, task.told = due_on, 0
    task.version += 1
    record(
        actor,
        verb="task.change",
        object_type="task",
        object_id=task.id,
        unit_id=task.unit_id,
        detail={"due_on": task.due_on.isoformat()},
    )
