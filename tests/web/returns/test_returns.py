"""A table made, sent out, filled in on the page and by sheet, returned, taken in, added up."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.worker.messages import send_waiting
from services.worker.reminders import remind
from shared.db import db
from shared.tenancy import tenant
from tests.web.plans.test_plans import taken_in
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]

COLUMNS = [
    {"label": "单位", "known": "unit", "kind": "text"},
    {"label": "参加人数", "kind": "whole", "measure": "人", "required": "y", "least": "0", "most": "1000"},
    {"label": "经费", "kind": "decimal", "measure": "万元"},
    {"label": "是否完成", "kind": "yes_no"},
    {"label": "形式", "kind": "choice", "choices": "集中、分散"},
    {"label": "说明", "kind": "text"},
]


def table_form(
    unit_id: int, *, layout: str = "row", columns: list[dict[str, str]] = COLUMNS
) -> dict[str, str]:
    sent = {
        "form_key": f"table-{layout}-{unit_id}",
        "unit_id": str(unit_id),
        "title": "主题党日情况统计",
        "layout": layout,
        "remark": "请如实填写",
        "columns-rows": str(len(columns)),
    }
    for number, column in enumerate(columns):
        sent |= {f"columns-{number}-{name}": text for name, text in column.items()}
    return sent


def made(client: FlaskClient, unit_id: int, **values: Any) -> int:
    answer = client.post("/returns/new", data=table_form(unit_id, **values))
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].split("/")[-2])


def sent_out(client: FlaskClient, return_id: int, *, seen: str = "1", **values: str) -> TestResponse:
    data = {"seen": seen, "due_on": "2199-06-30", "kinds": "party_branch", **values}
    return client.post(f"/returns/{return_id}/send", data=data)


@pytest.fixture
def issued(world: World, enter: Enter) -> int:
    officer = enter(world.organ["officer"])
    return_id = made(officer, world.organ.middle)
    assert sent_out(officer, return_id).status_code == 303
    return return_id


def copy_of(rows: Rows, side: Side, unit_id: int) -> int:
    [(key,)] = rows(
        side, "select id from filling where unit_id = :unit order by id desc limit 1", unit=unit_id
    )
    return int(key)


def fill(client: FlaskClient, filling_id: int, act: str, version: int = 1, /, **values: str) -> TestResponse:
    data = {"form_key": f"f{act}{version}", "version": str(version), "act": act, **values}
    return client.post(f"/returns/fillings/{filling_id}", data=data)


def decide(client: FlaskClient, filling_id: int, act: str, version: int, remark: str = "") -> TestResponse:
    data = {"form_key": f"d{act}{version}", "version": str(version), "act": act, "remark": remark}
    return client.post(f"/returns/fillings/{filling_id}/decide", data=data)


GOOD = {"rows-0-c2": "12", "rows-0-c3": "1.5", "rows-0-c4": "y", "rows-0-c5": "集中", "note": "无"}


def test_a_table_goes_out_is_filled_in_returned_and_taken_in(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    filling_id = copy_of(rows, organ, organ.branch)
    assert "主题党日情况统计" in secretary.get("/").text
    assert f"/returns/fillings/{filling_id}" in secretary.get("/returns").text
    page = secretary.get(f"/returns/fillings/{filling_id}").text
    # What is known is not asked.
    assert "branch " in page
    assert 'name="rows-0-c1"' not in page
    # Wrong and missing: kept, said, and not handed in.
    answer = fill(secretary, filling_id, "hand_in", **{"rows-0-c3": "abc"})
    assert answer.status_code == 422
    assert 'value="abc"' in answer.text
    assert rows(organ, "select state, rows from filling where id = :id", id=filling_id) == [
        ("open", [{"c2": "", "c3": "abc", "c4": "", "c5": "", "c6": ""}])
    ]
    # On an older version nothing is overwritten, and what was typed stays on the page.
    answer = fill(secretary, filling_id, "save", 1, **GOOD)
    assert answer.status_code == 409
    assert 'value="12"' in answer.text
    assert fill(secretary, filling_id, "save", 2, **GOOD).status_code == 303
    assert fill(secretary, filling_id, "hand_in", 3, **GOOD).status_code == 303
    # The same form again does nothing; another one finds it locked.
    assert fill(secretary, filling_id, "hand_in", 3, **GOOD).status_code == 303
    assert fill(secretary, filling_id, "save", 4, **GOOD).status_code == 409
    [(state, kept)] = rows(organ, "select state, rows from filling where id = :id", id=filling_id)
    assert state == "handed_in"
    assert kept[0]["c1"].startswith("branch ")
    assert kept[0]["c2"] == "12"
    shown = officer.get(f"/returns/{issued}?view=handed_in").text
    assert f"/returns/fillings/{filling_id}" in shown
    assert decide(officer, filling_id, "return", 4).status_code == 422
    assert decide(officer, filling_id, "return", 4, "经费不对").status_code == 303
    assert "经费不对" in secretary.get(f"/returns/fillings/{filling_id}").text
    assert fill(secretary, filling_id, "hand_in", 5, **{**GOOD, "rows-0-c3": "2"}).status_code == 303
    assert decide(officer, filling_id, "take", 6).status_code == 303
    assert rows(organ, "select act from filling_note where filling_id = :id order by id", id=filling_id) == [
        ("hand_in",),
        ("return",),
        ("hand_in",),
        ("take",),
    ]


def test_numbers_add_up_and_open_into_their_rows(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    admin = enter(organ["admin"])
    return_id = made(admin, organ.root)
    assert sent_out(admin, return_id, seen="2").status_code == 303
    for unit_id, cast, people in (
        (organ.branch, organ["secretary"], "12"),
        (organ.other_branch, organ.colleague, "30"),
    ):
        assert cast is not None
        key = copy_of(rows, organ, unit_id)
        answer = fill(enter(cast), key, "hand_in", **{**GOOD, "rows-0-c2": people, "rows-0-c6": "=1+1"})
        assert answer.status_code == 303
    page = admin.get(f"/returns/{return_id}?view=all").text
    assert "<b>42</b>" in page
    assert "是 2" in page
    assert f"/returns/{return_id}/rows?key=c5&amp;value=%E9%9B%86%E4%B8%AD" in page
    listed = admin.get(f"/returns/{return_id}/rows?key=c5&value=集中").text
    assert "other branch" in listed
    assert "other branch" not in admin.get(f"/returns/{return_id}/rows?key=c5&value=分散").text
    # A unit between sees its own part only, and checks.
    officer = enter(organ["officer"])
    part = officer.get(f"/returns/{return_id}?view=all").text
    assert "<b>12</b>" in part
    assert "other branch" not in part
    assert "other branch" not in officer.get(f"/returns/{return_id}/rows").text
    own, beside = copy_of(rows, organ, organ.branch), copy_of(rows, organ, organ.other_branch)
    assert officer.get(f"/returns/fillings/{beside}").status_code == 403
    assert decide(officer, own, "take", 2).status_code == 403
    assert decide(officer, own, "check", 2).status_code == 303
    assert "已核对" in admin.get(f"/returns/fillings/{own}").text
    # The whole result as Excel, with formulas kept text.
    answer = admin.post(f"/exports/returns/result?return_id={return_id}")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads[1:4] == ["单位", "参加人数（人）", "经费（万元）"]
    assert [sheet.cell(row=row, column=3).value for row in (2, 3)] == [12, 30]
    assert sheet.cell(row=2, column=7).value == "=1+1"
    assert sheet.cell(row=2, column=7).data_type == "s"
    # Taken in at once, set-based; done again it finds none.
    for _again in range(2):
        assert admin.post(f"/returns/{return_id}/take", data={"form_key": "t"}).status_code == 303
    assert rows(organ, "select state, count(*)::int from filling group by 1") == [("taken", 2)]
    assert rows(organ, "select count(*)::int from filling_note where act = 'take'") == [(2,)]


def workbook(*lines: list[Any]) -> tuple[io.BytesIO, str]:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)  # type: ignore[union-attr]
    handle = io.BytesIO()
    book.save(handle)
    handle.seek(0)
    return handle, "表.xlsx"


def test_a_list_is_filled_in_by_sheet(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    return_id = made(officer, organ.middle, layout="list")
    assert sent_out(officer, return_id).status_code == 303
    filling_id = copy_of(rows, organ, organ.branch)
    blank = secretary.get(f"/returns/fillings/{filling_id}/sheet")
    sheet = openpyxl.load_workbook(io.BytesIO(blank.data)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]][:2] == ["单位", "参加人数（人）"]
    heads = ["参加人数（人）", "经费", "是否完成", "形式"]
    sent = workbook(heads, [5, 1.25, "是", "集中"], ["五", 2, "否", "别的"])
    answer = secretary.post(
        f"/returns/fillings/{filling_id}/upload", data={"file": sent, "version": "1"}, follow_redirects=True
    )
    # Nothing is lost, and each cell that does not fit says so.
    assert 'value="五"' in answer.text
    assert 'id="rows-1-c2-err"' in answer.text
    assert 'id="rows-1-c5-err"' in answer.text
    assert "别的" in answer.text
    again = workbook(heads, [5, 1.25, "是", "集中"], [6, 2, "否", "分散"])
    secretary.post(f"/returns/fillings/{filling_id}/upload", data={"file": again, "version": "2"})
    typed = {"rows-rows": "5"}
    for number, people in enumerate(("5", "6", "", "7")):
        typed[f"rows-{number}-c2"] = people
    assert fill(secretary, filling_id, "hand_in", 3, **typed).status_code == 303
    [(kept,)] = rows(organ, "select rows from filling where id = :id", id=filling_id)
    assert [row["c2"] for row in kept] == ["5", "6", "7"]
    shown = officer.get(f"/returns/{return_id}?view=all").text
    assert "<b>18</b>" in shown
    # What is no sheet, or bears a mark, is refused in words; the copy stays.
    for data in (b"PK\x03\x04 broken", b"%PDF-1.7", b""):
        answer = secretary.post(
            f"/returns/fillings/{filling_id}/upload",
            data={"file": (io.BytesIO(data), "x.xlsx"), "version": "4"},
        )
        assert answer.status_code == 303


def test_a_workbook_whose_first_row_gives_the_columns(world: World, enter: Enter) -> None:
    officer = enter(world.organ["officer"])
    sent = table_form(world.organ.middle, columns=[{"label": "单位", "kind": "text"}])
    sent["act"] = "read"
    answer = officer.post("/returns/new", data={**sent, "file": workbook(["单位", "人数"], ["甲", 3])})
    assert answer.status_code == 200
    assert 'value="人数"' in answer.text
    assert answer.text.count('value="单位"') == 1


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ([], "columns"),
        ([{"label": "甲", "kind": "whole", "least": "5", "most": "3"}], "columns-0-most"),
        ([{"label": "甲", "kind": "whole", "least": "x"}], "columns-0-least"),
        ([{"label": "甲", "kind": "whole", "most": "1e999999999"}], "columns-0-most"),
        ([{"label": "甲", "kind": "choice"}], "columns-0-choices"),
        ([{"label": "甲", "kind": "text"}, {"label": "甲", "kind": "text"}], "columns-1-label"),
        ([{"label": "甲", "kind": "text", "measure": "人"}], "columns-0-measure"),
        ([{"label": "甲", "kind": "nonsense"}], "columns-0-kind"),
        ([{"label": "甲", "kind": "text", "known": "unit"}], "columns"),
    ],
)
def test_a_table_that_cannot_be_asked_is_refused_beside_its_field(
    world: World, enter: Enter, rows: Rows, columns: list[dict[str, str]], field: str
) -> None:
    officer = enter(world.organ["officer"])
    answer = officer.post("/returns/new", data=table_form(world.organ.middle, columns=columns))
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    assert rows(world.organ, "select 1 from return_table") == []


def test_after_it_went_out_a_table_only_grows(world: World, enter: Enter, rows: Rows, issued: int) -> None:
    officer = enter(world.organ["officer"])
    keyed = [{**column, "key": f"c{number}"} for number, column in enumerate(COLUMNS, 1)]

    def change(columns: list[dict[str, str]], version: str = "2") -> int:
        sent = table_form(world.organ.middle, columns=columns) | {"version": version}
        return officer.post(f"/returns/{issued}/edit", data=sent).status_code

    assert change(keyed[:-1]) == 422
    assert change([{**keyed[0]}, {**keyed[1], "kind": "text"}, *keyed[2:]]) == 422
    grown = [*keyed[:-1], {**keyed[-1], "label": "补充说明"}, {"label": "备注", "kind": "text"}]
    assert change(grown) == 303
    assert change(keyed, "2") == 409
    [(columns,)] = rows(world.organ, "select columns from return_table where id = :id", id=issued)
    assert [(one["key"], one["label"]) for one in columns[-2:]] == [("c6", "补充说明"), ("c7", "备注")]


def test_the_count_that_was_seen_is_the_count_that_is_sent(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    officer = enter(world.organ["officer"])
    # Who has it already is left out; nobody left is said.
    assert sent_out(officer, issued).status_code == 422
    assert sent_out(officer, issued, seen="5", kinds="general_branch").status_code == 409
    assert sent_out(officer, issued, kinds="general_branch", due_on="2020-01-01").status_code == 422
    assert sent_out(officer, issued, kinds="general_branch").status_code == 303
    # Units outside the reach are never among them.
    assert rows(
        world.organ, "select count(*)::int from filling where unit_id = :id", id=world.organ.other_branch
    ) == [(0,)]


def test_a_withdrawn_and_a_closed_table_take_nothing_in(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    filling_id = copy_of(rows, organ, organ.branch)
    assert officer.post(f"/returns/{issued}/end", data={"to": "closed"}).status_code == 303
    assert fill(secretary, filling_id, "hand_in", **GOOD).status_code == 409
    officer.post(f"/returns/{issued}/end", data={"to": "issued"})
    assert fill(secretary, filling_id, "save", **GOOD).status_code == 303
    officer.post(f"/returns/{issued}/end", data={"to": "withdrawn"})
    assert rows(organ, "select state from return_table where id = :id", id=issued) == [("issued",)]
    officer.post(f"/returns/{issued}/end", data={"to": "withdrawn", "reason": "已有数据"})
    page = secretary.get(f"/returns/fillings/{filling_id}").text
    assert "已有数据" in page
    assert fill(secretary, filling_id, "hand_in", 2, **GOOD).status_code == 409
    assert f"/returns/fillings/{filling_id}" not in secretary.get("/returns").text
    assert "主题党日情况统计" not in secretary.get("/").text


def test_last_times_values_are_offered(world: World, enter: Enter, rows: Rows, issued: int) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    assert fill(secretary, copy_of(rows, organ, organ.branch), "hand_in", **GOOD).status_code == 303
    page = officer.get(f"/returns/new?from_id={issued}").text
    assert 'value="参加人数"' in page
    keyed = [{**column, "key": f"c{number}"} for number, column in enumerate(COLUMNS, 1)]
    sent = table_form(organ.middle, columns=keyed) | {"form_key": "next", "from_id": str(issued)}
    answer = officer.post("/returns/new", data=sent)
    following = int(answer.headers["Location"].split("/")[-2])
    assert sent_out(officer, following).status_code == 303
    filling_id = copy_of(rows, organ, organ.branch)
    page = secretary.get(f"/returns/fillings/{filling_id}").text
    assert f"/returns/fillings/{filling_id}?offer=1" in page
    assert 'value="12"' not in page
    assert 'value="12"' in secretary.get(f"/returns/fillings/{filling_id}?offer=1").text
    # An offer is nothing that was kept.
    assert rows(organ, "select rows from filling where id = :id", id=filling_id) == [([],)]


def told(rows: Rows, side: Side, kind: str) -> list[Any]:
    return rows(
        side,
        "select coalesce(detail->>'stage', detail->>'act', ''), array_agg(distinct person_id) from delivery"
        " join occasion on occasion.tenant_id = delivery.tenant_id and occasion.id = delivery.occasion_id"
        " where kind = :kind group by 1 order by 1",
        kind=kind,
    )


def test_one_press_reminds_whoever_has_not_handed_in_once_a_day(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    [(_act, people)] = told(rows, organ, "return")
    assert {organ["secretary"].person_id, organ["keeper"].person_id} <= set(people)
    for _again in range(2):
        assert officer.post(f"/returns/{issued}/remind").status_code == 303
    counted = "select count(*)::int from occasion where kind = 'return' and detail->>'act' = 'remind'"
    assert rows(organ, counted) == [(1,)]
    assert (
        fill(enter(organ["secretary"]), copy_of(rows, organ, organ.branch), "hand_in", **GOOD).status_code
        == 303
    )
    with time_machine.travel("2199-01-02T04:00:00Z", tick=False):
        officer = enter(organ["officer"])
        officer.post(f"/returns/{issued}/remind")
    assert rows(organ, counted) == [(1,)]


def test_late_ones_are_told_to_the_unit_then_above_once_each(
    app: Flask, world: World, rows: Rows, issued: int
) -> None:
    organ = world.organ

    def swept() -> None:
        with app.app_context(), tenant(organ.tenant_id):
            remind()
            send_waiting()
            db.session.remove()

    with time_machine.travel("2199-06-30T04:00:00Z", tick=False):
        swept()
    assert told(rows, organ, "return_late") == []
    with time_machine.travel("2199-07-20T04:00:00Z", tick=False):
        swept()
        first = told(rows, organ, "return_late")
        swept()
        assert told(rows, organ, "return_late") == first
    people = dict(first)
    assert set(people) == {"1", "2"}
    assert organ["secretary"].person_id in people["1"]
    assert organ["officer"].person_id in people["2"]
    assert organ["secretary"].person_id not in people["2"]
    subjects = rows(
        organ,
        "select distinct subject from delivery join occasion on occasion.tenant_id = delivery.tenant_id"
        " and occasion.id = delivery.occasion_id where kind = 'digest' and delivery.state = 'sent'",
    )
    assert len(subjects) == 2


def test_a_returned_copy_says_why_in_its_message(
    app: Flask, world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    filling_id = copy_of(rows, organ, organ.branch)
    assert fill(secretary, filling_id, "hand_in", **GOOD).status_code == 303
    assert decide(officer, filling_id, "return", 2, "人数请核实").status_code == 303
    with app.app_context(), tenant(organ.tenant_id):
        send_waiting()
        db.session.remove()
    bodies = rows(
        organ,
        "select body from delivery join occasion on occasion.tenant_id = delivery.tenant_id"
        " and occasion.id = delivery.occasion_id where kind = 'filling' and channel = 'in_app'",
    )
    assert bodies
    assert all("人数请核实" in body for (body,) in bodies)


def many_units(change: Callable[..., None], side: Side, count: int) -> None:
    """Branches below the middle unit, as an import would make them."""
    change(
        side,
        "insert into unit (id, parent_id, path, kind, line, name, duties_since)"
        " select key, :middle, (select path from unit where id = :middle) || lpad(key::text, 10, '0') || '.',"
        " 'party_branch', 'party', 'many ' || key, '2026-01-01'"
        " from (select :middle * 10000 + number as key from generate_series(1, :n) as number) as made",
        n=count,
        middle=side.middle,
    )


def test_the_number_of_statements_does_not_grow_with_the_units(
    world: World, enter: Enter, change: Callable[..., None], count_queries: Callable[[], Any]
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])

    def statements(seen: str, form_key: str) -> tuple[int, int, int]:
        sent = table_form(organ.middle) | {"form_key": form_key}
        return_id = int(officer.post("/returns/new", data=sent).headers["Location"].split("/")[-2])
        with count_queries() as issuing:
            assert sent_out(officer, return_id, seen=seen).status_code == 303
        change(
            organ,
            'update filling set state = \'handed_in\', handed_at = now(), rows = \'[{"c2": "3", "c5": "集中"}]\''
            " where return_id = :id",
            id=return_id,
        )
        with count_queries() as showing:
            page = officer.get(f"/returns/{return_id}?view=all")
        assert f"<b>{3 * int(seen):,}</b>" in page.text
        with count_queries() as listing:
            assert officer.get(f"/returns/{return_id}/rows").status_code == 200
        return len(issuing), len(showing), len(listing)

    few = statements("1", "few")
    many_units(change, organ, 400)
    many = statements("401", "many")
    assert many == few
    assert few[0] <= 20
    assert few[1] <= 18


def test_the_list_goes_on_where_it_stopped(
    world: World, enter: Enter, change: Callable[..., None], rows: Rows
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    many_units(change, organ, 60)
    return_id = made(officer, organ.middle)
    assert sent_out(officer, return_id, seen="61").status_code == 303
    seen: list[str] = []
    address = f"/returns/{return_id}?view=waiting"
    for _page in range(3):
        page = officer.get(address).text
        seen += [part.split('"')[0] for part in page.split('href="/returns/fillings/')[1:]]
        if 'rel="next" href="' not in page:
            break
        address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 61


def test_a_table_for_an_item_of_a_plan(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, admin = enter(organ["officer"]), enter(organ["admin"])
    own, above = taken_in(officer, organ.middle), taken_in(admin, organ.root, key="above")
    for plan_id, client in ((own, officer), (above, admin)):
        client.post(f"/plans/{plan_id}/decide", data={"all": "1", "act": "take"})
    of_plan = "select min(id) from plan_item where plan_id = :id and state = 'item'"
    [(item_id,)] = rows(organ, of_plan, id=own)
    assert f'value="{item_id}"' in officer.get(f"/returns/new?item_id={item_id}").text
    sent = table_form(organ.middle) | {"plan_item_id": str(item_id)}
    assert officer.post("/returns/new", data=sent).status_code == 303
    assert rows(organ, "select plan_item_id from return_table") == [(item_id,)]
    # An item of a plan outside the reach is none.
    [(beside,)] = rows(organ, of_plan, id=above)
    refused = sent | {"plan_item_id": str(beside), "form_key": "other"}
    assert officer.post("/returns/new", data=refused).status_code == 422
