"""The rules of lines: SQL and page say the same, whatever the counts; and what the sheet says of them in words."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from shared.access.actor import SYSTEM
from shared.assessments.actions import score_units
from shared.assessments.models import Line
from shared.assessments.queries.view import LineView, points_by
from shared.db import db
from tests.shared.assessments.conftest import Within
from tests.shared.assessments.ledger import ask, hold
from tests.shared.assessments.test_scores import MONTHS, counted
from tests.world import World

RULES: dict[str, dict[str, Any]] = {
    "deduct": {"per_missing": 1, "per_made_up": 0.5, "per_flaw": 0.5},
    "below": {"line": 90, "per_percent": 0.1},
    "tiers": {"tiers": [[80, 5], [60, 3], [30, 1]]},
    "whole": {},
}
FULL = Decimal(5)
LINE = "Branch committee meeting"


def on_page(rule: str, **counts: int) -> Decimal:
    return points_by(rule, RULES[rule], full=FULL, **counts)


@pytest.mark.parametrize(
    ("rule", "done", "points"),
    [
        # Ten are asked.
        ("below", 10, "5"),
        ("below", 9, "5"),
        # 20 under the line of 90, each 0.1.
        ("below", 7, "3"),
        ("below", 2, "0"),
        ("tiers", 10, "5"),
        ("tiers", 8, "5"),
        ("tiers", 7, "3"),
        ("tiers", 3, "1"),
        ("tiers", 2, "0"),
        ("whole", 10, "5"),
        ("whole", 9, "0"),
        ("deduct", 8, "3"),
    ],
)
def test_the_database_and_the_page_say_the_same(
    world: World, within: Within, rule: str, done: int, points: str
) -> None:
    side = world.organ
    with within(side):
        db.session.execute(
            update(Line)
            .where(Line.name == LINE)
            .values(rule=rule, params={"kinds": ["branch_committee_meeting"], **RULES[rule]})
        )
        for item in ask(side.branch, "branch_committee_meeting", *MONTHS)[:done]:
            hold(item)
        line = counted(side.branch, LINE)
    assert (line.due, line.done) == (10, done)
    assert line.points == Decimal(points) == on_page(rule, due=10, done=done)
    # What the rows bring back adds up to what the line does, and the line comes to what it says.
    gains = sum((row.gain for row in line.rows if row.state == "missing"), Decimal(0))
    assert gains == line.gain
    assert line.points + line.gain == on_page(rule, due=10, done=10, made_up=10 - done)


@given(
    rule=st.sampled_from(sorted(RULES)),
    due=st.integers(1, 60),
    share=st.floats(0, 1),
    made_up=st.integers(0, 60),
)
def test_points_are_bounded_and_grow_with_what_is_done(
    rule: str, due: int, share: float, made_up: int
) -> None:
    done = int(due * share)
    late = min(made_up, done)
    points = on_page(rule, due=due, done=done, made_up=late)
    assert 0 <= points <= FULL
    if done < due:
        # Made up or in time, one more is never less.
        assert on_page(rule, due=due, done=done + 1, made_up=late + 1) >= points
        assert on_page(rule, due=due, done=done + 1, made_up=late) >= points


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("deduct", "每缺 1 次扣 1、补记每次扣 0.5"),
        ("below", "低于 90%"),
        ("tiers", "达到 80% 得 5 分、达到 60% 得 3 分"),
        ("whole", "全部完成才得分"),
    ],
)
def test_a_rule_is_said_in_words(world: World, within: Within, rule: str, words: str) -> None:
    view = LineView(
        id=1,
        name="n",
        kind="count",
        full=FULL,
        metric="duties.held",
        params=RULES[rule],
        rule_key=rule,
    )
    with within(world.organ):
        assert words in view.rule


def test_a_line_without_a_word_of_the_ledger_is_not_counted(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        score_units(SYSTEM, year=2026)
        db.session.execute(update(Line).where(Line.name == LINE).values(kind="must"))
        before = score_units(SYSTEM, year=2026)
        db.session.execute(update(Line).where(Line.name == LINE).values(kind="count"))
        after = score_units(SYSTEM, year=2026)
    # Two branches, one line each.
    assert after - before == 2
