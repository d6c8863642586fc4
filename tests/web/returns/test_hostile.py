"""Tables against people who are somewhere else, too late, or mean no good."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.db import db, transaction
from shared.returns.models import ReturnTable
from shared.tenancy import tenant
from tests.web.returns.test_returns import COLUMNS, GOOD, copy_of, decide, fill, made, sent_out, workbook
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


@pytest.fixture
def issued(world: World, enter: Enter) -> int:
    officer = enter(world.organ["officer"])
    return_id = made(officer, world.organ.middle)
    assert sent_out(officer, return_id).status_code == 303
    return return_id


@pytest.mark.parametrize(
    "typed",
    [
        "1e-99999999",
        "NaN",
        "-Infinity",
        "1e999999999",
        "9" * 400,
        "<script>alert(1)</script>",
        "=1+1",
        "1\0e",
    ],
)
def test_a_hostile_number_is_kept_as_typed_and_never_counted(
    world: World, enter: Enter, rows: Rows, issued: int, typed: str
) -> None:
    secretary = enter(world.organ["secretary"])
    key = copy_of(rows, world.organ, world.organ.branch)
    answer = fill(secretary, key, "hand_in", **{**GOOD, "rows-0-c3": typed})
    assert answer.status_code == 422
    assert 'id="rows-0-c3-err"' in answer.text
    assert "<script>alert(1)" not in answer.text
    [(state, size)] = rows(
        world.organ, "select state, length(rows::text) from filling where id = :id", id=key
    )
    assert state == "open"
    assert size < 1000
    assert secretary.get(f"/returns/fillings/{key}/sheet").status_code == 200


def test_a_sheet_with_merged_cells_and_formulas_is_read_as_what_it_shows(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    secretary = enter(world.organ["secretary"])
    key = copy_of(rows, world.organ, world.organ.branch)
    sent = workbook(["参加人数（人）", "说明"], [7, '\'=HYPERLINK("http://x")'])
    answer = secretary.post(f"/returns/fillings/{key}/upload", data={"file": sent, "version": "1"})
    assert answer.status_code == 303
    [(kept,)] = rows(world.organ, "select rows from filling where id = :id", id=key)
    assert kept[0]["c2"] == "7"
    # Ten thousand lines for a table of one row: said, and nothing is written.
    many = workbook(["参加人数（人）", "说明"], *([[1, "x"]] * 10_000))
    answer = secretary.post(
        f"/returns/fillings/{key}/upload", data={"file": many, "version": "2"}, follow_redirects=True
    )
    assert answer.status_code == 200
    assert rows(world.organ, "select version from filling where id = :id", id=key) == [(2,)]


def test_neighbours_and_members_reach_no_copy(world: World, enter: Enter, rows: Rows, issued: int) -> None:
    organ = world.organ
    assert organ.colleague is not None
    key = copy_of(rows, organ, organ.branch)
    # Without the right it is 403 wherever the thing lies.
    others = ((organ.colleague, {403}), (organ["member"], {403}), (world.union["secretary"], {403, 404}))
    for cast, statuses in others:
        client = enter(cast)
        assert client.get(f"/returns/fillings/{key}").status_code in statuses
        assert client.get(f"/returns/fillings/{key}/sheet").status_code in statuses
        assert fill(client, key, "hand_in", **GOOD).status_code in statuses
        assert decide(client, key, "take", 1).status_code in statuses
        assert client.get(f"/returns/{issued}").status_code in statuses
        assert client.get(f"/returns/{issued}/rows").status_code in statuses
        assert client.post(f"/exports/returns/result?return_id={issued}").status_code in statuses
    assert rows(organ, "select state, version from filling where id = :id", id=key) == [("open", 1)]


def test_the_last_day_is_the_same_for_all_and_each_change_of_it_is_told(
    world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    assert sent_out(officer, issued, kinds="general_branch", due_on="2199-12-31").status_code == 422
    assert rows(organ, "select due_on::text from return_table where id = :id", id=issued) == [("2199-06-30",)]
    for number, day in enumerate(("2199-07-01", "2199-07-02", "2199-07-01")):
        [(version,)] = rows(organ, "select version from return_table where id = :id", id=issued)
        data = {"version": str(version), "due_on": day}
        assert officer.post(f"/returns/{issued}/day", data=data).status_code == 303, number
    told = "select count(distinct occasion.id)::int from occasion join delivery on delivery.occasion_id = occasion.id"
    found = rows(
        organ,
        told + " where kind = 'return' and detail->>'day' is not null and person_id = :person",
        person=organ["secretary"].person_id,
    )
    assert found == [(3,)]


def test_nothing_is_handed_in_to_a_table_that_is_withdrawn_in_the_same_moment(
    app: Flask, world: World, enter: Enter, rows: Rows, issued: int
) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    key = copy_of(rows, organ, organ.branch)
    answers: list[int] = []
    with app.app_context(), tenant(organ.tenant_id):
        with transaction():
            table = db.session.execute(
                select(ReturnTable).where(ReturnTable.id == issued).with_for_update()
            ).scalar_one()
            table.state, table.reason = "withdrawn", "重复"
            db.session.flush()
            hand = threading.Thread(
                target=lambda: answers.append(fill(secretary, key, "hand_in", **GOOD).status_code)
            )
            hand.start()
            hand.join(0.7)
        hand.join(20)
        db.session.remove()
    assert answers == [409]
    assert rows(organ, "select state from filling where id = :id", id=key) == [("open",)]


def test_columns_of_ten_thousand_cells(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    return_id = made(officer, organ.middle, layout="list", columns=COLUMNS)
    assert sent_out(officer, return_id).status_code == 303
    key = copy_of(rows, organ, organ.branch)
    typed = {"rows-rows": "999999999"} | {f"rows-{number}-c2": "1" for number in range(2500)}
    assert fill(secretary, key, "save", **typed).status_code in (413, 422)
    assert rows(organ, "select rows from filling where id = :id", id=key) == [([],)]
