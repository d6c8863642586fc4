"""The migrations make exactly what the models declare, and carry over what stood before them."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Engine, create_engine

from deploy.local.servers import Servers, psql
from shared.db import Base, driver_url
from shared.db.migrations import configuration
from shared.db.tables import load_tables
from shared.settings import settings


def test_models_and_migrations_agree(app: Flask) -> None:
    load_tables()
    engine = create_engine(driver_url(settings().database_owner_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "target_metadata": Base.metadata,
                "include_object": lambda found, name, kind, *_: (
                    not (kind == "table" and name == "alembic_version")
                ),
            },
        )
        differences = list(compare_metadata(context, Base.metadata))
    engine.dispose()
    assert differences == []


@pytest.fixture
def older(servers: Servers) -> Iterator[str]:
    """A database as the first release left it, with two tenants in it; its name."""
    name = f"m{secrets.token_hex(6)}"
    servers.make_database(name)
    migrate(servers, name, "0001")
    with psycopg.connect(servers.url("postgres", name), autocommit=True) as connection:
        for number in (1, 2):
            connection.execute(
                "insert into platform.tenant (kind, name, wrapped_key) values ('bureau', %s, 'k')",
                [f"t{number}"],
            )
            connection.execute(
                "insert into unit (tenant_id, path, line, kind, name, state, founded_on, duties_since) values"
                " (%(t)s, '1.', 'party', 'party_branch', 'standing', 'active', '2011-03-01', '2026-01-01'),"
                " (%(t)s, '2.', 'party', 'party_branch', 'ended', 'dissolved', null, '2026-01-01')",
                {"t": number},
            )
            connection.execute(
                "insert into unit_change (tenant_id, unit_id, what, on_date)"
                " select tenant_id, id, 'dissolve', '2030-05-05' from unit where name = 'ended' and tenant_id = %s",
                [number],
            )
            for status in ("mobile", "full"):
                connection.execute(
                    "with fresh as (insert into person (tenant_id, name) values (%(t)s, 'p') returning id)"
                    " insert into membership (tenant_id, person_id, unit_id, kind, status, since)"
                    " select %(t)s, fresh.id, (select min(id) from unit where tenant_id = %(t)s), 'party', %(s)s,"
                    " '2020-01-01' from fresh",
                    {"t": number, "s": status},
                )
    yield name
    psql(servers.url("postgres", "postgres"), sql=f'drop database if exists "{name}" with (force)')


def migrate(servers: Servers, database: str, to: str) -> None:
    engine: Engine = create_engine(driver_url(servers.url("jiceng_owner", database)))
    with engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
    engine.dispose()


def test_the_second_step_carries_every_tenant_over(servers: Servers, older: str) -> None:
    """A mobile member is a full one who is away; every unit has the version it stands in, the ended one is closed."""
    migrate(servers, older, "0002")
    with psycopg.connect(servers.url("postgres", older)) as connection:
        members = connection.execute(
            "select tenant_id, status, relation, count(*) from membership group by 1, 2, 3 order by 1, 3"
        ).fetchall()
        versions = connection.execute(
            "select v.tenant_id, v.name, v.since < current_date, v.until::text, u.ended_on::text"
            " from unit_version v join unit u on u.tenant_id = v.tenant_id and u.id = v.unit_id order by 1, 2"
        ).fetchall()
    assert members == [
        (1, "full", "out", 1),
        (1, "full", "registered", 1),
        (2, "full", "out", 1),
        (2, "full", "registered", 1),
    ]
    assert versions == [
        (tenant, name, old, end, end)
        for tenant in (1, 2)
        for name, old, end in (("ended", False, "2030-05-05"), ("standing", True, None))
    ]
