"""The proof: who was sent what, by which way, and who was not and why; within the reach, as the page and as Excel."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.access.actor import SYSTEM
from shared.accounts.actions.telling import tell
from shared.clock import today
from shared.db import db, transaction
from shared.tenancy import tenant
from tests.factories.due_items import due_item
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


def change(app: Flask, side: Side, statement: str, **values: Any) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            db.session.execute(text(statement), values)
        db.session.remove()


def told(app: Flask, side: Side, kind: str, key: str, *whom: Cast | None) -> int:
    """One message a way to each of these people; the key of the occasion."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            people = [one.person_id for one in whom if one is not None]
            tell(SYSTEM, kind=kind, key=key, detail={}, person_ids=people)
        found = db.session.execute(text("select id from occasion where key = :k"), {"k": key}).scalar_one()
        db.session.remove()
    return int(found)


def sent(app: Flask, side: Side, occasion_id: int) -> None:
    change(
        app,
        side,
        "update delivery set state = 'sent', sent_at = now(), subject = 'for your eyes', body = 'only yours'"
        " where occasion_id = :o",
        o=occasion_id,
    )


def cells(client: FlaskClient, address: str) -> list[list[Any]]:
    answer = client.post(address)
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_an_occasion_opens_into_its_messages_with_reasons_in_words(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    change(app, side, "update person set email = '' where id = :p", p=side["keeper"].person_id)
    change(
        app,
        side,
        "insert into address_trouble (person_id, channel, value) select id, 'email', email from person where id = :p",
        p=side["secretary"].person_id,
    )
    occasion = told(app, side, "task", "task:1", side["secretary"], side["keeper"], side["member"])
    client = enter(side["officer"])
    listed = client.get("/reminders/proof").get_data(as_text=True)
    assert "任务下达或变更" in listed
    page = client.get(f"/reminders/messages?occasion={occasion}").get_data(as_text=True)
    assert "共 3 人" in page
    # Three in the product; one by mail, one bounced, one without an address.
    assert page.count("待发</span>") == 4
    assert "退信" in page or "退回" in page
    assert "改正邮箱地址。" in page
    lost = client.get(f"/reminders/messages?occasion={occasion}&outcome=lost").get_data(as_text=True)
    assert "secretary of" in lost
    assert "keeper of" not in lost
    book = cells(client, f"/exports/reminders/proof?occasion={occasion}&outcome=lost")
    assert len([row for row in book if "secretary of" in str(row)]) == 1
    assert "请更正邮箱" in str(book)


def test_what_a_message_says_is_its_recipients_alone(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    occasion = told(app, side, "transfer", "transfer:1", side["member"])
    sent(app, side, occasion)
    client = enter(side["admin"])
    pages = [f"/reminders/messages?occasion={occasion}", "/reminders/proof"]
    pages.append(f"/reminders/why?person_id={side['member'].person_id}")
    for page in pages:
        said = client.get(page).get_data(as_text=True)
        assert "for your eyes" not in said
        assert "only yours" not in said
        assert "组织关系转接" in said
    assert "yours" not in str(cells(client, f"/exports/reminders/proof?occasion={occasion}"))


def test_counts_and_lists_hold_the_reach_only(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    both = told(app, side, "plan", "plan:1", side["secretary"], side.colleague)
    theirs = told(app, side, "plan", "plan:2", side.colleague)
    told(app, world.union, "dues", "dues:1", world.union["secretary"])
    officer = enter(side["officer"])
    listed = officer.get("/reminders/proof").get_data(as_text=True)
    assert f"occasion={both}" in listed
    assert f"occasion={theirs}" not in listed
    page = officer.get(f"/reminders/messages?occasion={both}").get_data(as_text=True)
    assert "共 1 人" in page
    assert "colleague of" not in page
    assert "colleague of" not in str(cells(officer, "/exports/reminders/proof"))
    assert (
        "plan"
        not in officer.get(f"/reminders/messages?occasion={theirs}").get_data(as_text=True).split("<main")[1]
    )
    admin = enter(side["admin"]).get("/reminders/messages").get_data(as_text=True)
    assert "colleague of" in admin
    assert "of union" not in admin
    assert f"occasion={theirs}" in enter(side.colleague or side["admin"]).get("/reminders/proof").get_data(
        as_text=True
    )
    assert enter(side["member"]).get("/reminders/proof").status_code == 403
    assert enter(side["reviewer"]).get("/reminders/messages").status_code == 403


def test_who_left_the_unit_is_proven_until_then_and_not_after(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    assert side.colleague is not None
    before = told(app, side, "plan", "plan:before", side["member"])
    change(app, side, "update delivery set created_at = now() - interval '9 days'")
    change(app, side, "update occasion set created_at = now() - interval '9 days'")
    # Moved to the other branch five days ago.
    change(
        app,
        side,
        "update membership set until = current_date - 5 where person_id = :p",
        p=side["member"].person_id,
    )
    change(
        app,
        side,
        "insert into membership (person_id, unit_id, kind, status, since)"
        " values (:p, :u, 'party', 'full', current_date - 5)",
        p=side["member"].person_id,
        u=side.other_branch,
    )
    after = told(app, side, "task", "task:after", side["member"])
    officer = enter(side["officer"])
    listed = officer.get("/reminders/proof").get_data(as_text=True)
    assert f"occasion={before}" in listed
    assert f"occasion={after}" not in listed
    page = officer.get("/reminders/messages").get_data(as_text=True)
    # Named, but their page belongs to others by now.
    assert "member of bureau" in page
    assert f"person_id={side['member'].person_id}" not in page
    assert officer.get(f"/reminders/why?person_id={side['member'].person_id}").status_code == 403


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kind=plan", {"plan"}),
        ("channel=email", {"plan", "task"}),
        ("channel=sms", set()),
        ("outcome=waiting", {"plan", "task"}),
        ("outcome=read", set()),
        ("kind=nonsense&outcome=nonsense&channel=nonsense", {"plan", "task"}),
        ("until=2020-01-01", set()),
        ("since=0001-01-01&until=9999-12-31", {"plan", "task"}),
        ("unit_id={branch}", {"plan"}),
        ("unit_id={root}", {"plan", "task"}),
    ],
)
def test_filters(asked: str, found: set[str], app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    keys = {
        "plan": told(app, side, "plan", "plan:1", side["secretary"]),
        "task": told(app, side, "task", "task:1", side.colleague),
    }
    client = enter(side["admin"])
    asked = asked.format(branch=side.branch, root=side.root)
    page = client.get(f"/reminders/proof?{asked}").get_data(as_text=True)
    assert {name for name, key in keys.items() if f"occasion={key}" in page} == found
    book = str(cells(client, f"/exports/reminders/proof?{asked}"))
    assert {
        name
        for name, word in (("plan", "计划下达"), ("task", "任务下达或变更"))
        if f"'{word}'" in book.split("生成时间")[1]
    } == found


def test_another_tenants_or_a_colleagues_unit_is_refused(world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    for page in ("proof", "messages"):
        assert client.get(f"/reminders/{page}?unit_id={world.union.branch}").status_code == 404
        assert client.get(f"/reminders/{page}?unit_id={world.organ.other_branch}").status_code == 403


def test_all_pages_together_show_each_occasion_once_in_few_queries(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    keys = [
        told(app, side, "task", f"task:{number}", side["secretary"], side["keeper"]) for number in range(55)
    ]
    client = enter(side["officer"])
    for page in ("proof", "messages"):
        seen: list[str] = []
        address: str | None = f"/reminders/{page}"
        while address:
            with count_queries() as queries:
                said = client.get(address).get_data(as_text=True)
            assert len(queries) <= 12, page
            body = said.split("<tbody>")[1]
            seen += [key for key in map(str, keys) for _n in range(body.count(f'occasion={key}"'))]
            if page == "messages":
                seen += ["row"] * body.count('<th scope="row"')
            address = said.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in said else None
            address = address.replace("&amp;", "&") if address else None
        if page == "messages":
            assert seen.count("row") == 55 * 4
        else:
            assert sorted(set(seen)) == sorted(map(str, keys))


def test_a_digest_says_which_items_it_told_of(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    due_item(app, side, side.branch, date(2026, 6, 20))
    client = enter(side["officer"])
    assert client.post("/reminders/press", data={"year": "2026", "form_key": "k"}).status_code == 303
    [(occasion,)] = rows(side, "select id from occasion")
    page = client.get(f"/reminders/messages?occasion={occasion}").get_data(as_text=True)
    assert f"/reminders?occasion={occasion}" in page
    assert "officer of" in client.get("/reminders/proof").get_data(as_text=True)


def test_far_days_of_an_address_are_no_fault(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    for day in ("0001-01-01", "9999-12-31", "2026-02-30", "x", str(today() + timedelta(days=9))):
        for page in ("proof", "messages"):
            assert client.get(f"/reminders/{page}?since={day}&until={day}").status_code == 200


def test_what_only_went_in_the_digest_is_one_line_a_day(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    first = told(app, side, "task_late", "late:1", side["secretary"])
    second = told(app, side, "deed_late", "late:2", side["secretary"], side["member"])
    alone = told(app, side, "return_late", "late:3", side["member"])
    change(
        app,
        side,
        "update delivery set state = 'suppressed', reason = 'digest' where occasion_id in (:a, :b)",
        a=first,
        b=second,
    )
    client = enter(side["officer"])
    page = client.get("/reminders/proof").get_data(as_text=True)
    assert "并入当日提醒的事项 2 件" in page
    assert f"occasion={first}" not in page
    assert f"occasion={second}" not in page
    assert f"occasion={alone}" in page
    # The line opens into the messages; whoever asks for a kind sees them one by one.
    inside = client.get(f"/reminders/messages?since={today()}&until={today()}&outcome=joined")
    assert inside.get_data(as_text=True).count("任务逾期") >= 1
    assert f"occasion={first}" in client.get("/reminders/proof?kind=task_late").get_data(as_text=True)
    # Who does not reach these people sees no line of them.
    assert "并入当日提醒" not in enter(side.colleague or side["admin"]).get("/reminders/proof").get_data(
        as_text=True
    )
    # A message that could not be joined brings its occasion back.
    change(
        app,
        side,
        "update delivery set state = 'failed', reason = 'bounced' where id ="
        " (select min(id) from delivery where occasion_id = :b)",
        b=second,
    )
    page = client.get("/reminders/proof").get_data(as_text=True)
    assert "并入当日提醒的事项 1 件" in page
    assert f"occasion={second}" in page
