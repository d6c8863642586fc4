"""Messages in the tenant's own words: in the recipient's language, of the tenant's own, and sent in any case."""

from collections.abc import Callable
from datetime import date
from email import message_from_string, policy
from typing import Any

from flask import Flask

from tests.factories.clock import Clock
from tests.factories.due_items import due_items
from tests.factories.mail_server import Mailbox
from tests.world import Side, World

Rows = Callable[..., list[Any]]
Minute = Callable[[Side], None]
Change = Callable[..., None]
CLOCK = Clock()
PUT = "insert into message_template (kind, locale, subject, body) values ('digest', :locale, :subject, :body)"
SENT = (
    "select p.name, d.subject, d.body from delivery d join person p on p.tenant_id = d.tenant_id and p.id = d.person_id"
    " where d.channel = 'in_app' and d.state = 'sent' order by d.id"
)


def sent(app: Flask, side: Side, minute: Minute, rows: Rows) -> list[tuple[str, str, str]]:
    due_items(app, side, [side.branch], date(2026, 6, 20))
    with CLOCK.at("2026-06-20"):
        minute(side)
    return [tuple(row) for row in rows(side, SENT)]


def test_the_tenants_words_go_out_with_each_ones_name(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows, change: Change
) -> None:
    side = world.organ
    change(
        side,
        PUT,
        locale="zh_Hans",
        subject="{{ name }}：{{ count }} 项，逾期 {{ late }} 项",
        body="{{ organisation }} 提醒 <b>\n\n{{ content }}",
    )
    [organisation] = rows(side, "select name from platform.tenant where id = :id", id=side.tenant_id)[0]
    found = sent(app, side, minute, rows)
    assert found
    for name, subject, body in found:
        assert subject == f"{name}：1 项，逾期 0 项"
        assert body.startswith(f"{organisation} 提醒 <b>\n\n")
        assert "主题党日" in body
    mails = [message_from_string(text, policy=policy.default) for _address, text in mailbox.received]
    assert {str(mail["Subject"]) for mail in mails} == {subject for _name, subject, _body in found}
    for mail in mails:
        assert mail.get_content_type() == "text/plain"
        # The address of the page stands below, whatever the words are.
        assert "http" in mail.get_content()
    # The neighbour has the words of the system.
    assert all(subject.startswith("提醒") for _name, subject, _body in sent(app, world.union, minute, rows))


def test_another_language_keeps_the_words_of_the_system(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows, change: Change
) -> None:
    side = world.organ
    change(side, PUT, locale="en", subject="{{ name }}", body="")
    change(side, "update person set locale = 'en' where id = :id", id=side["secretary"].person_id)
    found = sent(app, side, minute, rows)
    english = [row for row in found if row[1] == row[0]]
    assert len(english) == 1
    assert all(row[1].startswith("提醒") for row in found if row not in english)
    assert "overdue" in english[0][2] or "due" in english[0][2]


def test_words_that_cannot_be_filled_stop_no_message(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows, change: Change
) -> None:
    """A word of an earlier release, and a subject that comes to nothing or would be a head of the mail."""
    side = world.organ
    change(side, PUT, locale="zh_Hans", subject="{{ gone }}", body="{{ content }}\n{{ place }}")
    found = sent(app, side, minute, rows)
    assert found
    assert all(subject.startswith("提醒") and "主题党日" in body for _name, subject, body in found)


def test_a_name_cannot_write_a_head_or_a_variable(
    app: Flask, world: World, mailbox: Mailbox, minute: Minute, rows: Rows, change: Change
) -> None:
    side = world.organ
    change(side, PUT, locale="zh_Hans", subject="{{ name }}", body="")
    bad = "甲\r\nBcc: x@example.test {{ content }}"
    change(side, "update person set name = :bad where id = :id", bad=bad, id=side["secretary"].person_id)
    found = sent(app, side, minute, rows)
    assert "甲 Bcc: x@example.test {{ content }}" in {subject for _name, subject, _body in found}
    assert all("\nBcc:" not in text for _address, text in mailbox.received)
