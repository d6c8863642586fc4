"""Sheets and their editor, through the browser's door."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from shared.access.actor import SYSTEM
from shared.assessments.actions import adopt_sheets
from shared.assessments.models import Line, Round, Scheme, Score
from shared.db import db, transaction
from shared.tenancy import tenant
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Fields = dict[str, Any]


def adopted(app: Flask, side: Side) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            adopt_sheets(SYSTEM, tenant_kind=side.kind)
        db.session.remove()


def stored(app: Flask, side: Side, scheme_id: int) -> tuple[Any, ...]:
    """(state, enabled, revision, names of the lines, params of the lines)."""
    with app.app_context(), tenant(side.tenant_id):
        scheme = db.session.scalars(select(Scheme).where(Scheme.id == scheme_id)).one()
        lines = db.session.scalars(
            select(Line).where(Line.scheme_id == scheme_id).order_by(Line.ordinal)
        ).all()
        found = (
            scheme.state,
            scheme.enabled,
            scheme.revision,
            [line.name for line in lines],
            [line.params for line in lines],
        )
        db.session.remove()
    return found


def begun(client: FlaskClient, source: str = "", name: str = "Own") -> int:
    page = client.get("/schemes/new").text
    key = re.search(r'name="form_key"[^>]*value="([^"]+)"', page)
    assert key is not None
    sent = client.post("/schemes/new", data={"form_key": key[1], "source": source, "name": name})
    assert sent.status_code == 303, sent.text
    found = re.search(r"/schemes/(\d+)/edit", sent.headers["Location"])
    assert found is not None
    return int(found[1])


def head(**more: Any) -> Fields:
    return {
        "revision": "1",
        "name": "Own",
        "source": "",
        "unit_kinds": ["party_branch"],
        "sectors": ["organ"],
        "total": "100",
        "bonus_cap": "5",
        "settle_days": "31",
        "grading": "",
    } | more


def lines(*rows: Fields) -> Fields:
    found: Fields = {"lines-rows": str(len(rows))}
    for place, row in enumerate(rows):
        given = {
            "uid": f"u{place}",
            "heading": "Life",
            "name": f"line {place}",
            "kind": "evidence",
            "full": "100",
        }
        found |= {f"lines-{place}-{name}": value for name, value in (given | row).items()}
    return found


COUNTED = {
    "kind": "count",
    "metric": "duties.held",
    "kinds": ["theme_day"],
    "rule": "deduct",
    "per_missing": "0.5",
}


def test_the_list_and_a_sheet_are_read_by_whoever_sees_scores(
    app: Flask, world: World, enter: Enter, count_queries: Any
) -> None:
    adopted(app, world.organ)
    client = enter(world.organ["secretary"])
    with count_queries() as few:
        page = client.get("/schemes").text
    assert len(few) <= 12
    numbers = re.findall(r'<th scope="row"><a href="/schemes/(\d+)"', page)
    assert len(numbers) == 5
    shown = client.get(f"/schemes/{numbers[-1]}").text
    assert "一票否决" in shown
    assert "/edit" not in shown
    assert client.get("/schemes/new").status_code == 403
    # A draft is for those who write it.
    draft = begun(enter(world.organ["admin"]))
    assert client.get(f"/schemes/{draft}").status_code == 404
    assert enter(world.union["admin"]).get(f"/schemes/{numbers[0]}").status_code == 404


def test_from_an_empty_sheet_to_an_issued_one(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    draft = begun(client)
    address = f"/schemes/{draft}/edit"
    given = head() | lines(
        COUNTED | {"full": "60"}, {"full": "30"}, {"kind": "veto", "full": "", "from": ["u0"]}
    )
    assert client.post(address, data=given).status_code == 303
    # Ten marks are still missing, and the page says so.
    assert "少 10 分" in client.get(f"/schemes/{draft}").text
    client.post(f"/schemes/{draft}/issue", data={"revision": "2"})
    assert stored(app, world.organ, draft)[0] == "draft"
    given = head(revision="2") | lines(
        COUNTED | {"full": "60"}, {"full": "40"}, {"kind": "veto", "full": "", "from": ["u0"]}
    )
    assert client.post(address, data=given).status_code == 303
    state, enabled, revision, names, params = stored(app, world.organ, draft)
    assert (state, enabled, revision) == ("draft", False, 3)
    assert names == ["line 0", "line 1", "line 2"]
    assert params == [{"kinds": ["theme_day"], "per_missing": 0.5}, {}, {"from": [1], "sources": [1]}]
    client.post(f"/schemes/{draft}/issue", data={"revision": "3"})
    assert stored(app, world.organ, draft)[:2] == ("issued", True)
    # What was issued stands.
    assert client.post(address, data=head(revision="4") | lines({})).status_code == 409
    client.post(f"/schemes/{draft}/retire")
    assert stored(app, world.organ, draft)[:2] == ("retired", False)


def test_buttons_keep_what_was_typed_and_write_nothing(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    draft = begun(client)
    address = f"/schemes/{draft}/edit"
    given = head(name="Typed name") | lines({"name": "first"}, {"name": "second", "full": "x7"})
    page = client.post(address, data=given | {"act": "up:1"}).text
    assert page.index('value="second"') < page.index('value="first"')
    assert 'value="Typed name"' in page
    assert 'value="x7"' in page
    page = client.post(address, data=given | {"act": "add:0"}).text
    assert 'name="lines-rows" value="3"' in page
    page = client.post(address, data=given | {"act": "remove:0"}).text
    assert 'value="first"' not in page
    assert 'value="second"' in page
    assert stored(app, world.organ, draft)[3] == []


def test_wrong_input_stands_at_its_field_and_is_kept(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    draft = begun(client)
    address = f"/schemes/{draft}/edit"
    for wrong in ("x7", "NaN", "1e9", "-3", "0", "1.234"):
        sent = client.post(address, data=head() | lines({"full": wrong}))
        assert sent.status_code == 422
        assert 'id="lines-0-full-err"' in sent.text
        assert f'value="{wrong}"' in sent.text
    sent = client.post(address, data=head() | lines({"name": "党员个人积分排行榜"}))
    assert sent.status_code == 422
    assert "不对个人" in sent.text
    sent = client.post(
        address,
        data=head(grading="plain") | lines({}) | {"grading-drawn": "plain", "grading-0-at_least": "50"},
    )
    assert sent.status_code == 422
    assert stored(app, world.organ, draft)[3] == []


def test_two_editors_at_once_lose_nothing(app: Flask, world: World, enter: Enter) -> None:
    first = enter(world.organ["admin"])
    draft = begun(first)
    address = f"/schemes/{draft}/edit"
    assert first.post(address, data=head() | lines({"name": "mine"})).status_code == 303
    second = enter(world.organ["admin"])
    sent = second.post(address, data=head() | lines({"name": "theirs"}))
    assert sent.status_code == 409
    assert 'value="theirs"' in sent.text
    assert stored(app, world.organ, draft)[3] == ["mine"]
    # Saved again, knowingly, with the revision that the page now carries.
    assert 'name="revision" type="hidden" value="2"' in sent.text
    assert second.post(address, data=head(revision="2") | lines({"name": "theirs"})).status_code == 303
    assert stored(app, world.organ, draft)[3] == ["theirs"]


def test_a_trial_is_shown_and_nothing_stays(app: Flask, world: World, enter: Enter) -> None:
    adopted(app, world.organ)
    client = enter(world.organ["admin"])
    with app.app_context(), tenant(world.organ.tenant_id):
        key = db.session.scalar(select(Scheme.id).where(Scheme.key == "organ_branch"))
        db.session.remove()
    draft = begun(client, f"next:{key}", "")
    page = client.get(f"/schemes/{draft}/trial")
    assert page.status_code == 200
    assert "得分率分布" in page.text
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(Round)) == 0
        assert db.session.scalar(select(func.count()).select_from(Score)) == 0
        total = db.session.scalar(
            select(func.sum(Line.full_marks)).where(
                Line.scheme_id == draft, Line.kind.not_in(("bonus", "veto"))
            )
        )
        assert total == Decimal(100)
        db.session.remove()
    # The whole sheet, drawn in the editor and sent back, is the same sheet.
    edit = client.get(f"/schemes/{draft}/edit").text
    assert edit.count('<details class="jc-sec" id="line-') == 25
    client.post(f"/schemes/{draft}/discard")
    assert client.get(f"/schemes/{draft}").status_code == 404
