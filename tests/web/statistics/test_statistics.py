"""Statistics as of a day: what is counted, that every number opens into exactly its rows, whose reach it is."""

import io
import re
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import db, transaction
from shared.tenancy import tenant
from tests.factories.people import people
from tests.factories.workbooks import book_of
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Change = Callable[..., None]


def write(app: Flask, side: Side, *statements: str, **values: Any) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            for statement in statements:
                named = {key: value for key, value in values.items() if f":{key}" in statement}
                db.session.execute(text(statement), named)
        db.session.remove()


def versions(app: Flask, side: Side) -> None:
    """Every unit stood as it stands since its founding."""
    write(
        app,
        side,
        "insert into unit_version (unit_id, since, parent_id, name, kind)"
        " select id, founded_on, parent_id, name, kind from unit",
    )


def tables(client: FlaskClient, address: str) -> dict[tuple[str, str], int]:
    """(table, row) → number, out of the workbook."""
    answer = client.post(f"/exports/statistics/tables?{address}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {(row[0], row[1]): row[2] for row in book_of(answer).rows}


PERSON = (
    "with p as (insert into person (name, name_key, sex, ethnic, born, education)"
    " values (:name, :name, :sex, :ethnic, :born, :education) returning id)"
    " insert into membership (person_id, unit_id, kind, status, joined, confirmed, since, until, end_reason)"
    " select id, :unit, 'party', :status, :joined, :confirmed, :since, :until, :reason from p"
)


def person(app: Flask, side: Side, name: str, **given: Any) -> None:
    values = {
        "name": name, "sex": "f", "ethnic": "回族", "born": "1990-11-24", "education": "master",
        "unit": side.branch, "status": "full", "joined": "2015-07-01", "confirmed": None, "since": "2015-07-01",
        "until": None, "reason": None,
    } | given  # fmt: skip
    write(app, side, PERSON, **values)


@pytest.fixture
def filled(app: Flask, world: World) -> Side:
    """The cast of nine without data; beside them people of every sort."""
    organ = world.organ
    versions(app, organ)
    person(app, organ, "a")
    person(app, organ, "b", sex="m", ethnic="回", born="1990-11", joined="2026-03-01", since="2026-03-01")
    person(app, organ, "c", sex="m", ethnic="汉", born="1960", unit=organ.other_branch)
    # On probation until July; a guest of another organisation; an applicant; a mistake.
    person(app, organ, "d", joined="2025-07-01", confirmed="2026-07-01")
    person(app, organ, "applicant", status="applicant", joined=None)
    person(app, organ, "mistake", until="2026-05-05", reason="mistake")
    person(app, organ, "gone", until="2026-05-05", reason="died")
    person(app, organ, "arrived", since="2026-02-02")
    return organ


def test_the_tables_count_who_was_there_on_the_day(app: Flask, filled: Side, enter: Enter) -> None:
    now = tables(enter(filled["admin"]), "")
    # Nine of the cast, then a, b, c, d, arrived.
    assert now["性别", "女"] == 3
    assert now["性别", "男"] == 2
    assert now["性别", "未知"] == 9
    assert now["民族", "回族"] == 4
    assert now["民族", "汉族"] == 1
    assert now["学历", "硕士研究生" if ("学历", "硕士研究生") in now else "硕士"] == 5
    # 36 on the 24th; the month alone counts as over.
    assert now["年龄", "31 至 35"] + now["年龄", "36 至 40"] == 4
    assert now["年龄", "61 岁及以上"] == 1
    assert now["本年增减", "本年发展"] == 1
    assert now["本年增减", "外单位转入"] == 1
    assert now["本年增减", "去世"] == 1
    assert ("本年增减", "录入有误") not in now
    before = tables(enter(filled["admin"]), "on=2026-04-30")
    assert before["性别", "女"] == 4
    assert before["人员类别", "预备党员"] == 1
    assert before["人员类别", "正式党员"] == 14
    assert ("本年增减", "去世") not in before
    assert tables(enter(filled["admin"]), "on=2025-12-31").get(("本年增减", "外单位转入")) is None


def test_every_number_opens_into_as_many_rows(filled: Side, enter: Enter) -> None:
    for role, line in (("admin", ""), ("officer", ""), ("secretary", ""), ("admin", "&on=2026-04-30")):
        client = enter(filled[role])
        page = client.get(f"/statistics?x={line}").get_data(as_text=True)
        links = re.findall(r'href="(/statistics/(?:people|units)\?[^"]+)">([\d,]+)</a>', page)
        assert len(links) > 8
        for address, number in links:
            opened = client.get(address.replace("&amp;", "&")).get_data(as_text=True)
            assert opened.count('<th scope="row"') == int(number), (role, address)


def test_a_move_inside_is_no_coming_and_no_leaving(app: Flask, filled: Side, enter: Enter) -> None:
    person(app, filled, "mover", until="2026-06-01", reason="transferred")
    write(
        app,
        filled,
        "insert into membership (person_id, unit_id, kind, status, joined, since)"
        " select id, :unit, 'party', 'full', '2015-07-01', '2026-06-01' from person where name = 'mover'",
        unit=filled.other_branch,
    )
    whole = tables(enter(filled["admin"]), "")
    assert whole["本年增减", "外单位转入"] == 1
    assert ("本年增减", "组织关系转出") not in whole
    # For the officer, whose reach the other branch is not in, they left.
    officer = enter(filled["officer"])
    own = tables(officer, "")
    assert sum(number for (table, row), number in own.items() if table == "本年增减") == 4
    assert "mover" in officer.get("/statistics/people?figure=flow&key=left:transferred").get_data(
        as_text=True
    )
    assert tables(enter(filled["admin"]), f"unit_id={filled.other_branch}")["本年增减", "外单位转入"] == 1


def test_the_tree_of_the_day_decides(app: Flask, filled: Side, enter: Enter) -> None:
    """The other branch moved below the general branch in June, with a new name."""
    write(
        app,
        filled,
        "update unit_version set until = '2026-06-01' where unit_id = :unit",
        "insert into unit_version (unit_id, since, parent_id, name, kind) values"
        " (:unit, '2026-06-01', :parent, 'moved', 'joint_branch')",
        "update unit set parent_id = :parent, kind = 'joint_branch', name = 'moved', path ="
        " (select path from unit above where above.id = :parent) || lpad(id::text, 10, '0') || '.' where id = :unit",
        unit=filled.other_branch,
        parent=filled.middle,
    )
    client = enter(filled["admin"])
    assert tables(client, f"unit_id={filled.middle}")["性别", "男"] == 2
    assert tables(client, f"unit_id={filled.middle}&on=2026-05-31")["性别", "男"] == 1
    before = client.get(f"/statistics/units?unit_id={filled.root}&on=2026-05-31").get_data(as_text=True)
    assert "other branch" in before
    assert "moved" not in before
    assert tables(client, "on=2026-05-31").get(("种类", "联合党支部")) is None
    assert tables(client, "")["种类", "联合党支部"] == 1


def test_bad_days_are_said(filled: Side, enter: Enter) -> None:
    client = enter(filled["admin"])
    for day in ("2026-02-30", "2999-01-01", "0001-01-01", "x"):
        assert client.get(f"/statistics?on={day}").status_code == 422, day
    assert client.get("/statistics?figure=nothing&key=x").status_code == 200
    assert client.get("/statistics/units?figure=sex&key=m").status_code == 422
    assert client.get("/statistics/people?figure=kind&key=m").status_code == 422


def test_the_number_of_queries_does_not_grow(
    app: Flask, filled: Side, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client = enter(filled["admin"])
    with count_queries() as few:
        client.get("/statistics?on=2026-04-30")
    people(app, filled, [f"多{number}" for number in range(300)])
    with count_queries() as many:
        client.get("/statistics?on=2026-04-30")
    assert len(many) == len(few)
    with count_queries() as rows:
        page = client.get("/statistics/people?figure=sex&key=f").get_data(as_text=True)
    assert page.count('<th scope="row"') == 50
    assert len(rows) <= 12
    seen: list[str] = []
    address: str | None = "/statistics/people?figure=sex&key=f"
    while address is not None:
        page = client.get(address).get_data(as_text=True)
        seen += re.findall(r'<th scope="row" class="nw"><a href="(/members/\d+)"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 303


def test_the_paper_has_every_row_of_the_page(
    app: Flask, filled: Side, enter: Enter, work: Callable[[int], int], rows: Callable[..., Any]
) -> None:
    client = enter(filled["officer"])
    page = client.get(f"/statistics?unit_id={filled.middle}&on=2026-04-30").get_data(as_text=True)
    asked = {
        "report": "statistics",
        "subject_id": filled.middle,
        "day": "2026-04-30",
        "form_key": "statistics",
    }
    assert client.post("/documents/make", data=asked).status_code == 303
    work(filled.tenant_id)
    [(file_id,)] = rows(filled, "select file_id from job where form_key = 'statistics'")
    got = client.get(f"/files/{file_id}")
    assert got.status_code == 200
    words = "".join(
        "".join(part.extract_text() for part in pypdf.PdfReader(io.BytesIO(got.get_data())).pages).split()
    )
    got.close()
    shown = re.findall(r'<th scope="row">(.+?)</th><td class="num">(?:<a[^>]+>)?([\d,]+)', page)
    assert len(shown) > 15
    for name, number in shown:
        assert "".join(name.split()) + number in words, name
    # Of another's unit there is none.
    assert client.post("/documents/make", data=asked | {"subject_id": filled.other_branch}).status_code == 403
