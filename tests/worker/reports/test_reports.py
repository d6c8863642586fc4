"""Every paper of the catalogue with real rows: every row is on it, the right is asked, nobody else's rows are there."""

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pypdf
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.worker.pdf import fill
from shared.access.actor import Actor, Grant
from shared.db import db
from shared.documents.reports import REPORTS, Subject, named
from shared.i18n import use_locale
from shared.organisations.models import Unit
from tests.worker.reports.stage import MONTH, inside, staged
from tests.worker.reports.works import YEAR, Staged
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Work = Callable[[int], int]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]
OWN, BESIDE, NEIGHBOUR = "己", "同事", "邻"
#: The papers tried here; those made by others' own tests stand there.
KEYS = (
    "attendance_sheet",
    "attendance_year",
    "birthday_cards",
    "dues_month",
    "dues_year",
    "election_pack",
    "event_minutes",
    "plan_progress",
    "rectification",
    "score_sheet",
    "signin_sheet",
    "study_person",
    "study_unit",
)
#: Papers that are tried elsewhere, with real rows too.
ELSEWHERE = {"ledger", "statistics", "compendium", "compendium_all", "certificate", "certificates"}
#: The pages with the same rows, where they stand in tables: every row's head is on the paper.
PAGES = {
    "dues_month": "/dues/units/{unit}?month=2026-07",
    "election_pack": "/terms/units/{unit}",
    "rectification": "/findings/inspections/{inspection}",
    "score_sheet": "/assessments/{unit}?year=2026",
    "study_unit": "/study/units/{unit}?year=2026&show=all",
}


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


@pytest.fixture
def there(app: Flask, world: World) -> Staged:
    """The branch, the colleague's branch beside it; next door the union has its own."""
    staged(app, world.organ, world.organ.other_branch, BESIDE)
    return staged(app, world.organ, world.organ.branch, OWN)


def ask(client: FlaskClient, key: str, subject_id: int, *, form_key: str = "k") -> Any:
    sent = {"report": key, "subject_id": subject_id, "year": YEAR, "month": MONTH, "form_key": form_key}
    return client.post("/documents/make", data=sent)


def text_of(data: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return squeezed("".join(page.extract_text() for page in pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def paper(client: FlaskClient, rows: Rows, side: Side, work: Work, key: str, subject_id: int) -> str:
    """The text of one paper, asked for on the page and made by the worker."""
    assert ask(client, key, subject_id, form_key=f"{key} {subject_id}").status_code == 303
    work(side.tenant_id)
    [(state, problem, file_id)] = rows(
        side, "select state, problem, file_id from job order by id desc limit 1"
    )
    assert (state, problem) == ("done", None)
    got = client.get(f"/files/{file_id}")
    assert got.status_code == 200
    data = got.get_data()
    got.close()
    return text_of(data)


def row_heads(page: str) -> list[str]:
    """What names each row of a page's tables, as text."""
    heads = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', page, re.DOTALL)
    return [squeezed(unescape(re.sub(r"<[^>]+>", "", head))) for head in heads]


def test_every_paper_is_tried() -> None:
    assert set(REPORTS) - ELSEWHERE <= set(KEYS) <= set(REPORTS)


@pytest.mark.parametrize("key", KEYS)
def test_every_row_of_the_page_is_on_the_paper(
    key: str, there: Staged, world: World, enter: Enter, work: Work, rows: Rows
) -> None:
    side = world.organ
    client = enter(side["admin"])
    text = paper(client, rows, side, work, key, there.subjects[REPORTS[key].of])
    missing = [word for word in there.words[key] if squeezed(word) not in text]
    assert missing == []
    assert BESIDE not in text
    if key in PAGES:
        page = client.get(PAGES[key].format(**there.subjects)).get_data(as_text=True)
        heads = row_heads(page)
        assert heads
        assert [head for head in heads if head not in text] == []


@pytest.mark.parametrize("key", KEYS)
def test_whoever_lacks_the_right_or_the_reach_gets_no_paper(
    key: str, there: Staged, world: World, enter: Enter, rows: Rows, change: Change
) -> None:
    side, subject_id = world.organ, there.subjects[REPORTS[key].of]
    assert side.colleague is not None
    refused = [side.colleague, side["member"], side["reviewer"]]
    if key.startswith("dues"):
        refused.append(side["keeper"])
    for cast in refused:
        assert ask(enter(cast), key, subject_id).status_code == 403, cast.role
    for role in ("admin", "secretary"):
        assert ask(enter(world.union[role]), key, subject_id).status_code == 404, role
    assert rows(side, "select count(*) from job") == rows(world.union, "select count(*) from job") == [(0,)]
    # Whoever has both may have it.
    assert ask(enter(side["secretary"]), key, subject_id).status_code == 303


def test_a_finished_paper_is_read_by_whoever_has_the_right_to_its_rows(
    there: Staged, world: World, enter: Enter, work: Work, rows: Rows
) -> None:
    """Finished papers lie at their unit; that of the dues is not for those who may not see dues."""
    side = world.organ
    for key in ("dues_month", "attendance_year"):
        paper(enter(side["admin"]), rows, side, work, key, there.subjects["unit"])
    files = dict(rows(side, "select report, file_id from document"))
    readers = {"keeper": {"attendance_year"}, "secretary": {"attendance_year", "dues_month"}}
    for role, may in readers.items():
        client = enter(side[role])
        page = client.get(f"/documents?year={YEAR}").get_data(as_text=True)
        for key, file_id in files.items():
            assert (f'href="/files/{file_id}"' in page) == (key in may), (role, key)
            got = client.get(f"/files/{file_id}")
            assert got.status_code == (200 if key in may else 403), (role, key)
            got.close()
    assert side.colleague is not None
    for file_id in files.values():
        assert enter(side.colleague).get(f"/files/{file_id}").status_code == 403
        assert enter(world.union["admin"]).get(f"/files/{file_id}").status_code == 404


@pytest.mark.parametrize("key", KEYS)
def test_a_paper_is_read_in_as_many_queries_as_its_rows_need_none(
    key: str, app: Flask, world: World, count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    few = staged(app, side, side.branch, OWN, people=5)
    many = staged(app, side, side.other_branch, BESIDE, people=40)
    counts = []
    for found in (few, few, many):
        with inside(app, side), use_locale("zh_Hans"):
            subject = subject_of(side, key, found.subjects[REPORTS[key].of])
            with count_queries() as seen:
                fill(REPORTS[key].template_name, pages=REPORTS[key].pages, **REPORTS[key].read(subject))
            counts.append(len(seen))
    assert counts[1] == counts[2] <= 20


def subject_of(side: Side, key: str, subject_id: int) -> Subject:
    found = named(REPORTS[key].of, [subject_id])[subject_id]
    unit = db.session.execute(select(Unit).where(Unit.id == found.unit_id)).scalar_one()
    actor = Actor(name="x", grants=(Grant("admin"),), tenant_name="某局")
    return Subject(unit, subject_id, actor, found.title, YEAR, MONTH)
