"""Own words on papers: checked when saved, shown with real rows, on the papers they are for, ended when endless."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pypdf
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shared.db import db, transaction
from shared.letterheads.models import Letterhead
from shared.tenancy import tenant
from tests.factories.due_items import due_item
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[tuple[Any, ...]]]
Work = Callable[[int], int]
WORDS = {
    "report": "ledger", "header": "青岚局机关党委", "name": "支部工作手册", "heading": "自查",
    "body": "{{ 单位 }}{{ 年份 }}年缺：\n| 种类 | 期限 |\n"
    "{% for 行 in 缺项 %}\n| {{ 行.种类 }} | {{ 行.期限 }} |\n{% endfor %}",
    "place": "after", "form_key": "w1",
}  # fmt: skip


def printed(client: FlaskClient, side: Side, rows: Rows, work: Work, key: str, report: str = "ledger") -> str:
    asked = {"report": report, "subject_id": side.branch, "year": 2026, "form_key": key}
    assert client.post("/documents/make", data=asked).status_code == 303
    work(side.tenant_id)
    [(file_id, state)] = rows(side, "select file_id, state from job where form_key = :k", k=key)
    if state != "done":
        return str(state)
    got = client.get(f"/files/{file_id}")
    pages = pypdf.PdfReader(io.BytesIO(got.get_data())).pages
    text = "".join("".join(page.extract_text().split()) for page in pages)
    got.close()
    return text


def test_own_words_are_on_the_paper(app: Flask, world: World, enter: Enter, rows: Rows, work: Work) -> None:
    organ = world.organ
    due_item(app, organ, organ.branch, date(2026, 6, 20))
    client = enter(organ["admin"])
    before = printed(client, organ, rows, work, "before")
    answer = client.post("/letterheads/new", data=WORDS)
    assert answer.status_code == 303
    assert client.post("/letterheads/new", data=WORDS).location == answer.location
    key = int(answer.location.rpartition("/")[2])
    page = client.get(f"/letterheads/{key}?unit_id={organ.branch}").get_data(as_text=True)
    assert "2026-06-20" in page
    # A draft is on no paper.
    assert printed(client, organ, rows, work, "draft") == before
    assert client.post(f"/letterheads/{key}/use").status_code == 303
    text = printed(client, organ, rows, work, "used")
    assert "青岚局机关党委" in text
    assert "支部工作手册" in text
    assert "自查" in text
    assert "2026-06-20" in text[text.index("自查") :]
    assert "支部工作手册" not in printed(client, organ, rows, work, "other", report="attendance_year")
    # One for every paper besides; a new one for the ledger retires the old.
    common = {"report": "", "header": "统一页眉", "place": "after", "form_key": "w2"}
    other = int(client.post("/letterheads/new", data=common).location.rpartition("/")[2])
    client.post(f"/letterheads/{other}/use")
    assert "统一页眉" in printed(client, organ, rows, work, "common", report="attendance_year")
    assert "统一页眉" not in printed(client, organ, rows, work, "own")
    client.post(f"/letterheads/{key}/retire")
    assert "统一页眉" in printed(client, organ, rows, work, "back to common")


def test_what_would_be_forgotten_is_refused(world: World, enter: Enter, rows: Rows) -> None:
    client = enter(world.organ["admin"])
    for given, said in (
        ({"header": "××党委"}, "××"),
        ({"heading": "20XX年情况"}, "20XX"),
        ({"body": "在2025年10月"}, "2025年"),
        ({"body": "{{ 不存在 }}"}, "不存在"),
        ({"body": "{% set a = 1 %}"}, "只能写"),
        ({"body": "", "heading": "只有标题"}, "is-invalid"),
        ({"header": "", "name": "", "heading": "", "body": ""}, "至少"),
        ({"header": "字" * 61}, "60"),
        ({"report": "nothing"}, "is-invalid"),
    ):
        answer = client.post("/letterheads/new", data=WORDS | given)
        assert answer.status_code == 422, given
        assert said in answer.get_data(as_text=True), given
    assert rows(world.organ, "select count(*) from letterhead") == [(0,)]
    kept = WORDS | {"body": "依据2019年条例", "on_purpose": "y"}
    key = int(client.post("/letterheads/new", data=kept).location.rpartition("/")[2])
    stale = WORDS | {"revision": "1"}
    assert client.post(f"/letterheads/{key}", data=stale).status_code == 303
    assert client.post(f"/letterheads/{key}", data=stale).status_code == 409
    assert enter(world.organ["officer"]).get("/letterheads").status_code == 403


def test_a_text_without_end_fails_its_papers_by_name(
    app: Flask, world: World, enter: Enter, rows: Rows, work: Work
) -> None:
    """Put in as a text that was saved by an older check might be."""
    organ = world.organ
    client = enter(organ["admin"])
    endless = WORDS | {"body": "{% for a in range(999999999) %}{% endfor %}"}
    key = int(client.post("/letterheads/new", data=endless).location.rpartition("/")[2])
    assert "没有尽头" in client.get(f"/letterheads/{key}").get_data(as_text=True)
    with app.app_context(), tenant(organ.tenant_id):
        with transaction():
            db.session.execute(update(Letterhead).values(state="active"))
        db.session.remove()
    assert printed(client, organ, rows, work, "endless") == "failed"
    assert rows(organ, "select failed->0->>1 from print_part") == [("own",)]
    # Papers of other kinds are made.
    assert "failed" not in printed(client, organ, rows, work, "fine", report="attendance_year")
