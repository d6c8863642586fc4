"""Putting a finding right: under way, mostly done, applied for, agreed to by two, closed; looked at again."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.events.models import Event
from shared.files import store
from shared.files.accepting import Accepted
from shared.findings.models import Finding, FindingNote, Inspection
from shared.findings.queries.approvers import nearest
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import keys

#: The kind of occasion, for the composers of the worker.
OCCASION = "finding"
#: Purpose of files that prove something; served by the finding's own address only.
PURPOSE = "finding"
MAX_REMARK = 1000


@dataclass(frozen=True, slots=True)
class Act:
    """What may be done with a finding: from which states, to which, and whether it needs a remark."""

    of: tuple[str, ...]
    to: str | None
    needs_remark: bool = False


#: States of domain.md §7, graded C (common practice). approve: the first agrees, the second closes.
ACTS: dict[str, Act] = {
    "start": Act(("not_started", "returned"), "working"),
    "progress": Act(("working", "mostly_done", "returned"), None),
    "mostly": Act(("working", "returned"), "mostly_done"),
    "apply": Act(("working", "mostly_done", "returned"), "applied"),
    "approve": Act(("applied", "reviewed"), None),
    "return": Act(("applied", "reviewed"), "returned", needs_remark=True),
    "holds": Act(("closed",), None),
    "failed": Act(("closed",), "working", needs_remark=True),
    "void": Act(
        ("not_started", "working", "mostly_done", "applied", "reviewed", "returned"),
        "void",
        needs_remark=True,
    ),
}
OF_THE_UNIT = ("start", "progress", "mostly", "apply")
OF_APPROVERS = ("approve", "return")
OF_THE_KEEPER = ("holds", "failed", "void")
#: Acts of which the owner unit is told; of what it applies for, the unit that leads the rectification.
_TOLD = ("apply", "close", "return", "failed")


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says with an act."""

    remark: str = ""
    on_date: date | None = None
    event_id: int | None = None
    file: Accepted | None = None


def may_approve(actor: Actor, finding: Finding) -> bool:
    """Whether this person may be the next of the two: neither who applied nor who agreed already."""
    return actor.person_id is not None and actor.person_id not in (finding.applied_by, finding.approved_by)


def barred(actor: Actor, finding: Finding) -> str:
    """Why this person may not be the next of the two, in words."""
    if actor.person_id is not None and actor.person_id == finding.applied_by:
        return _("You applied for this closing yourself; two other people agree to it.")
    if actor.person_id is not None and actor.person_id == finding.approved_by:
        return _("You agreed already; a second person closes it off.")
    return _("Two different people agree, and neither is the one who applied.")


def act_on(actor: Actor, *, finding: Finding, act: str, said: Said, version: int, form_key: str) -> bool:
    """One act on a finding, locked by the caller; the same form again does nothing and gives False.

    Raises Conflict when somebody else acted since `version` was shown or the act cannot follow, Invalid with the wrong
    fields. To close it two distinct people agree, neither the one who applied, and something proves it.
    """
    if db.session.scalar(select(FindingNote.id).where(FindingNote.form_key == form_key)) is not None:
        return False
    rule = ACTS[act]
    if finding.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if finding.state not in rule.of:
        raise Conflict(_("This step cannot follow; look at the finding again."))
    if act == "approve" and not may_approve(actor, finding):
        raise Conflict(barred(actor, finding))
    _check(finding, act, rule, said)
    turn = finding.turn
    done = _moved(actor, finding, act, rule)
    stored = _stored(actor, finding, said.file)
    db.session.add(
        FindingNote(
            finding_id=finding.id,
            act=done,
            turn=turn,
            remark=said.remark.strip(),
            on_date=said.on_date if act in ("holds", "failed") else None,
            event_id=said.event_id if act in OF_THE_UNIT else None,
            file_id=stored,
            file_name=said.file.name if said.file is not None else "",
            person_id=actor.person_id,
            form_key=form_key,
        )
    )
    db.session.flush()
    record(
        actor,
        verb=f"finding.{done}",
        object_type="finding",
        object_id=finding.id,
        unit_id=finding.unit_id,
        detail={"state": finding.state},
    )
    if done in _TOLD:
        _tell(actor, finding, done)
    return True


def _moved(actor: Actor, finding: Finding, act: str, rule: Act) -> str:
    """Take the finding on; what was done in fact: the second who agrees closes."""
    done = act
    if act == "approve" and finding.state == "reviewed":
        finding.state, finding.closed_by, finding.closed_on = "closed", actor.person_id, today()
        done = "close"
    elif act == "approve":
        finding.state, finding.approved_by = "reviewed", actor.person_id
    elif act == "progress" and finding.state == "returned":
        finding.state = "working"
    elif rule.to is not None:
        finding.state = rule.to
    if act in ("apply", "return"):
        finding.approved_by = None
        finding.applied_by = actor.person_id if act == "apply" else None
    elif act == "failed":
        finding.applied_by = finding.approved_by = finding.closed_by = finding.closed_on = None
        finding.turn += 1
        # What it is asked by now is said anew; until then the day of looking again has passed.
        finding.due_on = max(finding.due_on, today())
        finding.check_on, finding.told = None, 0
    elif act == "holds":
        finding.check_on = None
    finding.version += 1
    return done


def _check(finding: Finding, act: str, rule: Act, said: Said) -> None:
    wrong: dict[str, object] = {}
    if rule.needs_remark and not said.remark.strip():
        wrong["remark"] = _("Say why.")
    elif len(said.remark) > MAX_REMARK:
        wrong["remark"] = _("At most %(n)s characters.", n=MAX_REMARK)
    if said.event_id is not None and act in OF_THE_UNIT:
        held = db.session.scalar(
            select(Event.id).where(
                Event.id == said.event_id, Event.unit_id == finding.unit_id, Event.state == "filed"
            )
        )
        if held is None:
            wrong["event_id"] = _("Choose one of the list.")
    if act in ("holds", "failed") and (
        said.on_date is None or not (finding.closed_on or finding.found_on) <= said.on_date <= today()
    ):
        wrong["on_date"] = _("Say on which day, between the closing and today.")
    if act == "apply" and said.event_id is None and said.file is None and not proved(finding):
        wrong["file"] = _("A finding is closed with proof only: add a paper or choose a record.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(said.remark, said.file.text if said.file is not None else "")


def proved(finding: Finding) -> bool:
    """Whether something that proves it was handed in since it was opened (again)."""
    return (
        db.session.scalar(
            select(FindingNote.id)
            .where(FindingNote.finding_id == finding.id, FindingNote.turn == finding.turn)
            .where((FindingNote.file_id.is_not(None)) | (FindingNote.event_id.is_not(None)))
            .limit(1)
        )
        is not None
    )


def _stored(actor: Actor, finding: Finding, file: Accepted | None) -> int | None:
    if file is None:
        return None
    kept = store(
        file.data,
        name=file.name,
        media_type=file.media_type,
        purpose=PURPOSE,
        keys=keys(),
        unit_id=finding.unit_id,
        created_by=actor.person_id,
    )
    return kept.id


def _tell(actor: Actor, finding: Finding, act: str) -> None:
    people = answering_for(finding.unit_id)
    if act == "apply":
        # Whoever keeps the lists, and who may agree to it.
        leading, path = db.session.execute(
            select(Inspection.unit_id, Unit.path)
            .join(Unit, and_(Unit.tenant_id == Inspection.tenant_id, Unit.id == finding.unit_id))
            .where(Inspection.id == finding.inspection_id)
        ).one()
        people = answering_for(leading) | nearest(path, without=actor.person_id)
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{finding.id}:{finding.version}",
        detail={"finding_id": finding.id, "act": act},
        person_ids=people - {actor.person_id},
    )
