"""Long tables, odd names, and the tables of the papers as Excel."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pypdf
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from services.worker.pdf import Press, fill
from shared.documents.reports import REPORTS
from shared.documents.reports.tables import Cell, Column, Section, Table, sheet
from shared.exports.lists.reports import TABLES
from shared.i18n import use_locale
from tests.factories.workbooks import book_of
from tests.worker.reports.stage import MONTH, staged
from tests.worker.reports.test_reports import BESIDE, NEIGHBOUR, OWN, squeezed
from tests.worker.reports.works import YEAR, Staged
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
COLUMNS = (
    Column("序号头", "n", 8),
    Column("姓名头", width=30),
    Column("日期头", "nw", 4),
    Column("金额头", "n", 12),
)


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


@pytest.fixture
def there(app: Flask, world: World) -> Staged:
    staged(app, world.organ, world.organ.other_branch, BESIDE)
    return staged(app, world.organ, world.organ.branch, OWN)


def pages_of(rows: tuple[tuple[Cell, ...], ...]) -> list[str]:
    with use_locale("zh_Hans"):
        html = fill("tables", **sheet("表", "单位", sections=[Section(table=Table(COLUMNS, rows, head=1))]))
    with Press() as press:
        data = press.set(html)
    return [squeezed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def test_a_long_table_keeps_its_head_every_row_and_its_page_numbers() -> None:
    rows = tuple((n, f"人员{n:05d}", date(2026, 1, 1 + n % 28), Decimal(n)) for n in range(900))
    pages = pages_of(rows)
    assert len(pages) > 20
    for number, text in enumerate(pages, start=1):
        assert "姓名头" in text
        assert f"第{number}页" in text
        assert f"共{len(pages)}页" in text
    whole = "".join(pages)
    assert [n for n in range(900) if whole.count(f"人员{n:05d}") != 1] == []


def test_a_row_is_not_split_over_two_pages() -> None:
    rows = tuple((n, f"起{n:03d}" + "字" * 120 + f"止{n:03d}", None, None) for n in range(60))
    for text in pages_of(rows):
        for n in range(60):
            assert (f"起{n:03d}" in text) == (f"止{n:03d}" in text)


ODD = (
    "<b>粗</b>",
    "<script>alert(1)</script>",
    "</td></tr></table>之外",
    "张" * 60,
    "W" * 60,
    "祎喆镕😀",
    "{{ 7*7 }}{% for x in y %}",
    "body{display:none}",
)


def test_odd_names_stand_as_they_are_and_break_nothing() -> None:
    rows = tuple((n, name, date(2026, 2, 28), Decimal("1234567.5")) for n, name in enumerate(ODD))
    (text,) = pages_of(rows)
    for name in ODD:
        assert squeezed(name).replace("😀", "") in text.replace("😀", "")
    assert "49" not in text
    assert text.count("2026-02-28") == text.count("1,234,567.50") == len(ODD)


def test_a_day_always_has_room() -> None:
    table = Table(COLUMNS, ())
    widths = [float(width.rstrip("%")) for width in table.widths]
    assert widths[2] == 13.5
    assert sum(widths) == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("name", [one.name for one in TABLES])
def test_a_table_as_excel_has_the_rows_of_the_paper_for_whoever_reaches_it(
    name: str, there: Staged, world: World, enter: Enter
) -> None:
    side, key = world.organ, name.removeprefix("reports.")
    of = REPORTS[key].of
    address = f"/exports/{name.replace('.', '/')}?year={YEAR}&month={MONTH}&{of}_id={there.subjects[of]}"
    assert side.colleague is not None
    for role in ("admin", "secretary"):
        book = book_of(enter(side[role]).post(address))
        text = squeezed(str(book.rows))
        assert len(book.rows) >= 1
        assert BESIDE not in text
        heads = [word for word in there.words[key] if word.startswith(OWN) and word in text]
        assert heads or key in ("dues_year", "score_sheet")
    assert enter(side.colleague).post(address).status_code == 403
    assert enter(side["member"]).post(address).status_code == 403
    for role in ("admin", "secretary"):
        answer = enter(world.union[role]).post(address)
        assert answer.status_code == 404
        assert NEIGHBOUR not in answer.get_data(as_text=True)


def test_every_report_of_tables_says_its_excel() -> None:
    lists = {one.name for one in TABLES}
    assert {
        report.excel for report in REPORTS.values() if (report.excel or "").startswith("reports.")
    } == lists
