"""Sums and months as they are read; brackets and allocations over many cases."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dues.actions.collecting import allocate
from shared.dues.money import (
    months_between,
    months_on,
    quarter_days,
    quarter_of,
    read_money,
    read_month,
    round_to,
)
from shared.dues.packs import shipped_rules
from shared.dues.queries.balances import MonthBalance
from shared.errors import Invalid

D = Decimal
CENTS = st.integers(0, 5_000_000).map(lambda n: D(n) / 100)


def asked(payer_class: str, base: Decimal) -> Decimal:
    """The shipped rule, computed apart from the statement that draws up."""
    rule = next(
        rule
        for rule in shipped_rules()
        if rule["payer_class"] == payer_class
        and D(rule["above"]) < base
        and ("up_to" not in rule or base <= D(rule["up_to"]))
    )
    step = D(rule.get("step", "0.01"))
    return (base // step * step * D(rule["rate"])).quantize(D("0.01"), ROUND_HALF_UP)


@given(CENTS, CENTS, st.sampled_from(["salary", "annual", "irregular", "pension", "wage"]))
def test_who_earns_more_never_pays_less(one: Decimal, other: Decimal, payer_class: str) -> None:
    low, high = sorted((one, other))
    assert asked(payer_class, low) <= asked(payer_class, high)


@given(CENTS, st.sampled_from(["salary", "pension", "wage"]))
def test_every_base_has_exactly_one_bracket(base: Decimal, payer_class: str) -> None:
    hits = [
        rule
        for rule in shipped_rules()
        if rule["payer_class"] == payer_class
        and D(rule["above"]) < base
        and ("up_to" not in rule or base <= D(rule["up_to"]))
    ]
    assert len(hits) == 1


@given(
    st.lists(CENTS, min_size=1, max_size=4),
    st.lists(CENTS, max_size=4),
    st.integers(0, 20_000_000).map(lambda n: D(n) / 100),
)
def test_an_allocation_is_the_sum_or_is_refused(
    own: list[Decimal], older: list[Decimal], amount: Decimal
) -> None:
    here = [MonthBalance(date(2026, 11, 1), one, D(0)) for one in own]
    before = [MonthBalance(date(2025, 1 + n, 1), one, D(0)) for n, one in enumerate(older)]
    if amount > sum(own, D(0)) + sum(older, D(0)):
        with pytest.raises(Invalid):
            allocate(amount, here, before)
        return
    parts = allocate(amount, here, before)
    assert sum((share for _month, share in parts), D(0)) == amount
    assert all(share > 0 for _month, share in parts)


def test_a_credit_is_used_before_money() -> None:
    credit = MonthBalance(date(2026, 10, 1), D("-50.00"), D(0))
    month = MonthBalance(date(2026, 11, 1), D("40.00"), D(0))
    older = MonthBalance(date(2026, 9, 1), D("30.00"), D(0))
    assert allocate(D("20.00"), [credit, month], [older]) == [
        (credit.month, D("-50.00")),
        (month.month, D("40.00")),
        (older.month, D("30.00")),
    ]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3000", "3000.00"),
        ("3,000.5", "3000.50"),
        ("３０００元", "3000.00"),
        (" ¥ 12.30", "12.30"),
        ("0", "0.00"),
    ],
)
def test_a_sum_as_people_write_it(text: str, amount: str) -> None:
    assert read_money(text, field="it") == D(amount)


@pytest.mark.parametrize(
    "text",
    [
        "-1",
        "1000000000000",
        "10000000",
        "1.005",
        "1e5",
        "NaN",
        "Infinity",
        "",
        "abc",
        "1..2",
        "٣٠٠٠x",
        "1 元 2",
    ],
)
def test_what_is_no_sum_is_refused_and_names_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_money(text, field="base-7")
    assert list(refused.value.fields) == ["base-7"]


@pytest.mark.parametrize(
    ("amount", "step", "rounded"),
    [
        ("12.345", "0.01", "12.35"),
        ("12.35", "0.10", "12.40"),
        ("12.5", "1.00", "13.00"),
        ("12.49", "1.00", "12.00"),
    ],
)
def test_half_goes_up(amount: str, step: str, rounded: str) -> None:
    assert round_to(D(amount), D(step)) == D(rounded)


def test_months() -> None:
    assert months_on(date(2026, 11, 1), 2) == date(2027, 1, 1)
    assert months_on(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert months_between(date(2026, 11, 1), date(2027, 1, 1)) == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
    ]
    assert quarter_of(date(2026, 11, 22)) == "2026-Q4"
    assert quarter_days("2026-Q4") == (date(2026, 10, 1), date(2027, 1, 1))
    assert read_month("2026-11") == date(2026, 11, 1)
    assert [read_month(text) for text in ("2026-13", "26-1", "", "２０２６-11", "2026-11-01")] == [None] * 5
