"""What the rules ask of whom in a month: one statement, from memberships, bases, brackets and reliefs.

A member is asked where they belonged first in the month; a probationer from the month of admission. The rule of the
month holds, a tenant's own amount before the shipped one; an approved relief takes off what it takes off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Date,
    Numeric,
    Subquery,
    Text,
    bindparam,
    column,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db import db
from shared.members.relations import COUNTING
from shared.members.statuses import COUNTED

_EXPECTED = text(
    """
    with wanted as materialized (
        select w.unit_id, w.month, w.rounding, (w.month + interval '1 month')::date as next_month, u.line
        from unnest(cast(:unit_ids as bigint[]), cast(:months as date[]), cast(:roundings as numeric[]))
            as w(unit_id, month, rounding)
        join unit u on u.id = w.unit_id
    ),
    payer as materialized (
        select w.*, m.person_id
        from wanted w
        join membership m on m.unit_id = w.unit_id and m.kind = w.line
        -- Asked once: where they belonged first. A living membership is a person's last (uq_membership_person), so only
        -- ended ones can come before; array_position, which no index serves, leaves the planner their index by person.
        left join lateral (
            select true as found from membership e
            where e.person_id = m.person_id and e.kind = m.kind and e.until is not null
              and e.until > w.month and e.until > e.since and e.end_reason is distinct from 'mistake'
              and array_position(cast(:statuses as text[]), e.status) is not null
              and array_position(cast(:relations as text[]), e.relation) is not null
              and (e.since, e.id) < (m.since, m.id)
            limit 1) ended on true
        where m.since < w.next_month and (m.until is null or m.until > w.month)
          and m.until is distinct from m.since and m.end_reason is distinct from 'mistake'
          and m.status = any(cast(:statuses as text[])) and m.relation = any(cast(:relations as text[]))
          and (m.joined is null or left(m.joined, 7) <= to_char(w.month, 'YYYY-MM'))
          and ended.found is null
    ),
    asked as (
        select p.unit_id, p.person_id, p.line, p.month, p.rounding, b.payer_class, b.amount as base, r.rate,
            case when r.amount is not null then r.amount
                 else round(floor(b.amount / r.step) * r.step * r.rate / p.rounding) * p.rounding end as full_amount,
            f.id as relief_id, f.kind as relief, f.amount as reduced
        from payer p
        left join lateral (
            select * from dues_base b
            where b.person_id = p.person_id and b.line = p.line and b.from_month <= p.month
              and b.replaced_at is null
            order by b.from_month desc limit 1) b on true
        left join lateral (
            select * from dues_rule r
            where r.line = p.line and r.payer_class = b.payer_class
              and r.above < coalesce(b.amount, 0) and (r.up_to is null or coalesce(b.amount, 0) <= r.up_to)
              and r.valid_from <= p.month and (r.valid_to is null or r.valid_to >= p.month)
            order by (r.origin = 'tenant') desc, r.valid_from desc limit 1) r on true
        left join lateral (
            select * from dues_relief f
            where f.person_id = p.person_id and f.line = p.line and f.state = 'approved'
              and f.from_month <= p.month and f.until_month >= p.month
            order by f.from_month, f.id limit 1) f on true
    )
    select unit_id, person_id, line, month, payer_class, base, rate, full_amount,
        case relief when 'exemption' then 0.00 when 'reduction' then least(full_amount, reduced)
            else full_amount end as payable,
        relief_id
    from asked
    """
).bindparams(statuses=list(COUNTED), relations=list(COUNTING))

_COLUMNS = (
    column("unit_id", BigInteger),
    column("person_id", BigInteger),
    column("line", Text),
    column("month", Date),
    column("payer_class", Text),
    column("base", Numeric(14, 2)),
    column("rate", Numeric(9, 6)),
    column("full_amount", Numeric(14, 2)),
    column("payable", Numeric(14, 2)),
    column("relief_id", BigInteger),
)


def expected(wanted: Sequence[tuple[int, date, Decimal]]) -> Subquery:
    """What each (unit, month) with its rounding asks of whom, as a table; without a base the payer's class is null."""
    return (
        _EXPECTED.bindparams(
            bindparam("unit_ids", [one[0] for one in wanted], type_=ARRAY(BigInteger)),
            bindparam("months", [one[1] for one in wanted], type_=ARRAY(Date)),
            bindparam("roundings", [one[2] for one in wanted], type_=ARRAY(Numeric)),
        )
        .columns(*_COLUMNS)
        .subquery("expected")
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What one month asks of one person, before or without a sheet."""

    person_id: int
    month: date
    payer_class: str | None
    payable: Decimal | None


def asked_of(unit_id: int, months: Sequence[date], rounding: Decimal, person_id: int) -> list[Asked]:
    """What the months ask of one person in a unit, in their order. One query."""
    table = expected([(unit_id, month, rounding) for month in months])
    rows = db.session.execute(
        select(table.c.person_id, table.c.month, table.c.payer_class, table.c.payable)
        .where(table.c.person_id == literal(person_id, BigInteger))
        .order_by(table.c.month)
    )
    return [Asked(*row) for row in rows]
