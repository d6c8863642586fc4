"""Collect: everybody pays what is open but for those who differ; back payments, advance payments; taking back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, Date, Numeric, Text, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.dues.actions.sheets import sheet_for
from shared.dues.classes import WAYS
from shared.dues.models import Charge, Entry, Payment, Receipt
from shared.dues.money import ZERO, show_money
from shared.dues.queries.balances import MonthBalance, balances_of
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit

_PAYMENTS = text(
    """
    insert into dues_payment (receipt_id, unit_id, person_id, line, month, amount, payer)
    select :receipt_id, :unit_id, g.person_id, :line, g.month, g.amount, g.payer
    from unnest(cast(:people as bigint[]), cast(:months as date[]), cast(:amounts as numeric[]),
        cast(:payers as text[])) as g(person_id, month, amount, payer)
    """
).bindparams(
    bindparam("people", type_=ARRAY(BigInteger)),
    bindparam("months", type_=ARRAY(Date)),
    bindparam("amounts", type_=ARRAY(Numeric)),
    bindparam("payers", type_=ARRAY(Text)),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One person's money for one month."""

    person_id: int
    month: date
    amount: Decimal
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Differs:
    """Who did not pay, who paid another sum, and for whom somebody else brought it."""

    unpaid: frozenset[int] = frozenset()
    amounts: Mapping[int, Decimal] = field(default_factory=dict)
    payers: Mapping[int, str] = field(default_factory=dict)


def collect_month(
    actor: Actor,
    *,
    unit: Unit,
    month: date,
    paid_on: date,
    way: str,
    form_key: str,
    differs: Differs | None = None,
    or_nobody: bool = False,
) -> Receipt | None:
    """Everybody on the month's sheet paid what is open there, but for who differs.

    A larger sum goes to the oldest arrears; what exceeds them too is refused (money in advance is entered on the
    person's page). Raises Conflict where the same form came before, and where nobody owes anything any more; with
    `or_nobody` None says that everybody who owes was marked as not having paid.
    """
    differs = differs or Differs()
    sheet = sheet_for(unit.id, month, lock=True)
    if sheet is None:
        raise Conflict(_("Nothing is drawn up for this month yet."))
    on_sheet: dict[int, set[date]] = {}
    for person_id, for_month in db.session.execute(
        select(Charge.person_id, Charge.for_month).where(Charge.sheet_id == sheet.id)
    ):
        on_sheet.setdefault(person_id, set()).add(for_month)
    strange = (differs.unpaid | set(differs.amounts)) - set(on_sheet)
    if strange:
        raise Invalid(_("Somebody of the form no longer stands on this sheet. Reload the page."))
    # One after the other for a person, so that nobody pays the same month twice at once on two pages.
    db.session.execute(
        select(Person.id).where(Person.id.in_(on_sheet)).order_by(Person.id).with_for_update(key_share=True)
    )
    balances = balances_of(sorted(on_sheet), unit.line)
    parts: list[Part] = []
    wrong: dict[str, object] = {}
    for person_id, months in sorted(on_sheet.items()):
        if person_id in differs.unpaid:
            continue
        known = balances.get(person_id, [])
        own = [one for one in known if one.month in months and one.open]
        amount = differs.amounts.get(person_id)
        open_here = sum((one.open for one in own), ZERO)
        if amount is None or amount == open_here:
            if open_here > 0:
                parts += [_part(person_id, one.month, one.open, differs) for one in own]
            continue
        older = [one for one in known if one.month not in months and one.month < month and one.open > 0]
        try:
            parts += [_part(person_id, one, share, differs) for one, share in allocate(amount, own, older)]
        except Invalid as problem:
            wrong[f"amount-{person_id}"] = str(problem)
    if wrong:
        raise Invalid(fields=wrong)
    if not parts:
        if or_nobody and differs.unpaid:
            return None
        raise Conflict(_("Nobody of this sheet owes anything any more."))
    return take_in(actor, unit=unit, parts=parts, paid_on=paid_on, way=way, form_key=form_key)


def _part(person_id: int, month: date, amount: Decimal, differs: Differs) -> Part:
    return Part(person_id, month, amount, differs.payers.get(person_id, ""))


def allocate(
    amount: Decimal, own: Sequence[MonthBalance], older: Sequence[MonthBalance]
) -> list[tuple[date, Decimal]]:
    """Which months a sum pays: credits first, then the sheet's own months, then the oldest arrears.

    Raises Invalid below zero and above everything that is open.
    """
    if amount < 0:
        raise Invalid(_("A sum is not below zero; money is given back by taking back a receipt."))
    if amount == 0:
        return []
    owed_back = [one for one in own if one.open < 0]
    left = amount - sum((one.open for one in owed_back), ZERO)
    found = [(one.month, one.open) for one in owed_back]
    for one in [*(one for one in own if one.open > 0), *older]:
        share = min(left, one.open)
        if share > 0:
            found.append((one.month, share))
            left -= share
    if left:
        raise Invalid(
            _(
                "%(left)s yuan more than is open; money in advance is entered on the person's page.",
                left=show_money(left),
            )
        )
    return found


def pay_months(
    actor: Actor,
    *,
    unit: Unit,
    person_id: int,
    parts: Sequence[tuple[date, Decimal]],
    paid_on: date,
    way: str,
    payer: str,
    form_key: str,
) -> Receipt:
    """One person pays for months: a quarter, in advance, or back. Raises Conflict where there is nothing to pay."""
    given = [Part(person_id, month, amount, payer) for month, amount in parts if amount]
    if not given or sum((one.amount for one in given), ZERO) <= 0:
        raise Conflict(_("Nothing is open in these months."))
    return take_in(actor, unit=unit, parts=given, paid_on=paid_on, way=way, form_key=form_key)


def take_in(
    actor: Actor,
    *,
    unit: Unit,
    parts: Sequence[Part],
    paid_on: date,
    way: str,
    form_key: str,
    reverses: Receipt | None = None,
    reason: str = "",
) -> Receipt:
    """Write one receipt with its payments and its line in the book. Callable in bulk: four statements."""
    if way not in WAYS:
        raise Invalid(fields={"way": _("Choose one of the list.")})
    if paid_on > today():
        raise Invalid(fields={"paid_on": _("This day lies in the future.")})
    if db.session.scalar(select(Receipt.id).where(Receipt.form_key == form_key)) is not None:
        raise Conflict(_("This was recorded already."))
    total = sum((part.amount for part in parts), ZERO)
    receipt = Receipt(
        unit_id=unit.id,
        line=unit.line,
        paid_on=paid_on,
        way=way,
        total=total,
        people=len({part.person_id for part in parts}),
        reverses=reverses.id if reverses else None,
        reason=reason,
        form_key=form_key,
        created_by=actor.person_id,
    )
    db.session.add(receipt)
    db.session.flush()
    db.session.execute(
        _PAYMENTS,
        {
            "receipt_id": receipt.id,
            "unit_id": unit.id,
            "line": unit.line,
            "people": [part.person_id for part in parts],
            "months": [part.month for part in parts],
            "amounts": [part.amount for part in parts],
            "payers": [part.payer.strip()[:60] for part in parts],
        },
    )
    if total:
        db.session.add(
            Entry(
                unit_id=unit.id,
                account=unit.line,
                on_date=paid_on,
                direction="in",
                category="fees",
                amount=total,
                receipt_id=receipt.id,
                form_key=f"receipt-{receipt.id}",
                created_by=actor.person_id,
            )
        )
    record(
        actor,
        verb="dues.take_back" if reverses else "dues.collect",
        object_type="dues_receipt",
        object_id=receipt.id,
        unit_id=unit.id,
        detail={
            "people": receipt.people,
            "on": paid_on.isoformat(),
            **({"reason": reason} if reason else {}),
        },
    )
    return receipt


def take_back(actor: Actor, *, unit: Unit, receipt: Receipt, reason: str) -> Receipt:
    """Reverse a receipt as a whole by one of its own; what it had paid is open again.

    Raises Conflict where it was taken back already, Invalid without a reason.
    """
    said = reason.strip()[:200]
    if not said:
        raise Invalid(fields={"reason": _("Give the reason.")})
    if receipt.reverses is not None:
        raise Conflict(_("This receipt takes another one back."))
    taken = db.session.scalar(select(func.count()).where(Receipt.reverses == receipt.id))
    if taken:
        raise Conflict(_("It was taken back already."))
    parts = [
        Part(row.person_id, row.month, -row.amount, row.payer)
        for row in db.session.execute(
            select(Payment.person_id, Payment.month, Payment.amount, Payment.payer)
            .where(Payment.receipt_id == receipt.id)
            .order_by(Payment.id)
        )
    ]
    return take_in(
        actor,
        unit=unit,
        parts=parts,
        paid_on=today(),
        way=receipt.way,
        form_key=f"back-{receipt.id}",
        reverses=receipt,
        reason=said,
    )
