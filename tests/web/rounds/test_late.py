"""Sheets past their last day are told once a stage: to the unit, then to the one that holds the round."""

from collections.abc import Callable
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from services.worker.messages import send_waiting
from services.worker.reminders import remind
from shared.db import db
from shared.tenancy import tenant
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
TOLD = """select o.detail->>'stage', d.person_id from delivery d join occasion o on o.tenant_id = d.tenant_id
          and o.id = d.occasion_id where o.kind = 'assessment_late' and d.channel = 'email' order by 1, 2"""
SUBJECTS = """select distinct subject from delivery d join occasion o on o.tenant_id = d.tenant_id
              and o.id = d.occasion_id where o.kind = 'digest' and d.state = 'sent' and subject like :what"""


def swept(app: Flask, world: World) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        remind()
        send_waiting()
        db.session.remove()


def test_late_sheets_are_told_to_the_unit_then_above_once_each(
    app: Flask, world: World, rows: Rows, entry_id: int
) -> None:
    organ = world.organ
    with time_machine.travel("2199-06-01T04:00:00Z", tick=False):
        swept(app, world)
    assert rows(organ, TOLD) == []
    with time_machine.travel("2199-06-19T04:00:00Z", tick=False):
        swept(app, world)
        first = rows(organ, TOLD)
        swept(app, world)
        assert rows(organ, TOLD) == first
    own = {person for stage, person in first if stage == "1"}
    above = {person for stage, person in first if stage == "2"}
    assert organ["secretary"].person_id in own
    assert organ["officer"].person_id in above
    assert organ["secretary"].person_id not in above
    assert rows(organ, "select told from assessment_entry where id = :id", id=entry_id) == [(2,)]
    assert len(rows(organ, SUBJECTS, what="%自评%")) + len(rows(organ, SUBJECTS, what="%没有提交%")) >= 1
    assert rows(world.union, "select 1 from delivery where subject like '%自评%'") == []


def test_what_was_handed_in_is_not_late_and_another_day_begins_anew(
    app: Flask,
    world: World,
    enter: Enter,
    rows: Rows,
    change: Callable[..., None],
    opened: int,
    entry_id: int,
) -> None:
    organ = world.organ
    change(organ, "update assessment_entry set told = 2 where id = :id", id=entry_id)
    days = {"self_until": "2199-06-10", "review_until": "2199-06-20", "appeal_until": "2199-06-30"}
    answer = enter(organ["officer"]).post(f"/rounds/{opened}/days", data={"revision": "1", **days})
    assert answer.status_code == 303
    assert rows(organ, "select told from assessment_entry where id = :id", id=entry_id) == [(0,)]
    change(organ, "update assessment_entry set state = 'handed_in' where id = :id", id=entry_id)
    with time_machine.travel("2199-06-25T04:00:00Z", tick=False):
        swept(app, world)
    assert rows(organ, TOLD) == []


def test_the_page_of_the_unit_names_what_it_still_has_to_hand_in(
    world: World, enter: Enter, change: Callable[..., None], entry_id: int
) -> None:
    organ = world.organ
    way = f'href="/rounds/entries/{entry_id}"'
    page = f"/organisations/{organ.branch}"
    assert way in enter(organ["secretary"]).get(page).text
    change(organ, "update assessment_entry set state = 'handed_in' where id = :id", id=entry_id)
    assert way not in enter(organ["secretary"]).get(page).text
