"""The dates of a term, put right with a reason, and the superior's postponement."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.audit import AuditEntry
from shared.db import db
from shared.organisations.models import Tenure, Unit
from tests.factories.terms import ends, inside, said, term_items
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
NOON = "2026-11-20T04:00:00Z"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def tenure(app: Flask, side: Side) -> Tenure:
    with inside(app, side):
        found: Tenure = db.session.execute(select(Tenure)).scalar_one()
    return found


def end_of(app: Flask, side: Side) -> date | None:
    with inside(app, side):
        return db.session.scalar(select(Unit.term_ends_on).where(Unit.id == side.branch))


def test_a_missing_end_is_entered_by_the_rule(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, None)
    (item,) = term_items(app, side, side.branch)
    client = enter(side["secretary"])
    assert client.get(f"/duties/{item.id}/record").location.endswith(f"/terms/units/{side.branch}/dates")
    address = f"/terms/units/{side.branch}/dates"
    assert client.get(address).status_code == 200
    sent = {"began_on": "2023-12-20", "ends_on": "", "number": "2", "document": ""}
    for changes in (
        {"began_on": ""},
        {"began_on": "2026-11-21"},
        {"began_on": "2009-12-31"},
        {"ends_on": "2023-12-20"},
        {"ends_on": "2026-12-21"},
        {"number": "1000"},
    ):
        assert client.post(address, data={**sent, **changes}).status_code == 422, changes
    assert end_of(app, side) is None
    assert client.post(address, data=sent).status_code == 303
    assert end_of(app, side) == date(2026, 12, 20)
    assert said(term_items(app, side, side.branch)) == [
        ("term_date", "term", "withdrawn", "date_entered"),
        ("term_election", "2026-12-20", "open", None),
    ]


def test_a_term_is_put_right_with_a_reason(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, None)
    client, address = enter(side["secretary"]), f"/terms/units/{side.branch}/dates"
    client.post(address, data={"began_on": "2024-01-20"})
    again = {"began_on": "2024-02-20", "ends_on": "2027-02-20"}
    refused = client.post(address, data=again)
    assert refused.status_code == 422
    assert "写明改动原因" in refused.text
    assert client.post(address, data={**again, "reason": "月份看错"}).status_code == 303
    assert (tenure(app, side).began_on, end_of(app, side)) == (date(2024, 2, 20), date(2027, 2, 20))
    with inside(app, side):
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.verb == "term.date").order_by(AuditEntry.id.desc())
        ).first()
        assert entry is not None
        assert entry.detail == {"from": "2027-01-20", "to": "2027-02-20", "reason": "月份看错"}


def test_the_superior_lets_an_election_wait_a_year_at_most(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 10, 31))
    officer, address = enter(side["officer"]), f"/terms/units/{side.branch}/postponement"
    assert officer.get(address).status_code == 200
    sent = {"to": "2027-06-30", "document": "机关党委〔2026〕21 号", "reason": ""}
    for changes, words in (
        ({"document": ""}, "填"),
        ({"to": "2026-10-31"}, "应晚于现届满日期"),
        ({"to": "2027-11-01"}, "最迟 2027-10-31"),
    ):
        refused = officer.post(address, data={**sent, **changes})
        assert refused.status_code == 422
        assert words in refused.text
    assert end_of(app, side) == date(2026, 10, 31)
    assert officer.post(address, data=sent).status_code == 303
    found = tenure(app, side)
    assert (found.ends_on, found.postponed_to, found.postponed_by) == (
        date(2026, 10, 31),
        date(2027, 6, 30),
        "机关党委〔2026〕21 号",
    )
    assert end_of(app, side) == date(2027, 6, 30)
    assert said(term_items(app, side, side.branch)) == [
        ("term_election", "2026-10-31", "withdrawn", "date_changed"),
        ("term_election", "2027-06-30", "open", None),
    ]
    # A second time only with the superior's reason, and never beyond a year after the regular end.
    again = {**sent, "to": "2027-09-30"}
    refused = officer.post(address, data=again)
    assert refused.status_code == 422
    assert "已延期一次" in refused.text
    assert officer.post(address, data={**again, "reason": "机构改革未完成"}).status_code == 303
    assert end_of(app, side) == date(2027, 9, 30)
    assert officer.post(address, data={**again, "to": "2027-11-30", "reason": "再缓"}).status_code == 422


def test_nobody_postpones_their_own_election(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.middle, date(2026, 10, 31))
    sent = {"to": "2027-06-30", "document": "号"}
    # The officer's own unit: the one above approves.
    answer = enter(side["officer"]).post(f"/terms/units/{side.middle}/postponement", data=sent)
    assert answer.status_code == 403
    assert (
        enter(side["secretary"]).post(f"/terms/units/{side.branch}/postponement", data=sent).status_code
        == 403
    )
    assert enter(side["admin"]).post(f"/terms/units/{side.middle}/postponement", data=sent).status_code == 303


def test_an_appointed_body_has_no_term(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, None)
    with inside(app, side):
        from sqlalchemy import update  # noqa: PLC0415

        from shared.db import transaction  # noqa: PLC0415

        with transaction():
            db.session.execute(update(Unit).where(Unit.id == side.branch).values(kind="temporary_branch"))
    client = enter(side["secretary"])
    page = client.get(f"/terms/units/{side.branch}")
    assert page.status_code == 200
    assert "没有任期" in page.text
    assert client.get(f"/terms/units/{side.branch}/election").status_code == 409
