"""The unit's book: income and spending by hand, and taking a line back. Nothing is changed or removed."""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.dues.classes import CATEGORIES
from shared.dues.models import Entry
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def enter(
    actor: Actor,
    *,
    unit: Unit,
    category: str,
    amount: Decimal,
    on_date: date,
    said: str,
    document: str,
    form_key: str,
) -> Entry:
    """One line of the book. A book may not be overdrawn: Invalid where more goes out than is there.

    Raises Conflict where the same form came before. What follows from receipts and hand-overs is not entered by hand.
    """
    spec = CATEGORIES.get(category)
    if spec is None or not spec.by_hand or unit.line not in spec.accounts:
        raise Invalid(fields={"category": _("Choose one of the list.")})
    wrong: dict[str, object] = {}
    if amount <= 0:
        wrong["amount"] = _("More than 0 yuan.")
    if on_date > today():
        wrong["on_date"] = _("This day lies in the future.")
    if not said.strip():
        wrong["said"] = _("Say what it was for.")
    if wrong:
        raise Invalid(fields=wrong)
    lock_book(unit)
    if db.session.scalar(select(Entry.id).where(Entry.form_key == form_key)) is not None:
        raise Conflict(_("This was recorded already."))
    if spec.direction == "out" and amount > balance(unit.id, unit.line):
        raise Invalid(fields={"amount": _("More than the book holds.")})
    entry = Entry(
        unit_id=unit.id,
        account=unit.line,
        on_date=on_date,
        direction=spec.direction,
        category=category,
        amount=amount,
        text=said.strip()[:200],
        document=document.strip()[:200],
        form_key=form_key,
        created_by=actor.person_id,
    )
    db.session.add(entry)
    db.session.flush()
    record(
        actor,
        verb="dues.enter",
        object_type="dues_entry",
        object_id=entry.id,
        unit_id=unit.id,
        detail={"kind": category, "on": on_date.isoformat()},
    )
    return entry


def lock_book(unit: Unit) -> None:
    """One after the other in a unit's book, so that two cannot spend the same money."""
    db.session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True))


def balance(unit_id: int, account: str) -> Decimal:
    """What the book holds: income less spending, to the cent."""
    income, spent = db.session.execute(
        select(
            func.coalesce(func.sum(Entry.amount).filter(Entry.direction == "in"), 0),
            func.coalesce(func.sum(Entry.amount).filter(Entry.direction == "out"), 0),
        ).where(Entry.unit_id == unit_id, Entry.account == account)
    ).one()
    return Decimal(income) - Decimal(spent)


def reverse(actor: Actor, entry: Entry, *, reason: str) -> Entry:
    """Take a line back by a line of its own with the opposite sum.

    Raises Conflict where it was taken back, or where the line follows from a receipt or a hand-over.
    """
    said = reason.strip()[:200]
    if not said:
        raise Invalid(fields={"reason": _("Give the reason.")})
    if entry.receipt_id is not None or entry.turnover_id is not None:
        raise Conflict(_("This line follows from a receipt or a hand-over; it is taken back there."))
    if entry.reverses is not None:
        raise Conflict(_("This line takes another one back."))
    if db.session.scalar(select(func.count()).where(Entry.reverses == entry.id)):
        raise Conflict(_("It was taken back already."))
    back = Entry(
        unit_id=entry.unit_id,
        account=entry.account,
        on_date=today(),
        direction=entry.direction,
        category=entry.category,
        amount=-entry.amount,
        text=said,
        reverses=entry.id,
        for_month=entry.for_month,
        form_key=f"reverse-{entry.id}",
        created_by=actor.person_id,
    )
    db.session.add(back)
    db.session.flush()
    record(
        actor,
        verb="dues.reverse",
        object_type="dues_entry",
        object_id=back.id,
        unit_id=entry.unit_id,
        detail={"kind": entry.category, "reason": said},
    )
    return back
