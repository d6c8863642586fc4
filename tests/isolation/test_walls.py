"""The walls from inside: raw connections as the running role, and the session's own refusals."""

from datetime import date

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from shared.db import db, transaction
from shared.errors import NoTenant, TenantSwitch
from shared.members.models import Membership, Person
from shared.settings import settings
from shared.tenancy import as_login, platform, tenant
from tests.world import World

PUBLIC = """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'alembic_version'"""


def raw() -> psycopg.Connection:
    return psycopg.connect(settings().database_url)


def test_without_a_tenant_every_table_is_empty(world: World) -> None:
    with raw() as connection:
        for (table,) in connection.execute(PUBLIC).fetchall():
            count = connection.execute(f"select count(*) from public.{table}").fetchone()
            assert count == (0,), table


def test_with_a_tenant_only_its_rows_are_seen(world: World) -> None:
    with raw() as connection:
        connection.execute("select set_config('app.tenant_id', %s, true)", [str(world.organ.tenant_id)])
        seen = connection.execute("select distinct tenant_id from person").fetchall()
        assert seen == [(world.organ.tenant_id,)]
        assert connection.execute("select count(*) from person").fetchone() == (9,)
        by_key = connection.execute(
            "select count(*) from person where id = %s", [world.union["member"].person_id]
        )
        assert by_key.fetchone() == (0,)


def test_a_row_cannot_be_written_for_a_neighbour(world: World) -> None:
    with raw() as connection:
        connection.execute("select set_config('app.tenant_id', %s, true)", [str(world.organ.tenant_id)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "insert into person (tenant_id, name) values (%s, 'x')", [world.union.tenant_id]
            )


def test_a_row_cannot_point_into_a_neighbour(app: Flask, world: World) -> None:
    with raw() as connection:
        connection.execute("select set_config('app.tenant_id', %s, true)", [str(world.organ.tenant_id)])
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(
                "insert into post (person_id, unit_id, code, since) values (%s, %s, 'secretary', '2026-01-01')",
                [world.organ["member"].person_id, world.union.branch],
            )


def test_an_update_or_delete_of_a_neighbours_row_changes_nothing(world: World) -> None:
    stranger = world.union["member"].person_id
    with raw() as connection:
        connection.execute("select set_config('app.tenant_id', %s, true)", [str(world.organ.tenant_id)])
        assert connection.execute("update person set name = 'x' where id = %s", [stranger]).rowcount == 0
        assert connection.execute("delete from membership where person_id = %s", [stranger]).rowcount == 0
        connection.commit()
        connection.execute("select set_config('app.tenant_id', %s, true)", [str(world.union.tenant_id)])
        found = connection.execute(
            "select count(*) from membership where person_id = %s", [stranger]
        ).fetchone()
        assert found == (1,)


def test_a_pooled_connection_forgets_the_tenant(app: Flask, world: World) -> None:
    with app.app_context():
        with tenant(world.organ.tenant_id):
            assert db.session.scalar(select(Person.id).limit(1)) is not None
            db.session.remove()
        assert db.session.execute(db.text("select count(*) from person")).scalar() == 0
        db.session.remove()


def test_asking_without_a_tenant_raises(app: Flask, world: World) -> None:
    with app.app_context():
        for scope in (platform(), as_login(login_id=world.organ["member"].login_id)):
            with scope, pytest.raises(NoTenant):
                db.session.scalar(select(Person.id).limit(1))
            db.session.remove()


def test_a_transaction_cannot_change_its_tenant(app: Flask, world: World) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        db.session.scalar(select(Person.id).limit(1))
        with pytest.raises(TenantSwitch), tenant(world.union.tenant_id):
            pass
        db.session.remove()
        with tenant(world.union.tenant_id):
            seen = db.session.scalars(select(Person.tenant_id).distinct()).all()
            db.session.remove()
        assert list(seen) == [world.union.tenant_id]


def test_the_orm_never_writes_the_tenant_itself(app: Flask, world: World) -> None:
    with app.app_context(), tenant(world.union.tenant_id):
        with transaction():
            person = Person(name="newcomer")
            db.session.add(person)
            db.session.flush()
            db.session.add(
                Membership(
                    person_id=person.id,
                    unit_id=world.union.branch,
                    kind="union",
                    status="member",
                    since=date(2026, 2, 1),
                )
            )
        assert person.tenant_id == world.union.tenant_id
        db.session.remove()


def test_logins_and_seats_show_only_their_own(world: World) -> None:
    me = world.organ["member"]
    with raw() as connection:
        assert connection.execute("select count(*) from platform.login").fetchone() == (0,)
        connection.execute("select set_config('app.login_id', %s, true)", [str(me.login_id)])
        assert connection.execute("select id from platform.login").fetchall() == [(me.login_id,)]
        assert connection.execute("select login_id from platform.seat").fetchall() == [(me.login_id,)]
        changed = connection.execute(
            "update platform.seat set state = 'ended' where login_id = %s", [me.login_id]
        )
        assert changed.rowcount == 0
    with raw() as connection:
        connection.execute("select set_config('app.tenant_id', %s, true)", [str(world.organ.tenant_id)])
        assert connection.execute("select distinct tenant_id from platform.seat").fetchall() == [
            (world.organ.tenant_id,)
        ]
        assert connection.execute("select count(*) from platform.login").fetchone() == (0,)


def test_the_platform_scope_sees_no_tenants_table(world: World) -> None:
    with raw() as connection:
        connection.execute("select set_config('app.scope', 'platform', true)")
        for (table,) in connection.execute(PUBLIC).fetchall():
            count = connection.execute(f"select count(*) from public.{table}").fetchone()
            assert count == (0,), table
        assert connection.execute("select count(*) from platform.seat").fetchone() == (0,)
        assert connection.execute("select count(*) from platform.login").fetchone() == (0,)


def test_the_audit_trail_cannot_be_changed(world: World) -> None:
    with raw() as connection:
        connection.execute("select set_config('app.tenant_id', %s, true)", [str(world.organ.tenant_id)])
        connection.execute(
            "insert into audit_entry (actor_name, verb, object_type) values ('somebody', 'event.file', 'event')"
        )
        connection.commit()
        for statement in (
            "update audit_entry set verb = 'x'",
            "delete from audit_entry",
            "truncate audit_entry",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
            connection.rollback()
