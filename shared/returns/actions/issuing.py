"""A table goes out to units by filter in one act; it is closed, or withdrawn with a reason."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal, select, true
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.accounts.actions.telling import answering_for, tell
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit
from shared.returns.actions.drafts import note
from shared.returns.models import Filling, ReturnTable

#: The kind of occasion, for the composers of the worker.
OCCASION = "return"
#: At most so many units in one act.
MOST = 50_000
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Audience:
    """Which units: of these kinds and lines (none: all), below `under` and it itself."""

    kinds: tuple[str, ...] = ()
    under: Unit | None = None
    line: str = ""


def _units(actor: Actor, table: ReturnTable, given: Audience) -> Select[Any]:
    """Units in the actor's reach that fit and do not have the table yet."""
    has = (
        select(literal(1))
        .where(Filling.tenant_id == Unit.tenant_id, Filling.return_id == table.id, Filling.unit_id == Unit.id)
        .exists()
    )
    return select().where(
        Unit.state == "active",
        reach_filter(actor, Permission.RETURN_ISSUE, Unit.path),
        func.starts_with(Unit.path, given.under.path) if given.under is not None else true(),
        Unit.kind.in_(given.kinds) if given.kinds else true(),
        Unit.line == given.line if given.line else true(),
        ~has,
    )


def count_units(actor: Actor, *, table: ReturnTable, given: Audience) -> int:
    """How many units would get it. One query."""
    return db.session.scalar(_units(actor, table, given).add_columns(func.count())) or 0


def sample_units(actor: Actor, *, table: ReturnTable, given: Audience, most: int = 12) -> list[str]:
    """The first of them in the order of the tree. One query."""
    statement = _units(actor, table, given).add_columns(Unit.name).order_by(Unit.path).limit(most)
    return list(db.session.scalars(statement))


def issue(actor: Actor, *, table: ReturnTable, given: Audience, due_on: date | None, seen: int) -> int:
    """Send the table to the units; returns how many got it. `seen` is the count that was shown.

    An issued table may go to further units; they get the same last day. Raises Conflict when the number has changed
    since it was shown or the table is over, Invalid where nothing fits or the day is over.
    """
    if table.state not in ("draft", "issued"):
        raise Conflict(_("This table is closed."))
    if table.state == "issued" and due_on not in (None, table.due_on):
        # For all the same one: another day is change_day's, which tells those who have it.
        problem = _("The table has been sent out; this stays as it is.")
        raise Invalid(problem, fields={"due_on": problem})
    due_on = due_on or table.due_on
    if due_on is None or not today() <= due_on <= date(2199, 12, 31):
        problem = _("This day is over.") if due_on is not None and due_on < today() else _("Say until when.")
        raise Invalid(problem, fields={"due_on": problem})
    count = count_units(actor, table=table, given=given)
    if not count:
        raise Invalid(_("No unit fits, or each has this table already."))
    if count > MOST:
        raise Invalid(_("At most %(n)s units at once; narrow the choice.", n=f"{MOST:,}"))
    if count != seen:
        raise Conflict(_("It is %(n)s units by now; look at it again and confirm.", n=count))
    rows = _units(actor, table, given).add_columns(literal(table.id), Unit.id)
    made = db.session.scalars(
        insert(Filling)
        .from_select(["return_id", "unit_id"], rows)
        .on_conflict_do_nothing(index_elements=["tenant_id", "return_id", "unit_id"])
        .returning(Filling.unit_id)
    ).all()
    table.due_on = due_on
    table.version += 1
    if table.state == "draft":
        table.state, table.issued_at = "issued", now()
    db.session.flush()
    note(actor, table, "return.issue", units=len(made), due_on=due_on.isoformat())
    _tell(actor, table, list(made))
    return len(made)


def _tell(actor: Actor, table: ReturnTable, unit_ids: list[int], **detail: Any) -> int:
    key = ":".join([OCCASION, str(table.id), *(str(one) for one in detail.values())])
    return tell(
        actor,
        kind=OCCASION,
        key=key,
        detail={"return_id": table.id, **detail},
        person_ids=answering_for(*unit_ids),
    )


def change_day(actor: Actor, *, table: ReturnTable, due_on: date, version: int) -> bool:
    """Another last day for all; whoever still has to hand in is told, and what was late is not any more."""
    if table.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if table.state != "issued":
        raise Conflict(_("This table is closed."))
    if not today() <= due_on <= date(2199, 12, 31):
        raise Invalid(_("This day is over."), fields={"due_on": _("This day is over.")})
    if due_on == table.due_on:
        return False
    table.due_on = due_on
    table.version += 1
    db.session.execute(
        Filling.__table__.update()  # type: ignore[attr-defined]
        .where(Filling.return_id == table.id, Filling.told > 0)
        .values(told=0)
    )
    note(actor, table, "return.change", fields=["due_on"])
    # The version belongs to the key: a day set back to what it was is told again.
    _tell(actor, table, _waiting(table), day=due_on.isoformat(), version=table.version)
    return True


def _waiting(table: ReturnTable) -> list[int]:
    return list(
        db.session.scalars(
            select(Filling.unit_id).where(
                Filling.return_id == table.id, Filling.state.in_(("open", "returned"))
            )
        )
    )


def end_table(actor: Actor, *, table: ReturnTable, to: str, reason: str = "") -> bool:
    """Close a table (nothing more is handed in), open it again, or withdraw it; the same step twice does nothing.

    Withdrawn, the units are told and no longer see it among what is to be done; what they filled in is kept.
    """
    if table.state == to:
        return False
    follows = {"closed": ("issued",), "issued": ("closed",), "withdrawn": ("draft", "issued", "closed")}
    if table.state not in follows.get(to, ()):
        raise Conflict(_("This step cannot follow; look at the table again."))
    reason = reason.strip()
    if to == "withdrawn" and not reason:
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    if len(reason) > MAX_REASON:
        problem = _("At most %(n)s characters.", n=MAX_REASON)
        raise Invalid(problem, fields={"reason": problem})
    refuse_marks(reason)
    waiting = _waiting(table) if table.state == "issued" else []
    table.state, table.reason = to, reason if to == "withdrawn" else ""
    table.version += 1
    note(actor, table, f"return.{ {'closed': 'close', 'issued': 'reopen', 'withdrawn': 'withdraw'}[to] }")
    if to == "withdrawn" and waiting:
        _tell(actor, table, waiting, act="withdraw")
    return True


def remind(actor: Actor, *, table: ReturnTable) -> int:
    """Tell everybody in the actor's reach who still has to hand in; each person once a day. Returns the messages."""
    if table.state != "issued":
        raise Conflict(_("This table is closed."))
    units = list(
        db.session.scalars(
            select(Filling.unit_id)
            .join(Unit, (Unit.tenant_id == Filling.tenant_id) & (Unit.id == Filling.unit_id))
            .where(
                Filling.return_id == table.id,
                Filling.state.in_(("open", "returned")),
                reach_filter(actor, Permission.REMINDER_SEND, Unit.path),
            )
        )
    )
    if not units:
        raise Invalid(_("There is nothing left to remind of: all have handed in."))
    told = _tell(actor, table, units, act="remind", day=today().isoformat())
    note(actor, table, "return.remind", units=len(units), messages=told)
    return told
