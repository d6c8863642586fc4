"""Settings → Message texts: own words kept, in their language, looked at before; what is wrong changes nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.clock import now
from shared.db import db, transaction
from shared.messages.models import Delivery, Occasion
from shared.messages.wording import WORDINGS
from shared.tenancy import tenant
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]

KEPT = "select kind, locale, subject, body, version from message_template order by kind, locale"
PAGE = "/settings/texts/edit?kind={kind}&locale={locale}"


def send(client: FlaskClient, **given: str) -> Any:
    form = {"kind": "digest", "locale": "zh_Hans", "subject": "", "body": "", "version": "0", **given}
    return client.post("/settings/texts/edit", data=form)


def got(app: Flask, side: Side, cast: Cast, kind: str) -> None:
    """A message that somebody got before."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            occasion = Occasion(kind=kind, key=f"{kind}:before")
            db.session.add(occasion)
            db.session.flush()
            db.session.add(
                Delivery(
                    occasion_id=occasion.id,
                    person_id=cast.person_id,
                    channel="in_app",
                    state="sent",
                    subject="三项未办",
                    body="第一支部：主题党日",
                    sent_at=now(),
                )
            )
        db.session.remove()


def test_own_words_are_kept_by_keys_and_shown_in_their_language(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    client = enter(side["admin"])
    first = send(client, subject="{{姓名}}：{{ subject }}", body="{{ 本組織 }} 提醒：\r\n\r\n{{ 系统正文 }}")
    assert first.status_code == 303
    assert [tuple(row) for row in rows(side, KEPT)] == [
        ("digest", "zh_Hans", "{{ name }}：{{ subject }}", "{{ organisation }} 提醒：\n\n{{ content }}", 1)
    ]
    page = client.get(first.headers["Location"]).text
    assert "{{ 姓名 }}：{{ 系统标题 }}" in page
    assert client.get("/settings/texts").text.count("已自写") == 2
    english = client.get(PAGE.format(kind="digest", locale="en")).text
    assert "{{ organisation }}" in english
    assert "提醒：" not in english
    # The other tenant has nothing of it, and no role beside the admin comes here.
    assert rows(world.union, KEPT) == []
    assert "已自写" not in enter(world.union["admin"]).get("/settings/texts").text
    for role in ("officer", "secretary", "member"):
        assert enter(side[role]).get("/settings/texts").status_code == 403
        assert send(enter(side[role]), body="{{ content }}!").status_code == 403


def test_the_same_twice_is_one_change_and_the_second_of_two_people_is_told(
    world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    client = enter(side["admin"])
    for _again in range(2):
        assert send(client, subject="一", version="0").status_code == 303
    late = send(client, subject="二", version="0")
    assert late.status_code == 409
    assert "别人刚改过这段文字" in late.text
    assert 'value="二"' in late.text
    assert send(client, subject="二", version="1").status_code == 303
    assert send(client, subject="三", version="x").status_code == 409
    assert [row[2:] for row in rows(side, KEPT)] == [("二", "", 2)]
    # Emptied, and emptied again: the words of the system.
    assert send(client, version="2").status_code == 303
    assert send(client, version="2").status_code == 303
    assert send(client, subject="四").status_code == 303
    for _again in range(2):
        dropped = client.post("/settings/texts/drop", data={"kind": "digest", "locale": "zh_Hans"})
        assert dropped.status_code == 303
    assert rows(side, KEPT) == []
    verbs = "select verb, count(*) from audit_entry where verb like 'wording.%' group by 1 order by 1"
    assert [tuple(row) for row in rows(side, verbs)] == [("wording.drop", 2), ("wording.put", 3)]
    trail = client.get("/audit").text
    assert "改了一类消息的文字" in trail
    assert "语言：简体" in trail
    assert "语言：zh_Hans" not in trail


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"body": "{{ 系统正文 }}\n{{ 1/0 }}"}, "第 2 行“{{ 1/0 }}”"),
        ({"body": "{% for a in b %}{% endfor %}"}, "第 1 行"),
        ({"subject": "{{ 职务 }}"}, "这类消息里没有“职务”。可用的有：姓名"),
        ({"subject": "一\n二"}, "标题只能是一行"),
        ({"subject": "长" * 101}, "最多 100"),
        ({"body": "{{ 系统正文 }}" + "长" * 2000}, "最多 2000"),
        ({"body": "请按时办理。"}, "要办的事只在 {{ 系统正文 }} 里"),
        ({"kind": "meeting", "subject": "开会", "body": "{{ 事项 }}"}, "这类消息有几种情况"),
        ({"body": "\x00{{ 系统正文 }}"}, "第 1 行有无法显示的字符"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_changes_nothing(
    given: dict[str, str], said: str, world: World, enter: Enter, rows: Rows
) -> None:
    client = enter(world.organ["admin"])
    for look in ({}, {"look": "1"}):
        answer = send(client, **given, **look)
        assert answer.status_code == 422
        assert said in answer.text.replace("&#34;", '"')
    assert rows(world.organ, KEPT) == []


def test_an_unknown_kind_or_language_has_no_page(world: World, enter: Enter, rows: Rows) -> None:
    client = enter(world.organ["admin"])
    for given in ({"kind": "task_late"}, {"kind": "circular"}, {"kind": "<b>"}, {"locale": "fr"}):
        assert client.get("/settings/texts/edit", query_string=given).status_code == 404
        assert send(client, subject="一", **given).status_code == 404
        assert client.post("/settings/texts/drop", data=given).status_code == 404
    assert rows(world.organ, KEPT) == []


def test_the_preview_shows_the_readers_own_rows_and_no_markup(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    client = enter(side["admin"])
    body = "<b>{{ 姓名 }}</b>，{{ 数量 }} 项：\n{{ 系统正文 }}"
    before = send(client, body=body, look="1")
    assert before.status_code == 200
    assert "〔数量〕 项：\n〔系统正文〕" in before.text
    assert "〔〕里的内容" in before.text
    got(app, side, side["admin"], "digest")
    got(app, side, side["secretary"], "press")
    page = send(client, body=body, look="1").text
    assert re.search(r"&lt;b&gt;[^<〔]+&lt;/b&gt;，〔数量〕 项：\n第一支部：主题党日", page)
    assert "三项未办" in page
    # What somebody else got is not shown.
    assert "三项未办" not in send(client, kind="press", body="{{ 系统正文 }}", look="1").text
    assert rows(side, KEPT) == []


def test_every_kind_has_its_page_in_every_language_with_few_queries(
    world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client = enter(world.organ["admin"])
    addresses = re.findall(r'href="(/settings/texts/edit[^"]+)"', client.get("/settings/texts").text)
    assert len(addresses) == len(WORDINGS) * 3
    for address in addresses:
        assert client.get(address.replace("&amp;", "&")).status_code == 200
        kind, locale = re.findall(r"kind=(\w+)&amp;locale=(\w+)", address)[0]
        given = {"subject": "{{ subject }}", "body": "{{ content }} {{ name }}", "look": "1"}
        with count_queries() as asked:
            assert send(client, kind=kind, locale=locale, **given).status_code == 200
        assert len(asked) <= 14, (kind, asked)


def test_the_bell_opens_messages_and_its_pages_have_tabs(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    page = client.get("/notices").text
    assert "<h1>我的消息" in re.sub(r"<h1[^>]*>\s*", "<h1>", page)
    assert 'aria-label="消息，0 条未读"' in page
    assert 'href="/reminders' in page
    member = enter(world.organ["member"]).get("/notices").text
    assert "我的消息" in member
    assert 'href="/reminders' not in member


def test_a_version_longer_than_any_number_is_no_fault(world: World, enter: Enter, rows: Rows) -> None:
    admin = enter(world.organ["admin"])
    for version in ("9" * 5000, "９", "-1", "1e9", ""):
        sent = {"kind": "meeting", "locale": "zh_Hans", "subject": "会议", "body": "", "version": version}
        answer = admin.post("/settings/texts/edit?kind=meeting&locale=zh_Hans", data=sent)
        assert answer.status_code == 409, version
    assert rows(world.organ, "select count(*) from message_template") == [(0,)]


def test_a_text_with_a_secrecy_mark_is_not_kept(world: World, enter: Enter, rows: Rows) -> None:
    admin = enter(world.organ["admin"])
    for given in ({"subject": "绝密★30年"}, {"body": "机密★10年 {{ content }}"}):
        for look in ({}, {"look": "1"}):
            answer = send(admin, **given, **look)
            assert answer.status_code == 422
            assert "密级" in answer.text
    remark = {"on_date": "2026-12-01", "worked": "yes", "remark": "绝密★30年"}
    assert admin.post("/settings/work-days", data=remark).status_code == 422
    assert rows(world.organ, KEPT) == []
    assert rows(world.organ, "select count(*) from workday") == [(0,)]
