"""The third wall, read from the catalogue: no tenant-owned table without policy, FORCE, composite keys."""

from collections.abc import Iterator

import psycopg
import pytest

from deploy.local.servers import Servers
from shared.settings import settings

ROLES = ("jiceng_app", "jiceng_owner")


@pytest.fixture(scope="module")
def catalogue(servers: Servers) -> Iterator[psycopg.Connection]:
    database = settings().database_url.rsplit("/", 1)[1]
    with psycopg.connect(servers.url("postgres", database), autocommit=True) as connection:
        yield connection


def names(connection: psycopg.Connection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query)]


TABLES = """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'"""


#: The one table that two tenants see; test_the_exchange_is_walled_on_both_sides holds what it is.
SHARED = "exchange"


def test_there_are_tables_to_look_at(catalogue: psycopg.Connection) -> None:
    assert {"unit", "person", "event", "due_item", "delivery", "audit_entry"} <= set(names(catalogue, TABLES))


def test_every_table_is_walled_and_forced(catalogue: psycopg.Connection) -> None:
    bare = names(
        catalogue,
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname in ('public', 'platform') and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'"
        " and not (c.relrowsecurity and c.relforcerowsecurity)",
    )
    assert bare == []


def test_every_tenant_table_has_exactly_the_tenant_policy(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        "select tablename, count(*), min(qual), min(with_check), min(cmd), min(permissive)"
        " from pg_policies where schemaname = 'public' group by tablename"
    ).fetchall()
    assert {row[0] for row in rows} == set(names(catalogue, TABLES))
    rows = [row for row in rows if row[0] != SHARED]
    expected = {(1, "ALL", "PERMISSIVE")}
    assert {(row[1], row[4], row[5]) for row in rows} == expected
    for row in rows:
        assert row[2] == row[3]
        assert (
            "tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint"
            in row[2]
        )


def test_primary_keys_lead_with_the_tenant(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        "select c.relname, pg_get_constraintdef(k.oid) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'"
        " where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'"
    ).fetchall()
    assert {definition for _, definition in rows} == {"PRIMARY KEY (tenant_id, id)"}


def test_foreign_keys_between_tenant_tables_are_composite(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        "select k.conrelid::regclass::text, k.confrelid::regclass::text, pg_get_constraintdef(k.oid)"
        " from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace"
        " where k.contype = 'f' and n.nspname = 'public'"
    ).fetchall()
    assert rows
    for source, target, definition in rows:
        if target == "platform.tenant":
            assert "FOREIGN KEY (tenant_id)" in definition or source == SHARED
        else:
            assert definition.startswith("FOREIGN KEY (tenant_id, "), (source, definition)
            assert "(tenant_id, id)" in definition, (source, definition)


def test_every_tenant_table_is_tied_to_its_tenant(catalogue: psycopg.Connection) -> None:
    tied = set(
        names(
            catalogue,
            "select distinct c.relname from pg_constraint k join pg_class c on c.oid = k.conrelid"
            " join pg_namespace n on n.oid = c.relnamespace where k.contype = 'f' and n.nspname = 'public'",
        )
    )
    assert set(names(catalogue, TABLES)) - tied == set()


def test_every_index_leads_with_the_tenant(catalogue: psycopg.Connection) -> None:
    others = names(
        catalogue,
        "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid"
        " join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid"
        " and a.attnum = i.indkey[0]"
        " where n.nspname = 'public' and c.relname <> 'alembic_version' and a.attname <> 'tenant_id'",
    )
    assert others == ["ix_exchange_receiver_id"]


def test_the_exchange_is_walled_on_both_sides(catalogue: psycopg.Connection) -> None:
    """Both ends read; the sender sends and withdraws; the receiver answers, in three columns and a day."""
    rows = catalogue.execute(
        "select policyname, cmd, qual, with_check from pg_policies where tablename = 'exchange'"
    ).fetchall()
    found = {name: (command, using or "", check or "") for name, command, using, check in rows}
    assert {name: command for name, (command, _using, _check) in found.items()} == {
        "both_read": "SELECT",
        "sender_sends": "INSERT",
        "sender_withdraws": "UPDATE",
        "receiver_answers": "UPDATE",
    }
    assert all("app.tenant_id" in using + check for _command, using, check in found.values())
    changeable = names(
        catalogue,
        "select column_name::text from information_schema.column_privileges where grantee = 'jiceng_app'"
        " and table_name = 'exchange' and privilege_type = 'UPDATE'",
    )
    assert set(changeable) == {"state", "reply", "receiving_unit_id", "decided_at"}
    removable = catalogue.execute("select has_table_privilege('jiceng_app', 'exchange', 'delete')").fetchone()
    assert removable == (False,)


def test_the_running_role_owns_nothing_and_may_only_touch_rows(catalogue: psycopg.Connection) -> None:
    flags = catalogue.execute(
        "select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication from pg_roles"
        " where rolname = any(%s) order by rolname",
        [list(ROLES)],
    ).fetchall()
    assert flags == [(role, False, False, False, False, False) for role in ROLES]
    owned = names(
        catalogue,
        "select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = 'jiceng_app'",
    )
    assert owned == []
    rights = {
        row[0]
        for row in catalogue.execute(
            "select distinct privilege_type from information_schema.role_table_grants where grantee = 'jiceng_app'"
        )
    }
    assert rights == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    trail = {
        row[0]
        for row in catalogue.execute(
            "select privilege_type from information_schema.role_table_grants"
            " where grantee = 'jiceng_app' and table_name in ('audit_entry', 'operator_audit')"
        )
    }
    assert trail == {"SELECT", "INSERT"}
    create = catalogue.execute(
        "select has_schema_privilege('jiceng_app', 'public', 'create'),"
        " has_schema_privilege('jiceng_app', 'platform', 'create'),"
        " has_database_privilege('jiceng_app', current_database(), 'temp')"
    ).fetchone()
    assert create == (False, False, False)
