"""Planning of terms: what stands due for whom, and what is withdrawn when a date or a rule changes."""

from datetime import date

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.duties.actions import Planned, adopt_pack, choose_term, end_tightening, plan_terms, plan_year
from shared.duties.actions.rules import lengths
from shared.duties.models import DueItem, Rule
from shared.duties.packs import read_pack
from shared.duties.periods import months_after, period_label, whole_months
from shared.duties.queries.terms import term_rule
from shared.errors import Conflict, Invalid
from shared.organisations.models import Tenure, Unit
from tests.factories.terms import ends, inside, said, term_items
from tests.world import World

NOON = "2026-11-20T04:00:00Z"


@pytest.fixture(autouse=True)
def noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


def unit(key: int) -> Unit:
    return db.session.execute(select(Unit).where(Unit.id == key)).scalar_one()


def test_an_election_is_planned_six_months_before_its_day(app: Flask, world: World) -> None:
    side = world.organ
    assert ends(app, side, side.branch, date(2027, 3, 31)).added == 1
    (item,) = term_items(app, side, side.branch)
    assert (item.kind, item.period, item.opens_on, item.due_on, item.year, item.state) == (
        "term_election",
        "2027-03-31",
        date(2026, 9, 30),
        date(2027, 3, 31),
        2027,
        "open",
    )
    assert period_label(item.period) == "任期至 2027-03-31："
    with inside(app, side), transaction():
        assert plan_terms() == Planned()


def test_a_term_far_away_is_not_asked_yet(app: Flask, world: World) -> None:
    side = world.organ
    assert ends(app, side, side.branch, date(2027, 7, 1)).added == 0
    # From the year on in which the window opens it stands planned.
    with time_machine.travel("2027-01-01T04:00:00Z", tick=False), inside(app, side), transaction():
        assert plan_terms().added == 4


def test_a_missing_date_is_asked_and_withdrawn_once_it_is_entered(app: Flask, world: World) -> None:
    side = world.organ
    ends(app, side, side.branch, None)
    (item,) = term_items(app, side, side.branch)
    assert (item.kind, item.period, item.opens_on, item.due_on) == (
        "term_date",
        "term",
        date(2026, 11, 20),
        date(2026, 12, 20),
    )
    # The day it was first asked stays, however often it is planned.
    with time_machine.travel("2026-12-01T04:00:00Z", tick=False), inside(app, side), transaction():
        assert plan_terms() == Planned()
    ends(app, side, side.branch, date(2026, 12, 31))
    assert said(term_items(app, side, side.branch)) == [
        ("term_date", "term", "withdrawn", "date_entered"),
        ("term_election", "2026-12-31", "open", None),
    ]
    ends(app, side, side.branch, None)
    assert said(term_items(app, side, side.branch)) == [
        ("term_date", "term", "open", None),
        ("term_election", "2026-12-31", "withdrawn", "date_changed"),
    ]


def test_a_changed_end_moves_the_election_and_the_living_term(app: Flask, world: World) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 12, 31))
    with inside(app, side), transaction():
        db.session.add(Tenure(unit_id=side.branch, began_on=date(2023, 12, 31), ends_on=date(2026, 12, 31)))
    ends(app, side, side.branch, date(2027, 1, 31))
    assert said(term_items(app, side, side.branch)) == [
        ("term_election", "2026-12-31", "withdrawn", "date_changed"),
        ("term_election", "2027-01-31", "open", None),
    ]
    with inside(app, side):
        assert db.session.scalars(select(Tenure.ends_on).where(Tenure.unit_id == side.branch)).one() == date(
            2027, 1, 31
        )


def test_an_end_before_the_duties_began_is_late_from_that_day_on(app: Flask, world: World) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2024, 6, 30))
    (item,) = term_items(app, side, side.branch)
    assert (item.period, item.due_on) == ("2024-06-30", date(2026, 1, 1))


def test_a_dissolved_unit_owes_no_election(app: Flask, world: World) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 12, 31))
    with inside(app, side), transaction():
        db.session.execute(update(Unit).where(Unit.id == side.branch).values(state="dissolved"))
        assert plan_terms().withdrawn == 1
    assert said(term_items(app, side, side.branch)) == [
        ("term_election", "2026-12-31", "withdrawn", "dissolved")
    ]


def test_planning_a_year_leaves_elections_to_their_own_planning(app: Flask, world: World) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 12, 31))
    with inside(app, side), transaction():
        plan_year(SYSTEM, year=2026)
        plan_year(SYSTEM, year=2026)
    assert said(term_items(app, side, side.branch)) == [("term_election", "2026-12-31", "open", None)]


def test_only_kinds_that_have_a_term_are_asked(app: Flask, world: World) -> None:
    side = world.union
    ends(app, side, side.branch, None)
    with inside(app, side), transaction():
        db.session.execute(
            update(Unit).where(Unit.id == side.other_branch).values(kind="union_group", term_ends_on=None)
        )
        plan_terms()
        asked = set(
            db.session.scalars(
                select(DueItem.unit_id).where(DueItem.kind == "term_date", DueItem.state == "open")
            )
        )
        assert asked == {side.branch}
        assert term_rule(unit(side.other_branch), today()) is None
        # A Party branch in a union's tree has a term too: everybody takes the rules of both lines.
        assert db.session.scalar(select(func.count()).where(Rule.key == "term-party-branch")) == 1


def rule(key: str) -> Rule:
    return db.session.execute(select(Rule).where(Rule.key == key, Rule.origin == "pack")).scalar_one()


def test_every_rule_of_terms_names_years_notice_and_source() -> None:
    for one in read_pack("terms"):
        assert one["cadence"] == "term"
        assert one["years"] in one.get("years_choice", [one["years"]])
        assert one["notice_months"] == sorted(one["notice_months"], reverse=True)
        assert one["postpone_months"] <= 12
        assert one["source"]


@pytest.mark.parametrize(
    ("key", "years", "allowed"),
    [
        ("term-primary-union", 3, True),
        ("term-party-branch", 5, True),
        ("term-party-branch", 4, False),
        ("term-general-branch", 2, True),
        ("term-general-branch", 5, False),
    ],
)
def test_a_tenant_chooses_a_length_within_the_law(
    key: str, years: int, allowed: bool, app: Flask, world: World
) -> None:
    with inside(app, world.organ), transaction():
        adopt_pack(SYSTEM, pack="bureau")
        base = rule(key)
        assert (years in lengths(base)) is allowed
        values = {"valid_from": today(), "years": years, "notice_months": [6, 3, 1], "source": "会议纪要"}
        if not allowed:
            with pytest.raises(Invalid) as refused:
                choose_term(SYSTEM, rule=base, **values)  # type: ignore[arg-type]
            assert list(refused.value.fields) == ["years"]
            return
        own = choose_term(SYSTEM, rule=base, **values)  # type: ignore[arg-type]
        place = Unit(kind=base.unit_kinds[0], sector="organ")
        found = term_rule(place, today())
        assert found is not None
        assert (found.id, found.years) == (own.id, years)
        with pytest.raises(Conflict):
            choose_term(SYSTEM, rule=base, **values)  # type: ignore[arg-type]
        end_tightening(SYSTEM, rule=own)
        db.session.flush()
        found = term_rule(place, today())
        assert found is not None
        assert found.id == base.id


def test_reminders_may_be_added_and_none_left_out(app: Flask, world: World) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2027, 8, 31))
    assert term_items(app, side, side.branch) == []
    with inside(app, side), transaction():
        base = rule("term-party-branch")
        values = {"valid_from": today(), "years": 3, "source": "会议纪要"}
        for months in ([6, 3], [6, 3, 1], [25, 6, 3, 1]):
            with pytest.raises(Invalid):
                choose_term(SYSTEM, rule=base, notice_months=months, **values)  # type: ignore[arg-type]
        choose_term(SYSTEM, rule=base, notice_months=[1, 12, 3, 6], **values)  # type: ignore[arg-type]
        plan_terms()
    (item,) = term_items(app, side, side.branch)
    assert item.opens_on == date(2026, 8, 31)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(-120, 120))
def test_months_are_counted_as_a_calendar_counts_them(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
    if months >= 0:
        assert whole_months(day, later) == months
