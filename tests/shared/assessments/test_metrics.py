"""The metrics over study, dues, findings, tasks and membership, against examples worked out by hand. 2026-11-22."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from shared.access.actor import SYSTEM
from shared.assessments.actions import score_units
from shared.assessments.metrics import METRICS
from shared.assessments.models import Entry, Line, Round, Scheme
from shared.assessments.queries import round_sheet, unit_sheet
from shared.assessments.queries.view import LineView
from shared.db import db
from shared.dues.models import DuesSheet
from shared.findings.models import Finding, Inspection
from shared.organisations.models import Unit
from shared.plans.models import Task
from tests.shared.assessments.conftest import Within
from tests.shared.assessments.ledger import ask, hold, learn
from tests.shared.assessments.test_scores import MONTHS, counted
from tests.world import World

LINE = "Branch committee meeting"


def by(metric: str, **params: Any) -> None:
    """Have one line count by this metric."""
    db.session.execute(
        update(Line)
        .where(Line.name == LINE)
        .values(metric=metric, rule="deduct", params={"per_missing": 1, "per_made_up": 0.5, **params})
    )


def shown(line: LineView) -> tuple[int, int, int, Decimal | None]:
    return line.due, line.done, line.made_up, line.points


def test_every_metric_has_words_and_says_what_it_asks_for() -> None:
    for key, metric in METRICS.items():
        assert str(metric.name) != key
        assert {each.kind for each in metric.params} <= {"kinds", "posts", "fields", "number"}
        assert metric.from_duties or (metric.lost and metric.regain and metric.unknown)


def test_months_of_dues(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        db.session.execute(update(Unit).where(Unit.id == side.branch).values(duties_since=date(2026, 3, 1)))
        for month, state in ((3, "closed"), (4, "closed"), (5, "open")):
            closed_at = datetime(2026, 11, 1, tzinfo=UTC) if state == "closed" else None
            db.session.add(
                DuesSheet(
                    unit_id=side.branch,
                    month=date(2026, month, 1),
                    state=state,
                    rounding=Decimal("0.01"),
                    closed_at=closed_at,
                )
            )
        db.session.flush()
        by("dues.closed")
        line = counted(side.branch, LINE)
        by("dues.closed", grace_days=30)
        later = counted(side.branch, LINE)
    # March to October are over; May was drawn up and not closed.
    assert shown(line) == (8, 2, 0, Decimal(0))
    assert [lack.text for lack in line.lacks] == [f"2026-{month:02d}" for month in range(5, 11)]
    # With thirty days of grace October is not asked for yet.
    assert (later.due, later.missing) == (7, 5)


def test_findings_and_tasks_due_in_the_span(world: World, within: Within) -> None:
    side = world.organ
    person_ids = [side[name].person_id for name in ("secretary", "officer", "admin")]
    with within(side):
        case = Inspection(
            unit_id=side.root,
            kind="supervision",
            title="t",
            feedback_on=date(2026, 1, 1),
            form_key="i",
        )
        db.session.add(case)
        db.session.flush()
        days = (date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31))
        # In time, late, open, not due yet.
        for number, (due_on, closed_on) in enumerate(
            zip(days, (date(2026, 3, 1), date(2026, 7, 9), None, None), strict=True), start=1
        ):
            finding = Finding(
                inspection_id=case.id,
                number=number,
                unit_id=side.branch,
                category="c",
                content="c",
                point=f"point {number}",
                point_key=f"p{number}",
                found_on=date(2026, 1, 1),
                due_on=due_on,
            )
            if closed_on:
                finding.state, finding.closed_on = "closed", closed_on
                finding.applied_by, finding.approved_by, finding.closed_by = person_ids
            db.session.add(finding)
            db.session.add(
                Task(
                    unit_id=side.branch,
                    by_unit_id=side.root,
                    title=f"task {number}",
                    begins_on=date(2026, 1, 1),
                    due_on=due_on,
                    state="done" if closed_on else "accepted",
                    done_at=datetime.combine(closed_on, datetime.min.time(), UTC) if closed_on else None,
                )
            )
        db.session.flush()
        by("findings.closed")
        findings = counted(side.branch, LINE)
        by("tasks.confirmed")
        tasks = counted(side.branch, LINE)
    for line, text in ((findings, "point 3"), (tasks, "task 3")):
        # 5 − 1 missing − 0.5 late; done late it costs 0.5 instead of 1.
        assert shown(line) == (3, 2, 1, Decimal("3.5"))
        assert [(lack.text, lack.day) for lack in line.lacks] == [(text, date(2026, 9, 30))]
        assert line.gain == Decimal("0.5")


def test_study_is_a_share_and_names_nobody(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        by("study.coverage")
        before = counted(side.branch, LINE)
        learn(side.branch)
        after = counted(side.branch, LINE)
    assert before.due > 0
    assert (before.done, after.done) == (0, before.due)
    assert before.lacks == after.lacks == ()


def test_members_among_employees(world: World, within: Within) -> None:
    side = world.union
    with within(side):
        line_id = db.session.scalar(select(Line.id).where(Line.name == "Rate of joining"))
        db.session.execute(
            update(Line)
            .where(Line.id == line_id)
            .values(metric="members.share", rule="below", params={"line": 90, "per_percent": 0.1})
        )
        unknown = counted(side.branch, "Rate of joining")
        db.session.execute(update(Unit).where(Unit.id == side.branch).values(staff_count=1000))
        known = counted(side.branch, "Rate of joining")
    assert (unknown.points, unknown.reasons) == (None, ["职工人数未登记"])
    assert (known.due, known.points) == (1000, Decimal(0))
    assert 0 < known.done < 900


def entered(unit_id: int, scheme_id: int, since: date, ends: date) -> Round:
    lap = Round(
        scheme_id=scheme_id,
        unit_id=unit_id,
        name="r",
        period="year" if (since.month, ends.month) == (1, 12) else "quarter",
        starts_on=since,
        ends_on=ends,
        self_until=ends + timedelta(days=10),
        review_until=ends + timedelta(days=20),
        appeal_until=ends + timedelta(days=30),
        form_key=f"{since}{ends}",
    )
    db.session.add(lap)
    db.session.flush()
    db.session.add(Entry(round_id=lap.id, unit_id=unit_id))
    db.session.flush()
    score_units(SYSTEM, year=since.year, lap=lap)
    return lap


def test_a_round_of_a_year_is_the_year_and_a_quarter_its_part(world: World, within: Within) -> None:
    side = world.organ
    with within(side):
        items = ask(side.branch, "branch_committee_meeting", *MONTHS)
        for item in items[:7]:
            hold(item)
        score_units(SYSTEM, year=2026)
        unit = db.session.scalars(select(Unit).where(Unit.id == side.branch)).one()
        year = unit_sheet(unit, year=2026)
        assert year is not None
        scheme_id = db.session.scalar(
            select(Scheme.id).join(Line, Line.scheme_id == Scheme.id).where(Line.id == year.lines[0].id)
        )
        assert scheme_id is not None
        whole = round_sheet(unit, entered(side.branch, scheme_id, date(2026, 1, 1), date(2026, 12, 31)))
        third = round_sheet(unit, entered(side.branch, scheme_id, date(2026, 7, 1), date(2026, 9, 30)))
    assert whole is not None
    assert third is not None
    assert [(line.name, line.points) for line in whole.lines] == [
        (line.name, line.points) for line in year.lines
    ]
    (line,) = [each for each in third.lines if each.name == LINE]
    # July was held, August and September are missing.
    assert (line.due, line.done, line.points) == (3, 1, Decimal(3))
    assert [row.period for row in line.rows] == ["2026-07", "2026-08", "2026-09"]
