"""Hand a quarter's share over to the unit above, and confirm what came from below."""

from datetime import date
from decimal import Decimal

from sqlalchemy import and_, func, or_, select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.dues.actions.book import balance, lock_book
from shared.dues.classes import FEE
from shared.dues.models import Entry, Turnover
from shared.dues.money import CENT, ZERO, quarter_days, round_to
from shared.dues.queries.rates import split_on
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def streams_of(unit: Unit) -> tuple[str, ...]:
    """What a unit of this line hands over."""
    return (FEE[unit.line], "employer") if unit.line == "union" else (FEE[unit.line],)


def came_in(unit: Unit, stream: str, before: date) -> Decimal:
    """Everything that came in for a stream before a day: from members or the employer, and from below."""
    own = "employer" if stream == "employer" else "fees"
    below = (
        select(1)
        .where(
            Turnover.tenant_id == Entry.tenant_id, Turnover.id == Entry.turnover_id, Turnover.stream == stream
        )
        .exists()
    )
    return Decimal(
        db.session.scalar(
            select(func.coalesce(func.sum(Entry.amount), 0)).where(
                Entry.unit_id == unit.id,
                Entry.account == unit.line,
                Entry.direction == "in",
                Entry.on_date < before,
                or_(Entry.category == own, and_(Entry.category == "from_below", below)),
            )
        )
        or 0
    )


def handed_over(unit_id: int, stream: str) -> Decimal:
    """What earlier hand-overs have already taken into account."""
    return Decimal(
        db.session.scalar(
            select(func.coalesce(func.sum(Turnover.collected), 0)).where(
                Turnover.from_unit_id == unit_id, Turnover.stream == stream
            )
        )
        or 0
    )


def due_share(unit: Unit, stream: str, period: str) -> tuple[Decimal, Decimal, Decimal]:
    """(collected and not yet handed over, share, amount) up to the end of a quarter; what came late is in the next."""
    _first, after = quarter_days(period)
    split = split_on(stream, date.fromordinal(after.toordinal() - 1))
    share = split.share_up if split else ZERO
    collected = came_in(unit, stream, after) - handed_over(unit.id, stream)
    return collected, share, round_to(collected * share, CENT) if collected > 0 else ZERO


def turn_over(actor: Actor, *, unit: Unit, stream: str, period: str, sent_on: date) -> Turnover:
    """Hand the share of a quarter over; the line stands in the unit's book at once, in the superior's when confirmed.

    Raises Conflict where it was handed over already, where nothing is due, or where the unit stands at the top.
    """
    if stream not in streams_of(unit):
        raise Invalid(fields={"stream": _("Choose one of the list.")})
    first, after = quarter_days(period)
    if today() < after:
        raise Invalid(
            fields={"period": _("This quarter ends on %(day)s.", day=date.fromordinal(after.toordinal() - 1))}
        )
    if sent_on > today() or sent_on < first:
        raise Invalid(fields={"sent_on": _("This day lies in the future or before the quarter.")})
    if unit.parent_id is None:
        raise Conflict(_("No unit stands above this one here; enter what is handed over in the book."))
    lock_book(unit)
    done = select(Turnover.id).where(
        Turnover.from_unit_id == unit.id, Turnover.stream == stream, Turnover.period == period
    )
    if db.session.scalar(done) is not None:
        raise Conflict(_("This quarter was handed over already."))
    collected, share, amount = due_share(unit, stream, period)
    if amount <= 0:
        raise Conflict(_("Nothing is to be handed over for this quarter."))
    if amount > balance(unit.id, unit.line):
        raise Conflict(_("More than the book holds."))
    turnover = Turnover(
        unit_id=unit.parent_id,
        from_unit_id=unit.id,
        stream=stream,
        period=period,
        collected=collected,
        share_up=share,
        amount=amount,
        sent_on=sent_on,
        created_by=actor.person_id,
    )
    db.session.add(turnover)
    db.session.flush()
    _book(actor, turnover, unit, direction="out", category="turned_over", on_date=sent_on)
    record(
        actor,
        verb="dues.turn_over",
        object_type="dues_turnover",
        object_id=turnover.id,
        unit_id=unit.id,
        detail={"kind": stream, "on": period},
    )
    return turnover


def receive(actor: Actor, turnover: Turnover, *, unit: Unit) -> bool:
    """Confirm that a hand-over from below came in; twice changes nothing. Returns whether it was news."""
    if turnover.state == "received":
        return False
    turnover.state, turnover.received_on = "received", today()
    _book(actor, turnover, unit, direction="in", category="from_below", on_date=today())
    record(
        actor,
        verb="dues.receive",
        object_type="dues_turnover",
        object_id=turnover.id,
        unit_id=unit.id,
        detail={"kind": turnover.stream, "on": turnover.period},
    )
    return True


def _book(
    actor: Actor, turnover: Turnover, unit: Unit, *, direction: str, category: str, on_date: date
) -> None:
    db.session.add(
        Entry(
            unit_id=unit.id,
            account=unit.line,
            on_date=on_date,
            direction=direction,
            category=category,
            amount=turnover.amount,
            text=turnover.period,
            turnover_id=turnover.id,
            form_key=f"turnover-{turnover.id}-{direction}",
            created_by=actor.person_id,
        )
    )
    db.session.flush()
