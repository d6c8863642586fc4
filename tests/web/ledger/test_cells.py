"""A cell of the matrix: what it says, what it opens, how the matrix is narrowed by it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.web.ledger.words import cell_key, short
from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.duties.queries import MatrixFilter, matrix, planned_kinds
from shared.events.models import Event
from shared.imports.models import Batch
from shared.reminders.models import Reminder
from tests.web.events.stage import events, inside, item_id
from tests.web.ledger.stage import whole
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")


def cell_of(
    app: Flask, side: Side, letter: str, kind: str, period: str, *, unit_id: int | None = None
) -> str:
    """The address of a cell, as the page links it from /ledger."""
    return f"?{letter}{short(item_id(app, side, kind, period, unit_id=unit_id))}"


def test_a_cell_opens_the_record_the_form_or_the_units_year(app: Flask, planned: World, enter: Enter) -> None:
    side = planned.organ
    page = enter(side["officer"]).get("/ledger").text
    done = cell_of(app, side, "o", "theme_day", "2026-01")
    late = cell_of(app, side, "l", "theme_day", "2026-02")
    made_up = cell_of(app, side, "f", "theme_day", "2026-10")
    for address, sign in ((done, "✓"), (late, "缺"), (made_up, "补")):
        assert f"<a href={address}>{sign}</a>" in page, address
    first, second = events(app, side)
    late_id = item_id(app, side, "theme_day", "2026-02")
    ahead = cell_of(app, side, "p", "theme_day", "2026-12")
    for cast, address, opened in (
        ("officer", done, f"/events/{first.id}"),
        ("officer", made_up, f"/events/{second.id}"),
        ("officer", late, f"/duties/{late_id}/record"),
        ("leader", late, f"/ledger/{side.branch}?year=2026#d{late_id}"),
        ("secretary", ahead, f"/ledger/{side.branch}?year=2026#d"),
    ):
        answer = enter(side[cast]).get(f"/ledger{address}")
        assert answer.status_code == 303, (cast, address)
        assert answer.location.startswith(opened), (cast, address, answer.location)


def test_a_cell_of_a_neighbour_is_not_there_and_a_colleagues_is_refused(
    app: Flask, planned: World, enter: Enter
) -> None:
    side = planned.organ
    elsewhere = cell_of(app, side, "l", "theme_day", "2026-02", unit_id=side.other_branch)
    assert enter(side["officer"]).get(f"/ledger{elsewhere}").status_code == 403
    assert enter(planned.union["admin"]).get(f"/ledger{elsewhere}").status_code == 404
    # What is no cell is the matrix.
    for text in ("?l", "?lzz!", "?zab", "?l" + "z" * 40, "?o--"):
        assert enter(side["officer"]).get(f"/ledger{text}").status_code in {200, 303, 404}, text


@pytest.mark.parametrize("key", [1, 63, 64, 4095, 4096, 123_456, 2**24 - 1, 2**24, 2**40])
def test_a_key_in_the_address_of_a_cell_comes_back(key: int) -> None:
    assert cell_key(f"l{short(key)}") == key
    assert cell_key(short(key)) is None


def test_a_returned_record_is_a_cell_of_its_own(app: Flask, planned: World, enter: Enter) -> None:
    side = planned.organ
    record = events(app, side)[0]
    officer = enter(side["officer"])
    sent = {"version": str(record.version), "remark": "缺少发言要点"}
    officer.post(f"/events/{record.id}/return", data=sent)
    back = cell_of(app, side, "b", "theme_day", "2026-01")
    page = officer.get("/ledger").text
    assert f"<a href={back}>退</a>" in page
    assert "其中退回 1 项" in page
    assert enter(side["leader"]).get(f"/ledger{back}").location == f"/events/{record.id}"
    own = enter(side["secretary"]).get(f"/ledger/{side.branch}?show=back").text
    assert own.count("去修改") >= 1


def test_the_matrix_is_narrowed_by_what_a_cell_says_and_by_line_and_sector(
    app: Flask, planned: World, enter: Enter
) -> None:
    side = planned.organ
    admin = enter(side["admin"])
    own, other = f'<a href="/ledger/{side.branch}?', f'<a href="/ledger/{side.other_branch}?'
    for query, with_own, with_other in (
        ("state=fix", True, False),
        ("state=late", True, True),
        ("state=past", False, False),
        ("state=na", False, False),
        ("sector=private", False, False),
        ("sector=organ&line=party", True, True),
        ("line=union", False, False),
        ("state=nonsense&line=x&sector=y", True, True),
    ):
        body = admin.get(f"/ledger?year=2026&{query}").text
        assert (own in body, other in body) == (with_own, with_other), query
    # A press reaches what the list shows: with a state that the press does not know there is none.
    assert "remind-one" not in admin.get("/ledger?year=2026&state=fix").text
    assert 'name="sector" value="organ"' in admin.get("/ledger?year=2026&sector=organ").text


def test_the_button_of_a_row_reminds_that_unit_alone(app: Flask, planned: World, enter: Enter) -> None:
    side = planned.organ
    admin = enter(side["admin"])
    page = admin.get("/ledger").text
    form = page[page.index('id="remind-one"') :]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    answer = admin.post("/reminders/press", data={**sent, "only": str(side.branch)})
    assert answer.status_code == 303
    with inside(app, side):
        units = set(
            db.session.scalars(
                select(DueItem.unit_id).join(
                    Reminder,
                    (Reminder.tenant_id == DueItem.tenant_id) & (Reminder.due_item_id == DueItem.id),
                )
            )
        )
    assert units == {side.branch}


def test_what_came_from_the_old_ledger_is_said_so(app: Flask, planned: World, enter: Enter) -> None:
    side = planned.organ
    record = events(app, side)[0]
    with inside(app, side), transaction():
        batch = Batch(layout="people", file_name="x.xlsx", state="committed", form_key="past")
        db.session.add(batch)
        db.session.flush()
        db.session.execute(
            update(Event).where(Event.id == record.id).values(backfilled=True, batch_id=batch.id)
        )
    admin = enter(side["admin"])
    past = cell_of(app, side, "r", "theme_day", "2026-01")
    assert f"<a href={past}>录</a>" in admin.get("/ledger?state=past").text
    assert f"/ledger/{side.other_branch}?" not in admin.get("/ledger?state=past").text
    page = admin.get(f"/ledger/{side.branch}?show=past").text
    assert "补录" in page
    assert 'class="jc-cell past"' in page


def test_a_unit_that_misses_two_of_a_month_is_one_unit_that_misses_it(app: Flask, planned: World) -> None:
    side = planned.organ
    with inside(app, side), transaction():
        first = db.session.scalars(
            select(DueItem).where(
                DueItem.unit_id == side.branch, DueItem.kind == "theme_day", DueItem.period == "2026-02"
            )
        ).one()
        db.session.add(
            DueItem(
                rule_id=first.rule_id,
                unit_id=first.unit_id,
                kind=first.kind,
                year=first.year,
                period=first.period,
                ordinal=2,
                opens_on=first.opens_on,
                due_on=first.due_on,
            )
        )
    with inside(app, side):
        actor = whole(side)
        page = matrix(actor, MatrixFilter(2026), all_kinds=planned_kinds(actor, 2026))
    february = next(one for one in page.columns if (one.kind, one.period) == ("theme_day", "2026-02"))
    assert february.missing == 2
    assert page.overdue == 51
