"""The matrix, one unit's year and the overview: what is missing first, the right rows, the right reader."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.duties.queries import (
    MatrixFilter,
    fulfilment_by_month,
    matrix,
    planned_kinds,
    todo_groups,
    unit_ledger,
    unit_states,
    unit_todo,
)
from shared.organisations.models import Unit
from tests.factories.units import unit_below
from tests.web.events.stage import FOUR, inside, plan
from tests.web.ledger.stage import whole
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")


def test_the_matrix_shows_each_period_in_its_state_and_what_is_missing_first(
    app: Flask, planned: World
) -> None:
    side = planned.organ
    with inside(app, side):
        actor = whole(side)
        page = matrix(actor, MatrixFilter(2026), all_kinds=planned_kinds(actor, 2026))
    assert page.kinds == ["theme_day", "branch_committee_meeting", "branch_assembly", "party_lecture"]
    assert [row.unit_id for row in page.rows] == [side.other_branch, side.branch]
    assert [row.overdue for row in page.rows] == [26, 24]
    own = {
        (column.kind, column.period): cell
        for column, cell in zip(page.columns, page.rows[1].cells, strict=True)
    }
    states = {period: own["theme_day", f"2026-{period}"].state for period in ("01", "02", "10", "11", "12")}  # type: ignore[union-attr]
    assert states == {"01": "ok", "02": "late", "10": "fix", "11": "plan", "12": "plan"}
    assert (page.overdue, page.units_missing, page.unit_count) == (50, 2, 2)
    assert next(column.missing for column in page.columns if column.period == "2026-01") == 1


def test_the_page_links_records_and_forms_and_counts_exactly(
    app: Flask, planned: World, enter: Enter
) -> None:
    page = enter(planned.organ["officer"]).get("/ledger").text
    assert "1 个单位有 24 项逾期" in page
    assert "将提醒" in page
    assert "other branch" not in page


def test_only_missing_leaves_out_who_lacks_nothing(app: Flask, planned: World, enter: Enter) -> None:
    with inside(app, planned.organ), transaction():
        db.session.execute(
            update(DueItem)
            .where(
                DueItem.unit_id == planned.organ.branch,
                DueItem.due_on < date(2026, 11, 20),
                DueItem.state == "open",
            )
            .values(state="exempt")
        )
    admin = enter(planned.organ["admin"])
    assert "other branch" in admin.get("/ledger?view=only").text
    assert f"/ledger/{planned.organ.branch}?" not in admin.get("/ledger?view=only").text
    assert f"/ledger/{planned.organ.branch}?" in admin.get("/ledger?view=tree").text


def test_a_filter_of_a_unit_and_kinds_is_kept_by_the_reminder(planned: World, enter: Enter) -> None:
    page = enter(planned.organ["admin"]).get(f"/ledger?unit_id={planned.organ.middle}&kinds=theme_day").text
    form = page[page.index('action="/reminders/press"') :]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    assert (sent["unit_id"], sent["kinds"], sent["year"]) == (str(planned.organ.middle), "theme_day", "2026")
    assert "other branch" not in page


def test_units_come_by_the_hundred(app: Flask, world: World, enter: Enter, count_queries: Any) -> None:
    side = world.organ
    with inside(app, side), transaction():
        middle = db.session.get_one(Unit, (side.tenant_id, side.middle))
        for number in range(205):
            unit_below(middle, kind="party_branch", line="party", name=f"branch no. {number}")
    plan(app, side)
    client = enter(side["officer"])
    with count_queries() as few:
        first = client.get("/ledger").text
    seen: list[str] = []
    page, pages = first, 0
    while True:
        body = page[page.index("<tbody>") : page.index("</tbody>")]
        seen += re.findall(r'<th class="who" scope="row"><a href="/ledger/(\d+)', body)
        pages += 1
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if following is None:
            break
        page = client.get(following.group(1).replace("&amp;", "&")).text
    assert (len(seen), len(set(seen)), pages) == (206, 206, 3)
    assert len(few) <= 16, few


def test_queries_do_not_grow_with_the_units(
    app: Flask, planned: World, enter: Enter, count_queries: Any
) -> None:
    client = enter(planned.organ["admin"])
    for address, most in (
        ("/ledger", 16),
        ("/ledger/overview", 9),
        (f"/ledger/{planned.organ.branch}", 11),
        ("/duties", 10),
    ):
        with count_queries() as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= most, (address, len(seen), seen)


def test_one_units_year_has_every_row_of_page_and_paper(app: Flask, planned: World, enter: Enter) -> None:
    with inside(app, planned.organ):
        ledger = unit_ledger(planned.organ.branch, 2026)
    assert len(ledger.rows) == 47
    assert (ledger.count("ok", "fix"), ledger.count("fix")) == (2, 1)
    made_up = next(row for row in ledger.rows if row.state == "fix")
    assert made_up.event is not None
    assert (made_up.period, made_up.held_on, made_up.event.title) == (
        "2026-10",
        date(2026, 11, 3),
        FOUR["theme"],
    )
    page = enter(planned.organ["leader"]).get(f"/ledger/{planned.organ.branch}").text
    # Both records, in the sheet of the year and in the rows of their kind.
    assert page.count(FOUR["theme"]) == 4
    assert "/record" not in page


def test_a_secretary_lands_in_the_own_units_ledger(planned: World, enter: Enter) -> None:
    answer = enter(planned.organ["secretary"]).get("/ledger")
    assert (answer.status_code, answer.location) == (303, f"/ledger/{planned.organ.branch}")


def test_who_may_see_which_ledger(planned: World, enter: Enter) -> None:
    organ = planned.organ
    assert organ.colleague is not None
    for cast, unit_id, status in (
        (organ["officer"], organ.branch, 200),
        (organ["officer"], organ.other_branch, 403),
        (organ["secretary"], organ.other_branch, 403),
        (organ.colleague, organ.branch, 403),
        (organ["member"], organ.branch, 403),
        (organ["auditor"], organ.other_branch, 200),
        (planned.union["admin"], organ.branch, 404),
    ):
        client = enter(cast)
        assert client.get(f"/ledger/{unit_id}").status_code == status, cast.role
        assert client.get(f"/ledger?unit_id={unit_id}").status_code == status, cast.role
        assert client.get(f"/ledger/overview?unit_id={unit_id}").status_code == status, cast.role
        assert client.get(f"/duties?unit_id={unit_id}").status_code == status, cast.role


def test_the_overview_counts_what_the_ledger_shows(planned: World, enter: Enter) -> None:
    page = enter(planned.organ["leader"]).get("/ledger/overview").text
    assert 'data-chart="heat"' in page
    assert f'href="/ledger/{planned.organ.branch}?year=2026#m2"' in page
    assert "other branch" not in page


@pytest.mark.parametrize(
    "query",
    [
        "year=abc",
        "year=99999",
        "unit_id=x",
        "kinds=nope",
        "view=zzz",
        "after=1:",
        "after=x:y",
        "after=99999999999999999999:0",
    ],
)
def test_nonsense_in_the_address_is_no_fault(planned: World, enter: Enter, query: str) -> None:
    assert enter(planned.organ["admin"]).get(f"/ledger?{query}").status_code == 200
    assert enter(planned.organ["admin"]).get(f"/duties?{query}").status_code == 200


def test_the_lists_of_today_agree_with_the_ledger(app: Flask, planned: World) -> None:
    side = planned.organ
    with inside(app, side):
        actor = whole(side)
        groups = todo_groups(actor, on=date(2026, 11, 20), limit=200)
        assert [group.unit_count for group in groups if group.title == "1 月主题党日"] == [1]
        assert [group.unit_names for group in groups if group.title == "2 月主题党日"] == [
            [row.name for row in sorted(unit_states(actor, date(2026, 11, 20)), key=lambda one: one.unit_id)]
        ]
        mine = unit_todo(actor, side.branch, date(2026, 11, 25), limit=100)
        assert mine[0].due_on == date(2026, 1, 31)
        assert {one.title for one in mine if one.due_on == date(2026, 11, 30)} == {
            "11 月主题党日",
            "11 月支委会",
            "11 月党费收缴",
        }
        months = fulfilment_by_month(actor, 2026)
        january = months[0]
        assert (january.due, january.on_time, january.made_up, january.missing) == (6, 1, 0, 5)
        assert (months[9].made_up, months[11].missing) == (1, 0)
