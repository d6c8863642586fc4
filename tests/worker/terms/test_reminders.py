"""The ladder of terms: six, three and one months before, on the day, and monthly after; each step once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from services.worker.duties import plan_nightly
from shared.reminders.stages import stage_name
from shared.reminders.stages.terms import latest_step
from tests.factories.clock import Clock
from tests.factories.terms import ends, inside, term_items
from tests.world import Side, World

Minute = Callable[[Side], None]

STAGES = """select distinct r.stage, p.name from reminder r join person p on p.id = r.person_id
            where r.due_item_id = :item order by 1, 2"""


def told(rows: Callable[..., list[Any]], side: Side, item: int) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for stage, name in rows(side, STAGES, item=item):
        found.setdefault(stage, set()).add(name.split(" of ")[0])
    return found


OWN = {"secretary", "keeper"}


def test_an_election_is_reminded_of_by_the_rules_months(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Callable[..., list[Any]]
) -> None:
    side = world.organ
    with clock.at("2026-06-14"):
        ends(app, side, side.branch, date(2026, 12, 15))
        minute(side)
    (item,) = term_items(app, side, side.branch)
    assert told(rows, side, item.id) == {}
    expected: dict[str, set[str]] = {}
    for day, step, people in (
        ("2026-06-15", "term_coming:6", OWN),
        ("2026-09-14", None, OWN),
        ("2026-09-15", "term_coming:3", OWN),
        ("2026-11-15", "term_coming:1", OWN),
        ("2026-12-15", "term_due", OWN),
        ("2027-01-14", None, OWN),
        ("2027-01-15", "term_over:1", OWN | {"officer", "leader"}),
        ("2027-02-20", "term_over:2", OWN | {"officer", "leader"}),
    ):
        with clock.at(day):
            minute(side)
            minute(side)
        if step:
            expected[step] = people
        assert told(rows, side, item.id) == expected, day


def test_after_an_outage_only_the_latest_step_is_sent(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Callable[..., list[Any]]
) -> None:
    side = world.organ
    with clock.at("2026-06-14"):
        ends(app, side, side.branch, date(2026, 12, 15))
    with clock.at("2027-04-01"):
        minute(side)
    (item,) = term_items(app, side, side.branch)
    assert set(told(rows, side, item.id)) == {"term_over:3"}


def test_a_missing_date_is_asked_at_once_and_monthly(
    app: Flask,
    world: World,
    clock: Clock,
    minute: Minute,
    rows: Callable[..., list[Any]],
    mails: Callable[[Side], dict[int, str]],
) -> None:
    side = world.organ
    with clock.at("2026-06-14"):
        ends(app, side, side.branch, None)
    for day in ("2026-06-14", "2026-07-01", "2026-07-14", "2026-10-20"):
        with clock.at(day):
            minute(side)
    (item,) = term_items(app, side, side.branch)
    assert told(rows, side, item.id) == dict.fromkeys(
        ("term_missing:0", "term_missing:1", "term_missing:4"), OWN
    )
    assert len(mails(side)) == 3 * len(OWN)


def test_the_night_plans_what_comes_up_and_what_a_change_left(app: Flask, world: World, clock: Clock) -> None:
    side = world.organ
    with clock.at("2026-06-14"):
        ends(app, side, side.branch, date(2027, 7, 31))
    assert term_items(app, side, side.branch) == []
    with clock.at("2027-01-02"), inside(app, side):
        plan_nightly()
    (item,) = term_items(app, side, side.branch)
    assert (item.opens_on, item.state) == (date(2027, 1, 31), "open")


@pytest.mark.parametrize(
    ("on", "step"),
    [
        (date(2026, 8, 30), None),
        (date(2026, 8, 31), ("term_coming:6", date(2026, 8, 31))),
        (date(2027, 2, 27), ("term_coming:1", date(2027, 1, 28))),
        (date(2027, 2, 28), ("term_due", date(2027, 2, 28))),
        (date(2027, 3, 27), ("term_due", date(2027, 2, 28))),
        (date(2028, 2, 28), ("term_over:12", date(2028, 2, 28))),
    ],
)
def test_the_latest_step_of_an_election(on: date, step: tuple[str, date] | None) -> None:
    found = latest_step(
        "term_election", opens_on=date(2026, 8, 28), due_on=date(2027, 2, 28), on=on, notice=[6, 3, 1]
    )
    if step is None or step[0] == "term_coming:6":
        # Six months before 28 February is 28 August.
        step = ("term_coming:6", date(2026, 8, 28))
    assert found == step


def test_a_step_is_said_in_words() -> None:
    assert stage_name("term_coming:3") == "任期届满前 3 个月"
    assert stage_name("term_over:2") == "任期届满后 2 个月"
    assert stage_name("press:2026-11-22") == "手动提醒"
