"""On what a person pays: entered for one or for many at once, with a history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, Date, Numeric, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.dues.classes import CLASSES, needs_base
from shared.dues.money import MOST, first_of, months_on, read_money, show_money
from shared.errors import Invalid
from shared.i18n import _

#: How far back and ahead a base may begin, in months.
_BACK, _AHEAD = 24, 12

#: What stands already is left alone, so that a form sent twice adds nothing.
_REPLACE = text(
    """
    with given as (
        select * from unnest(cast(:people as bigint[]), cast(:classes as text[]), cast(:amounts as numeric[]))
            as g(person_id, payer_class, amount)
    )
    update dues_base b set replaced_at = clock_timestamp()
    from given g
    where b.person_id = g.person_id and b.line = :line and b.from_month = :from_month and b.replaced_at is null
      and (b.payer_class, b.amount) is distinct from (g.payer_class, g.amount)
    """
)
_ENTER = text(
    """
    with given as (
        select * from unnest(cast(:people as bigint[]), cast(:classes as text[]), cast(:amounts as numeric[]))
            as g(person_id, payer_class, amount)
    )
    insert into dues_base (person_id, line, payer_class, amount, from_month, document, created_by)
    select g.person_id, :line, g.payer_class, g.amount, :from_month, :document, :created_by
    from given g
    left join lateral (
        select b.payer_class, b.amount from dues_base b
        where b.person_id = g.person_id and b.line = :line and b.from_month <= :from_month and b.replaced_at is null
        order by b.from_month desc limit 1) known on true
    where (known.payer_class, known.amount) is distinct from (g.payer_class, g.amount)
    returning person_id
    """
)


@dataclass(frozen=True, slots=True)
class GivenBase:
    """One person's class and monthly base; `amount` is None where the class pays a fixed sum."""

    person_id: int
    payer_class: str
    amount: Decimal | None


def read_base(person_id: int, line: str, payer_class: str, amount: str, *, field: str) -> GivenBase:
    """A base as it was typed. Raises Invalid, naming the field: below 0, too large, three decimals, no number."""
    spec = CLASSES.get(payer_class)
    if spec is None or spec.line != line:
        raise Invalid(fields={field: _("Choose a class of payers.")})
    if not needs_base(payer_class):
        return GivenBase(person_id, payer_class, None)
    if not amount.strip():
        raise Invalid(fields={field: _("Give the monthly base.")})
    return GivenBase(person_id, payer_class, read_money(amount, field=field))


def check_from_month(from_month: date) -> None:
    """Raises Invalid for a month that is not near."""
    now = first_of(today())
    if not months_on(now, -_BACK) <= from_month <= months_on(now, _AHEAD):
        said = _("From %(back)s months back to %(ahead)s months ahead.", back=_BACK, ahead=_AHEAD)
        raise Invalid(fields={"from_month": said})


def enter_bases(
    actor: Actor,
    *,
    unit_id: int | None,
    line: str,
    given: Sequence[GivenBase],
    from_month: date,
    document: str = "",
) -> int:
    """Let each person pay on this base from a month on; returns for how many it is news.

    A month that is closed keeps what it asked; the difference stands as a correction in the next sheet. Open sheets
    follow when they are drawn up again. Callable in bulk: two statements, whatever the number of people.
    """
    check_from_month(from_month)
    for one in given:
        if one.amount is not None and not 0 <= one.amount <= MOST:
            raise Invalid(fields={"amount": _("From 0 to %(most)s yuan.", most=show_money(MOST))})
    if not given:
        return 0
    values = {
        "people": [one.person_id for one in given],
        "classes": [one.payer_class for one in given],
        "amounts": [one.amount for one in given],
        "line": line,
        "from_month": from_month.replace(day=1),
        "document": document.strip()[:200],
        "created_by": actor.person_id,
    }
    arrays = (
        bindparam("people", type_=ARRAY(BigInteger)),
        bindparam("classes", type_=ARRAY(Text)),
        bindparam("amounts", type_=ARRAY(Numeric)),
        bindparam("from_month", type_=Date),
    )
    db.session.execute(_REPLACE.bindparams(*arrays), values)
    entered = list(db.session.scalars(_ENTER.bindparams(*arrays), values))
    if entered:
        record(
            actor,
            verb="dues.base",
            object_type="person" if len(entered) == 1 else "unit",
            object_id=entered[0] if len(entered) == 1 else unit_id,
            unit_id=unit_id,
            detail={"people": len(entered), "since": f"{from_month:%Y-%m}"},
        )
    return len(entered)
