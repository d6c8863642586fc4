"""Planning: units × rules × periods become due items, by SQL, as often as one likes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.duties.actions.terms.planning import SECTORS, Planned, plan_terms
from shared.duties.actions.wanted import CHANGES, WANTED, WRITE
from shared.duties.jobs import PLAN
from shared.duties.models import DueItem
from shared.duties.periods import periods
from shared.events.kinds import TERM_KINDS
from shared.jobs import Job, enqueue
from shared.organisations.models import Unit

_PLAN = text(WANTED + CHANGES + WRITE)


def asked_of(
    year: int,
    *,
    kinds: Sequence[str] | None = None,
    unit_ids: list[int] | None = None,
    unit_path: str | None = None,
) -> dict[str, Any]:
    """What WANTED is asked with: a year, and where not everything is meant, kinds and units."""
    calendar = periods(year)
    return {
        "year": year,
        "cadences": [period.cadence for period in calendar],
        "labels": [period.label for period in calendar],
        "firsts": [period.first for period in calendar],
        "lasts": [period.last for period in calendar],
        "sectors": list(SECTORS),
        "kinds": list(kinds) if kinds is not None else None,
        "unit_ids": unit_ids,
        "path": unit_path,
        "term_kinds": list(TERM_KINDS),
    }


def plan_units(*, year: int, unit_ids: list[int] | None = None, unit_path: str | None = None) -> Planned:
    """Plan some units (None: all) for one year. No audit row: the caller writes one for the whole work."""
    values = asked_of(year, unit_ids=unit_ids, unit_path=unit_path)
    row = db.session.execute(_PLAN, {**values, "at": now()}).one()
    terms = plan_terms(unit_ids=unit_ids, unit_path=unit_path)
    return Planned(row.added, row.mended, row.gone) + terms


def plan_year(actor: Actor, *, year: int, unit_path: str | None = None) -> Planned:
    """Make the due items of a year for every unit its rules apply to (`unit_path`: that unit and all below).

    Adds what is missing, opens again what was withdrawn and is asked again, withdraws open items that no rule asks
    any more. Never touches what is done or exempt; planning twice changes nothing. In the running transaction.
    """
    planned = plan_units(year=year, unit_path=unit_path)
    note_plan(actor, year=year, planned=planned)
    return planned


def note_plan(actor: Actor, *, year: int, planned: Planned) -> None:
    if any(planned.counts().values()):
        record(actor, verb="duty.plan", object_type="year", object_id=year, detail=planned.counts())


def years_ahead(on: date) -> tuple[int, ...]:
    """The years that stand planned: this one, and from 1 December the next."""
    return (on.year, on.year + 1) if on.month == 12 else (on.year,)


def plan_ahead(actor: Actor, *, unit_path: str | None = None) -> Planned:
    """Plan every year that should stand planned today: nightly, and after a change of the tree or an import."""
    planned = Planned()
    for year in years_ahead(today()):
        planned += plan_year(actor, year=year, unit_path=unit_path)
    return planned


def order_plan(actor: Actor, *, year: int, form_key: str | None = None) -> Job:
    """Plan a year in the background, with progress."""
    return enqueue(actor, PLAN, args={"year": year}, subject=str(year), form_key=form_key)


def plannable_unit_ids() -> list[int]:
    """Every unit, in the order of the keys: the worker plans them by the thousand."""
    return list(db.session.scalars(select(Unit.id).order_by(Unit.id)))


def withdraw_items(actor: Actor, *, unit_ids: list[int], reason: str) -> int:
    """Withdraw the open items of some units; the undo of an import does. Returns how many."""
    wanted = bindparam("ids", unit_ids, type_=ARRAY(BigInteger))
    changed = db.session.execute(
        update(DueItem)
        .where(DueItem.state == "open", DueItem.unit_id == func.any(wanted))
        .values(state="withdrawn", reason=reason, planned_at=now())
        .execution_options(synchronize_session=False)
    )
    count: int = changed.rowcount  # type: ignore[attr-defined]
    if count:
        record(actor, verb="duty.withdraw", object_type="unit", detail={"items": count, "reason": reason})
    return count
