"""Onto the list: decided with its conditions; its head changed; what is asked of it told."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.duties.periods import months_after
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.findings.queries.approvers import nearest
from shared.i18n import _
from shared.organisations.models import Unit
from shared.watchlist.conditions import conditions
from shared.watchlist.models import WatchCondition, WatchEntry, WatchNote
from shared.watchlist.queries.ledger import ON_THE_LIST, met_by

#: The kind of occasion, for the composers of the worker.
OCCASION = "watch"
#: A unit has so many months to put itself right; a year more where it does not hold (domain facts F32d).
MONTHS = 12
MAX_BASIS = 500
MAX_DECISION = 120
EARLIEST = date(2014, 1, 1)
LATEST = date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Decision:
    """Why and since when a unit stands on the list. `chosen`: conditions; `basis`: what each is based on, in words."""

    decided_on: date
    decision: str
    until: date | None
    leader_id: int | None
    secretary_id: int | None
    chosen: tuple[str, ...]
    basis: dict[str, str] = field(default_factory=dict)


def _check(given: Decision, met: dict[str, Any], people: dict[int, str]) -> date:
    wrong: dict[str, object] = {}
    until = given.until or months_after(given.decided_on, MONTHS)
    known = {one.key: one for one in conditions(today())}
    if not EARLIEST <= given.decided_on <= today():
        wrong["decided_on"] = _("The day lies before %(first)s or in the future.", first=EARLIEST.isoformat())
    elif not given.decided_on <= until <= LATEST:
        wrong["until"] = _("The end lies before the beginning.")
    if len(given.decision) > MAX_DECISION:
        wrong["decision"] = _("At most %(n)s characters.", n=MAX_DECISION)
    if not given.chosen or any(key not in known for key in given.chosen):
        wrong["chosen"] = _("Choose at least one condition.")
    for key in given.chosen:
        text = given.basis.get(key, "").strip()
        if key not in met and not text:
            wrong[f"basis-{key}"] = _("The ledger does not say this; write what it is based on.")
        elif len(text) > MAX_BASIS:
            wrong[f"basis-{key}"] = _("At most %(n)s characters.", n=MAX_BASIS)
    for name in ("leader_id", "secretary_id"):
        if getattr(given, name) is not None and getattr(given, name) not in people:
            wrong[name] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(given.decision, *given.basis.values())
    return until


def put_on_list(
    actor: Actor, *, unit: Unit, given: Decision, people: dict[int, str], form_key: str
) -> WatchEntry:
    """The unit stands on the list from the day of the decision; whoever answers for it is told.

    `people`: who may be the linked leader or the first secretary. The same form again gives the same entry. What the
    ledger says of the chosen conditions is kept as it stands now. Raises Conflict where the unit stands on the list
    already, Invalid with the wrong fields (`basis-<condition>` among them).
    """
    found = db.session.execute(select(WatchEntry).where(WatchEntry.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    if unit.state != "active":
        raise Conflict(_("This unit exists no more."))
    # Two people at once come one after the other.
    db.session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update())
    standing = select(WatchEntry.id).where(WatchEntry.unit_id == unit.id, WatchEntry.state.in_(ON_THE_LIST))
    if db.session.scalar(standing) is not None:
        raise Conflict(_("This unit stands on the list already."))
    met = met_by(unit.id)
    until = _check(given, met, people)
    row = WatchEntry(
        unit_id=unit.id,
        decided_on=given.decided_on,
        decision=given.decision.strip(),
        until=until,
        leader_id=given.leader_id,
        secretary_id=given.secretary_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    db.session.execute(
        insert(WatchCondition),
        [
            {
                "entry_id": row.id,
                "key": key,
                "facts": met.get(key, {}),
                "basis": given.basis.get(key, "").strip(),
            }
            for key in given.chosen
        ],
    )
    noted(actor, row, "list", form_key)
    tell_of(actor, row, "list")
    return row


def change_head(
    actor: Actor,
    *,
    entry: WatchEntry,
    leader_id: int | None,
    secretary_id: int | None,
    until: date | None,
    people: dict[int, str],
    version: int,
    form_key: str,
) -> bool:
    """Another linked leader, first secretary or last day. False: nothing differed. Raises Conflict, Invalid."""
    if entry.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if entry.state not in ON_THE_LIST:
        raise Conflict(_("This step cannot follow; look at the entry again."))
    wrong: dict[str, object] = {}
    until = until or entry.until
    if not entry.decided_on <= until <= LATEST:
        wrong["until"] = _("The end lies before the beginning.")
    # Who stood there before may stand on after leaving the unit.
    known = {*people, entry.leader_id, entry.secretary_id, None}
    for name, key in (("leader_id", leader_id), ("secretary_id", secretary_id)):
        if key not in known:
            wrong[name] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    if (entry.leader_id, entry.secretary_id, entry.until) == (leader_id, secretary_id, until):
        return False
    entry.leader_id, entry.secretary_id, entry.until = leader_id, secretary_id, until
    entry.version += 1
    noted(actor, entry, "change", form_key)
    return True


def noted(actor: Actor, entry: WatchEntry, act: str, form_key: str, remark: str = "") -> None:
    """The act in the entry's story and in the trail."""
    db.session.add(
        WatchNote(
            entry_id=entry.id, act=act, remark=remark.strip(), person_id=actor.person_id, form_key=form_key
        )
    )
    db.session.flush()
    record(
        actor,
        verb=f"watch.{act}",
        object_type="watch_entry",
        object_id=entry.id,
        unit_id=entry.unit_id,
        detail={"state": entry.state},
    )


def tell_of(actor: Actor, entry: WatchEntry, act: str) -> None:
    """Of what the unit applies for, whoever may agree is told with the linked leader; of the rest the unit itself."""
    people = {entry.leader_id, entry.secretary_id}
    if act == "apply":
        path = db.session.scalars(select(Unit.path).where(Unit.id == entry.unit_id)).one()
        people |= nearest(path, without=actor.person_id)
    else:
        people |= answering_for(entry.unit_id)
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{entry.id}:{entry.version}:{act}",
        detail={"watch_id": entry.id, "act": act},
        person_ids=people - {actor.person_id},
    )
