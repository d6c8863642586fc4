"""A sheet is the sum of its lines, whatever they are; bonus is capped, a veto has no marks."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.assessments.queries.view import HeadingView, LineView, Sheet

marks = st.decimals(min_value=1, max_value=20, places=1)
lines = st.lists(
    st.tuples(
        st.sampled_from(["count", "evidence", "must", "bonus", "veto"]),
        marks,
        st.one_of(st.none(), st.integers(0, 10)),
    ),
    min_size=1,
    max_size=40,
)


def sheet_of(given_lines: list[tuple[str, Decimal, int | None]], cap: Decimal) -> Sheet:
    views = tuple(
        LineView(
            id=number,
            name="n",
            kind=kind,
            full=full,
            metric=None,
            params={},
            points=None if tenths is None or kind == "veto" else full * tenths / 10,
        )
        for number, (kind, full, tenths) in enumerate(given_lines)
    )
    half = len(views) // 2
    return Sheet(
        name="s",
        source="s",
        year=2026,
        settles_on=date(2027, 1, 31),
        counted_at=None,
        headings=(HeadingView("a", views[:half]), HeadingView("b", views[half:])),
        bonus_cap=cap,
    )


@given(given_lines=lines, cap=st.decimals(min_value=0, max_value=10, places=1))
def test_totals_are_the_sum_of_lines_and_bounded(
    given_lines: list[tuple[str, Decimal, int | None]], cap: Decimal
) -> None:
    sheet = sheet_of(given_lines, cap)
    plain = [line for line in sheet.lines if line.kind not in ("bonus", "veto")]
    had = sum((line.points for line in plain if line.points is not None), Decimal(0))
    assert 0 <= sheet.bonus <= cap
    assert sheet.earned == had + sheet.bonus
    assert sheet.earned - sheet.bonus + sheet.lost == sheet.counted_full <= sheet.full
    assert sheet.full == sum((heading.full for heading in sheet.headings), Decimal(0))
    assert sheet.unmeasured_marks + sheet.pending_marks + sheet.counted_full == sheet.full
    for heading in sheet.headings:
        assert heading.share is None or 0 <= heading.share <= 100
