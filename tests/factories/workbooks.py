"""Reads what an export has written, by a reader that knows nothing of us."""

import io
from dataclasses import dataclass
from typing import Any

import openpyxl
from werkzeug.test import TestResponse


@dataclass(frozen=True)
class Book:
    """The rows of the list below its head, and the lines of the sheet that says what it is."""

    head: list[str]
    rows: list[list[Any]]
    about: dict[str, Any]
    sheet: Any

    def column(self, title: str) -> list[Any]:
        place = self.head.index(title)
        return [row[place] for row in self.rows]


def read_book(data: bytes) -> Book:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheets = book.worksheets
    lines = [list(row) for sheet in sheets[:-1] for row in sheet.iter_rows(values_only=True)]
    about = {str(row[0]): row[1] for row in sheets[-1].iter_rows(values_only=True)}
    return Book([str(cell) for cell in lines[0]], lines[1:], about, sheets[0])


def book_of(answer: TestResponse) -> Book:
    """The workbook of an answer, which must be one."""
    assert answer.status_code == 200, answer.status_code
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert "attachment" in answer.headers["Content-Disposition"]
    data = answer.get_data()
    answer.close()
    return read_book(data)
