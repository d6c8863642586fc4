"""Prefixes and counters: each number once, none left out.

The counter row of a prefix and year is locked in the transaction that signs, and counted up in it: a signing that fails
takes its number back, two at once come one after the other. The paper is set afterwards, so nothing slow happens under
the lock.
"""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.dispatches.models import Dispatch, NumberSeries, NumberYear
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit

MAX_PREFIX = 20
MOST = 99_999


def number_text(prefix: str, year: int, number: int) -> str:
    """As GB/T 9704 writes it: prefix, year in hexagonal brackets, number without 第 and leading zeros, 号."""
    return f"{prefix}〔{year}〕{number}号"


def _note(actor: Actor, series: NumberSeries, verb: str, **detail: object) -> None:
    record(
        actor,
        verb=verb,
        object_type="number_series",
        object_id=series.id,
        unit_id=series.unit_id,
        detail=dict(detail),
    )


def add_series(
    actor: Actor, *, unit: Unit, prefix: str, form_key: str, before: int = 0
) -> tuple[NumberSeries, bool]:
    """A prefix under which the unit numbers from now on. `before`: the last number given on paper this year.

    Raises Invalid where the prefix is taken or holds what a number does not.
    """
    db.session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update())
    made = db.session.execute(
        select(NumberSeries).where(NumberSeries.form_key == form_key)
    ).scalar_one_or_none()
    if made is not None:
        return made, False
    prefix = "".join(prefix.split())
    wrong: dict[str, object] = {}
    if not prefix:
        wrong["prefix"] = _("Fill this in.")
    elif len(prefix) > MAX_PREFIX:
        wrong["prefix"] = _("At most %(n)s characters.", n=MAX_PREFIX)
    elif any(sign.isdigit() or sign in "〔〕[]()（）号第" for sign in prefix):
        wrong["prefix"] = _("Only the prefix, such as 云发; year and number follow by themselves.")
    elif db.session.scalar(select(NumberSeries.id).where(NumberSeries.prefix == prefix)) is not None:
        wrong["prefix"] = _("This prefix is taken.")
    if not 0 <= before <= MOST:
        wrong["before"] = _("Between %(low)s and %(high)s.", low=0, high=MOST)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    series = NumberSeries(unit_id=unit.id, prefix=prefix, created_by=actor.person_id, form_key=form_key)
    db.session.add(series)
    db.session.flush()
    db.session.add(NumberYear(series_id=series.id, year=today().year, before=before, last=before))
    db.session.flush()
    _note(actor, series, "number_series.add")
    return series, True


def end_series(actor: Actor, *, series: NumberSeries) -> bool:
    """No further numbers of this prefix; those given stay. False: it had ended."""
    if series.state == "ended":
        return False
    series.state = "ended"
    _note(actor, series, "number_series.end")
    return True


def take_number(dispatch: Dispatch, series: NumberSeries) -> str:
    """Give the document the next number of its series and the running year, in the running transaction."""
    if series.state != "active" or series.unit_id != dispatch.unit_id:
        raise Conflict(_("This prefix gives no numbers any more; send the document back and choose another."))
    year = today().year
    db.session.execute(insert(NumberYear).values(series_id=series.id, year=year).on_conflict_do_nothing())
    counter = db.session.execute(
        select(NumberYear)
        .where(NumberYear.series_id == series.id, NumberYear.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    counter.last += 1
    dispatch.number_year, dispatch.number = year, counter.last
    return number_text(series.prefix, year, counter.last)
