"""Committing staged people against COPY of the very same rows into the same tables, as superuser with all keys on."""

import io

import psycopg

from services.worker.app import flask_app
from services.worker.jobs import run
from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.imports.actions.commit import order_commit
from shared.imports.actions.upload import upload
from shared.imports.models import Batch
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import new_tenant, superuser
from tests.factories.rosters import branches, people, tree, workbook

ROWS = 20_000
UNITS = 400
#: What a commit writes for people, in the order of their keys.
TABLES = ("person", "person_term", "membership", "post", "import_effect")


def _import(tenant_id: int, data: bytes, *, commit: bool) -> int:
    """Upload and stage a file; commit it too where asked. Returns the batch."""
    with flask_app.app_context(), tenant(tenant_id):
        with transaction():
            batch = upload(SYSTEM, data=data, name="roster.xlsx", form_key=f"{commit}")
            batch_id, job_id = batch.id, batch.job_id
        db.session.remove()
    run(tenant_id=tenant_id, job_id=job_id)
    if commit:
        run(tenant_id=tenant_id, job_id=_order(tenant_id, batch_id))
    return batch_id


def _order(tenant_id: int, batch_id: int) -> int:
    with flask_app.app_context(), tenant(tenant_id):
        with transaction():
            job_id = order_commit(SYSTEM, db.session.get_one(Batch, (tenant_id, batch_id))).id
        db.session.remove()
    return job_id


def compare(
    name: str, *, kind: str, tree_file: bytes, people_file: bytes, rows: int, rounds: int = 3
) -> None:
    """Commit the people of a staged file and COPY the same rows, in turn; report rows a second."""
    with superuser() as connection:
        tenant_id = new_tenant(connection, kind=kind)
        _import(tenant_id, tree_file, commit=True)
        batch_id = _import(tenant_id, people_file, commit=False)
        _commit(tenant_id, batch_id)
        written = connection.execute(
            "select count(*) from membership where tenant_id = %s", [tenant_id]
        ).fetchone()
        assert written == (rows,), written
        copies = {name: _copy_out(connection, tenant_id, batch_id, name) for name in TABLES}
        job_ids: list[int] = []

        def between() -> None:
            _clear(connection, tenant_id, batch_id)
            job_ids[:] = [_order(tenant_id, batch_id)]

        ours, theirs = alternate(
            lambda: run(tenant_id=tenant_id, job_id=job_ids[0]),
            lambda: _copy_all(connection, copies),
            rounds=rounds,
            between=between,
        )
    report(measure(name, ours=rows / ours, reference=rows / theirs, unit="rows/s", goal="≥ 1/3"))


def main() -> None:
    compare(
        "import_roster",
        kind="bureau",
        tree_file=workbook([("组织架构", tree(UNITS))]),
        people_file=workbook([("党员花名册", people(ROWS, branches(UNITS)))]),
        rows=ROWS,
    )


def _commit(tenant_id: int, batch_id: int) -> None:
    run(tenant_id=tenant_id, job_id=_order(tenant_id, batch_id))


def _copy_out(connection: psycopg.Connection, tenant_id: int, batch_id: int, name: str) -> bytes:
    table = psycopg.sql.Identifier(name)
    only = " and batch_id = {batch}" if name == "import_effect" else ""
    statement = psycopg.sql.SQL(
        "copy (select * from {table} where tenant_id = {tenant}" + only + ") to stdout"
    ).format(table=table, tenant=psycopg.sql.Literal(tenant_id), batch=psycopg.sql.Literal(batch_id))
    stream = io.BytesIO()
    with connection.cursor().copy(statement) as copy:
        for block in copy:
            stream.write(block)
    return stream.getvalue()


def _copy_all(connection: psycopg.Connection, copies: dict[str, bytes]) -> None:
    for name, rows in copies.items():
        _copy_in(connection, name, rows)


def _copy_in(connection: psycopg.Connection, name: str, rows: bytes) -> None:
    table = psycopg.sql.Identifier(name)
    with connection.cursor().copy(psycopg.sql.SQL("copy {table} from stdin").format(table=table)) as copy:
        copy.write(rows)


def _clear(connection: psycopg.Connection, tenant_id: int, batch_id: int) -> None:
    """As before the commit. Without triggers: the deletion is not what is measured."""
    connection.execute("set session_replication_role = replica")
    for name in TABLES:
        table = psycopg.sql.Identifier(name)
        connection.execute(
            psycopg.sql.SQL("delete from {table} where tenant_id = %s").format(table=table), [tenant_id]
        )
    connection.execute("set session_replication_role = origin")
    connection.execute(
        "update import_batch set state = 'staged', committed_at = null where tenant_id = %s and id = %s",
        [tenant_id, batch_id],
    )
    for name in TABLES:
        connection.execute(
            psycopg.sql.SQL("vacuum analyze {table}").format(table=psycopg.sql.Identifier(name))
        )


if __name__ == "__main__":
    main()
