"""Mail that came back: read from a mailbox, noted once, and the dead address left alone until it is another one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from shared.access.actor import SYSTEM
from shared.accounts.actions.telling import tell
from shared.clock import now
from shared.db import db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from tests.factories.gateways import PostOffice
from tests.world import Side, World

Rows = Callable[..., list[Any]]
Change = Callable[..., None]


def dsn(
    tenant_id: int,
    delivery_id: int,
    address: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    more: str = "",
) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.test\r\nTo: no-reply@jiceng.invalid\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n{more}\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: <delivery-{tenant_id}-{delivery_id}@jiceng.invalid>\r\nSubject: x\r\n\r\nbody\r\n--b--\r\n"
    ).encode()


def mailed(app: Flask, side: Side, rows: Rows, change: Change, *, sent: bool = True) -> tuple[int, str]:
    """A mail to the secretary that went out: its delivery and its address."""
    person = side["secretary"].person_id
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            tell(SYSTEM, kind="finding", key=f"finding:{now().timestamp()}", detail={}, person_ids=[person])
        db.session.remove()
    if sent:
        change(side, "update delivery set state = 'sent', sent_at = now() where channel = 'email'")
    [(key, address)] = rows(
        side,
        "select d.id, p.email from delivery d join person p on p.id = d.person_id"
        " where d.channel = 'email' and p.id = :p order by d.id desc limit 1",
        p=person,
    )
    return key, address


@pytest.fixture
def read(app: Flask, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The system's own mailbox, as the sweep reads it."""
    from services.worker.bounces import read_own_bounces  # noqa: PLC0415 - the environment must stand first

    monkeypatch.setenv("BOUNCE_URL", f"pop3://box:open@127.0.0.1:{office.port}")
    settings.cache_clear()

    def once() -> None:
        with app.app_context():
            read_own_bounces()
            db.session.remove()

    return once


def test_a_bounce_is_noted_and_the_dead_address_gets_nothing_more(
    app: Flask, world: World, office: PostOffice, read: Callable[[], None], rows: Rows, change: Change
) -> None:
    side = world.organ
    key, address = mailed(app, side, rows, change)
    office.messages = [dsn(side.tenant_id, key, address)]
    read()
    assert rows(side, "select state, reason from delivery where id = :k", k=key) == [("failed", "bounced")]
    assert rows(side, "select channel, value, said from address_trouble") == [("email", address, "5.1.1")]
    assert office.messages == []
    mailed(app, side, rows, change, sent=False)
    assert rows(
        side, "select state, reason from delivery where channel = 'email' and id > :k order by id", k=key
    ) == [("suppressed", "bounced")]


def test_another_address_is_open_again(
    app: Flask, world: World, office: PostOffice, read: Callable[[], None], rows: Rows, change: Change
) -> None:
    side = world.organ
    key, address = mailed(app, side, rows, change)
    office.messages = [dsn(side.tenant_id, key, address)]
    read()
    change(side, "update person set email = 'new@example.test' where id = :p", p=side["secretary"].person_id)
    later, new = mailed(app, side, rows, change)
    assert later > key
    assert new == "new@example.test"


@pytest.mark.parametrize(
    ("status", "action", "more", "state", "dead"),
    [
        ("5.2.2", "failed", "", "failed", False),
        ("5.7.1", "failed", "", "failed", False),
        ("5.0.0", "failed", "Diagnostic-Code: smtp; 550 5.1.1 unknown\r\n", "failed", True),
        ("4.4.1", "delayed", "", "sent", False),
        ("5.1.1", "delayed", "", "sent", False),
    ],
)
def test_only_what_is_final_counts_and_only_a_dead_address_is_given_up(
    app: Flask,
    world: World,
    office: PostOffice,
    read: Callable[[], None],
    rows: Rows,
    change: Change,
    status: str,
    action: str,
    more: str,
    state: str,
    dead: bool,
) -> None:
    side = world.organ
    key, address = mailed(app, side, rows, change)
    office.messages = [dsn(side.tenant_id, key, address, status=status, action=action, more=more)]
    read()
    assert rows(side, "select state from delivery where id = :k", k=key) == [(state,)]
    assert bool(rows(side, "select 1 from address_trouble")) is dead


def test_a_report_about_another_address_leaves_the_present_one_alone(
    app: Flask, world: World, office: PostOffice, read: Callable[[], None], rows: Rows, change: Change
) -> None:
    side = world.organ
    key, _address = mailed(app, side, rows, change)
    office.messages = [dsn(side.tenant_id, key, "former@example.test")]
    read()
    assert rows(side, "select reason from delivery where id = :k", k=key) == [("bounced",)]
    assert rows(side, "select 1 from address_trouble") == []


def test_old_foreign_and_unreadable_mail_changes_nothing_and_is_cleared_away(
    app: Flask, world: World, office: PostOffice, read: Callable[[], None], rows: Rows, change: Change
) -> None:
    side = world.organ
    key, address = mailed(app, side, rows, change)
    change(side, "update delivery set sent_at = :t where id = :k", t=now() - timedelta(days=15), k=key)
    office.messages = [
        dsn(side.tenant_id, key, address),
        # The neighbour has no such delivery.
        dsn(world.union.tenant_id, key, address),
        dsn(10**17, key, address),
        b"Subject: hello\r\n\r\nI am on leave.\r\n",
        b"\xff\xfe\x00 no mail at all",
        b"Subject: long\r\n\r\n" + b"x" * 50_000 + b"\r\n",
    ]
    read()
    assert office.messages == []
    assert rows(side, "select state from delivery where id = :k", k=key) == [("sent",)]
    assert rows(world.union, "select 1 from address_trouble") == []


def test_a_full_mailbox_is_read_in_bounded_runs(
    app: Flask, world: World, office: PostOffice, read: Callable[[], None], rows: Rows, change: Change
) -> None:
    from services.worker.bounces import MOST  # noqa: PLC0415

    side = world.organ
    key, address = mailed(app, side, rows, change)
    office.messages = [b"Subject: %d\r\n\r\nx\r\n" % number for number in range(MOST)]
    office.messages.append(dsn(side.tenant_id, key, address))
    read()
    assert len(office.messages) == 1
    assert rows(side, "select state from delivery where id = :k", k=key) == [("sent",)]
    read()
    assert office.messages == []
    assert rows(side, "select state from delivery where id = :k", k=key) == [("failed",)]


def test_a_run_that_dies_is_read_again_and_notes_nothing_twice(
    app: Flask, world: World, office: PostOffice, read: Callable[[], None], rows: Rows, change: Change
) -> None:
    side = world.organ
    key, address = mailed(app, side, rows, change)
    office.messages = [dsn(side.tenant_id, key, address)]
    office.dies = True
    read()
    assert len(office.messages) == 1
    office.dies = False
    read()
    assert office.messages == []
    assert rows(side, "select count(*) from address_trouble") == [(1,)]
    assert rows(side, "select state, reason from delivery where id = :k", k=key) == [("failed", "bounced")]


def test_a_tenants_own_mailbox_speaks_for_its_own_mails_only(
    app: Flask,
    world: World,
    office: PostOffice,
    set_up: Callable[..., None],
    rows: Rows,
    change: Change,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from services.worker import bounces  # noqa: PLC0415

    key, address = mailed(app, world.organ, rows, change)
    other, other_address = mailed(app, world.union, rows, change)
    monkeypatch.setattr(bounces, "EVERY", 1)
    set_up(world.organ, "email", mailbox=f"pop3://box@127.0.0.1:{office.port}", mailbox_password="open")
    office.messages = [
        dsn(world.organ.tenant_id, key, address),
        dsn(world.union.tenant_id, other, other_address),
    ]
    with app.app_context(), tenant(world.organ.tenant_id):
        bounces.read_bounces()
        db.session.remove()
    assert rows(world.organ, "select state from delivery where id = :k", k=key) == [("failed",)]
    assert rows(world.union, "select state from delivery where id = :k", k=other) == [("sent",)]


@pytest.mark.parametrize("problem", ["password", "nobody"])
def test_a_mailbox_that_does_not_open_is_no_disaster(
    app: Flask, world: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    from services.worker.bounces import read_own_bounces  # noqa: PLC0415

    port = office.port if problem == "password" else 1
    monkeypatch.setenv("BOUNCE_URL", f"pop3://box:wrong@127.0.0.1:{port}")
    settings.cache_clear()
    office.messages = [b"Subject: x\r\n\r\nx\r\n"]
    with app.app_context():
        read_own_bounces()
        db.session.remove()
    assert len(office.messages) == 1
