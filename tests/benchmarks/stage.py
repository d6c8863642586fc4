"""Generated data for benchmarks, written set-based as superuser, so that the stage costs little of the five minutes."""

import os

import psycopg

from shared.sealing import new_wrapped_key
from shared.settings import settings


def superuser() -> psycopg.Connection:
    """A connection to which no policy applies: the bare limit's side, and the stage's."""
    return psycopg.connect(os.environ["BENCH_SUPERUSER_URL"], autocommit=True)


def new_tenant(connection: psycopg.Connection, *, kind: str = "bureau", name: str = "bench") -> int:
    row = connection.execute(
        "insert into platform.tenant (kind, name, wrapped_key) values (%s, %s, %s) returning id",
        [kind, name, new_wrapped_key(settings().instance_key)],
    ).fetchone()
    assert row is not None
    return int(row[0])


def many_units(connection: psycopg.Connection, tenant_id: int, *, branches: int, committees: int = 10) -> int:
    """A root, committees below it and branches below these; returns the root's id."""
    root = connection.execute(
        "insert into unit (tenant_id, path, kind, line, name, duties_since)"
        " values (%s, '-', 'organ_committee', 'party', 'root', '2020-01-01') returning id",
        [tenant_id],
    ).fetchone()
    assert root is not None
    root_id = int(root[0])
    connection.execute("update unit set path = lpad(id::text, 10, '0') || '.' where id = %s", [root_id])
    connection.execute(
        "insert into unit (tenant_id, parent_id, path, kind, line, name, duties_since)"
        " select %s, %s, 'c' || n, 'general_branch', 'party', 'committee ' || n, '2020-01-01'"
        " from generate_series(1, %s) n",
        [tenant_id, root_id, committees],
    )
    connection.execute(
        "update unit u set path = p.path || lpad(u.id::text, 10, '0') || '.' from unit p"
        " where u.tenant_id = %s and p.tenant_id = u.tenant_id and p.id = u.parent_id and u.kind = 'general_branch'",
        [tenant_id],
    )
    connection.execute(
        "insert into unit (tenant_id, parent_id, path, kind, line, name, duties_since)"
        " select %s, c.id, 'b' || n, 'party_branch', 'party', 'branch ' || n, '2020-01-01'"
        " from generate_series(1, %s) n join (select id, row_number() over (order by id) - 1 as k from unit"
        " where tenant_id = %s and kind = 'general_branch') c on c.k = n %% %s",
        [tenant_id, branches, tenant_id, committees],
    )
    connection.execute(
        "update unit u set path = p.path || lpad(u.id::text, 10, '0') || '.' from unit p"
        " where u.tenant_id = %s and p.tenant_id = u.tenant_id and p.id = u.parent_id and u.kind = 'party_branch'",
        [tenant_id],
    )
    connection.execute("analyze unit")
    return root_id


def many_people(connection: psycopg.Connection, tenant_id: int, *, count: int) -> None:
    """People spread over the tenant's branches, each with a membership."""
    connection.execute(
        "with fresh as (insert into person (tenant_id, name, name_key, sex, email)"
        " select %s, 'Person ' || n, 'person ' || lpad(n::text, 8, '0'), case n %% 2 when 0 then 'm' else 'f' end,"
        " 'p' || n || '@example.test' from generate_series(1, %s) n returning id)"
        " insert into membership (tenant_id, person_id, unit_id, kind, status, since)"
        " select %s, f.id, b.id, 'party', 'full', '2020-01-01' from (select id, row_number() over () as k from fresh) f"
        " join (select id, row_number() over (order by id) - 1 as k, count(*) over () as total from unit"
        " where tenant_id = %s and kind = 'party_branch') b on b.k = f.k %% b.total",
        [tenant_id, count, tenant_id, tenant_id],
    )
