"""What is made public: recorded, listed by what is missing, shown to members, printed, taken to Excel."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.db.types import PartialDate
from shared.duties.actions import adopt_pack, plan_year
from shared.duties.models import Rule
from shared.events.models import Event
from shared.members.models import Membership
from tests.web.events.stage import NOON, events, fields, inside, item, item_id
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
BILL = {
    "subject": "2026 年党费收缴使用情况",
    "item": "dues",
    "scope": "members",
    "manner": "regular",
    "channel": "党务公开栏",
    "summary": "全年收缴 1,280 元，\n全部上缴。",
}


@pytest.fixture(autouse=True)
def in_november() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def form_at(unit_id: int) -> str:
    return f"/events/new?unit_id={unit_id}&kind=publication"


def publish(client: FlaskClient, unit_id: int, **changes: Any) -> None:
    page = client.get(form_at(unit_id))
    sent = client.post(form_at(unit_id), data={**fields(page.text), **BILL, **changes})
    assert sent.status_code == 303, sent.text


def switch_on(app: Flask, side: Side) -> None:
    """The offered rules of publication, switched on and planned."""
    with inside(app, side):
        with transaction():
            adopt_pack(SYSTEM, pack=side.kind)
            db.session.execute(update(Rule).where(Rule.kind == "publication").values(enabled=True))
        with transaction():
            plan_year(SYSTEM, year=2026)


def rows_of(page: str) -> str:
    """The list of the page without what is offered below it."""
    return page.partition('<section class="card"')[2].partition("</section>")[0]


def test_what_is_recorded_is_public_until_its_day(app: Flask, world: World, enter: Enter) -> None:
    client, branch = enter(world.organ["secretary"]), world.organ.branch
    publish(client, branch, held_on="2026-11-02")
    publish(client, branch, subject="选举结果", item="elections", held_on="2026-03-01", until="2026-03-08")
    publish(client, branch, subject="今天到期", item="work", held_on="2026-11-01", until="2026-11-20")
    now, ended = client.get("/publications?shown=now").text, client.get("/publications?shown=ended").text
    assert "2026 年党费收缴使用情况" in rows_of(now)
    assert "今天到期" in rows_of(now)
    assert "选举结果" not in rows_of(now)
    assert "选举结果" in rows_of(ended)
    assert "今天到期" not in rows_of(ended)
    assert "2026-03-01 至 2026-03-08" in ended
    narrowed = client.get("/publications?shown=all&item=elections").text
    assert "选举结果" in rows_of(narrowed)
    assert "今天到期" not in rows_of(narrowed)
    [first, *_rest] = events(app, world.organ)
    assert (first.fields["channel"], first.due_count, first.title) == ("党务公开栏", 0, BILL["subject"])


def test_what_is_missing_comes_first_and_is_done_by_its_record(
    app: Flask, world: World, enter: Enter
) -> None:
    switch_on(app, world.organ)
    client = enter(world.organ["secretary"])
    page = client.get("/publications").text
    assert 'aria-current="true"><b>' in page
    assert "第三季度" in rows_of(page)
    due = item_id(app, world.organ, "publication", "2026-Q4")
    assert f"/duties/{due}/record" in rows_of(page)
    form = client.get(f"/duties/{due}/record")
    sent = client.post(f"/duties/{due}/record", data={**fields(form.text), **BILL})
    assert sent.status_code == 303, sent.text
    assert item(app, world.organ, due).state == "done"
    assert f"/duties/{due}/record" not in client.get("/publications").text


def test_without_a_rule_the_page_opens_on_what_is_public(world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    empty = client.get("/publications")
    assert "还没有公开记录" in empty.text
    assert form_at(world.organ.branch).replace("&", "&amp;") in empty.text
    publish(client, world.organ.branch)
    page = client.get("/publications").text
    assert BILL["subject"] in rows_of(page)


def test_a_further_one_of_an_item_comes_filled_as_the_last(world: World, enter: Enter) -> None:
    client, branch = enter(world.organ["secretary"]), world.organ.branch
    publish(client, branch, held_on="2026-05-01", channel="旧公开栏")
    publish(client, branch, held_on="2026-08-01", channel="机关内网")
    page = client.get("/publications").text
    start = page.index("/events/new?")
    address = page[start : page.index('"', start)].replace("&amp;", "&")
    filled = fields(client.get(address).text)
    assert {name: filled[name] for name in ("item", "scope", "manner", "channel", "subject")} == {
        "item": "dues",
        "scope": "members",
        "manner": "regular",
        "channel": "机关内网",
        "subject": BILL["subject"],
    }
    assert (filled["summary"], filled["until"], filled["held_on"]) == ("", "", "2026-11-20")


def test_a_link_fills_only_what_can_be_read(world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    bad = "&item=gossip&until=2026-02-30&subject=" + "长" * 300 + "&form_key=mine&held_on=1999-01-01"
    filled = fields(client.get(form_at(world.organ.branch) + bad).text)
    assert (filled["item"], filled["until"], filled["subject"]) == ("", "", "")
    assert filled["form_key"] != "mine"
    assert filled["held_on"] == "2026-11-20"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": "2026-13-01"}, "这不是日期"),
        ({"until": "0001-01-01"}, "请核对年份"),
        ({"item": "gossip"}, "请从列表中选择"),
        ({"channel": ""}, "这里要填写"),
        ({"summary": "（机密）干部名单"}, "密级"),
        ({"held_on": "2026-12-01"}, "还没有到"),
        ({"until": "2026-11-01", "held_on": "2026-11-10"}, "早于"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_is_lost(
    app: Flask, world: World, enter: Enter, changes: dict[str, str], said: str
) -> None:
    client, branch = enter(world.organ["secretary"]), world.organ.branch
    page = client.get(form_at(branch))
    sent = client.post(form_at(branch), data={**fields(page.text), **BILL, **changes})
    assert sent.status_code == 422
    assert said in sent.text, sent.text[sent.text.find("jc-err") - 200 :][:600]
    assert BILL["subject"] in sent.text
    assert events(app, world.organ) == []


def test_a_member_sees_what_is_public_in_the_own_unit_and_no_more(world: World, enter: Enter) -> None:
    keeper, other = enter(world.organ["secretary"]), enter(world.organ.colleague)  # type: ignore[arg-type]
    publish(keeper, world.organ.branch)
    publish(keeper, world.organ.branch, subject="已经结束", held_on="2026-02-01", until="2026-03-01")
    publish(other, world.organ.other_branch, subject="别的支部")
    member = enter(world.organ["member"])
    assert "/publications/mine" in member.get("/me").text
    page = member.get("/publications/mine").text
    assert BILL["subject"] in page
    assert "1,280 元" in page
    assert "已经结束" not in page
    assert "别的支部" not in page
    assert member.get("/publications").status_code == 403


def test_the_list_keeps_to_the_reach(world: World, enter: Enter) -> None:
    publish(enter(world.organ.colleague), world.organ.other_branch, subject="别的支部")  # type: ignore[arg-type]
    assert "别的支部" not in enter(world.organ["secretary"]).get("/publications?shown=all").text
    assert "别的支部" not in enter(world.organ["officer"]).get("/publications?shown=all").text
    assert "别的支部" in enter(world.organ["admin"]).get("/publications?shown=all").text
    assert "别的支部" not in enter(world.union["admin"]).get("/publications?shown=all").text
    assert (
        enter(world.organ["secretary"]).get(f"/publications?unit_id={world.organ.other_branch}").status_code
        == 403
    )


def test_the_sheet_of_a_year_is_complete_and_in_order(world: World, enter: Enter) -> None:
    client, branch = enter(world.organ["secretary"]), world.organ.branch
    publish(client, branch, subject="第二份", held_on="2026-06-01")
    publish(client, branch, subject="第一份", held_on="2026-01-01", until="2026-02-01")
    publish(client, branch, subject="去年的", held_on="2025-12-31")
    page = client.get(f"/publications/units/{branch}/sheet?year=2026").text
    assert page.index("第一份") < page.index("第二份")
    assert "去年的" not in page
    assert "长期公开" in page
    assert "data-print" in page
    assert "去年的" in client.get(f"/publications/units/{branch}/sheet?year=2025").text
    assert client.get(f"/publications/units/{branch}/sheet?year=99999").status_code == 200


def test_the_ledger_offers_what_could_be_public_and_publishes_nothing(
    app: Flask, world: World, enter: Enter
) -> None:
    client, branch = enter(world.organ["secretary"]), world.organ.branch
    with inside(app, world.organ), transaction():
        for kind, day in (("term_election", date(2026, 3, 2)), ("dues_collection", date(2026, 4, 30))):
            db.session.add(Event(unit_id=branch, kind=kind, title=kind, held_on=day, form_key=kind))
        db.session.execute(
            update(Membership)
            .where(Membership.person_id == world.organ["member"].person_id, Membership.until.is_(None))
            .values(status="probationary", joined=PartialDate("2026-05"))
        )
    page = client.get("/publications").text
    for words in ("2026-03-02 换届选举结果", "2026 年发展党员情况", "2026 年党费收缴、使用情况"):
        assert words in page
    assert len(events(app, world.organ)) == 2
    publish(client, branch, item="elections", held_on="2026-03-03")
    publish(client, branch, item="dues", held_on="2026-01-05")
    page = client.get("/publications").text
    assert "换届选举结果" not in page
    assert "党费收缴、使用情况</" not in rows_of(page.partition('id="offered"')[2])
    assert "2026 年发展党员情况" in page


def test_excel_holds_the_rows_of_the_page(app: Flask, world: World, enter: Enter) -> None:
    switch_on(app, world.organ)
    client = enter(world.organ["secretary"])
    publish(client, world.organ.branch, until="2026-12-31")

    def sheet(query: str) -> list[tuple[Any, ...]]:
        sent = client.post(f"/exports/publications/list?{query}", data={"form_key": query or "x"})
        assert sent.status_code == 200, sent.text
        book = openpyxl.load_workbook(io.BytesIO(sent.data))
        return [row for row in book.worksheets[0].iter_rows(values_only=True) if any(row)]

    public = sheet("shown=all")
    assert any(BILL["subject"] in row and "党务公开栏" in row for row in public)
    missing = sheet("")
    assert any("第三季度党务公开" in row for row in missing), missing
    assert not any(BILL["subject"] in row for row in missing)


def test_pages_go_on_from_the_last_row_with_a_constant_number_of_queries(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client, branch = enter(world.organ["secretary"]), world.organ.branch
    publish(client, branch)
    client.get("/publications?shown=all")
    with count_queries() as few:
        client.get("/publications?shown=all")
    with inside(app, world.organ), transaction():
        db.session.add_all(
            Event(
                unit_id=branch,
                kind="publication",
                title=f"第{number}号",
                held_on=date(2026, 1, 1 + number % 28),
                form_key=f"many {number}",
                fields={**BILL, "subject": f"第{number}号"},
            )
            for number in range(120)
        )
    with count_queries() as many:
        page = client.get("/publications?shown=all").text
    assert len(many) == len(few)
    seen, address = 0, "/publications?shown=all"
    for _round in range(3):
        page = client.get(address).text
        seen += rows_of(page).count('<th scope="row">')
        if 'rel="next"' not in page:
            break
        start = page.index('rel="next" href="') + len('rel="next" href="')
        address = page[start : page.index('"', start)].replace("&amp;", "&")
    assert seen == 121
    assert client.get("/publications?shown=all&after=nonsense").status_code == 200


def test_a_union_is_shown_where_it_makes_its_funds_public(world: World, enter: Enter) -> None:
    page = enter(world.union["secretary"]).get("/publications").text
    assert "党务公开由党组织登记" in page
    assert f"/dues/units/{world.union.branch}/publication" in page
    assert "kind=publication" not in page
