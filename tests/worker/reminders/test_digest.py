"""One message a person, way and day about everything that is due or late, whatever fails meanwhile."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from email import message_from_string
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from tests.factories.clock import Clock
from tests.factories.due_items import due_item
from tests.factories.mail_server import Mailbox, mail_server
from tests.factories.objects import make
from tests.world import Side, World

Rows = Callable[..., list[Any]]
Change = Callable[..., None]
Minute = Callable[[Side], None]

#: A working day, and the day before it, on which things were due.
DAY, DUE, NEXT = "2026-06-24", "2026-06-23", "2026-06-25"
#: What is late in a test → how it is set so.
LATE = {
    "task_id": f"update task set due_on = '{DUE}' where id = :id",
    "resolution_id": f"update resolution set due_on = '{DUE}' where id = :id",
    "finding_id": f"update finding set due_on = '{DUE}' where id = :id",
    "deed_id": f"update deed set due_on = '{DUE}' where id = :id",
    "filling_id": "update filling set state = 'open', handed_at = null where id = :id",
}
DONE = (
    "update task set state = 'done'",
    "update resolution set state = 'done', ended_on = '2026-06-24', outcome = 'x'",
    "update finding set state = 'applied', applied_by = :p",
    "update deed set state = 'done', done_on = '2026-06-24', result = 'x'",
    "update filling set state = 'handed_in', handed_at = now()",
)
#: Messages about things, by what became of them and whether a digest took them in.
APART = """select o.kind, d.state, d.reason, d.reference is not null, count(*)::int from delivery d
           join occasion o on o.id = d.occasion_id where o.kind <> 'digest' and d.person_id = :p
           and d.channel = 'email' group by 1, 2, 3, 4 order by 1"""
DIGESTS = """select d.state, d.reason, count(*)::int from delivery d join occasion o on o.id = d.occasion_id
             where o.kind = 'digest' and d.person_id = :p and d.channel = 'email' group by 1, 2 order by 1"""


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Mail goes to a server on this machine instead of into files."""
    with mail_server() as box:
        monkeypatch.setenv("MAIL_URL", f"smtp://127.0.0.1:{box.port}")
        settings.cache_clear()
        yield box
    monkeypatch.undo()
    settings.cache_clear()


def late(app: Flask, change: Change, side: Side, *kinds: str) -> None:
    """Something of each kind, of the branch, a day late on DAY."""
    for kind in kinds or LATE:
        change(side, LATE[kind], id=make(app, kind, side, side.branch, side["secretary"]))
    change(side, "update return_table set due_on = :on", on=date.fromisoformat(DUE))


def read(mailbox: Mailbox, rows: Rows, side: Side, role: str = "secretary") -> list[tuple[str, str, str]]:
    """(subject, text, message id) of each mail to somebody."""
    [(address,)] = rows(side, "select email from person where id = :p", p=side[role].person_id)
    found = []
    for to, raw in mailbox.received:
        if to == address:
            mail = message_from_string(raw)
            payload = mail.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found.append((str(mail["Subject"]), payload.decode(), str(mail["Message-ID"])))
    return found


def test_five_sources_and_the_due_items_come_in_one_mail(
    app: Flask,
    world: World,
    clock: Clock,
    minute: Minute,
    mailbox: Mailbox,
    rows: Rows,
    change: Change,
) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 27))
    late(app, change, side)
    make(app, "watch_id", side, side.branch, side["secretary"])
    for day in (DAY, DAY, NEXT):
        with clock.at(day):
            minute(side)
    [(_subject, letter, _id)] = read(mailbox, rows, side)
    assert "2026-06-27 前完成" in letter
    for said in (
        "secret task of",
        "secret resolution of",
        "secret deed of",
        "逾期未填报：secret table of",
        "1 个问题超过整改期限",
        "2026-05 进展未报",
    ):
        assert letter.count(said) == 1, said
    for page in ("/tasks?view=late", "/findings?view=late", "/returns?what=fill", "/deeds?view=late"):
        assert settings().base_url + page in letter
    apart = rows(side, APART, p=side["secretary"].person_id)
    assert {row[0] for row in apart} == {
        "deed_late",
        "finding_late",
        "resolution_late",
        "return_late",
        "task_late",
        "watch_late",
    }
    assert {tuple(row[1:]) for row in apart} == {("suppressed", "digest", True, 1)}
    # The neighbour's people heard nothing of it.
    assert rows(world.union, "select 1 from delivery") == []


def test_several_sweeps_at_once_make_one_mail(
    app: Flask, world: World, clock: Clock, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    from services.worker import sweep  # noqa: PLC0415 - the environment must stand first

    side = world.organ
    late(app, change, side)
    with clock.at(DAY):
        threads = [
            threading.Thread(target=sweep.sweep_tenant, kwargs={"tenant_id": side.tenant_id})
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sweep.sweep_tenant(tenant_id=side.tenant_id)
    addresses = [address for address, _text in mailbox.received]
    assert len(addresses) == len(set(addresses))
    [(_subject, letter, _id)] = read(mailbox, rows, side)
    assert "secret task of" in letter
    assert "secret deed of" in letter
    assert rows(side, "select count(*) from delivery where reason = 'digest' and reference is null") == [(0,)]


def test_a_planner_that_dies_leaves_nothing_half_told(
    app: Flask, world: World, clock: Clock, minute: Minute, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    from shared.reminders.actions.digest import remind_due  # noqa: PLC0415

    side = world.organ
    late(app, change, side)

    class Killed(BaseException):
        pass

    def plan_and_die() -> None:
        with transaction():
            remind_due(SYSTEM)
            assert db.session.scalar(text("select told from task")) == 1
            raise Killed

    with clock.at(DAY), app.app_context(), tenant(side.tenant_id), pytest.raises(Killed):
        plan_and_die()
    assert rows(side, "select told from task") == [(0,)]
    assert rows(side, "select 1 from delivery") == []
    with clock.at(DAY, minute=1):
        minute(side)
    [(_subject, letter, _id)] = read(mailbox, rows, side)
    assert "secret task of" in letter


def test_a_sender_killed_before_noting_sends_all_of_it_again_under_the_same_id(
    app: Flask, world: World, clock: Clock, minute: Minute, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    side = world.organ
    late(app, change, side)
    with clock.at(DAY):
        minute(side)
    change(
        side,
        "update delivery set state = 'sending', lease_by = 'gone', lease_until = :t, sent_at = null"
        " where state = 'sent' and channel = 'email' and person_id = :p",
        t=f"{DAY}T01:02:00+00:00",
        p=side["secretary"].person_id,
    )
    with clock.at(DAY, minute=3):
        minute(side)
        minute(side)
    first, second = read(mailbox, rows, side)
    assert first == second


def test_nothing_is_said_when_all_of_it_was_done_before_sending(
    app: Flask, world: World, clock: Clock, minute: Minute, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    side = world.organ
    late(app, change, side)
    mailbox.down = True
    with clock.at(DAY):
        minute(side)
    for statement in DONE:
        who = {"p": side["secretary"].person_id} if ":p" in statement else {}
        change(side, statement, **who)
    mailbox.down = False
    with clock.at(DAY, hour=10):
        minute(side)
    with clock.at(NEXT):
        minute(side)
    assert mailbox.received == []
    assert rows(side, DIGESTS, p=side["secretary"].person_id) == [("suppressed", "done", 1)]


def test_what_is_late_after_the_days_mail_waits_for_the_next(
    app: Flask, world: World, clock: Clock, minute: Minute, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    side = world.organ
    late(app, change, side, "task_id")
    with clock.at(DAY):
        minute(side)
    late(app, change, side, "deed_id")
    with clock.at(DAY, hour=10):
        minute(side)
    assert len(read(mailbox, rows, side)) == 1
    assert ("deed_late", "pending", "digest", False, 1) in rows(side, APART, p=side["secretary"].person_id)
    with clock.at(NEXT):
        minute(side)
        minute(side)
    _first, (subject, letter, _id) = read(mailbox, rows, side)
    assert "secret deed of" in letter
    assert "secret task of" not in letter
    assert subject


def test_after_days_without_the_server_one_mail_says_all(
    app: Flask, world: World, clock: Clock, minute: Minute, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    side = world.organ
    late(app, change, side, "task_id")
    mailbox.down = True
    with clock.at(DAY):
        minute(side)
    late(app, change, side, "deed_id")
    with clock.at(NEXT):
        minute(side)
    mailbox.down = False
    with clock.at(NEXT, hour=12):
        minute(side)
    [(_subject, letter, _id)] = read(mailbox, rows, side)
    assert letter.count("secret task of") == letter.count("secret deed of") == 1


def test_what_no_digest_came_for_goes_by_itself_in_the_end(
    app: Flask, world: World, clock: Clock, minute: Minute, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    from services.worker.messages import send  # noqa: PLC0415 - the environment must stand first

    side = world.organ
    late(app, change, side, "task_id")
    with clock.at(DAY):
        minute(side)
    late(app, change, side, "deed_id")
    with clock.at(DAY, hour=10):
        minute(side)
    # For a week nothing is planned, only sent.
    with clock.at("2026-06-30", hour=11):
        send(tenant_id=side.tenant_id)
    assert len(read(mailbox, rows, side)) == 1
    with clock.at("2026-07-01", hour=11):
        send(tenant_id=side.tenant_id)
        send(tenant_id=side.tenant_id)
    assert len(read(mailbox, rows, side)) == 2
    with clock.at("2026-07-02"):
        minute(side)
    assert sum(body.count("secret deed of") for _s, body, _i in read(mailbox, rows, side)) == 1


def test_those_above_get_counts_by_unit_and_not_each_thing(
    app: Flask, world: World, clock: Clock, minute: Minute, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    side = world.organ
    for _three in range(3):
        late(app, change, side, "task_id")
        due_item(app, side, side.branch, date.fromisoformat(DUE))
    change(side, "update task set by_unit_id = :u", u=side.middle)
    [(branch,)] = rows(side, "select name from unit where id = :u", u=side.branch)
    with clock.at("2026-07-01"):
        minute(side)
    [(_subject, letter, _id)] = read(mailbox, rows, side, "leader")
    assert letter.count(f"{branch}：3 项逾期") == 2
    assert "secret task" not in letter
    assert "下级组织 (3)" in letter
    [(_subject, letter, _id)] = read(mailbox, rows, side)
    assert letter.count("secret task of") == 3
    assert "下级组织" not in letter


def test_many_late_things_are_planned_by_as_many_statements_as_few(
    app: Flask, world: World, clock: Clock, rows: Rows, change: Change, count_queries: Callable[[], Any]
) -> None:
    from services.worker.reminders import remind  # noqa: PLC0415 - the environment must stand first

    side = world.organ
    late(app, change, side, "task_id")
    copies = (
        "insert into task (plan_id, plan_item_id, unit_id, by_unit_id, owner_id, title, begins_on, due_on, post)"
        " select t.plan_id, t.plan_item_id, t.unit_id, t.by_unit_id, t.owner_id, t.title, t.begins_on, t.due_on,"
        " 'p' || n from task t, generate_series(1, 300) n where t.post is null or t.post = ''"
    )
    counts = []
    for day, statement in ((DAY, None), (NEXT, copies)):
        if statement:
            change(side, statement)
        with (
            clock.at(day),
            app.app_context(),
            tenant(side.tenant_id),
            count_queries() as asked,
        ):
            remind()
        counts.append(len(asked))
    assert rows(side, "select count(*) from task where told = 1") == [(301,)]
    assert abs(counts[0] - counts[1]) <= 2
