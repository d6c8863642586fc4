"""What was asked and what was paid, month by month: the one statement from which every open sum is read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, Subquery, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db import db
from shared.dues.models import Charge, Payment
from shared.dues.money import ZERO


@dataclass(frozen=True, slots=True)
class MonthBalance:
    """One month of one person; `open` below zero is a credit."""

    month: date
    asked: Decimal
    paid: Decimal

    @property
    def open(self) -> Decimal:
        return self.asked - self.paid


def month_balances(person_ids: Sequence[int], line: str) -> Subquery:
    """(person, month, asked, paid) of every month in which something was asked or paid, over all units."""
    people = literal(list(person_ids), ARRAY(BigInteger))
    asked = (
        select(Charge.person_id, Charge.for_month.label("month"), func.sum(Charge.payable).label("asked"))
        .where(Charge.person_id == any_(people), Charge.line == line)
        .group_by(Charge.person_id, Charge.for_month)
        .subquery("asked")
    )
    paid = (
        select(Payment.person_id, Payment.month, func.sum(Payment.amount).label("paid"))
        .where(Payment.person_id == any_(people), Payment.line == line)
        .group_by(Payment.person_id, Payment.month)
        .subquery("paid")
    )
    return (
        select(
            func.coalesce(asked.c.person_id, paid.c.person_id).label("person_id"),
            func.coalesce(asked.c.month, paid.c.month).label("month"),
            func.coalesce(asked.c.asked, 0).label("asked"),
            func.coalesce(paid.c.paid, 0).label("paid"),
        )
        .join_from(
            asked,
            paid,
            (asked.c.person_id == paid.c.person_id) & (asked.c.month == paid.c.month),
            full=True,
        )
        .subquery("balance")
    )


def balances_of(person_ids: Sequence[int], line: str) -> dict[int, list[MonthBalance]]:
    """Each person's months, the oldest first. One query."""
    table = month_balances(person_ids, line)
    found: dict[int, list[MonthBalance]] = defaultdict(list)
    for person_id, month, asked, paid in db.session.execute(
        select(table.c.person_id, table.c.month, table.c.asked, table.c.paid).order_by(
            table.c.person_id, table.c.month
        )
    ):
        found[person_id].append(MonthBalance(month, asked or ZERO, paid or ZERO))
    return dict(found)
