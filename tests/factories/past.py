"""Somebody who enters the past from Excel, and the rows of such a file."""

import io

from flask.testing import FlaskClient

from tests.factories.imports import Importer, said
from tests.factories.ledgers import Cell

BRANCH = "城东党支部"


class LedgerImporter(Importer):
    """Somebody of one tenant before the pages of the past."""

    def __init__(self, importer: Importer, client: FlaskClient | None = None) -> None:
        super().__init__(importer.app, importer.side, lambda _cast: client or importer.client, importer.work)

    def upload(self, data: bytes, name: str = "ledger.xlsx") -> str:
        sent = self.client.post(
            "/imports/ledger", data={"file": (io.BytesIO(data), name), "form_key": self.key()}
        )
        assert sent.status_code == 303, said(sent.text)[-400:]
        self.work(self.side.tenant_id)
        return str(sent.location)

    def key(self) -> str:
        self._serial += 1
        return f"ledger {id(self)} {self._serial}"


def people(past: LedgerImporter, *names: str, since: str = "2025-01-01") -> dict[str, int]:
    """Ordinary members of the branch; nobody else belongs to it."""
    past.run("delete from membership where unit_id = :id", id=past.side.branch)
    past.run("delete from post where unit_id = :id", id=past.side.branch)
    for name in names:
        past.run(
            "with p as (insert into person (name, name_key) values (:name, :name) returning id)"
            " insert into membership (person_id, unit_id, kind, status, relation, since)"
            " select id, :unit, 'party', 'full', 'registered', cast(:since as date) from p",
            name=name,
            unit=past.side.branch,
            since=since,
        )
    return {
        name: key
        for key, name in past.rows("select id, name from person where name = any(:names)", names=list(names))
    }


def events(past: LedgerImporter) -> list[tuple[object, ...]]:
    return past.rows(
        "select kind, held_on::text, title, due_count, present_count from event where backfilled order by held_on, kind"
    )


def row(day: Cell = "2026-03-15", kind: str = "主题党日", **more: Cell) -> list[Cell]:
    usual: dict[str, Cell] = {
        "unit": BRANCH,
        "title": "植树",
        "place": "东湖",
        "chair": "",
        "due": 21,
        "present": 20,
        "absent": "",
    }
    by = {**usual, **more}
    return [day, by["unit"], kind, by["title"], by["place"], by["chair"], by["due"], by["present"], by["absent"],
            by.get("content", ""), by.get("note", "")]  # fmt: skip
