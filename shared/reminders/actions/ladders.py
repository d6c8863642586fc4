"""Steps of the ladder that one kind of duty has of its own."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.db import db
from shared.errors import Invalid
from shared.events.kinds import KINDS, TERM_KINDS
from shared.i18n import _
from shared.reminders.models import LadderStep
from shared.reminders.queries.ladder import Steps

#: Days before or after the last day, at most.
MOST = 365


def has_steps(kind: str) -> bool:
    """Whether the ladder of a kind of duty can be chosen; the steps of a term come from its rule."""
    return kind in KINDS and kind not in TERM_KINDS


def put_steps(actor: Actor, *, kind: str, steps: Steps) -> None:
    """Give a kind of duty steps of its own; done again, the later ones hold. What was told already stays told.

    Raises Invalid for an unknown kind, days beyond MOST, and steps not in the order in which an item climbs.
    """
    if not has_steps(kind):
        wrong = _("Choose one of the list.")
        raise Invalid(wrong, fields={"kind": wrong})
    _check(steps)
    values = {
        "coming": steps.coming,
        "overdue": steps.overdue,
        "superior": steps.superior,
        "leader": steps.leader,
    }
    key = db.session.execute(
        insert(LadderStep)
        .values(kind=kind, **values)
        .on_conflict_do_update(index_elements=[LadderStep.tenant_id, LadderStep.kind], set_=values)
        .returning(LadderStep.id)
    ).scalar_one()
    record(
        actor, verb="ladder.put", object_type="ladder_step", object_id=key, detail={"kind": kind, **values}
    )


def _check(steps: Steps) -> None:
    wrong: dict[str, str] = {}
    bounds = {"coming": 0, "overdue": 1, "superior": 1, "leader": 1}
    before = 0
    for name, least in bounds.items():
        value = getattr(steps, name)
        if value is None and name in ("superior", "leader"):
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST:
            wrong[name] = _("A whole number from %(least)s to %(most)s.", least=least, most=MOST)
        elif name != "coming":
            if value <= before:
                wrong[name] = _("It must come later than the step before it (%(n)s days after).", n=before)
            before = max(before, value)
    if wrong:
        raise Invalid("", fields=wrong)


def drop_steps(actor: Actor, *, kind: str) -> bool:
    """Have the tenant's steps hold for a kind again. False where it has none of its own (any more)."""
    key = db.session.execute(
        delete(LadderStep).where(LadderStep.kind == kind).returning(LadderStep.id)
    ).scalar_one_or_none()
    if key is None:
        return False
    record(actor, verb="ladder.drop", object_type="ladder_step", object_id=key, detail={"kind": kind})
    return True
