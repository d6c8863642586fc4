"""Who may enter whose past: the own units only, of the own tenant; and a marked cell refuses the file."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import db, transaction
from shared.tenancy import tenant
from tests.factories.due_items import due_item
from tests.factories.imports import said
from tests.factories.ledgers import orderly
from tests.factories.past import BRANCH, LedgerImporter, people, row
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.mark.parametrize("role", ["secretary", "officer"])
def test_nobody_enters_the_past_of_a_unit_outside_their_duties(
    past: LedgerImporter, role: str, enter: Enter
) -> None:
    mine = LedgerImporter(past, enter(past.side[role]))
    address = mine.upload(
        orderly(row("2026-03-15"), row("2026-03-15", unit="城西党支部"), row("2026-04-15", unit="城西支部"))
    )
    assert mine.verdicts(address) == {"new": 1, "question": 2}
    shown = said(mine.page(address))
    assert "不在您的职责范围内" in shown
    # A unit out of reach is not even proposed.
    assert "建议：城西党支部" not in shown
    other = mine.row_id(address, 3)
    mine.commit(address, **{f"do-{other}": f"use:unit:u:{past.side.other_branch}"})
    assert mine.rows("select distinct unit_id from event") == [(past.side.branch,)]
    # Another one's import is not theirs, nor is a roster.
    assert mine.client.get(past.upload(orderly(row("2026-09-15")))).status_code == 403
    assert mine.client.get("/imports").status_code == 403
    assert past.page(address)


def test_a_role_that_has_ended_meanwhile_commits_nothing(past: LedgerImporter, enter: Enter) -> None:
    mine = LedgerImporter(past, enter(past.side["secretary"]))
    address = mine.upload(orderly(row("2026-03-15")))
    past.run(
        "update role_grant set since = '2025-01-01', until = '2026-01-02' where person_id = :person",
        person=past.side["secretary"].person_id,
    )
    assert mine.client.post(f"{address}/commit", data={"form_key": "x"}).status_code == 403
    assert past.count("event") == 0


def test_a_marked_cell_refuses_the_whole_file(past: LedgerImporter) -> None:
    address = past.upload(orderly(row("2026-03-15"), row("2026-04-15", content="第一段\n【秘密】第二段")))
    assert past.rows("select state from import_batch") == [("failed",)]
    assert "密" in said(past.page(address))
    assert past.count("import_row") == past.count("event") == 0


def test_the_record_says_that_it_was_entered_later_and_what_it_lacks(past: LedgerImporter) -> None:
    past.commit(past.upload(orderly(row("2026-03-15"))))
    [(key,)] = past.rows("select id from event")
    shown = said(past.page(f"/events/{key}"))
    assert "补录：来自原有台账" in shown
    assert re.search("原有台账没有写：[^ ]*讨论", shown)


def test_a_neighbour_with_a_unit_of_the_same_name_has_no_part_in_it(
    past: LedgerImporter, world: World, enter: Enter, rows: Rows, app: Flask
) -> None:
    union = world.union
    # The same name and an open duty of the same day next door: what a leak would touch.
    with app.app_context(), tenant(union.tenant_id):
        with transaction():
            db.session.execute(
                text("update unit set name = :name where id = :id"), {"name": BRANCH, "id": union.branch}
            )
        db.session.remove()
    due_item(app, union, union.branch, date(2026, 3, 31), opens_on=date(2026, 3, 1))
    tables = ("event", "attendance", "due_item", "import_row", "import_batch", "audit_entry")
    before = [rows(union, f"select * from {table} order by id") for table in tables]
    address = past.upload(orderly(row("2026-03-15")))
    past.commit(address)
    client = enter(union["admin"])
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/commit", data={"form_key": "n"}).status_code == 404
    assert "ledger.xlsx" not in client.get("/imports/ledger").text
    assert "ledger.xlsx" in past.page("/imports/ledger")
    past.undo(address)
    assert [rows(union, f"select * from {table} order by id") for table in tables] == before


def corrected(past: LedgerImporter, key: int, **more: str) -> int:
    """Send the form of a correction as it comes, with what is still missing."""
    fields = {"held_on": "2026-03-15", "place": "东湖", "reason": "补全", "version": "1", "roll": "1"}
    fields |= {"theme": "植树", "lecturer": "某人", "discussion": "讨论", "gains": "收获"}
    return past.client.post(f"/events/{key}/correct", data=fields | more).status_code


def test_a_correction_completes_it_and_leaves_numbers_that_nobody_touched(
    past: LedgerImporter, enter: Enter
) -> None:
    who = people(past, "甲一", "甲二", "甲三")
    past = LedgerImporter(past, enter(past.side["secretary"]))
    past.commit(past.upload(orderly(row("2026-03-15", due=21, present=20))))
    [(key,)] = past.rows("select id from event")
    assert "勾选缺席的人，就按姓名记" in past.page(f"/events/{key}/correct")
    assert corrected(past, key) == 303
    assert past.rows("select due_count, present_count, version, fields ->> 'gains' from event") == [
        (21, 20, 2, "收获")
    ]
    assert past.count("attendance") == 0
    shown = said(past.page(f"/events/{key}"))
    assert "补录：来自原有台账" in shown
    assert "原有台账没有写" not in shown
    # Somebody named as absent: now the roll is known by name.
    one = who["甲二"]
    assert corrected(past, key, version="2", **{"absent": str(one), f"reason-{one}": "sick"}) == 303
    assert past.rows("select due_count, present_count from event") == [(3, 2)]
