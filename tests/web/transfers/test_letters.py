"""Transfers to outside: the letter, its number and validity, its receipt, a new one in its place."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.clock import today
from shared.db import db
from shared.files import File, location
from shared.tenancy import tenant
from shared.transfers.models import Letter, Transfer
from shared.transfers.validity import longest, validity
from tests.factories.transfers import change, identity, memberships, rows, send, transfers, traveller
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
LETTER = {"route": "outside", "addressed_to": "中共云桥市委组织部", "valid_days": 30}


def issued(app: Flask, world: World, enter: Enter, **more: object) -> tuple[int, Transfer, Letter]:
    side = world.organ
    person_id = traveller(app, side, number=identity())
    answer = send(enter(side["secretary"]), person_id, **{**LETTER, **more})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    transfer = transfers(app, side, person_id=person_id)[0]
    return person_id, transfer, rows(app, side, Letter, transfer_id=transfer.id)[0]


def test_the_rules_name_their_source() -> None:
    assert [validity(key, today()).days for key in ("city", "beyond", "longest")] == [10, 30, 90]
    assert all(validity(key, today()).source for key in ("city", "beyond", "longest", "system"))
    assert longest(today()) == 90


def test_a_letter_has_the_next_number_of_its_year(app: Flask, world: World, enter: Enter) -> None:
    year = today().year
    numbers = [issued(app, world, enter)[2].number for _one in range(3)]
    assert numbers == [f"{year}-0001", f"{year}-0002", f"{year}-0003"]


def test_validity_is_within_the_rule(app: Flask, world: World, enter: Enter) -> None:
    person_id, transfer, letter = issued(app, world, enter, valid_days=10)
    assert letter.expires_on == today() + timedelta(days=10) == transfer.expires_on
    person_id = traveller(app, world.organ)
    for wrong in (0, -1, 91, 400, "x"):
        answer = send(enter(world.organ["secretary"]), person_id, **{**LETTER, "valid_days": wrong})
        assert answer.status_code == 422
    assert transfers(app, world.organ, person_id=person_id) == []


def test_the_paper_is_sealed_and_for_those_who_send(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    side = world.organ
    _person_id, transfer, letter = issued(app, world, enter)
    assert work(side.tenant_id) == 1
    letter = rows(app, side, Letter, id=letter.id)[0]
    assert letter.file_id is not None
    file = rows(app, side, File, id=letter.file_id)[0]
    assert (file.purpose, file.sealed) == ("letter", True)
    with app.app_context(), tenant(side.tenant_id):
        assert not location(file).read_bytes().startswith(b"%PDF")
        db.session.remove()
    got = enter(side["secretary"]).get(f"/files/{letter.file_id}")
    assert got.status_code == 200
    assert got.data.startswith(b"%PDF")
    assert f"/files/{letter.file_id}" in enter(side["secretary"]).get(f"/transfers/{transfer.id}").get_data(
        as_text=True
    )
    # Others who may open papers of the unit may not open this one.
    assert enter(side["keeper"]).get(f"/files/{letter.file_id}").status_code == 403
    assert enter(side["leader"]).get(f"/files/{letter.file_id}").status_code == 403


def test_a_union_has_its_own_letter(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    """Printed with blanks where nothing is known of the person."""
    side = world.union
    person_id = traveller(app, side)
    assert send(enter(side["secretary"]), person_id, **LETTER).status_code == 303
    assert work(side.tenant_id) == 1
    assert rows(app, side, Letter)[0].file_id is not None


def test_the_receipt_ends_the_membership(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id, transfer, letter = issued(app, world, enter)
    client = enter(side["secretary"])
    for wrong in ("", "2020-01-01", (today() + timedelta(days=1)).isoformat()):
        data = {"receipt_on": wrong}
        assert client.post(f"/transfers/letters/{letter.id}/receipt", data=data).status_code == 422
    good = {"receipt_on": today().isoformat(), "receipt_by": "李四"}
    assert client.post(f"/transfers/letters/{letter.id}/receipt", data=good).status_code == 303
    assert transfers(app, side, id=transfer.id)[0].state == "accepted"
    assert [(row.until, row.end_reason) for row in memberships(app, side, person_id)] == [
        (today(), "transferred")
    ]
    assert client.post(f"/transfers/letters/{letter.id}/receipt", data=good).status_code == 409


def test_an_overdue_receipt_is_listed_and_may_still_come(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id, transfer, letter = issued(app, world, enter)
    client = enter(side["secretary"])
    assert "王旅" not in client.get("/transfers?show=late").get_data(as_text=True)
    over = today() - timedelta(days=10)
    change(app, side, Letter, {"id": letter.id}, issued_on=today() - timedelta(days=40), expires_on=over)
    change(app, side, Transfer, {"id": transfer.id}, expires_on=over)
    page = client.get("/transfers").get_data(as_text=True)
    assert "王旅" in page
    assert "无回执" in page
    good = {"receipt_on": (today() - timedelta(days=12)).isoformat()}
    assert client.post(f"/transfers/letters/{letter.id}/receipt", data=good).status_code == 303
    assert memberships(app, side, person_id)[0].until is not None


def test_a_new_letter_voids_the_old_one(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    _person_id, transfer, first = issued(app, world, enter)
    client = enter(side["secretary"])
    data = {"form_key": "again", "valid_days": 10, "contact": "云桥路 1 号"}
    assert client.post(f"/transfers/{transfer.id}/letters", data=data).status_code == 422
    for _twice in range(2):
        answer = client.post(f"/transfers/{transfer.id}/letters", data={**data, "reason": "遗失"})
        assert answer.status_code == 303
    old, new = rows(app, side, Letter, transfer_id=transfer.id)
    assert (old.void_on, old.void_reason, new.void_on) == (today(), "遗失", None)
    assert old.number != new.number
    assert transfers(app, side, id=transfer.id)[0].expires_on == new.expires_on
    good = {"receipt_on": today().isoformat()}
    assert client.post(f"/transfers/letters/{first.id}/receipt", data=good).status_code == 409
    # The next form comes with what was written last.
    other = traveller(app, side)
    page = client.get(f"/transfers/new?person_id={other}&route=outside").get_data(as_text=True)
    assert "云桥路 1 号" in page


def test_taken_back_the_letters_are_void(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    person_id, transfer, letter = issued(app, world, enter)
    client = enter(side["secretary"])
    assert client.post(f"/transfers/{transfer.id}/withdraw", data={"reason": "不调了"}).status_code == 303
    assert rows(app, side, Letter, id=letter.id)[0].void_on == today()
    assert memberships(app, side, person_id)[0].relation == "registered"
    data = {"form_key": "late", "valid_days": 10, "reason": "遗失"}
    assert client.post(f"/transfers/{transfer.id}/letters", data=data).status_code == 409


def test_nobody_else_answers_a_letter(app: Flask, world: World, enter: Enter) -> None:
    _person_id, transfer, _letter = issued(app, world, enter)
    for verb in ("accept", "refuse"):
        answer = enter(world.organ["admin"]).post(f"/transfers/{transfer.id}/{verb}", data={"reply": "x"})
        assert answer.status_code == 422


def test_the_number_of_the_national_system(app: Flask, world: World, enter: Enter) -> None:
    _person_id, transfer, _letter = issued(app, world, enter)
    client = enter(world.organ["secretary"])
    data = {"external_no": "QG-2026-77"}
    assert client.post(f"/transfers/{transfer.id}/number", data=data).status_code == 303
    assert "QG-2026-77" in client.get(f"/transfers/{transfer.id}").get_data(as_text=True)


@pytest.mark.parametrize("name", ["=cmd()", "<script>", "x" * 300])
def test_odd_words_stay_words(name: str, app: Flask, world: World, enter: Enter) -> None:
    person_id = traveller(app, world.organ)
    answer = send(enter(world.organ["secretary"]), person_id, **{**LETTER, "addressed_to": name})
    assert answer.status_code in (303, 422)
    if answer.status_code == 303:
        page = enter(world.organ["secretary"]).get(answer.location).get_data(as_text=True)
        assert "<script>" not in page
