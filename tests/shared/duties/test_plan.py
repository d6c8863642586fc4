"""Planning: what is made, what is made again, what is withdrawn, what is never touched."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.duties.actions import (
    Planned,
    adopt_pack,
    end_tightening,
    next_starts,
    plan_ahead,
    plan_year,
    set_start,
    tighten_rule,
    withdraw_items,
)
from shared.duties.models import DueItem, Rule
from shared.duties.packs import PACKS, read_pack
from shared.errors import Conflict, Invalid
from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.world import Side, World

YEAR = 2026
#: A branch: 12 committee, 12 theme days, 12 dues, 4 assemblies, 4 lectures, life meeting, appraisal, talk.
BRANCH_YEAR = 47
#: A basic union: assembly, congress, audit, four quarters of committee, four seasons.
UNION_YEAR = 11


@contextmanager
def inside(app: Flask, side: Side) -> Iterator[None]:
    with app.app_context(), tenant(side.tenant_id):
        yield
        db.session.remove()


def planned(side: Side, year: int = YEAR) -> Planned:
    with transaction():
        adopt_pack(SYSTEM, pack=side.kind)
        return plan_year(SYSTEM, year=year)


def items(unit_id: int, kind: str | None = None, state: str = "open") -> list[DueItem]:
    statement = select(DueItem).where(DueItem.unit_id == unit_id, DueItem.state == state)
    statement = statement if kind is None else statement.where(DueItem.kind == kind)
    return list(db.session.scalars(statement.order_by(DueItem.due_on, DueItem.ordinal, DueItem.id)))


def rule(key: str, origin: str = "pack") -> Rule:
    return db.session.execute(select(Rule).where(Rule.key == key, Rule.origin == origin)).scalar_one()


def tightened(key: str, **changes: object) -> Rule:
    base = rule(key)
    values: dict[str, object] = {
        "valid_from": next_starts(base, today())[0],
        "cadence": base.cadence,
        "times": base.times,
        "from_month": base.from_month,
        "to_month": base.to_month,
        "early_days": base.early_days,
        "source": "本单位 2026 年第 3 号会议纪要",
        **changes,
    }
    with transaction():
        return tighten_rule(SYSTEM, rule=base, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("pack", PACKS)
def test_every_shipped_rule_is_complete_and_names_what_exists(pack: str) -> None:
    for one in read_pack(pack):
        assert one["kind"] in KINDS, one["key"]
        assert set(one["unit_kinds"]) <= set(UNIT_KINDS), one["key"]
        assert one["source"]
        assert one["grade"] in {"A", "B", "C", "K"}
        assert isinstance(one["valid_from"], date)
    assert len({one["key"] for one in read_pack(pack)}) == len(read_pack(pack))


def test_a_year_is_made_for_every_unit_its_rules_apply_to(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        assert planned(world.organ).added == 2 * BRANCH_YEAR
        assert Counter(item.kind for item in items(world.organ.branch)) == {
            "theme_day": 12,
            "branch_committee_meeting": 12,
            "dues_collection": 12,
            "branch_assembly": 4,
            "party_lecture": 4,
            "org_life_meeting": 1,
            "democratic_appraisal": 1,
            "heart_talk": 1,
        }
        assert items(world.organ.root) == []
        first, last = (
            items(world.organ.branch, "branch_assembly")[0],
            items(world.organ.branch, "theme_day")[-1],
        )
        assert (first.period, first.opens_on, first.due_on) == (
            "2026-Q1",
            date(2026, 1, 1),
            date(2026, 3, 31),
        )
        assert (last.period, last.due_on) == ("2026-12", date(2026, 12, 31))


def test_the_four_seasons_have_their_windows_and_winter_reaches_into_the_next_year(
    app: Flask, world: World
) -> None:
    with inside(app, world.union):
        assert planned(world.union).added == 2 * UNION_YEAR
        windows = {
            item.kind: (item.opens_on, item.due_on, item.period)
            for item in items(world.union.branch)
            if item.kind in {"spring_jobs", "winter_warmth"}
        }
        assert windows == {
            "spring_jobs": (date(2026, 3, 1), date(2026, 5, 31), "2026"),
            "winter_warmth": (date(2026, 12, 1), date(2027, 2, 28), "2026"),
        }


def test_planning_again_changes_nothing_and_a_neighbour_gets_nothing(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        assert planned(world.organ) == Planned()
    with inside(app, world.union):
        assert db.session.scalar(select(DueItem.id).limit(1)) is None


def test_periods_before_the_unit_began_are_nobodys_fault(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        with transaction():
            db.session.execute(
                update(Unit).where(Unit.id == world.organ.branch).values(duties_since=date(2026, 4, 15))
            )
        planned(world.organ)
        assert next(item.period for item in items(world.organ.branch, "theme_day")) == "2026-04"
        assert [item.period for item in items(world.organ.branch, "branch_assembly")] == [
            "2026-Q2",
            "2026-Q3",
            "2026-Q4",
        ]


def test_a_rule_that_begins_or_ends_in_the_year_makes_only_its_periods(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        with transaction():
            adopt_pack(SYSTEM, pack="bureau")
            rule("theme-day-monthly").valid_from = date(2026, 3, 2)
            rule("dues-collection-monthly").valid_to = date(2026, 6, 30)
            rule("branch-assembly-quarterly").starts_on = date(2026, 5, 1)
            rule("heart-talk-yearly").enabled = False
        with transaction():
            plan_year(SYSTEM, year=YEAR)
        branch = world.organ.branch
        assert items(branch, "theme_day")[0].period == "2026-04"
        assert items(branch, "dues_collection")[-1].period == "2026-06"
        assert items(branch, "branch_assembly")[0].period == "2026-Q2"
        assert items(branch, "heart_talk") == []


def test_a_dissolved_unit_owes_nothing_and_what_it_did_stays(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        branch = world.organ.branch
        done = items(branch, "theme_day")[0].id
        with transaction():
            fulfil(done)
            db.session.execute(update(Unit).where(Unit.id == branch).values(state="dissolved"))
        with transaction():
            assert plan_year(SYSTEM, year=YEAR) == Planned(0, 0, BRANCH_YEAR - 1)
        assert [item.id for item in items(branch, state="done")] == [done]
        assert {item.reason for item in items(branch, state="withdrawn")} == {"dissolved"}
        with transaction():
            db.session.execute(update(Unit).where(Unit.id == branch).values(state="active"))
        with transaction():
            assert plan_year(SYSTEM, year=YEAR) == Planned(0, BRANCH_YEAR - 1, 0)
        assert len(items(branch)) == BRANCH_YEAR - 1


def fulfil(item_id: int) -> None:
    item = db.session.get_one(DueItem, (db.session.scalar(select(DueItem.tenant_id).limit(1)), item_id))
    event = Event(
        unit_id=item.unit_id, kind=item.kind, title="x", held_on=item.due_on, form_key=f"plan-{item_id}"
    )
    db.session.add(event)
    db.session.flush()
    item.state, item.event_id, item.held_on = "done", event.id, item.due_on


def test_a_unit_of_another_kind_keeps_what_is_done_and_loses_what_is_not_asked(
    app: Flask, world: World
) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        with transaction():
            fulfil(items(world.organ.branch, "party_lecture")[0].id)
            db.session.execute(
                update(Unit).where(Unit.id == world.organ.branch).values(kind="temporary_branch")
            )
        with transaction():
            plan_year(
                SYSTEM,
                year=YEAR,
                unit_path=db.session.scalar(select(Unit.path).where(Unit.id == world.organ.middle)),
            )
        assert {item.kind for item in items(world.organ.branch)} == {
            "theme_day",
            "branch_assembly",
            "party_lecture",
        }
        assert len(items(world.organ.branch, state="done")) == 1
        assert {item.reason for item in items(world.organ.branch, state="withdrawn")} == {"not_asked"}


def test_only_the_part_of_the_tree_that_is_asked_is_planned(app: Flask, world: World) -> None:
    with inside(app, world.organ), transaction():
        adopt_pack(SYSTEM, pack="bureau")
        path = db.session.scalar(select(Unit.path).where(Unit.id == world.organ.middle))
        assert plan_year(SYSTEM, year=YEAR, unit_path=path).added == BRANCH_YEAR
        assert items(world.organ.other_branch) == []


@time_machine.travel("2026-05-20T04:00:00Z", tick=False)
def test_more_often_begins_with_the_next_period_and_leaves_the_past_alone(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        branch = world.organ.branch
        with transaction():
            fulfil(items(branch, "branch_assembly")[0].id)
        tightened("branch-assembly-quarterly", cadence="month", times=1)
        with transaction():
            plan_year(SYSTEM, year=YEAR)
        assert [item.period for item in items(branch, "branch_assembly")] == [
            "2026-Q2",
            "2026-07",
            "2026-08",
            "2026-09",
            "2026-10",
            "2026-11",
            "2026-12",
        ]
        assert [item.period for item in items(branch, "branch_assembly", "done")] == ["2026-Q1"]
        with transaction():
            end_tightening(SYSTEM, rule=rule("branch-assembly-quarterly", "tenant"))
        with transaction():
            plan_year(SYSTEM, year=YEAR)
        assert [item.period for item in items(branch, "branch_assembly")] == ["2026-Q2", "2026-Q3", "2026-Q4"]


@time_machine.travel("2026-05-20T04:00:00Z", tick=False)
def test_twice_a_month_and_an_earlier_day(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        tightened("theme-day-monthly", times=2, early_days=5)
        with transaction():
            plan_year(SYSTEM, year=YEAR)
        found = [
            (item.period, item.ordinal, item.due_on.day) for item in items(world.organ.branch, "theme_day")
        ]
        assert found[4:8] == [("2026-05", 1, 31), ("2026-06", 1, 25), ("2026-06", 2, 25), ("2026-07", 1, 26)]


@time_machine.travel("2026-05-20T04:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("key", "changes", "field"),
    [
        ("theme-day-monthly", {"cadence": "quarter"}, "cadence"),
        ("theme-day-monthly", {}, "times"),
        ("theme-day-monthly", {"times": 0}, "times"),
        ("theme-day-monthly", {"times": 2, "valid_from": date(2026, 5, 1)}, "valid_from"),
        ("theme-day-monthly", {"early_days": -1}, "early_days"),
        ("theme-day-monthly", {"times": 2, "source": " "}, "source"),
        ("org-life-meeting-yearly", {"from_month": 10}, "to_month"),
    ],
)
def test_a_rule_is_never_made_looser(
    app: Flask, world: World, key: str, changes: dict[str, object], field: str
) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        with pytest.raises(Invalid) as refused:
            tightened(key, **changes)
        assert field in refused.value.fields
        assert db.session.scalar(select(Rule.id).where(Rule.origin == "tenant")) is None


def test_a_window_may_only_become_shorter(app: Flask, world: World) -> None:
    with inside(app, world.union):
        planned(world.union)
        with pytest.raises(Invalid):
            tightened("season-winter", from_month=11, to_month=2)
        with pytest.raises(Invalid):
            tightened("season-summer", from_month=6, to_month=9)
        tightened("season-winter", from_month=12, to_month=1)
        with transaction():
            plan_year(SYSTEM, year=today().year + 1)
        winter = [
            item for item in items(world.union.branch, "winter_warmth") if item.year == today().year + 1
        ]
        assert [item.due_on for item in winter] == [date(today().year + 2, 1, 31)]
        with pytest.raises(Conflict):
            tightened("season-winter", from_month=12, to_month=12)


def test_a_start_date_excuses_only_the_time_before_the_platform(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        one = rule("theme-day-monthly")
        with pytest.raises(Invalid):
            set_start(SYSTEM, rule=one, starts_on=date(2026, 9, 1), opened_on=date(2026, 7, 9))
        with transaction():
            set_start(SYSTEM, rule=one, starts_on=date(2026, 8, 1), opened_on=date(2026, 7, 9))
        with transaction():
            assert plan_year(SYSTEM, year=YEAR).withdrawn == 2 * 7
        assert items(world.organ.branch, "theme_day")[0].period == "2026-08"


def test_a_newer_text_of_the_pack_is_followed(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        with transaction():
            rule("theme-day-monthly").source = "an older text"
        with transaction():
            assert adopt_pack(SYSTEM, pack="bureau") == 1
        assert rule("theme-day-monthly").source != "an older text"


def test_withdrawing_the_items_of_a_unit_leaves_what_is_done(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        with transaction():
            fulfil(items(world.organ.branch, "theme_day")[0].id)
        with transaction():
            assert (
                withdraw_items(SYSTEM, unit_ids=[world.organ.branch], reason="import_undone")
                == BRANCH_YEAR - 1
            )
        assert len(items(world.organ.other_branch)) == BRANCH_YEAR


@pytest.mark.parametrize(
    ("now", "years"), [("2026-11-30T04:00:00Z", {2026}), ("2026-12-01T04:00:00Z", {2026, 2027})]
)
def test_the_next_year_is_planned_from_december(app: Flask, world: World, now: str, years: set[int]) -> None:
    with time_machine.travel(now, tick=False), inside(app, world.organ):
        with transaction():
            adopt_pack(SYSTEM, pack="bureau")
            plan_ahead(SYSTEM)
        assert {item.year for item in items(world.organ.branch)} == years
