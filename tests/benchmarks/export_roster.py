"""A tenant's whole roster as Excel, 100,000 people, against the same rows written from memory by the same library.

Ours: the worker's way from the job's filter to the file on the disk: reach, pages of the roster, numbers opened and
masked, cells, file. Its memory is the most that Python holds meanwhile, for four times as many rows against once.
Reference: openpyxl's write-only workbook fed the finished cells.
"""

import io
import tracemalloc
from typing import Any, BinaryIO

import psycopg
from flask import Flask
from openpyxl import Workbook

from shared.access.actor import Actor, Grant
from shared.db import bare_app, db
from shared.exports.actions import fill
from shared.exports.lists import LISTS
from shared.files import write
from shared.i18n import use_locale
from shared.members.numbers import seal_identity, seal_phone
from shared.members.queries import RosterFilter
from shared.sealing import unwrap
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import measure, report, seconds
from tests.benchmarks.stage import many_people, many_units, new_tenant, superuser

PEOPLE = 100_000
BRANCHES = 500
ROSTER = LISTS["members.roster"]


def stage(connection: psycopg.Connection, count: int) -> int:
    """A tenant whose people all have both numbers; nothing is checked row by row while loading."""
    tenant_id = new_tenant(connection, name=f"export {count}")
    connection.execute("set session_replication_role = replica")
    many_units(connection, tenant_id, branches=BRANCHES)
    many_people(connection, tenant_id, count=count)
    row = connection.execute("select wrapped_key from platform.tenant where id = %s", [tenant_id]).fetchone()
    assert row is not None
    keys = unwrap(settings().instance_key, bytes(row[0]))
    connection.execute(
        "update person set identity_sealed = %s, phone_sealed = %s where tenant_id = %s",
        [seal_identity(keys, "991256198901035315").sealed, seal_phone(keys, "13800005678").sealed, tenant_id],
    )
    connection.execute("set session_replication_role = origin")
    for statement in ("vacuum analyze person", "vacuum analyze membership", "vacuum analyze unit"):
        connection.execute(statement)
    return tenant_id


def ours(app: Flask, tenant_id: int) -> int:
    """One export; returns how many rows it has."""
    actor = Actor(name="bench", tenant_id=tenant_id, tenant_kind="bureau", grants=(Grant("admin"),))
    rows = 0

    def beat(_rows: int) -> None:
        db.session.remove()

    def write_rows(handle: BinaryIO) -> None:
        nonlocal rows
        rows = fill(handle, actor, ROSTER, RosterFilter(line="party"), beat=beat)

    with app.app_context(), tenant(tenant_id), use_locale("zh_Hans"):
        written = write(write_rows)
        (settings().data_dir / "files" / str(tenant_id) / written.key).unlink(missing_ok=True)
        db.session.remove()
    return rows


def cells(app: Flask, tenant_id: int) -> list[list[Any]]:
    """The same rows as finished cells, in memory."""
    actor = Actor(name="bench", tenant_id=tenant_id, tenant_kind="bureau", grants=(Grant("admin"),))
    given = RosterFilter(line="party")
    with app.app_context(), tenant(tenant_id), use_locale("zh_Hans"):
        columns = ROSTER.columns(actor, given)
        found = [
            [column.value(row) for column in columns]
            for chunk in ROSTER.chunks(actor, given)
            for row in chunk
        ]
        db.session.remove()
    return found


def from_memory(rows: list[list[Any]]) -> None:
    book: Any = Workbook(write_only=True)
    sheet = book.create_sheet("roster")
    for row in rows:
        sheet.append(row)
    book.save(io.BytesIO())


def peak(app: Flask, tenant_id: int) -> float:
    """The most memory Python held during one export, in MiB."""
    tracemalloc.start()
    ours(app, tenant_id)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 2**20


def main() -> None:
    with superuser() as connection:
        small, middle, large = (stage(connection, count) for count in (5_000, 20_000, PEOPLE))
    app = bare_app(settings())
    counted = 0

    def whole() -> None:
        nonlocal counted
        counted = ours(app, large)

    mine = seconds(whole)
    assert counted == PEOPLE, counted
    rows = cells(app, large)
    theirs = seconds(lambda: from_memory(rows))
    rows.clear()
    report(
        measure(
            "export_roster",
            ours=PEOPLE / mine,
            reference=PEOPLE / theirs,
            unit="rows/s (≥)",
            goal="≥ 1/3",
        ),
        measure(
            "export_roster_memory",
            ours=peak(app, middle),
            reference=peak(app, small),
            unit="MiB (≤)",
            goal="≤ 1.5",
        ),
    )


if __name__ == "__main__":
    main()
