"""max(0, full − Σ deductions), whatever the numbers."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.assessments.metrics import METRICS, Span
from shared.assessments.packs import shipped_sheets
from shared.assessments.queries.view import LineView, points_of
from shared.events.kinds import KINDS
from shared.members.posts import POSTS
from shared.organisations.kinds import KINDS as UNIT_KINDS

marks = st.decimals(min_value=0, max_value=100, places=2)
rates = st.decimals(min_value=0, max_value=10, places=1)


@given(full=marks, lost=marks)
def test_points_lie_between_nothing_and_full(full: Decimal, lost: Decimal) -> None:
    points = points_of(full=full, lost=lost)
    assert 0 <= points <= full
    assert points == (full - lost if lost <= full else 0)


@given(
    full=st.decimals(min_value=1, max_value=100, places=1),
    per_missing=rates,
    share=st.decimals(min_value=0, max_value=1, places=1),
    missing=st.integers(0, 40),
    made_up=st.integers(0, 40),
)
def test_making_up_never_costs(
    full: Decimal, per_missing: Decimal, share: Decimal, missing: int, made_up: int
) -> None:
    """Where a made-up one costs at most what a missing one costs, gains are never negative nor above the loss."""
    params = {"kinds": ["theme_day"], "per_missing": per_missing, "per_made_up": per_missing * share}
    lost = per_missing * missing + per_missing * share * made_up
    line = LineView(
        id=1,
        name="n",
        kind="count",
        full=full,
        metric="duties.held",
        params=params,
        points=points_of(full=full, lost=lost),
        due=missing + made_up + 1,
        done=made_up + 1,
        made_up=made_up,
    )
    assert 0 <= line.gain <= line.lost


def test_shipped_sheets_name_only_what_exists() -> None:
    sheets = shipped_sheets()
    assert {sheet.key for sheet in sheets} == {
        "organ_branch",
        "institution_branch",
        "state_enterprise_branch",
        "private_branch",
        "social_branch",
        "basic_union",
    }
    for sheet in sheets:
        assert sum(line.full for line in sheet.lines if line.kind not in ("bonus", "veto")) == 100
        assert sum(line.full for line in sheet.lines if line.kind == "bonus") <= 5
        assert set(sheet.unit_kinds) <= set(UNIT_KINDS)
        for line in sheet.lines:
            assert set(line.params.get("kinds", ())) <= set(KINDS)
            assert set(line.params.get("posts", ())) <= set(POSTS)
            fields = {each.code for kind in line.params.get("kinds", ()) for each in KINDS[kind].fields}
            assert set(line.params.get("fields", ())) <= fields
            assert line.metric is None or line.metric in METRICS
            # A mark made up is never dearer than one missing.
            assert line.params.get("per_made_up", 0) <= line.params.get("per_missing", 0)


def test_a_span_ends_today_and_reaches_into_winter() -> None:
    span = Span.of(2026, date(2026, 11, 22))
    assert (span.until, span.standing) == (date(2026, 11, 22), date(2026, 11, 22))
    past = Span.of(2024, date(2026, 11, 22))
    assert (past.until, past.standing) == (date(2025, 12, 31), date(2024, 12, 31))
