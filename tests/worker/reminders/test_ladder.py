"""The ladder: each step once, only the latest one, to exactly those who answer."""

from collections.abc import Callable
from datetime import date
from email import message_from_string
from typing import Any

from flask import Flask

from tests.factories.clock import Clock
from tests.factories.due_items import due_item
from tests.world import Side, World

Rows = Callable[..., list[Any]]
Minute = Callable[[Side], None]

STAGES = """select distinct r.stage, p.name from reminder r join person p on p.id = r.person_id
            where r.due_item_id = :item order by 1, 2"""


def told(rows: Rows, side: Side, item: int) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for stage, name in rows(side, STAGES, item=item):
        found.setdefault(stage, set()).add(name.split(" of ")[0])
    return found


def test_each_step_is_reached_on_its_day_and_stays_reached(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    item = due_item(app, side, side.branch, date(2026, 6, 20))
    with clock.at("2026-06-12"):
        minute(side)
    assert told(rows, side, item) == {}
    own = {"secretary", "keeper"}
    for day, expected in (
        ("2026-06-13", {"coming": own}),
        ("2026-06-16", {"coming": own}),
        ("2026-06-20", {"coming": own, "due": own}),
        ("2026-06-21", {"coming": own, "due": own, "overdue": own}),
        ("2026-06-26", {"coming": own, "due": own, "overdue": own}),
        (
            "2026-06-27",
            {"coming": own, "due": own, "overdue": own, "superior": own | {"officer", "leader"}},
        ),
    ):
        with clock.at(day):
            minute(side)
            minute(side)
        assert told(rows, side, item) == expected, day


def test_nobody_is_told_before_the_tenants_hour(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    item = due_item(app, side, side.branch, date(2026, 6, 20))
    with clock.at("2026-06-20", hour=7, minute=59):
        minute(side)
    assert told(rows, side, item) == {}
    with clock.at("2026-06-20", hour=8):
        minute(side)
    assert set(told(rows, side, item)) == {"due"}


def test_after_an_outage_only_the_latest_step_is_sent_in_one_digest(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    items = [due_item(app, side, side.branch, date(2026, 6, day)) for day in (5, 10, 18, 19)]
    with clock.at("2026-06-20", hour=23):
        minute(side)
    stages = rows(side, "select distinct due_item_id, stage from reminder order by 1")
    assert [tuple(row) for row in stages] == list(
        zip(items, ("superior", "superior", "overdue", "overdue"), strict=True)
    )
    sent = rows(side, "select person_id, channel, count(*) from delivery group by 1, 2 having count(*) > 1")
    assert sent == []
    secretary = rows(
        side,
        "select state, subject from delivery where person_id = :p and channel = 'in_app'",
        p=side["secretary"].person_id,
    )
    assert [tuple(row) for row in secretary] == [("sent", "提醒：4 项逾期")]


def test_the_neighbour_and_the_other_branch_hear_nothing(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    with clock.at("2026-06-30"):
        minute(side)
        minute(world.union)
    assert rows(world.union, "select 1 from reminder") == []
    assert rows(world.union, "select 1 from delivery") == []
    assert side.colleague is not None
    assert rows(side, "select 1 from reminder where person_id = :p", p=side.colleague.person_id) == []


def test_a_mail_says_what_is_open_then_and_in_the_recipients_language(
    app: Flask,
    world: World,
    clock: Clock,
    minute: Minute,
    change: Callable[..., None],
    mails: Callable[[Side], dict[int, str]],
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    change(side, "update person set locale = 'en' where id = :p", p=side["secretary"].person_id)
    with clock.at("2026-06-20"):
        minute(side)
    texts = []
    for mail in mails(side).values():
        parsed = message_from_string(mail)
        payload = parsed.get_payload(decode=True)
        assert isinstance(payload, bytes)
        texts.append(payload.decode())
        assert parsed["Auto-Submitted"] == "auto-generated"
    assert len(texts) == 2
    assert any("due 2026-06-20" in text for text in texts)
    assert any("2026-06-20 前完成" in text for text in texts)


def test_who_has_no_address_is_noted_with_the_reason(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows, change: Callable[..., None]
) -> None:
    side = world.organ
    item = due_item(app, side, side.branch, date(2026, 6, 20))
    keeper = side["keeper"]
    change(side, "update person set email = null where id = :p", p=keeper.person_id)
    change(side, "update platform.seat set state = 'ended' where id = :s", s=keeper.seat_id)
    with clock.at("2026-06-20"):
        minute(side)
    found = rows(
        side,
        "select channel, reason from reminder where due_item_id = :i and person_id = :p",
        i=item,
        p=keeper.person_id,
    )
    assert [tuple(row) for row in found] == [("none", "no_address")]


def test_items_before_the_units_duties_began_are_nobodys_fault(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows, change: Callable[..., None]
) -> None:
    side = world.organ
    old = due_item(app, side, side.branch, date(2026, 5, 31))
    change(side, "update unit set duties_since = '2026-06-01' where id = :u", u=side.branch)
    new = due_item(app, side, side.branch, date(2026, 6, 30))
    with clock.at("2026-06-30"):
        minute(side)
    assert told(rows, side, old) == {}
    assert set(told(rows, side, new)) == {"due"}


def test_the_nearest_unit_above_is_told_and_only_it(
    app: Flask, world: World, clock: Clock, minute: Minute, rows: Rows, change: Callable[..., None]
) -> None:
    side = world.organ
    change(
        side,
        "insert into role_grant (person_id, role, unit_id, since) values (:p, 'officer', :u, '2026-01-01')",
        p=side["reviewer"].person_id,
        u=side.root,
    )
    near = due_item(app, side, side.branch, date(2026, 6, 1))
    far = due_item(app, side, side.other_branch, date(2026, 6, 1))
    with clock.at("2026-06-20"):
        minute(side)
    assert told(rows, side, near)["superior"] == {"secretary", "keeper", "officer", "leader"}
    assert told(rows, side, far)["superior"] == {"colleague", "reviewer"}
