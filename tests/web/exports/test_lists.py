"""Excel out of any list: the rows of the page's filter, all of them, and nothing that a spreadsheet would execute."""

import json
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.web.exports.views import ASKED, endpoint_of
from shared.accounts.queries.people import AccountFilter
from shared.audit import TrailFilter
from shared.db import db
from shared.exports import actions
from shared.exports.lists import LISTS, pack, unpack
from shared.tenancy import tenant
from tests.factories.due_items import due_item
from tests.factories.people import people
from tests.factories.workbooks import book_of, read_book
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[tuple[Any, ...]]]
Change = Callable[..., None]


def button(client: FlaskClient, page: str) -> str:
    """The address behind the page's own button."""
    text = client.get(page).get_data(as_text=True)
    found = re.search(r'action="(/exports/[^"]*)"', text)
    assert found is not None, page
    return found[1].replace("&amp;", "&")


def test_every_list_is_read_and_offered() -> None:
    assert set(ASKED) == set(LISTS)
    assert len({endpoint_of(name) for name in LISTS}) == len(LISTS)


def test_the_roster_leaves_as_shown_all_rows_and_not_the_page(app: Flask, world: World, enter: Enter) -> None:
    organ = world.organ
    people(app, organ, [f"P{number:03d}" for number in range(130)])
    people(app, organ, ["Other"], unit_id=organ.other_branch)
    client = enter(organ["admin"])
    page = f"/members?unit_id={organ.branch}&show=all&after=120~p100"
    address = button(client, page)
    assert "after" not in address
    book = book_of(client.post(address))
    names = book.column("姓名")
    # Beside them the cast of eight; the page's order.
    assert len(names) == 138
    assert [name for name in names if str(name).startswith("P")] == [f"P{n:03d}" for n in range(130)]
    assert "Other" not in names
    assert book.about["行数"] == 138
    assert book.about["单位及下级"].startswith("branch")
    assert book.about["导出人"] == f"admin of {book.about['单位']}"
    assert isinstance(book.about["统计时间"], datetime)
    assert book.sheet.freeze_panes == "A2"
    assert book.sheet.auto_filter.ref.startswith("A1:")


def test_a_filter_of_the_page_is_the_filter_of_the_file(app: Flask, world: World, enter: Enter) -> None:
    organ = world.organ
    client = enter(organ["admin"])
    for late in (date(2026, 5, 20), date(2026, 6, 20)):
        due_item(app, organ, organ.branch, late)
    due_item(app, organ, organ.other_branch, date(2026, 6, 20))
    whole = book_of(client.post(button(client, "/duties?year=2026")))
    assert len(whole.rows) == 3
    days = [cell.date() for cell in whole.column("截止日期")]
    assert days == [date(2026, 5, 20), date(2026, 6, 20), date(2026, 6, 20)]
    narrow = book_of(client.post(button(client, f"/duties?year=2026&unit_id={organ.other_branch}")))
    assert [name.split()[0] for name in narrow.column("单位")] == ["other"]
    none = client.post(f"/exports/duties/plan?year=2026&show=done&unit_id={organ.other_branch}")
    assert book_of(none).rows == []
    matrix = book_of(client.post(button(client, "/ledger?year=2026")))
    assert sorted(matrix.column("逾期")) == [1, 2]
    months = book_of(client.post(button(client, "/ledger/overview?year=2026")))
    assert sorted(months.column("逾期")) == [1, 2]
    assert sum(months.column("5 月")) == 1
    assert sum(months.column("6 月")) == 2


@pytest.mark.parametrize(
    "name", ["members/roster", "organisations/listing", "duties/plan", "accounts/people"]
)
def test_it_asks_as_often_for_many_rows_as_for_few(
    name: str, app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    organ = world.organ
    client = enter(organ["admin"])
    address = f"/exports/{name}?year=2026&show=all&state=all"
    client.post(address)
    seen = []
    for round_ in range(2):
        with count_queries() as queries:
            book_of(client.post(address))
        seen.append(len(queries))
        people(app, organ, [f"R{round_}{number:03d}" for number in range(60)])
        for month in range(1, 12):
            due_item(app, organ, organ.branch, date(2026, month, 20))
    assert seen[0] == seen[1], seen
    assert seen[0] <= 16


def test_nothing_in_it_is_a_formula(app: Flask, world: World, enter: Enter) -> None:
    bad = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "#N/A", "a\x07b"]
    people(app, world.organ, bad)
    book = book_of(enter(world.organ["admin"]).post(f"/exports/members/roster?unit_id={world.organ.branch}"))
    cells = {cell.value: cell for row in book.sheet.iter_rows() for cell in row}
    for text in (*bad[:-1], "ab"):
        assert cells[text].data_type == "s", text
    assert all(cells[text].quotePrefix for text in bad[:-1])
    assert not cells["ab"].quotePrefix
    assert not any(cell.data_type == "f" for cell in cells.values())


def test_dates_are_dates_and_numbers_numbers(app: Flask, world: World, enter: Enter, change: Change) -> None:
    organ = world.organ
    change(
        organ,
        "update membership set joined = case when person_id = :one then '2001-06-18' else '2001-06' end",
        one=organ["member"].person_id,
    )
    book = book_of(enter(organ["admin"]).post("/exports/members/roster"))
    by_name = dict(zip(book.column("姓名"), book.rows, strict=True))
    joined = book.head.index("加入时间")
    member = next(row for name, row in by_name.items() if str(name).startswith("member of"))
    assert member[joined].date() == date(2001, 6, 18)
    assert {row[joined] for name, row in by_name.items() if row is not member} == {"2001-06"}


def test_numbers_stay_masked(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    person = world.organ["member"].person_id
    phone = "13800005678"
    client.post(f"/members/{person}/contact", data={"phone": phone})
    data = client.post("/exports/members/roster").get_data()
    cells = {str(cell) for row in read_book(data).rows for cell in row}
    assert phone not in cells
    assert any("*" in cell and cell.endswith("5678") for cell in cells)


@pytest.mark.parametrize("role", ["admin", "officer", "secretary", "reviewer", "auditor"])
def test_every_list_answers_whoever_may_see_its_page(role: str, world: World, enter: Enter) -> None:
    client = enter(world.organ[role])
    answered = 0
    for name in LISTS:
        answer = client.post(f"/exports/{name.replace('.', '/')}?year=2026&outcome=all&state=all")
        assert answer.status_code in {200, 403}, name
        if answer.status_code == 200:
            book = book_of(answer)
            assert book.about["名单"] == str(LISTS[name].title)
            assert book.about["行数"] == len(book.rows)
            answered += 1
    assert answered >= 4


def test_the_trail_says_who_took_which_list(world: World, enter: Enter, rows: Rows) -> None:
    enter(world.organ["officer"]).post("/exports/members/roster")
    found = rows(
        world.organ,
        "select person_id, object_type, detail from audit_entry where verb = 'list.export'",
    )
    [(person_id, object_type, detail)] = found
    assert person_id == world.organ["officer"].person_id
    assert object_type == "list"
    assert detail["list"] == "members.roster"
    assert detail["rows"] >= 8
    text = enter(world.organ["auditor"]).get("/audit?verb=list.export").get_data(as_text=True)
    assert "花名册" in text


def test_a_long_list_is_a_job_and_a_form_sent_twice_is_one(
    app: Flask,
    world: World,
    enter: Enter,
    work: Callable[[int], int],
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    organ = world.organ
    monkeypatch.setattr(actions, "AT_ONCE", 20)
    people(app, organ, [f"P{number:03d}" for number in range(30)])
    client = enter(organ["officer"])
    sent = {"form_key": "once"}
    first = client.post("/exports/members/roster", data=sent)
    again = client.post("/exports/members/roster", data=sent)
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert work(organ.tenant_id) == 1
    [(state, result, file_id, subject, args)] = rows(
        organ, "select state, result, file_id, subject, args from job where kind = 'exports.write'"
    )
    assert (state, subject) == ("done", "花名册")
    assert result["rows"] == 38
    assert "P0" not in str(args)
    page = client.get(first.location).get_data(as_text=True)
    assert f"/files/{file_id}" in page
    assert "38" in page
    book = book_of(client.get(f"/files/{file_id}"))
    assert len(book.rows) == 38


def test_a_long_list_without_a_page_of_jobs_is_refused_in_words(
    app: Flask, world: World, enter: Enter, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    organ = world.organ
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    for month in range(1, 5):
        due_item(app, organ, organ.branch, date(2026, month, 20))
    answer = enter(organ["reviewer"]).post("/exports/duties/plan?year=2026&show=all")
    assert answer.status_code == 422
    assert "缩小筛选范围" in answer.get_data(as_text=True)
    assert rows(organ, "select 1 from job") == []


#: One value for each field of a filter that has to be given, or whose type has to survive the journey.
GIVEN: dict[str, object] = {
    "first": date(2026, 11, 1),
    "last": date(2026, 11, 30),
    "year": 2026,
    "line": "party",
    "on": date(2026, 3, 1),
    "since": date(2026, 1, 1),
    "until": date(2026, 2, 1),
    "day": date(2026, 4, 5),
    "kinds": ("theme_day", "party_lecture"),
    "unit_id": 7,
    "person_ids": (1, 2),
    "gaps": True,
}


def test_a_filter_outlives_the_journey_into_a_job() -> None:
    for listed in LISTS.values():
        if listed.pack is not None:
            continue
        names = {field.name for field in fields(listed.filter)}
        if listed.filter is TrailFilter:
            # Its days are instants.
            names -= {"since", "until"}
        given = listed.filter(**{name: value for name, value in GIVEN.items() if name in names})
        kept = json.loads(json.dumps(pack(listed, given)))
        assert unpack(listed, kept) == given, listed.name
        # What another version had written beside it is left out.
        assert unpack(listed, kept | {"unheard": 1}) == given


def test_a_name_that_was_looked_for_is_kept_in_no_job(app: Flask, world: World) -> None:
    listed = LISTS["accounts.people"]
    with app.app_context(), tenant(world.organ.tenant_id):
        kept = pack(listed, AccountFilter(state="all", term="secret"))
        assert "secret" not in json.dumps(kept)
        assert kept["person_ids"] == []
        assert unpack(listed, json.loads(json.dumps(kept))).person_ids == ()
        db.session.remove()
