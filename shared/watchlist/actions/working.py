"""On the list: the unit's own plan, its progress month by month, and off it by two people, condition by condition."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.duties.periods import months_after
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.watchlist.actions.listing import MONTHS, noted, tell_of
from shared.watchlist.models import WatchCondition, WatchEntry, WatchMeasure, WatchMonth, WatchNote
from shared.watchlist.queries.ledger import ON_THE_LIST, met_by
from shared.watchlist.queries.months import missing_months

MAX_WORDS = 500
MAX_PROGRESS = 2000
MAX_REMARK = 1000


@dataclass(frozen=True, slots=True)
class Act:
    """From which states, to which, and whether it needs a remark."""

    of: tuple[str, ...]
    to: str | None
    needs_remark: bool = False


#: The flow of domain.md §6 (F32d). approve: the first agrees, the second takes the unit off.
ACTS: dict[str, Act] = {
    "apply": Act(("listed",), "applied"),
    "approve": Act(("applied", "reviewed"), None),
    "return": Act(("applied", "reviewed"), "listed", needs_remark=True),
    "stay": Act(("listed", "applied", "reviewed"), "listed", needs_remark=True),
    "back": Act(("off",), "listed", needs_remark=True),
    "void": Act(("listed", "applied", "reviewed"), "void", needs_remark=True),
}
OF_THE_UNIT = ("apply",)
OF_APPROVERS = ("approve", "return")
OF_THE_KEEPER = ("stay", "back", "void")
_TOLD = ("apply", "off", "return", "stay", "back", "void")


def may_approve(actor: Actor, entry: WatchEntry) -> bool:
    """Whether this person may be the next of the two: neither who applied nor who agreed already."""
    return actor.person_id is not None and actor.person_id not in (entry.applied_by, entry.approved_by)


def act_on(
    actor: Actor,
    *,
    entry: WatchEntry,
    act: str,
    remark: str,
    gone: Collection[str],
    version: int,
    form_key: str,
) -> bool:
    """One act on an entry, locked by the caller; the same form again does nothing and gives False.

    `gone`: the conditions that whoever agrees found to hold no longer; all of them, and none that the ledger still
    says. Raises Conflict when somebody else acted since `version` was shown or the act cannot follow, Invalid.
    """
    if db.session.scalar(select(WatchNote.id).where(WatchNote.form_key == form_key)) is not None:
        return False
    rule = ACTS[act]
    if entry.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if entry.state not in rule.of:
        raise Conflict(_("This step cannot follow; look at the entry again."))
    if rule.needs_remark and not remark.strip():
        raise Invalid(_("Some fields need another look."), fields={"remark": _("Say why.")})
    if len(remark) > MAX_REMARK:
        raise Invalid(
            _("Some fields need another look."),
            fields={"remark": _("At most %(n)s characters.", n=MAX_REMARK)},
        )
    refuse_marks(remark)
    if act == "apply":
        _may_apply(entry)
    if act == "approve":
        _agree(actor, entry, gone)
    done = _moved(actor, entry, act, rule)
    noted(actor, entry, done, form_key, remark)
    if done in _TOLD:
        tell_of(actor, entry, done)
    return True


def _may_apply(entry: WatchEntry) -> None:
    """A plan whose measures are done, and every month told of."""
    wrong = ""
    missing = missing_months(entry)
    planned = db.session.scalars(
        select(WatchMeasure.done_on.is_(None)).where(WatchMeasure.entry_id == entry.id)
    ).all()
    if not planned:
        wrong = _("There is no plan yet: enter what is wrong and what is done about it.")
    elif any(planned):
        wrong = _("Not every measure of the plan is done.")
    elif missing:
        wrong = _(
            "The progress of these months is missing: %(months)s",
            months="、".join(month.strftime("%Y-%m") for month in missing),
        )
    if wrong:
        raise Invalid(_("Some fields need another look."), fields={"remark": wrong})


def _agree(actor: Actor, entry: WatchEntry, gone: Collection[str]) -> None:
    if not may_approve(actor, entry):
        raise Conflict(_("Two different people agree, and neither is the one who applied."))
    held = set(db.session.scalars(select(WatchCondition.key).where(WatchCondition.entry_id == entry.id)))
    still = held & set(met_by(entry.unit_id))
    if still:
        raise Invalid(
            _("Some fields need another look."),
            fields={"gone": _("The ledger still says so; the unit stays on the list until it does not.")},
        )
    if held - set(gone):
        raise Invalid(
            _("Some fields need another look."),
            fields={"gone": _("Check every condition: each must hold no longer.")},
        )
    db.session.execute(
        update(WatchCondition)
        .where(WatchCondition.entry_id == entry.id)
        .values(gone=True, checked_by=actor.person_id)
        .execution_options(synchronize_session=False)
    )


def _moved(actor: Actor, entry: WatchEntry, act: str, rule: Act) -> str:
    """Take the entry on; what was done in fact: the second who agrees takes it off."""
    done = act
    if act == "approve" and entry.state == "reviewed":
        entry.state, entry.closed_by, entry.closed_on, done = "off", actor.person_id, today(), "off"
    elif act == "approve":
        entry.state, entry.approved_by = "reviewed", actor.person_id
    elif act == "apply":
        entry.state, entry.applied_by = "applied", actor.person_id
    elif rule.to is not None:
        if act == "back":
            _once_more(entry)
        entry.state = rule.to
        entry.applied_by = entry.approved_by = entry.closed_by = entry.closed_on = None
        db.session.execute(
            update(WatchCondition)
            .where(WatchCondition.entry_id == entry.id)
            .values(gone=False, checked_by=None)
            .execution_options(synchronize_session=False)
        )
    if act in ("stay", "back"):
        entry.until = months_after(max(entry.until, today()) if act == "stay" else today(), MONTHS)
        entry.turn += 1
    entry.version += 1
    return done


def _once_more(entry: WatchEntry) -> None:
    """A unit stands on the list once: one that came onto it again meanwhile is worked on there."""
    again = exists(
        select(1).where(WatchEntry.unit_id == entry.unit_id, WatchEntry.state.in_(ON_THE_LIST))
    ).select()
    if db.session.scalar(again):
        raise Conflict(_("This unit stands on the list already."))


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the unit's own plan."""

    problem: str
    content: str
    owner_id: int | None
    due_on: date | None


def add_measure(
    actor: Actor, *, entry: WatchEntry, given: Step, people: Collection[int], form_key: str
) -> WatchMeasure:
    """One more line of the plan. The same form again gives the same one. Raises Conflict, Invalid."""
    found = db.session.execute(
        select(WatchMeasure).where(WatchMeasure.form_key == form_key)
    ).scalar_one_or_none()
    if found is not None:
        return found
    _open(entry)
    wrong: dict[str, object] = {}
    for name, text in (("problem", given.problem), ("content", given.content)):
        if not text.strip():
            wrong[name] = _("Fill this in.")
        elif len(text) > MAX_WORDS:
            wrong[name] = _("At most %(n)s characters.", n=MAX_WORDS)
    due_on = given.due_on or entry.until
    if not entry.decided_on <= due_on <= entry.until:
        wrong["due_on"] = _("The day lies outside the time on the list.")
    if given.owner_id is not None and given.owner_id not in people:
        wrong["owner_id"] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(given.problem, given.content)
    row = WatchMeasure(
        entry_id=entry.id,
        problem=given.problem.strip(),
        content=given.content.strip(),
        owner_id=given.owner_id,
        due_on=due_on,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    _trail(actor, entry, "watch.measure")
    return row


def settle_measure(actor: Actor, *, entry: WatchEntry, measure: WatchMeasure, act: str) -> None:
    """Note that a line of the plan is `done`, `open` again, or `drop` one that is not done. Raises Conflict."""
    _open(entry)
    if act == "drop":
        if measure.done_on is not None:
            raise Conflict(_("This step cannot follow; look at the entry again."))
        db.session.delete(measure)
    else:
        measure.done_on = (measure.done_on or today()) if act == "done" else None
    _trail(actor, entry, "watch.measure")


def note_month(actor: Actor, *, entry: WatchEntry, month: date, progress: str) -> None:
    """What was done in a month, by its first day; said again it replaces what was said. Raises Conflict, Invalid."""
    if entry.state not in ON_THE_LIST:
        raise Conflict(_("This step cannot follow; look at the entry again."))
    wrong: dict[str, object] = {}
    if month.day != 1 or not entry.decided_on.replace(day=1) <= month <= today():
        wrong["month"] = _("Choose a month on the list, not one to come.")
    if not progress.strip():
        wrong["progress"] = _("Fill this in.")
    elif len(progress) > MAX_PROGRESS:
        wrong["progress"] = _("At most %(n)s characters.", n=MAX_PROGRESS)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(progress)
    statement = insert(WatchMonth).values(
        entry_id=entry.id, month=month, progress=progress.strip(), person_id=actor.person_id
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "entry_id", "month"],
            set_={
                "progress": statement.excluded.progress,
                "person_id": statement.excluded.person_id,
                "at": statement.excluded.at,
            },
        )
    )
    _trail(actor, entry, "watch.month")


def _open(entry: WatchEntry) -> None:
    if entry.state != "listed":
        raise Conflict(_("Its plan stands while it is being checked; look at the entry again."))


def _trail(actor: Actor, entry: WatchEntry, verb: str) -> None:
    record(actor, verb=verb, object_type="watch_entry", object_id=entry.id, unit_id=entry.unit_id)
