"""A round under way: its last days are changed, it is withdrawn, whoever has not handed in is reminded."""

from datetime import date

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.actions.opening import (
    MAX_REASON,
    RUNNING,
    TO_HAND_IN,
    in_order,
    note,
    tell_units,
    wrong_days,
)
from shared.assessments.models import Entry, Round
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _entered(lap: Round, *states: str) -> list[int]:
    """The units of a round whose entries are in one of the states; of all without any."""
    statement = select(Entry.unit_id).where(Entry.round_id == lap.id)
    return list(db.session.scalars(statement.where(Entry.state.in_(states)) if states else statement))


def change_days(
    actor: Actor,
    *,
    lap: Round,
    self_until: date | None,
    review_until: date | None,
    appeal_until: date | None,
    revision: int,
) -> bool:
    """Other last days for a round, locked by the caller; whoever still has to hand in is told. False: nothing differs.

    A day that has passed may stay as it is, but not be set. Raises Conflict when somebody was faster.
    """
    _still(lap, revision)
    if lap.state not in (*RUNNING, "confirmed", "published"):
        raise Conflict(_("This round is over."))
    had = {"self_until": lap.self_until, "review_until": lap.review_until, "appeal_until": lap.appeal_until}
    given = {"self_until": self_until, "review_until": review_until, "appeal_until": appeal_until}
    changed = [name for name in had if had[name] != given[name]]
    if not changed:
        return False
    wrong = {
        name: text for name, text in wrong_days(**given).items() if name in changed or given[name] is None
    }
    if not wrong and not in_order(self_until, review_until, appeal_until):
        wrong["review_until"] = _("This step cannot end before the one that goes before it.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    for name in changed:
        setattr(lap, name, given[name])
    lap.revision += 1
    db.session.flush()
    if "self_until" in changed:
        # What was late is not any more; past the new day it is told again.
        db.session.execute(
            update(Entry).where(Entry.round_id == lap.id, Entry.told > 0).values(told=0),
            execution_options={"synchronize_session": False},
        )
    note(actor, lap, "round.days", fields=changed)
    if lap.state in RUNNING:
        tell_units(
            actor,
            lap,
            _entered(lap, *TO_HAND_IN),
            act="days",
            day=lap.self_until.isoformat(),
            of=lap.revision,
        )
    return True


def _still(lap: Round, revision: int) -> None:
    if lap.revision != revision:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))


def withdraw_round(actor: Actor, *, lap: Round, reason: str, revision: int) -> bool:
    """End a round without a result; the units are told why. Twice does nothing; a published one stands.

    The round is locked by the caller. What the units wrote is kept.
    """
    if lap.state == "withdrawn":
        return False
    _still(lap, revision)
    if lap.state not in (*RUNNING, "confirmed"):
        raise Conflict(_("A published result is not withdrawn; it can be appealed against."))
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    if len(reason) > MAX_REASON:
        problem = _("At most %(n)s characters.", n=MAX_REASON)
        raise Invalid(problem, fields={"reason": problem})
    lap.state, lap.reason = "withdrawn", reason
    lap.revision += 1
    db.session.flush()
    note(actor, lap, "round.withdraw")
    tell_units(actor, lap, _entered(lap), act="withdraw")
    return True


def remind_round(actor: Actor, *, lap: Round) -> int:
    """Tell everybody in the actor's reach who still has to hand in; each person once a day. Returns the messages."""
    if lap.state not in RUNNING:
        raise Conflict(_("This round is over."))
    units = list(
        db.session.scalars(
            select(Entry.unit_id)
            .join(Unit, (Unit.tenant_id == Entry.tenant_id) & (Unit.id == Entry.unit_id))
            .where(
                Entry.round_id == lap.id,
                Entry.state.in_(TO_HAND_IN),
                reach_filter(actor, Permission.ROUND_RUN, Unit.path),
            )
        )
    )
    if not units:
        raise Invalid(_("There is nothing left to remind of: all have handed in."))
    told = tell_units(actor, lap, units, act="remind", day=today().isoformat())
    note(actor, lap, "round.remind", units=len(units), messages=told)
    return told
