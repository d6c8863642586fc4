"""Circulars attacked: two people at once, people out of reach, hostile words, Excel."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.access.actor import Actor, Grant
from shared.circulars.actions import pass_on
from shared.circulars.models import Circular
from shared.db import db, transaction
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.web.circulars.stage import Rows, draft, out
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
PEOPLE = {"whom": "members"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


def test_a_copy_passed_on_while_its_original_is_withdrawn_is_withdrawn_too(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    organ = world.organ
    admin, officer = enter(organ["admin"]), enter(organ["officer"])
    first = out(admin, organ.root)
    assert (
        officer.post(f"/circulars/{first}/pass-on", data={"unit_id": organ.middle, "to": "units"}).status_code
        == 303
    )
    copy_id = rows(organ, "select id from circular where from_id = :id", id=first)[0][0]
    actor = Actor(person_id=organ["secretary"].person_id, name="x", grants=(Grant(role="admin"),))
    held, go = threading.Event(), threading.Event()

    def pass_further() -> None:
        with app.app_context(), tenant(organ.tenant_id):
            with transaction():
                copy = db.session.scalars(
                    select(Circular).where(Circular.id == copy_id).with_for_update()
                ).one()
                unit = db.session.scalars(select(Unit).where(Unit.id == organ.branch)).one()
                pass_on(actor, circular=copy, unit=unit, to="members")
                held.set()
                go.wait(20)
            db.session.remove()

    def take_back() -> None:
        assert admin.post(f"/circulars/{first}/withdraw", data={"reason": "内容有误"}).status_code == 303

    one, two = threading.Thread(target=pass_further), threading.Thread(target=take_back)
    one.start()
    assert held.wait(20)
    two.start()
    time.sleep(0.5)
    go.set()
    one.join(20)
    two.join(20)
    assert rows(organ, "select state from circular order by id") == [("withdrawn",)] * 3
    assert rows(
        organ,
        "select count(*) from delivery where state = 'pending' and occasion_id in"
        " (select id from occasion where detail->>'act' = 'send')",
    ) == [(0,)]


def test_who_read_it_before_any_message_went_is_told_of_the_withdrawal(
    world: World, enter: Enter, rows: Rows
) -> None:
    organ = world.organ
    officer, secretary = enter(organ["officer"]), enter(organ["secretary"])
    circular_id = out(officer, organ.middle)
    assert "请按时报送" in secretary.get(f"/circulars/{circular_id}").text
    officer.post(f"/circulars/{circular_id}/withdraw", data={"reason": "内容有误"})
    assert rows(
        organ,
        "select distinct person_id from delivery join occasion on occasion.tenant_id = delivery.tenant_id"
        " and occasion.id = delivery.occasion_id where detail->>'act' = 'withdraw'",
    ) == [(organ["secretary"].person_id,)]


def test_a_unit_in_whose_name_somebody_above_sent_sees_no_people_out_of_its_reach(
    world: World, enter: Enter, rows: Rows
) -> None:
    organ = world.organ
    circular_id = out(enter(organ["admin"]), organ.branch, choice=PEOPLE)
    assert organ.colleague is not None
    theirs = rows(organ, "select name from person where id = :id", id=organ.colleague.person_id)[0][0]
    assert rows(
        organ, "select count(*) from receipt where person_id = :id", id=organ.colleague.person_id
    ) == [(1,)]
    page = enter(organ["secretary"]).get(f"/circulars/{circular_id}/receipts?view=all")
    assert page.status_code == 200
    assert theirs not in page.text
    seen = rows(organ, "select count(*) from receipt where at_unit_id = :unit", unit=organ.branch)[0][0]
    assert f"<b>{seen}</b>" in page.text or f">{seen}<" in page.text
    assert theirs in enter(organ["admin"]).get(f"/circulars/{circular_id}/receipts?view=all").text


def test_a_reply_that_is_a_formula_is_text_in_excel(world: World, enter: Enter) -> None:
    organ = world.organ
    officer = enter(organ["officer"])
    circular_id = out(officer, organ.middle, reply="text", title='=HYPERLINK("http://evil.example","x")')
    answer = {"text": '=cmd|"/c calc"!A1'}
    assert enter(organ["secretary"]).post(f"/circulars/{circular_id}/reply", data=answer).status_code == 303
    book = officer.post(
        f"/exports/circulars/receipts?circular_id={circular_id}&view=all", data={"form_key": "x"}
    )
    cells = [
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(book.data))
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert any("cmd|" in str(cell.value) for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


HOSTILE = [
    "\0",
    "a\0b",
    "\ud800x",
    "\u202eabc",
    "x\u2028y",
    "'\"><svg onload=1>",
    "{{7*7}}",
    "%s%n",
    "\x1b[31m",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_signs_are_no_fault_anywhere(world: World, enter: Enter, rows: Rows, text: str) -> None:
    organ = world.organ
    admin, officer, secretary = (enter(organ[role]) for role in ("admin", "officer", "secretary"))
    circular_id = out(officer, organ.middle, reply="text")
    sent: Any = text.encode("utf-8", "surrogatepass")
    answers = [
        draft(officer, organ.middle, key="h1", title=sent, body=sent, reply="choice", choices=sent + b"\nb"),
        draft(officer, organ.middle, key=sent, due_on=sent, drop=sent),
        secretary.post(f"/circulars/{circular_id}/reply", data={"text": sent, "receipt_id": sent}),
        secretary.post(f"/circulars/{circular_id}/pass-on", data={"unit_id": sent, "to": sent}),
        officer.post(f"/circulars/{circular_id}/day", data={"version": sent, "due_on": sent}),
        officer.get(f"/circulars/{circular_id}/receipts", query_string={"after": sent, "view": sent}),
        officer.get("/circulars", query_string={"after": sent}),
        officer.get(f"/circulars/{circular_id}/send", query_string={"whom": sent, "under_id": sent}),
        officer.get("/reminders/why", query_string={"q": sent}),
        officer.get("/reminders/proof", query_string={"kind": sent, "since": sent, "unit_id": sent}),
        officer.get("/reminders/messages", query_string={"occasion": sent, "before": sent}),
        secretary.post("/notices/choices", data={"wanted": sent + b":email"}),
        officer.post("/reminders/press", data={"form_key": sent, "only": sent, "expected": sent}),
        admin.post("/settings/work-days", data={"on_date": "2026-12-01", "worked": "yes", "remark": sent}),
        admin.post("/settings/work-days/drop", data={"on_date": sent}),
        admin.post("/settings/ladders", data={"kind": sent, "coming": sent, "overdue": sent}),
        officer.post(f"/circulars/{circular_id}/withdraw", data={"reason": sent}),
    ]
    assert [answer.request.path for answer in answers if answer.status_code >= 500] == []
