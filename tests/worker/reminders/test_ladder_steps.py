"""Steps of one kind, the superior's leader, days off, quiet hours."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask

from shared.access.actor import SYSTEM
from shared.accounts.actions.telling import tell
from shared.clock import ZONE
from shared.db import db, transaction
from shared.reminders.actions.ladders import put_steps
from shared.reminders.actions.plan import plan_reminders
from shared.reminders.queries.ladder import Steps, ladder
from shared.tenancy import tenant
from shared.tenants.actions import put_setting
from shared.workdays.actions import correct_day
from tests.factories.clock import Clock
from tests.factories.due_items import due_item
from tests.world import Side, World

Rows = Callable[..., list[Any]]
Minute = Callable[[Side], None]
Change = Callable[..., None]

STAGES = "select distinct stage, on_date from reminder where due_item_id = :item order by 2, 1"


def choose(app: Flask, side: Side, **chosen: Any) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            for key, value in chosen.items():
                put_setting(SYSTEM, key=key, value=value)
        db.session.remove()


def quiet(app: Flask, side: Side) -> None:
    """The hours and days as a new tenant has them."""
    choose(app, side, quiet_from=21, quiet_until=7, quiet_days_off=True)


def told(rows: Rows, side: Side, item: int) -> list[tuple[str, str]]:
    return [(row[0], str(row[1])) for row in rows(side, STAGES, item=item)]


def sweep(clock: Clock, minute: Minute, side: Side, first: str, days: int, hour: int = 9) -> None:
    for number in range(days):
        with clock.at(str(date.fromisoformat(first) + timedelta(days=number)), hour=hour):
            minute(side)


def test_one_kind_climbs_by_its_own_steps_and_the_neighbour_by_the_common_ones(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    kind = "theme_day"
    items = {}
    for side in (world.organ, world.union):
        items[side.tenant_id] = due_item(app, side, side.branch, date(2026, 6, 17))
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            put_steps(SYSTEM, kind=kind, steps=Steps(2, 3, None, 5))
        db.session.remove()
    for side in (world.organ, world.union):
        sweep(clock, minute, side, "2026-06-10", 18)
    assert told(rows, world.organ, items[world.organ.tenant_id]) == [
        ("coming", "2026-06-15"),
        ("due", "2026-06-17"),
        ("overdue", "2026-06-20"),
        ("leader", "2026-06-22"),
    ]
    assert told(rows, world.union, items[world.union.tenant_id]) == [
        ("coming", "2026-06-10"),
        ("due", "2026-06-17"),
        ("overdue", "2026-06-18"),
        ("superior", "2026-06-24"),
    ]


def test_the_leader_of_the_nearest_unit_above_is_told_last(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows, change: Change
) -> None:
    side = world.organ
    # The officer's unit keeps no leader: the one above it has one.
    change(
        side,
        "update role_grant set unit_id = :root where role = 'leader' and person_id = :p",
        root=side.root,
        p=side["leader"].person_id,
    )
    item = due_item(app, side, side.branch, date(2026, 6, 1))
    names = "select distinct split_part(p.name, ' ', 1) from reminder r join person p on p.id = r.person_id"
    with clock.at("2026-06-30"):
        minute(side)
    assert told(rows, side, item) == [("superior", "2026-06-30")]
    assert {row[0] for row in rows(side, names)} == {"secretary", "keeper", "officer"}
    with clock.at("2026-07-01"):
        minute(side)
    assert ("leader", "2026-07-01") in told(rows, side, item)
    reached = {row[0] for row in rows(side, names + " where r.stage = 'leader'")}
    assert reached == {"secretary", "keeper", "officer", "leader"}


def test_a_tenant_may_leave_the_leader_out(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    choose(app, side, remind_leader_days=0)
    item = due_item(app, side, side.branch, date(2026, 6, 1))
    with clock.at("2026-07-30"):
        minute(side)
    assert [stage for stage, _day in told(rows, side, item)] == ["superior"]


def test_over_the_national_days_steps_move_to_work_days(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    """1 to 7 October 2026 are off; 20 September and 10 October are worked."""
    side = world.organ
    quiet(app, side)
    before = due_item(app, side, side.branch, date(2026, 10, 10))
    within = due_item(app, side, side.branch, date(2026, 10, 3))
    sweep(clock, minute, side, "2026-09-21", 25)
    # Seven days before the 10th is off: the last work day before the holidays.
    assert told(rows, side, before) == [
        ("coming", "2026-09-30"),
        ("due", "2026-10-10"),
        ("overdue", "2026-10-12"),
    ]
    # Its day and the day after are off; of both only the later step is told.
    assert told(rows, side, within) == [
        ("coming", "2026-09-24"),
        ("overdue", "2026-10-08"),
        ("superior", "2026-10-10"),
    ]
    days = "select distinct (created_at at time zone 'Asia/Shanghai')::date from delivery"
    assert not {str(row[0]) for row in rows(side, days)} & {f"2026-10-0{day}" for day in range(1, 8)}


def test_a_day_the_tenant_works_is_no_day_off(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    quiet(app, side)
    item = due_item(app, side, side.branch, date(2026, 6, 27))  # a Saturday
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            correct_day(SYSTEM, on=date(2026, 6, 27), worked=True)
        db.session.remove()
    sweep(clock, minute, side, "2026-06-26", 3)
    assert ("due", "2026-06-27") in told(rows, side, item)


def test_nothing_is_planned_in_quiet_hours_and_nothing_is_lost(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    quiet(app, side)
    item = due_item(app, side, side.branch, date(2026, 6, 17))
    sweep(clock, minute, side, "2026-06-17", 1, hour=22)
    assert told(rows, side, item) == []
    sweep(clock, minute, side, "2026-06-18", 1, hour=8)
    assert told(rows, side, item) == [("overdue", "2026-06-18")]


def test_a_digest_hour_within_quiet_hours_is_their_end(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    quiet(app, side)
    choose(app, side, digest_hour=22)
    item = due_item(app, side, side.branch, date(2026, 6, 17))
    sweep(clock, minute, side, "2026-06-17", 1, hour=22)
    assert told(rows, side, item) == []
    sweep(clock, minute, side, "2026-06-18", 1, hour=7)
    assert told(rows, side, item) == [("overdue", "2026-06-18")]


def when(app: Flask, side: Side, rows: Rows, kind: str, moment: str, hour: int) -> dict[str, datetime]:
    """Until when the messages of one telling wait, by channel."""
    with app.app_context(), tenant(side.tenant_id), Clock().at(moment, hour=hour):
        with transaction():
            tell(SYSTEM, kind=kind, key=f"{kind}:1", detail={}, person_ids=[side["secretary"].person_id])
        db.session.remove()
    found = rows(
        side,
        "select d.channel, d.not_before from delivery d join occasion o on o.id = d.occasion_id where o.key = :k",
        k=f"{kind}:1",
    )
    return {row[0]: row[1].astimezone(ZONE) for row in found}


def test_what_is_not_urgent_waits_and_what_is_does_not(app: Flask, world: World, rows: Rows) -> None:
    side = world.organ
    quiet(app, side)
    night = datetime(2026, 6, 12, 22, tzinfo=ZONE)  # a Friday
    assert when(app, side, rows, "dues", "2026-06-12", 22) == {
        "email": datetime(2026, 6, 15, 7, tzinfo=ZONE),
        "in_app": night,
    }
    for kind in ("meeting", "poll"):
        assert set(when(app, side, rows, kind, "2026-06-12", 22).values()) == {night}, kind
    assert when(app, world.union, rows, "dues", "2026-06-12", 22)["email"] == night, "another's choice"


def test_planning_many_items_takes_no_query_an_item(
    app: Flask, world: World, clock: Clock, count_queries: Any
) -> None:
    side = world.organ
    quiet(app, side)
    counted = []
    for first in (1, 10):
        for day in range(first, first + 9):
            due_item(app, side, side.branch, date(2026, 6, day))
        with app.app_context(), tenant(side.tenant_id), clock.at("2026-07-15"):
            with count_queries() as queries, transaction():
                plan_reminders(on=date(2026, 7, 15), ladder=ladder())
            counted.append(len(queries))
            db.session.remove()
    assert counted[0] == counted[1]
