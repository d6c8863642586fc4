"""What came in from an old ledger gives points only where the tenant has chosen so; the sheet says why."""

from decimal import Decimal

from sqlalchemy import select

from shared.access.actor import SYSTEM
from shared.assessments.actions import score_all, score_changed
from shared.assessments.models import Line, Score
from shared.db import db
from shared.imports.models import Batch
from shared.tenants.actions import put_setting
from tests.shared.assessments.conftest import Within
from tests.shared.assessments.ledger import ask, hold
from tests.shared.assessments.test_scores import counted
from tests.world import Side, World

CHOICE = "score_backfilled"


def backfilled(side: Side) -> None:
    """Three quarters were held; the record of the second came in from an old ledger."""
    items = ask(side.branch, "branch_assembly", "2026-Q1", "2026-Q2", "2026-Q3")
    records = [hold(item) for item in items]
    batch = Batch(layout="ledger", file_name="old.xlsx", state="committed", form_key="b")
    db.session.add(batch)
    db.session.flush()
    records[1].backfilled, records[1].batch_id = True, batch.id
    db.session.flush()


def test_it_gives_no_points_and_the_sheet_says_why(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        backfilled(side)
        line = counted(side.branch, "Branch assembly")
    assert (line.due, line.done, line.missing, line.entered_later) == (3, 2, 0, 1)
    assert line.lost == line.rate("per_missing") > 0
    assert [row.state for row in line.rows] == ["done", "later", "done"]
    assert line.rows[1].loss == line.rate("per_missing")
    # Nothing is to be made up for: it was held.
    assert line.gain == line.rows[1].gain == Decimal(0)
    assert line.reasons == ["支部党员大会：补录 1 次，按本组织的选择不计分"]


def test_the_choice_counts_it_like_every_other(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        backfilled(side)
        put_setting(SYSTEM, key=CHOICE, value=True)
        line = counted(side.branch, "Branch assembly")
    assert (line.due, line.done, line.lost, line.entered_later) == (3, 3, Decimal(0), 0)
    assert [row.state for row in line.rows] == ["done", "done", "done"]


def points(side: Side) -> Decimal | None:
    return db.session.scalar(
        select(Score.points)
        .join(Line, Line.id == Score.line_id)
        .where(Score.unit_id == side.branch, Score.year == 2026, Line.name == "Branch assembly")
    )


def test_a_changed_choice_counts_again_by_itself(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        backfilled(side)
        score_all(SYSTEM)
        before = points(side)
        put_setting(SYSTEM, key=CHOICE, value=True)
        assert score_changed(SYSTEM) > 0
        after = points(side)
    assert before is not None
    assert after is not None
    assert after > before
