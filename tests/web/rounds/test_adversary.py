"""Rounds under attack: the own unit judged by its own people, forms sent astray, numbers beyond reason."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.assessments.actions.deciding import write_totals
from shared.assessments.grades import grading_of, shipped_grading, to_json
from shared.assessments.models import Round
from shared.db import db, transaction
from shared.errors import Invalid
from shared.tenancy import tenant
from tests.web.rounds.conftest import round_form
from tests.web.rounds.test_results import decided  # noqa: F401
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]
Sheet = dict[str, int]


@pytest.fixture
def published(world: World, change: Change, opened: int, decided: int) -> int:  # noqa: F811
    """The round of the branch, its result known to the unit; units may appeal for years."""
    change(world.organ, "update assessment_round set state = 'published' where id = :id", id=opened)
    return opened


def appealed(
    world: World, change: Change, rows: Rows, round_id: int, line_id: int | None, key: str = "k"
) -> int:
    change(
        world.organ,
        "insert into assessment_appeal (round_id, unit_id, line_id, body, form_key)"
        " values (:round, :unit, :line, '请复核', :key)",
        round=round_id,
        unit=world.organ.branch,
        line=line_id,
        key=key,
    )
    [(found,)] = rows(world.organ, "select id from assessment_appeal where form_key = :key", key=key)
    return int(found)


def test_nobody_answers_the_appeal_of_the_own_unit(
    world: World, enter: Enter, rows: Rows, change: Change, sheet: Sheet, published: int, entry_id: int
) -> None:
    appeal_id = appealed(world, change, rows, published, sheet["evidence"])
    # The officer runs the round, and is a member of the branch that appeals.
    officer = enter(world.organ["officer"])
    officer.post(f"/rounds/appeals/{appeal_id}", data={"upheld": "1", "answer": "是", "points": "20"})
    assert rows(world.organ, "select state from assessment_appeal") == [("open",)]
    assert rows(world.organ, "select earned from assessment_entry where id = :id", id=entry_id) == [
        (Decimal("32.00"),)
    ]


def test_a_form_key_of_another_unit_swallows_no_appeal(
    world: World, enter: Enter, rows: Rows, change: Change, sheet: Sheet, published: int, entry_id: int
) -> None:
    organ = world.organ
    change(
        organ,
        "insert into assessment_appeal (round_id, unit_id, body, form_key) values (:r, :u, '他处', 'same')",
        r=published,
        u=organ.other_branch,
    )
    answer = enter(organ["secretary"]).post(
        f"/rounds/entries/{entry_id}/appeal", data={"form_key": "same", "line_id": "", "body": "本支部的申诉"}
    )
    made = rows(organ, "select count(*) from assessment_appeal where unit_id = :u", u=organ.branch)
    # Either it is made, or the page says that it is not and keeps the words.
    assert made == [(1,)] or (answer.status_code != 303 and "本支部的申诉" in answer.text)


def test_an_appeal_about_a_line_that_is_not_there_is_not_one_about_everything(
    world: World, enter: Enter, rows: Rows, published: int, entry_id: int
) -> None:
    answer = enter(world.organ["secretary"]).post(
        f"/rounds/entries/{entry_id}/appeal", data={"form_key": "x", "line_id": "999999", "body": "复核"}
    )
    assert answer.status_code == 422
    assert rows(world.organ, "select count(*) from assessment_appeal") == [(0,)]


def test_one_form_key_at_two_lines_is_no_crash(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int
) -> None:
    secretary = enter(world.organ["secretary"])
    for kind in ("evidence", "must"):
        answer = secretary.post(
            f"/rounds/entries/{entry_id}/evidence?line={sheet[kind]}", data={"form_key": "p", "words": "台账"}
        )
        assert answer.status_code < 500, kind


def test_the_same_appeal_sent_twice_at_once_is_one(
    world: World, enter: Enter, rows: Rows, published: int, entry_id: int
) -> None:
    clients = [enter(world.organ["secretary"]) for _each in range(2)]
    start = threading.Barrier(2)

    def send(client: FlaskClient) -> int:
        start.wait()
        return client.post(
            f"/rounds/entries/{entry_id}/appeal", data={"form_key": "t", "line_id": "", "body": "请复核"}
        ).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, clients)) == [303, 303]
    assert rows(world.organ, "select count(*) from assessment_appeal") == [(1,)]


def test_a_rate_beyond_the_column_stops_nothing(
    app: Flask, world: World, rows: Rows, change: Change, sheet: Sheet, opened: int, entry_id: int
) -> None:
    organ = world.organ
    change(organ, "update assessment_scheme set bonus_cap = 1000 where id = :id", id=sheet["scheme"])
    change(
        organ,
        "update assessment_line set full_marks = case kind when 'must' then 1 else 1000 end"
        " where scheme_id = :id and kind in ('must', 'bonus')",
        id=sheet["scheme"],
    )
    for kind, most, points in (("must", 1, 1), ("bonus", 1000, 1000)):
        change(
            organ,
            "insert into assessment_mark (round_id, unit_id, line_id, most, points)"
            " values (:r, :u, :l, :m, :p)",
            r=opened,
            u=organ.branch,
            l=sheet[kind],
            m=most,
            p=points,
        )
    with app.app_context(), tenant(organ.tenant_id):
        with transaction():
            write_totals(db.session.scalars(select(Round).where(Round.id == opened)).one())
        db.session.remove()
    [(rate,)] = rows(organ, "select rate from assessment_entry where id = :id", id=entry_id)
    assert rate is not None
    assert rate >= 100


@pytest.mark.parametrize("field", ["quota", "at_least"])
@pytest.mark.parametrize("text", ["1e-200000", "1e200000", "0e-200000", "NaN", "Infinity", "-1", "1/1e9"])
def test_a_ladder_of_numbers_of_a_million_digits_is_refused(field: str, text: str) -> None:
    grading = shipped_grading("plain")
    assert grading is not None
    data = to_json(grading)
    # The last one with a threshold: a small number is in its order there.
    data["steps"][2][field] = text
    with pytest.raises(Invalid):
        grading_of(data)


def test_a_unit_dissolved_meanwhile_does_not_hold_the_round(
    world: World, enter: Enter, rows: Rows, change: Change, sheet: Sheet
) -> None:
    organ = world.organ
    admin = enter(organ["admin"])
    made = admin.post("/rounds/new", data=round_form(sheet["scheme"], organ.other_branch))
    round_id = int(made.location.rsplit("/", 1)[1])
    [(entry,)] = rows(organ, "select id from assessment_entry where round_id = :r", r=round_id)
    change(
        organ,
        "update unit set state = 'dissolved' where id = :id",
        id=organ.other_branch,
    )
    for path in (f"/rounds/{round_id}", f"/rounds/{round_id}/decide", f"/rounds/{round_id}/reviewers",
                 f"/rounds/entries/{entry}", "/rounds", "/"):  # fmt: skip
        assert admin.get(path).status_code < 400, path
    assert admin.post(f"/rounds/{round_id}/remind").status_code < 500


def test_names_that_are_markup_or_formulas_stay_text(
    world: World, enter: Enter, change: Change, published: int, entry_id: int
) -> None:
    organ = world.organ
    bad = "<script>alert(1)</script>"
    change(organ, "update assessment_round set name = :n where id = :id", n=bad, id=published)
    change(organ, "update assessment_line set name = :n, heading = :n", n=bad)
    change(organ, "update unit set name = :n where id = :id", n=bad, id=organ.branch)
    officer = enter(organ["officer"])
    inside = ("", "/results", "/decide", "/appeals")
    addresses = [f"/rounds/{published}{end}" for end in inside]
    for path in ("/rounds", *addresses, f"/rounds/results/{entry_id}", f"/rounds/entries/{entry_id}"):
        page = officer.get(path)
        assert page.status_code == 200, path
        assert bad not in page.text, path


def test_nobody_grades_the_own_unit_by_hand(
    world: World, enter: Enter, rows: Rows, published: int, entry_id: int
) -> None:
    read = "select grade, revision from assessment_entry where id = :id"
    [(grade, revision)] = rows(world.organ, read, id=entry_id)
    enter(world.organ["officer"]).post(
        f"/rounds/results/{entry_id}/grade",
        data={"grade": "excellent", "reason": "突出", "revision": revision},
    )
    assert rows(world.organ, read, id=entry_id)[0][0] == grade
