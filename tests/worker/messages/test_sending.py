"""Sending: nothing lost, nothing doubled, each unsent one explained."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from shared.clock import now
from shared.db import db, transaction
from shared.settings import settings
from shared.tenancy import platform
from shared.tenants.models import Tenant
from tests.factories.clock import Clock
from tests.factories.due_items import due_item, due_items
from tests.factories.mail_server import Mailbox
from tests.world import Side, World

Rows = Callable[..., list[Any]]
Minute = Callable[[Side], None]
Change = Callable[..., None]
CLOCK = Clock()
STATES = (
    "select channel, state, coalesce(reason, ''), count(*) from delivery group by 1, 2, 3 order by 1, 2, 3"
)


def send(side: Side) -> None:
    """What waits, without planning anything new."""
    from services.worker import messages  # noqa: PLC0415

    messages.send(tenant_id=side.tenant_id)


def test_two_sweeps_at_once_send_each_message_once(
    app: Flask, world: World, mailbox: Mailbox, rows: Rows
) -> None:
    from services.worker import sweep  # noqa: PLC0415 - the environment must stand first

    side = world.organ
    due_items(app, side, [side.branch, side.other_branch], date(2026, 6, 20))
    with CLOCK.at("2026-06-20"):
        threads = [
            threading.Thread(target=sweep.sweep_tenant, kwargs={"tenant_id": side.tenant_id})
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sweep.sweep_tenant(tenant_id=side.tenant_id)
    assert len(mailbox.received) == len({address for address, _text in mailbox.received}) == 3
    assert rows(side, STATES) == [("email", "sent", "", 3), ("in_app", "sent", "", 3)]


def test_a_server_that_is_away_is_tried_again_later_and_not_asked_for_each_message(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    mailbox.down = True
    with CLOCK.at("2026-06-20", minute=0):
        minute(side)
        minute(side)
    assert rows(side, STATES) == [("email", "pending", "mail_server", 2), ("in_app", "sent", "", 2)]
    mailbox.down = False
    with CLOCK.at("2026-06-20", minute=2):
        minute(side)
    assert rows(side, STATES) == [("email", "sent", "", 2), ("in_app", "sent", "", 2)]
    assert len(mailbox.received) == 2


def test_a_server_away_for_days_ends_in_one_digest_a_person(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    mailbox.down = True
    with CLOCK.at("2026-06-20"):
        minute(side)
    with CLOCK.at("2026-06-21"):
        minute(side)
    mailbox.down = False
    with CLOCK.at("2026-06-21", hour=12):
        minute(side)
    addresses = [address for address, _text in mailbox.received]
    assert len(addresses) == len(set(addresses)) == 2
    assert ("email", "suppressed", "superseded", 2) in rows(side, STATES)


def test_an_address_refused_is_final_and_says_so(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    [(address,)] = rows(side, "select email from person where id = :p", p=side["keeper"].person_id)
    mailbox.refuse[address] = 550
    with CLOCK.at("2026-06-20"):
        minute(side)
    with CLOCK.at("2026-06-20", hour=20):
        minute(side)
    assert rows(
        side,
        "select state, reason, attempts from delivery where person_id = :p and channel = 'email'",
        p=side["keeper"].person_id,
    ) == [("failed", "address_refused", 1)]
    assert len(mailbox.received) == 1


def test_a_failure_that_stays_is_given_up_after_five_tries(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    for (address,) in rows(side, "select email from person where email is not null"):
        mailbox.refuse[address] = 450
    for hour in range(9, 20):
        with CLOCK.at("2026-06-20", hour=hour):
            minute(side)
    assert rows(side, "select distinct state, reason, attempts from delivery where channel = 'email'") == [
        ("failed", "address_refused", 5)
    ]


def test_an_outage_of_the_server_costs_no_message_a_try_until_three_days_are_over(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows, change: Change
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    mailbox.down = True
    for hour in range(9, 20):
        with CLOCK.at("2026-06-20", hour=hour):
            minute(side)
            if hour == 9:
                change(side, "update delivery set created_at = '2026-06-20T01:00:00Z'")
    state = "select distinct state, reason, attempts from delivery where channel = 'email'"
    assert rows(side, state) == [("pending", "mail_server", 0)]
    with CLOCK.at("2026-06-23", hour=8):
        send(side)
    assert rows(side, state) == [("pending", "mail_server", 0)]
    with CLOCK.at("2026-06-23", hour=10):
        send(side)
    assert {row[0] for row in rows(side, state)} == {"failed"}


def test_a_limit_a_minute_holds_for_two_workers_together(
    app: Flask, world: World, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    from services.worker import messages  # noqa: PLC0415

    side = world.organ
    change(
        side,
        "with made as (insert into occasion (kind, key, detail) values ('dues', 'dues:limit',"
        " jsonb_build_object('unit_id', cast(:u as bigint), 'line', 'party', 'people', 1)) returning id),"
        " who as (insert into person (name, name_key, sex, email) select 'p' || n, 'p' || n, 'm',"
        " 'p' || n || '@limit.test' from generate_series(1, 30) n returning id)"
        " insert into delivery (occasion_id, person_id, channel, not_before) select made.id, who.id, 'email',"
        " '2026-06-20T00:00:00Z' from made, who",
        u=side.branch,
    )
    change(side, "insert into channel_setting (channel, enabled, per_minute) values ('email', true, 7)")
    arrived = []
    for minute in (0, 0, 1, 2):
        with CLOCK.at("2026-06-20", minute=minute):
            threads = [
                threading.Thread(target=messages.send, kwargs={"tenant_id": side.tenant_id}) for _ in range(2)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        arrived.append(len(mailbox.received))
    assert arrived == [7, 7, 14, 21]
    assert rows(side, "select state, count(*) from delivery group by 1 order by 1") == [
        ("pending", 9),
        ("sent", 21),
    ]


def test_a_batch_whose_lease_will_not_last_is_given_back_unsent(
    app: Flask,
    world: World,
    mailbox: Mailbox,
    minute: Minute,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The composing takes longer than the half of the lease in which sending may begin."""
    from services.worker import messages  # noqa: PLC0415

    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    monkeypatch.setenv("JOB_LEASE", "0")
    settings.cache_clear()
    with CLOCK.at("2026-06-20"):
        minute(side)
    assert mailbox.received == []
    assert rows(side, "select distinct state, attempts from delivery") == [("pending", 0)]
    monkeypatch.setenv("JOB_LEASE", "60")
    settings.cache_clear()
    with CLOCK.at("2026-06-20", minute=1):
        messages.send(tenant_id=side.tenant_id)
    assert len(mailbox.received) == 2


def test_a_server_that_ends_the_line_between_two_messages_costs_nothing(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    mailbox.most = 1
    due_items(app, side, [side.branch, side.other_branch], date(2026, 6, 20))
    with CLOCK.at("2026-06-20"):
        minute(side)
    assert len(mailbox.received) == 3
    assert rows(side, "select distinct state, attempts from delivery where channel = 'email'") == [
        ("sent", 1)
    ]


def test_what_was_recorded_meanwhile_is_not_sent(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows, change: Change
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    mailbox.down = True
    with CLOCK.at("2026-06-20"):
        minute(side)
    change(side, "update due_item set state = 'exempt'")
    mailbox.down = False
    with CLOCK.at("2026-06-20", hour=10):
        minute(side)
    assert mailbox.received == []
    assert ("email", "suppressed", "done", 2) in rows(side, STATES)


def test_a_sender_killed_between_sending_and_noting_sends_again_with_the_same_id(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows, change: Change
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    with CLOCK.at("2026-06-20"):
        minute(side)
    # As a killed sender leaves it: sent, not noted, the lease running.
    change(
        side,
        "update delivery set state = 'sending', lease_by = 'gone', lease_until = :t, sent_at = null"
        " where channel = 'email' and person_id = :p",
        t="2026-06-20T01:02:00+00:00",
        p=side["secretary"].person_id,
    )
    with CLOCK.at("2026-06-20", minute=1):
        minute(side)
    assert len(mailbox.received) == 2
    with CLOCK.at("2026-06-20", minute=3):
        minute(side)
        minute(side)
    assert len(mailbox.received) == 3
    ids = [
        line for _to, text in mailbox.received for line in text.splitlines() if line.startswith("Message-ID")
    ]
    assert len(set(ids)) == 2


def test_a_suspended_tenant_sends_nothing_and_reopened_no_backlog(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows, change: Change
) -> None:
    side = world.organ
    old = due_item(app, side, side.branch, date(2026, 6, 20))
    mailbox.down = True
    with CLOCK.at("2026-06-20"):
        minute(side)
    _set_state(app, side, "suspended", "2026-06-20", 10)
    change(side, "update delivery set created_at = '2026-06-20T01:00:00Z'")
    change(side, "update reminder set created_at = '2026-06-20T01:00:00Z'")
    mailbox.down = False
    with CLOCK.at("2026-06-25"):
        minute(side)
    assert mailbox.received == []
    assert ("email", "pending", "mail_server", 2) in rows(side, STATES)
    _set_state(app, side, "active", "2026-07-10", 2)
    with CLOCK.at("2026-07-10", hour=3):
        minute(side)
    assert mailbox.received == []
    new = due_item(app, side, side.branch, date(2026, 7, 11))
    with CLOCK.at("2026-07-11"):
        minute(side)
    assert ("email", "suppressed", "suspended", 2) in rows(side, STATES)
    planned = rows(side, "select distinct due_item_id, stage from reminder order by 1, 2")
    assert planned == [(old, "due"), (new, "due")]
    assert len(mailbox.received) == 2


def _set_state(app: Flask, side: Side, state: str, day: str, hour: int) -> None:
    with CLOCK.at(day, hour=hour):
        at = now()
    with app.app_context(), platform():
        with transaction():
            row = db.session.get(Tenant, side.tenant_id)
            assert row is not None
            row.state, row.state_since = state, at
            # The tenant was opened long before, by the test's clock.
            row.created_at = datetime(2026, 1, 1, tzinfo=UTC)
        db.session.remove()


@pytest.mark.parametrize("name", ["a\r\nBcc: x@example.test", "=cmd|'/c calc'!A1", "部\u2028门"])
def test_a_name_cannot_write_a_head_of_a_mail(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, change: Change, name: str
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    change(side, "update unit set name = :n where id = :u", n=name, u=side.branch)
    with CLOCK.at("2026-06-20"):
        minute(side)
    assert len(mailbox.received) == 2
    for _to, text in mailbox.received:
        head = text.split("\r\n\r\n")[0] if "\r\n\r\n" in text else text.split("\n\n")[0]
        assert "Bcc" not in head
        assert "x@example.test" not in head


@pytest.mark.parametrize("address", ["a@b@c.test", "x@y.test\nBcc: z@y.test", "nobody", "a b@c.test"])
def test_an_address_that_is_none_is_refused_for_good(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows, change: Change, address: str
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    change(side, "update person set email = :a where id = :p", a=address, p=side["keeper"].person_id)
    with CLOCK.at("2026-06-20"):
        minute(side)
    assert rows(
        side,
        "select state, reason from delivery where person_id = :p and channel = 'email'",
        p=side["keeper"].person_id,
    ) == [("failed", "bad_address")]


def test_the_neighbours_sweep_touches_nothing_of_mine(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    mailbox.down = True
    with CLOCK.at("2026-06-20"):
        minute(side)
    mailbox.down = False
    with CLOCK.at("2026-06-20", hour=20):
        minute(world.union)
    assert mailbox.received == []
    assert rows(world.union, "select count(*) from delivery") == [(0,)]
