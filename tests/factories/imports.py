"""An import driven through its pages, as a tenant's admin does it."""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import db, transaction
from shared.tenancy import tenant
from tests.factories.rosters import PEOPLE, UNITS, Cell, workbook
from tests.world import Cast, Side

Enter = Callable[[Cast], FlaskClient]
Work = Callable[[int], int]


class Importer:
    """The admin of one tenant before the pages of imports."""

    def __init__(self, app: Flask, side: Side, enter: Enter, work: Work) -> None:
        self.app = app
        self.side = side
        self.client = enter(side["admin"])
        self.work = work
        self._serial = 0

    def key(self) -> str:
        self._serial += 1
        return f"key {self._serial}"

    def upload(self, data: bytes, name: str = "roster.xlsx") -> str:
        """Upload and let the worker read; the address of the import."""
        sent = self.client.post("/imports", data={"file": (io.BytesIO(data), name), "form_key": self.key()})
        assert sent.status_code == 303, said(sent.text)[-400:]
        self.work(self.side.tenant_id)
        return str(sent.location)

    def commit(self, address: str, **decisions: str) -> None:
        sent = self.client.post(
            f"{address}/commit", data={"form_key": self.key(), "counts_from": "2026-01-01", **decisions}
        )
        assert sent.status_code == 303, said(sent.text)[-400:]
        self.work(self.side.tenant_id)

    def undo(self, address: str) -> None:
        sent = self.client.post(f"{address}/undo", data={"form_key": self.key()})
        assert sent.status_code == 303, said(sent.text)[-400:]
        self.work(self.side.tenant_id)

    def page(self, address: str) -> str:
        shown = self.client.get(address)
        assert shown.status_code == 200, said(shown.text)[-400:]
        return shown.text

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Ask the database as this tenant."""
        with self.app.app_context(), tenant(self.side.tenant_id):
            found = [tuple(row) for row in db.session.execute(text(statement), values)]
            db.session.remove()
        return found

    def run(self, statement: str, **values: Any) -> None:
        with self.app.app_context(), tenant(self.side.tenant_id):
            with transaction():
                db.session.execute(text(statement), values)
            db.session.remove()

    def count(self, table: str) -> int:
        return int(self.rows(f"select count(*) from {table}")[0][0])

    def counts(self) -> dict[str, int]:
        return {
            table: self.count(table)
            for table in ("unit", "person", "membership", "post", "person_term", "unit_term")
        }

    def verdicts(self, address: str) -> dict[str, int]:
        number = int(address.rsplit("/", 1)[1])
        return dict(
            self.rows(
                "select verdict, count(*) from import_row where batch_id = :id group by verdict", id=number
            )
        )

    def row_id(self, address: str, row_no: int, sheet: int = 0) -> int:
        number = int(address.rsplit("/", 1)[1])
        [(found,)] = self.rows(
            "select id from import_row where batch_id = :id and row_no = :row and sheet = :sheet",
            id=number,
            row=row_no,
            sheet=sheet,
        )
        return int(found)


def table(*rows: dict[str, Cell], columns: Sequence[str] = PEOPLE) -> Iterable[Sequence[Cell]]:
    """Header and rows given by the titles of their columns."""
    yield columns
    for row in rows:
        yield [row.get("".join(title.split()), row.get(title, "")) for title in columns]


def people_file(*rows: dict[str, Cell]) -> bytes:
    return workbook([("名册", table(*rows))])


def tree_file(*rows: dict[str, Cell]) -> bytes:
    return workbook([("架构", table(*rows, columns=UNITS))])


def said(page: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
