"""Printing, from the page to the downloaded file."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pypdf
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from shared.access.actor import SYSTEM, Actor, Grant
from shared.assessments.actions import adopt_sheets, score_units
from shared.db import db, transaction
from shared.documents.actions import print_units
from shared.documents.models import Document
from shared.duties.queries import unit_ledger
from shared.jobs import Job
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.shared.assessments.ledger import ask, hold
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Work = Callable[[int], int]


@pytest.fixture(autouse=True)
def mid_november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 22, 4, tzinfo=UTC), tick=False):
        yield


def ledgers(app: Flask, side: Side) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            adopt_sheets(SYSTEM, tenant_kind=side.kind)
            for unit_id in (side.branch, side.other_branch):
                items = ask(unit_id, "theme_day", "2026-08", "2026-09", "2026-10")
                hold(
                    items[0],
                    fields={"theme": f"主题{unit_id}", "lecturer": "赵", "discussion": "论", "gains": "获"},
                )
                hold(items[1], made_up=True)
                for item in ask(unit_id, "branch_committee_meeting", "2026-01", "2026-02"):
                    hold(item, fields={"agenda": "议题一\n议题二"})
            score_units(SYSTEM, year=2026)
        db.session.remove()


def only_download(client: FlaskClient, page: str, *, at: int = 0) -> bytes:
    address = re.findall(r'href="(/files/\d+)"', page)[at]
    answer = client.get(address)
    assert answer.status_code == 200
    return bytes(answer.data)


def text_of(data: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def test_every_row_of_the_ledger_is_in_the_paper(app: Flask, world: World, enter: Enter, work: Work) -> None:
    side = world.organ
    ledgers(app, side)
    client = enter(side["secretary"])
    answer = client.post(f"/documents/print/{side.branch}", data={"year": "2026", "form_key": "k"})
    assert answer.status_code == 303
    work(side.tenant_id)
    data = only_download(client, client.get("/documents").text)
    assert data.startswith(b"%PDF-")
    text = text_of(data).replace("\n", "")
    with app.app_context(), tenant(side.tenant_id):
        ledger = unit_ledger(side.branch, 2026)
        db.session.remove()
    held = {row.event.id: row.event for row in ledger.rows if row.event is not None}
    assert len(held) == 4
    for event in held.values():
        assert event.title in text
        assert event.held_on.isoformat() in text
        assert event.kind_name in text
        for label, words in event.answers:
            assert label in text
            assert all(part in text for part in words.split("\n"))
    # October is missing; the sheet says so with its loss; pages are numbered.
    assert "2026-10-31" in text
    assert "缺，应于 2026-10-31" in text
    assert "第 1 页" in text
    # Term 6 + secretary 4 + theme days 10 − 1 − 0.5 + committee 5.
    assert "得 23.5 分，已评满分 25.0 分" in text


def test_the_same_paper_twice_is_the_same_text(app: Flask, world: World, enter: Enter, work: Work) -> None:
    side = world.organ
    ledgers(app, side)
    client = enter(side["secretary"])
    for key in ("one", "two"):
        client.post(f"/documents/print/{side.branch}", data={"year": "2026", "form_key": key})
    work(side.tenant_id)
    page = client.get("/documents").text
    assert text_of(only_download(client, page)) == text_of(only_download(client, page, at=1))


def test_all_units_of_the_filter_come_as_one_zip(app: Flask, world: World, enter: Enter, work: Work) -> None:
    side = world.organ
    ledgers(app, side)
    client = enter(side["admin"])
    assert "打印 2 个单位" in client.get("/documents/new?report=ledger&year=2026").text
    for _again in range(2):
        # A form sent twice is one job.
        assert client.post("/documents/print", data={"year": "2026", "form_key": "k"}).status_code == 303
    running = client.get("/documents").text
    assert re.search(r'hx-get="/documents/jobs/\d+"', running)
    assert work(side.tenant_id) == 1
    page = client.get("/documents").text
    bundle = zipfile.ZipFile(io.BytesIO(only_download(client, page)))
    assert bundle.testzip() is None
    assert len(bundle.namelist()) == 2
    assert all(name.endswith(".pdf") for name in bundle.namelist())
    texts = [text_of(bundle.read(name)) for name in bundle.namelist()]
    assert f"主题{side.branch}" in texts[0]
    assert f"主题{side.other_branch}" in texts[1]
    assert len(re.findall(r'href="/files/\d+"', page)) == 3


def test_the_reach_decides_what_is_printed(app: Flask, world: World, enter: Enter, work: Work) -> None:
    side = world.organ
    ledgers(app, side)
    # The officer's general branch holds one branch of the two.
    client = enter(side["officer"])
    client.post("/documents/print", data={"year": "2026", "form_key": "k"})
    work(side.tenant_id)
    with app.app_context(), tenant(side.tenant_id):
        assert list(db.session.scalars(select(Document.unit_id))) == [side.branch]
        db.session.remove()
    assert client.post(f"/documents/print/{side.other_branch}", data={"year": "2026"}).status_code == 403
    assert client.post("/documents/print", data={"year": "2026", "unit_id": side.root}).status_code == 403
    assert (
        client.post("/documents/print", data={"year": "2026", "unit_id": world.union.root}).status_code == 404
    )
    # A colleague sees nothing of it; a reader may look and not print.
    assert side.colleague is not None
    assert "/files/" not in enter(side.colleague).get("/documents").text
    auditor = enter(side["auditor"])
    assert "/files/" in auditor.get("/documents").text
    assert auditor.post("/documents/print", data={"year": "2026"}).status_code == 403
    assert (
        enter(world.union["admin"]).post(f"/documents/print/{side.branch}", data={"year": "2026"}).status_code
        == 404
    )
    (address,) = re.findall(r'href="(/files/\d+)"', auditor.get("/documents").text)
    assert enter(side.colleague).get(address).status_code == 403
    assert enter(world.union["admin"]).get(address).status_code == 404


def test_a_year_without_ledgers_says_so(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    answer = client.post("/documents/print", data={"year": "2025"})
    assert answer.status_code == 422
    assert "没有单位建有 2025 年度台账" in answer.text
    assert client.get("/documents?year=1875").status_code == 422
    assert client.post("/documents/print", data={"year": "x"}).status_code == 422


def test_an_odd_name_neither_breaks_the_paper_nor_the_zip(
    app: Flask, world: World, enter: Enter, work: Work
) -> None:
    side = world.organ
    ledgers(app, side)
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            for unit in db.session.scalars(select(Unit).where(Unit.kind == "party_branch")):
                unit.name = '../<script>alert(1)</script>"\\:一支部'
        db.session.remove()
    client = enter(side["admin"])
    client.post("/documents/print", data={"year": "2026", "form_key": "k"})
    work(side.tenant_id)
    bundle = zipfile.ZipFile(io.BytesIO(only_download(client, client.get("/documents").text)))
    names = bundle.namelist()
    assert len(set(names)) == 2
    assert not any(sign in name for name in names for sign in '/\\:*?"<>|')
    assert "<script>" in text_of(bundle.read(names[0]))


def test_the_paper_speaks_the_language_of_whoever_asked(
    app: Flask, world: World, enter: Enter, work: Work
) -> None:
    side = world.organ
    ledgers(app, side)
    with app.app_context(), tenant(side.tenant_id):
        for locale in ("en", "zh_Hant"):
            with transaction():
                print_units(
                    Actor(
                        name="x", grants=(Grant("admin"),), person_id=side["admin"].person_id, locale=locale
                    ),
                    year=2026,
                )
        db.session.remove()
    work(side.tenant_id)
    with app.app_context(), tenant(side.tenant_id):
        assert db.session.scalar(select(func.count()).where(Job.state == "done")) == 2
        db.session.remove()
    client = enter(side["admin"])
    page = client.get("/documents").text
    for at, words in ((0, "年度臺賬"), (1, "Ledger of the year 2026")):
        bundle = zipfile.ZipFile(io.BytesIO(only_download(client, page, at=at)))
        assert words in text_of(bundle.read(bundle.namelist()[0]))
