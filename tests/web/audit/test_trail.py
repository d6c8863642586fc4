"""The audit trail: for auditor and admin, filtered, exported whole and without formulas."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

import shared
from shared.audit import VERBS, AuditEntry
from shared.db import db, transaction
from shared.tenancy import tenant
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


def entries(app: Flask, side: Side, count: int, **values: Any) -> None:
    row = {"actor_name": "Wang", "verb": "event.file", "object_type": "event", "person_id": 1} | values
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            db.session.add_all(AuditEntry(**(row | {"object_id": number})) for number in range(1, count + 1))
        db.session.remove()


def test_every_verb_that_is_recorded_has_its_words() -> None:
    root = Path(shared.__file__ or "").parent.parent
    used = {
        verb
        for folder in ("shared", "services")
        for path in (root / folder).rglob("*.py")
        for verb in re.findall(r"verb=\"([a-z_]+\.[a-z_]+)\"", path.read_text("utf-8"))
    }
    assert used - set(VERBS) == set()


def test_filters_by_person_verb_object_and_day(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    entries(app, side, 1, actor_name="early", at=datetime(2026, 3, 1, 4, tzinfo=UTC))
    entries(app, side, 1, actor_name="late", at=datetime(2026, 5, 1, 4, tzinfo=UTC), person_id=7)
    entries(app, side, 1, actor_name="other", at=datetime(2026, 5, 1, 4, tzinfo=UTC), verb="unit.move")
    client = enter(side["auditor"])

    def names(query: str) -> set[str]:
        page = client.get(f"/audit?{query}").get_data(as_text=True)
        body = page.split("<tbody>")[1] if "<tbody>" in page else ""
        return {name for name in ("early", "late", "other") if name in body}

    assert names("") == {"early", "late", "other"}
    assert names("since=2026-04-01") == {"late", "other"}
    assert names("until=2026-03-01") == {"early"}
    assert names("until=2026-02-28") == set()
    assert names("person=7") == {"late"}
    assert names("verb=unit.move") == {"other"}
    assert names("object=event&object_id=1") == {"early", "late", "other"}
    assert names("since=9999-99-99&person=x") == {"early", "late", "other"}
    assert names("until=9999-12-31") == {"early", "late", "other"}


def test_the_export_holds_every_row_of_the_filter_and_no_formula(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    entries(app, side, 2300)
    entries(app, side, 1, actor_name="=HYPERLINK(1)", verb="unit.move")
    entries(app, world.union, 3, actor_name="neighbour")
    answer = enter(side["auditor"]).get("/audit/export?since=2026-01-01")
    text = answer.get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    # The head, all of them, and the export itself.
    assert len(rows) == 1 + 2301 + 1
    assert rows[1][2] == "导出审计"
    assert any(row[1] == "'=HYPERLINK(1)" for row in rows)
    assert "neighbour" not in text
    assert "attachment" in answer.headers["Content-Disposition"]


def test_only_admin_and_auditor_see_it_and_only_their_own(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    entries(app, side, 3, actor_name="secret actor")
    for role in ("officer", "leader", "secretary", "keeper", "reviewer", "member"):
        client = enter(side[role])
        assert client.get("/audit").status_code == client.get("/audit/export").status_code == 403
    assert "secret actor" in enter(side["admin"]).get("/audit").get_data(as_text=True)
    assert "secret actor" not in enter(world.union["auditor"]).get("/audit").get_data(as_text=True)


def test_all_pages_together_show_each_row_once(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    entries(app, side, 120)
    client = enter(side["auditor"])
    address: str | None = "/audit"
    seen: list[str] = []
    while address:
        with count_queries() as queries:
            page = client.get(address).get_data(as_text=True)
        assert len(queries) <= 5
        seen += re.findall(r">活动记录 (\d+)</a>", page)
        address = page.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in page else None
    assert sorted(map(int, seen)) == list(range(1, 121))
