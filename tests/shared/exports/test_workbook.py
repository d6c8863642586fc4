"""The writer of workbooks: types, limits of a spreadsheet, and what must never be executed, read back by its reader."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.exports import workbook
from shared.exports.lists.columns import Cell, Column
from shared.exports.workbook import Contents, sheet_name, write_workbook


def book_of(rows: Sequence[Sequence[Cell]], *, chunk: int = 3, title: str = "List") -> Any:
    width = max((len(row) for row in rows), default=1)
    columns: list[Column[Sequence[Cell]]] = [
        Column(f"c{place}", lambda row, place=place: row[place])  # type: ignore[misc]
        for place in range(width)
    ]
    chunks = [rows[start : start + chunk] for start in range(0, len(rows), chunk)]
    stream = io.BytesIO()
    count = write_workbook(stream, Contents(title, columns, chunks, lambda n: [("rows", n)]))
    assert count == len(rows)
    return openpyxl.load_workbook(io.BytesIO(stream.getvalue()))


def test_each_value_keeps_its_type() -> None:
    at = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    sheet = book_of(
        [["text", 12, Decimal("1.5"), date(2026, 11, 22), at, None, date(1895, 1, 2)]]
    ).worksheets[0]
    values = [cell.value for cell in sheet[2]]
    assert values[:3] == ["text", 12, 1.5]
    assert values[3].date() == date(2026, 11, 22)
    # On the offices' wall clock, eight hours ahead.
    assert f"{values[4]:%Y-%m-%d %H:%M}" == "2026-11-22 09:30"
    # Before a spreadsheet's first day a date is a text, and an empty cell is empty.
    assert values[5:] == [None, "1895-01-02"]
    assert sheet["D2"].number_format == "yyyy-mm-dd"


def test_a_list_without_rows_has_its_head_and_says_so() -> None:
    book = book_of([])
    assert [cell.value for cell in book.worksheets[0][1]] == ["c0"]
    assert book.worksheets[0].freeze_panes == "A2"
    assert [cell.value for cell in book.worksheets[1][1]] == ["rows", 0]


def test_what_does_not_fit_into_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 4)
    book = book_of([[number] for number in range(10)], chunk=3, title="名单")
    lists = book.worksheets[:-1]
    assert [sheet.title for sheet in lists] == ["名单", "名单 2", "名单 3"]
    assert [sheet["A1"].value for sheet in lists] == ["c0"] * 3
    assert [row[0] for sheet in lists for row in sheet.iter_rows(min_row=2, values_only=True)] == list(
        range(10)
    )
    assert [sheet.auto_filter.ref for sheet in lists] == ["A1:A5", "A1:A5", "A1:A3"]


def test_a_sheet_may_have_any_title() -> None:
    assert sheet_name("a/b:c*?[d]\\'") == "a b c   d"
    assert len(sheet_name("长" * 90)) == 31
    assert sheet_name("///") == "1"


@given(st.lists(st.text(max_size=40), min_size=1, max_size=12))
def test_no_text_is_ever_anything_but_text(texts: list[str]) -> None:
    """Whatever somebody is called: it comes back as the same text, and no spreadsheet would compute it."""
    rows = [[lead + text] for text in texts for lead in ("", "=", "+", "-", "@", "\t", "#N/A", "'")]
    sheet = book_of(rows).worksheets[0]
    for place, [text] in enumerate(rows, start=2):
        cell = sheet.cell(row=place, column=1)
        assert cell.data_type in {"s", "n"}
        if cell.value is not None:
            assert cell.data_type == "s"
            assert text.startswith("'") or cell.quotePrefix == (str(cell.value)[0] in "=+-@\t\r\n|%#")


def test_the_longest_text_is_cut_where_a_cell_ends() -> None:
    sheet = book_of([["x" * 40_000], ["=" * 40_000]]).worksheets[0]
    assert [len(sheet.cell(row=row, column=1).value) for row in (2, 3)] == [32_767, 32_767]
