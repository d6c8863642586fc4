"""The employer's contribution to a union: a share of total wages, monthly (工会法 art. 43), and its split."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.dues.models import EmployerMonth, Entry
from shared.dues.money import CENT, first_of, round_to, show_month
from shared.dues.queries.rates import split_on
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _union(unit: Unit) -> None:
    if unit.line != "union":
        raise Conflict(_("Only a union has an employer's contribution."))


def enter_wages(actor: Actor, *, unit: Unit, month: date, wages: Decimal) -> bool:
    """The employer's total wages of a month; the rate and split of that month make what is payable.

    Entered anew it replaces the former, which stays in the table. Returns whether it changed.
    """
    _union(unit)
    if month > first_of(today()):
        raise Invalid(fields={"month": _("This month has not begun.")})
    split = split_on("employer", month)
    if split is None or split.rate is None:
        raise Conflict(_("No rate holds for this month."))
    known = db.session.execute(
        select(EmployerMonth)
        .where(
            EmployerMonth.unit_id == unit.id,
            EmployerMonth.month == month,
            EmployerMonth.replaced_at.is_(None),
        )
        .with_for_update()
    ).scalar_one_or_none()
    if known is not None and known.wages == wages:
        return False
    if known is not None:
        db.session.execute(
            update(EmployerMonth).where(EmployerMonth.id == known.id).values(replaced_at=now())
        )
    payable = round_to(wages * split.rate, CENT)
    turned_up = round_to(payable * split.share_up, CENT)
    row = EmployerMonth(
        unit_id=unit.id,
        month=month,
        wages=wages,
        rate=split.rate,
        share_up=split.share_up,
        payable=payable,
        kept=payable - turned_up,
        turned_up=turned_up,
        created_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    record(
        actor,
        verb="dues.wages",
        object_type="dues_employer_month",
        object_id=row.id,
        unit_id=unit.id,
        detail={"on": show_month(month)},
    )
    return True


def employer_paid(
    actor: Actor, *, unit: Unit, month: date, amount: Decimal, on_date: date, document: str, form_key: str
) -> Entry:
    """What the employer paid for a month, into the book. Raises Conflict where the same form came before."""
    _union(unit)
    wrong: dict[str, object] = {}
    if amount <= 0:
        wrong["paid"] = _("More than 0 yuan.")
    if on_date > today():
        wrong["on_date"] = _("This day lies in the future.")
    if wrong:
        raise Invalid(fields=wrong)
    if db.session.scalar(select(Entry.id).where(Entry.form_key == form_key)) is not None:
        raise Conflict(_("This was recorded already."))
    entry = Entry(
        unit_id=unit.id,
        account="union",
        on_date=on_date,
        direction="in",
        category="employer",
        amount=amount,
        text=show_month(month),
        document=document.strip()[:200],
        for_month=month,
        form_key=form_key,
        created_by=actor.person_id,
    )
    db.session.add(entry)
    db.session.flush()
    record(
        actor,
        verb="dues.employer_paid",
        object_type="dues_entry",
        object_id=entry.id,
        unit_id=unit.id,
        detail={"on": show_month(month)},
    )
    return entry
