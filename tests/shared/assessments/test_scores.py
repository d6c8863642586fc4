"""Marks counted from the ledger, against examples worked out by hand. Today is 2026-11-22."""

from datetime import UTC, date, datetime
from decimal import Decimal

import time_machine
from sqlalchemy import func, select, update

from shared.access.actor import SYSTEM
from shared.assessments.actions import adopt_sheets, score_all, score_changed, score_units
from shared.assessments.models import Line, Scheme, Score
from shared.assessments.queries import unit_sheet
from shared.assessments.queries.view import LineView, Sheet
from shared.audit import record
from shared.db import db
from shared.organisations.models import Unit
from tests.shared.assessments.conftest import Within
from tests.shared.assessments.ledger import WHOLE, ask, hold
from tests.world import Side, World

MONTHS = [f"2026-{month:02d}" for month in range(1, 13)]


def sheet_of(unit_id: int, *, year: int = 2026) -> Sheet:
    unit = db.session.scalars(select(Unit).where(Unit.id == unit_id)).one()
    found = unit_sheet(unit, year=year)
    assert found is not None
    return found


def counted(unit_id: int, name: str) -> LineView:
    score_units(SYSTEM, year=2026)
    (found,) = [line for line in sheet_of(unit_id).lines if line.name == name]
    return found


def test_all_held_in_time_is_full_marks(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        for item in ask(side.branch, "branch_assembly", "2026-Q1", "2026-Q2", "2026-Q3"):
            hold(item)
        ask(side.branch, "branch_assembly", "2026-Q4")
        line = counted(side.branch, "Branch assembly")
    # The fourth quarter is not over: three were asked.
    assert (line.due, line.done, line.points, line.lost) == (3, 3, Decimal(5), Decimal(0))
    assert line.reasons == []


def test_missing_and_made_up_are_taken_off(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        items = ask(side.branch, "branch_committee_meeting", *MONTHS)
        for item in items[:8]:
            hold(item)
        hold(items[8], made_up=True)
        # October is missing, November and December are still open.
        line = counted(side.branch, "Branch committee meeting")
    assert (line.due, line.done, line.made_up, line.missing) == (10, 9, 1, 1)
    # 5 − 1 × 1.0 − 1 × 0.5
    assert line.points == Decimal("3.5")
    # Making October up costs 0.5 instead of 1.0.
    assert line.gain == Decimal("0.5")
    assert [(row.period, row.gain) for row in line.rows if row.state == "missing"] == [
        ("2026-10", Decimal("0.5"))
    ]
    assert [(row.period, row.gain) for row in line.rows if row.state == "open"] == [("2026-11", Decimal(1))]


def test_a_line_never_falls_below_nothing(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        ask(side.branch, "group_meeting", *MONTHS)
        line = counted(side.branch, "Group meeting")
    # Ten missing take off ten of five.
    assert (line.missing, line.points, line.lost) == (10, Decimal(0), Decimal(5))
    # Made up, all ten cost 5.0: nothing comes back, and the page must not promise it.
    assert line.gain == 0
    assert sum((row.gain for row in line.rows if row.state == "missing"), Decimal(0)) == 0


def test_gains_of_the_rows_add_up_to_the_gain_of_the_line(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        items = ask(side.branch, "group_meeting", *MONTHS)
        for item in items[:4]:
            hold(item)
        line = counted(side.branch, "Group meeting")
    # Six missing: 5 − 6 → 0. Made up: 5 − 3 = 2.
    assert (line.points, line.gain) == (Decimal(0), Decimal(2))
    assert sum((row.gain for row in line.rows if row.state == "missing"), Decimal(0)) == Decimal(2)


def test_a_theme_day_without_one_of_its_four_parts_is_flawed(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        items = ask(side.branch, "theme_day", "2026-01", "2026-02", "2026-03")
        hold(items[0])
        hold(items[1], fields={**WHOLE, "discussion": ""})
        hold(items[2], fields={name: text for name, text in WHOLE.items() if name != "gains"}, made_up=True)
        line = counted(side.branch, "Theme day with its four parts")
    assert (line.due, line.done, line.made_up, line.flawed) == (3, 3, 1, 2)
    # 10 − 0.5 − 2 × 0.5
    assert line.points == Decimal("8.5")
    assert [row.lacking for row in line.rows] == [(), ("discussion",), ("gains",)]
    assert sum((row.loss for row in line.rows), Decimal(0)) == Decimal("1.5")


def test_exempt_withdrawn_and_earlier_than_the_start_are_not_asked(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        items = ask(side.branch, "theme_day", *MONTHS[:6])
        items[4].state, items[4].reason = "exempt", "a flood"
        items[5].state = "withdrawn"
        db.session.execute(update(Unit).where(Unit.id == side.branch).values(duties_since=date(2026, 3, 1)))
        line = counted(side.branch, "Theme day with its four parts")
    # March and April remain.
    assert (line.due, line.points) == (2, Decimal(8))


def test_what_was_not_asked_leaves_the_denominator(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        ask(side.branch, "org_life_meeting", "2026")
        line = counted(side.branch, "Organisational life meeting")
        sheet = sheet_of(side.branch)
    assert line.points is None
    assert line.reasons == ["尚未到期，最迟 2026-12-31"]
    # Term in force 6 and secretary 4 are all that was counted.
    assert (sheet.earned, sheet.counted_full, sheet.rate) == (Decimal(10), Decimal(10), Decimal(100))
    assert sheet.full == 100
    # 8 committee + 10 study + 10 members + 3 open affairs + 5 rating
    assert sheet.unmeasured_marks == 36
    assert sheet.pending_marks == 100 - 10 - 36
    assert sheet.at_most == 64


def test_term_and_offices(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        db.session.execute(update(Unit).where(Unit.id == side.branch).values(term_ends_on=date(2026, 11, 1)))
        db.session.execute(update(Unit).where(Unit.id == side.other_branch).values(term_ends_on=None))
        line = counted(side.branch, "Term in force")
        assert (line.points, line.lost, line.gain) == (Decimal(0), Decimal(6), Decimal(6))
        assert line.reasons == ["任期已届满"]
        unknown = counted(side.other_branch, "Term in force")
        assert (unknown.points, unknown.reasons) == (None, ["任期届满日未登记"])
        # The world's secretary of the branch holds office since 2025.
        assert counted(side.branch, "Secretary in office").points == 4
    # A general branch and the root have no sheet of a branch.
    with within(side):
        unit = db.session.scalars(select(Unit).where(Unit.id == side.middle)).one()
        assert unit_sheet(unit, year=2026) is None
        assert db.session.scalar(select(func.count()).where(Score.unit_id == side.middle)) == 0


def test_unions_have_their_own_sheet(world: World, within: Within) -> None:
    side = world.union
    with within(side):
        for item in ask(side.branch, "workers_congress", "2026-H1"):
            hold(item)
        for kind in ("spring_jobs", "summer_relief"):
            ask(side.branch, kind, "2026-Q2")
        score_units(SYSTEM, year=2026)
        sheet = sheet_of(side.branch)
    points = {line.name: line.points for line in sheet.lines if line.points is not None}
    assert points == {
        "Chair in office": 6,
        "Term in force": 2,
        "Campaigns of the four seasons": 3,
        "Members' assembly and workers' congress": 6,
    }


def test_adopting_twice_adopts_once(world: World, within: Within) -> None:
    with within(world.organ):
        assert adopt_sheets(SYSTEM, tenant_kind="bureau") == 0
        # One for each sector; none of the union's.
        assert db.session.scalar(select(func.count()).select_from(Scheme)) == 5
        plain = Line.kind.not_in(("bonus", "veto"))
        assert db.session.scalar(select(func.sum(Line.full_marks)).where(plain)) == 500


def test_counting_twice_writes_the_same_rows(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        ask(side.branch, "theme_day", "2026-01")
        first = score_units(SYSTEM, year=2026)
        again = score_units(SYSTEM, year=2026)
        rows = db.session.scalar(select(func.count()).select_from(Score))
    # Two branches, thirteen lines that the ledger counts.
    assert first == again == rows == 26


def test_one_part_of_the_tree_leaves_the_rest_alone(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        path = db.session.scalar(select(Unit.path).where(Unit.id == side.middle))
        score_units(SYSTEM, year=2026, unit_path=path)
        assert set(db.session.scalars(select(Score.unit_id))) == {side.branch}


def recorded(unit_id: int | None, verb: str) -> None:
    record(SYSTEM, verb=verb, object_type="event", unit_id=unit_id)
    db.session.flush()


def test_the_sweep_counts_what_changed_and_nothing_else(world: World, within: Within) -> None:
    side: Side = world.organ
    with within(side):
        # The first time everything is counted.
        assert score_changed(SYSTEM) == 26
    with time_machine.travel(datetime(2026, 11, 23, 4, tzinfo=UTC), tick=False), within(side):
        assert score_changed(SYSTEM) == 0
    with within(side):
        (item,) = ask(side.branch, "theme_day", "2026-10")
        hold(item)
    with within(side):
        # The trail's own clock is the database's, so the mark is put where the test needs it.
        db.session.execute(update(Scheme).values(swept_at=func.clock_timestamp()))
        recorded(side.branch, "event.file")
    with within(side):
        assert score_changed(SYSTEM) == 13
        assert counted(side.branch, "Theme day with its four parts").points == 10
        # An act of the whole tenant (planning, an import) counts everything again.
        db.session.execute(update(Scheme).values(swept_at=func.clock_timestamp()))
        recorded(None, "duty.plan")
        assert score_changed(SYSTEM) == 26
        assert score_all(SYSTEM) == 26


def test_last_year_is_counted_until_it_settles(world: World, within: Within) -> None:
    side = world.organ
    with time_machine.travel(datetime(2027, 1, 20, 4, tzinfo=UTC), tick=False), within(side):
        ask(side.branch, "theme_day", "2026-12")
        score_changed(SYSTEM)
        years = set(db.session.scalars(select(Score.year)))
        (line,) = [each for each in sheet_of(side.branch).lines if each.rows]
        assert (years, line.points, line.gain) == ({2026, 2027}, Decimal(9), Decimal("0.5"))
    with time_machine.travel(datetime(2027, 2, 2, 4, tzinfo=UTC), tick=False), within(side):
        (line,) = [each for each in sheet_of(side.branch).lines if each.rows]
        assert (line.gain, line.regain) == (Decimal(0), "")
