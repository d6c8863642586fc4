"""One world for all tests: two tenants, the same cast in each; whoever is next door is the stranger.

In each tenant: a root; below it a general branch (or federation) with one branch, and beside it another branch.
The secretary and the member belong to the first branch, the colleague to the other; the officer and the leader
have the general branch, so the other branch lies outside their reach.
"""

import itertools
import os
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import select

from shared.clock import now
from shared.db import db
from shared.jobs import Job
from shared.sealing import new_wrapped_key
from shared.settings import settings
from shared.tenancy import tenant

_serial = itertools.count(1)
#: Argon2id of "a good long password" with small parameters: signing in is not what most tests are about.
PASSWORD = "a good long password"
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$amljZW5nLXRlc3Rz$XhC2C6NS3MYG/qzeCvqyyRidB+QTPx++xqZFIL/n0fQ"

ROLES = ("admin", "officer", "leader", "secretary", "keeper", "reviewer", "auditor", "member")


@dataclass(frozen=True)
class Cast:
    """One member of the cast with everything that signs them in."""

    role: str
    tenant_id: int | None
    login_id: int
    identifier: str
    person_id: int | None = None
    seat_id: int | None = None

    def session(self) -> dict[str, Any]:
        return {
            "login_id": self.login_id,
            "epoch": 1,
            "tenant_id": self.tenant_id,
            "session_id": f"s{self.login_id}",
            "fresh_at": now().timestamp(),
            "locale": "zh_Hans",
        }


@dataclass
class Side:
    """One tenant with its units and cast."""

    tenant_id: int
    kind: str
    root: int
    middle: int
    branch: int
    other_branch: int
    cast: dict[str, Cast] = field(default_factory=dict)
    #: The secretary of the other branch.
    colleague: Cast | None = None

    def __getitem__(self, role: str) -> Cast:
        return self.cast[role]


@dataclass
class World:
    organ: Side
    union: Side
    operator: Cast


#: Two tenants with the same cast in one round trip: 1,400 tests begin with it. Rows as the models write them.
_MAKE = """
create or replace function pg_temp.make_side(
    number int, tenant_kind text, wrapped bytea, password text, unit_kinds text[], unit_line text, roles text[]
) returns jsonb language plpgsql as $$
declare
    side platform.tenant.id%type;
    units bigint[] := '{}';
    names text[] := array['root', 'middle', 'branch', 'other branch'];
    parents int[] := array[null, 1, 2, 1];
    key bigint;
    person_key bigint;
    login_key bigint;
    seat_key bigint;
    home bigint;
    place bigint;
    role text;
    granted text;
    cast_rows jsonb := '{}';
begin
    insert into platform.tenant (kind, name, wrapped_key)
        values (tenant_kind, tenant_kind || ' ' || number, wrapped) returning id into side;
    perform set_config('app.tenant_id', side::text, true);
    -- A test means the same at night and on a Sunday; what quiet hours do is tested where they are switched on.
    insert into setting (key, value) values
        ('quiet_from', '{"value": 0}'), ('quiet_until', '{"value": 0}'), ('quiet_days_off', '{"value": false}');
    for i in 1..4 loop
        key := nextval(pg_get_serial_sequence('unit', 'id'));
        insert into unit (id, parent_id, path, kind, line, name, duties_since, founded_on, term_ends_on)
            select key, units[parents[i]],
                coalesce((select path from unit where id = units[parents[i]]), '') || lpad(key::text, 10, '0') || '.',
                unit_kinds[least(i, 3)], unit_line, names[i] || ' ' || number,
                '2026-01-01', '2010-01-01', '2028-01-01';
        units := units || key;
    end loop;
    foreach role in array roles loop
        home := case when role = 'colleague' then units[4] else units[3] end;
        granted := case when role = 'colleague' then 'secretary' else role end;
        insert into platform.login (identifier, password_hash, operator)
            values (role || '-' || number || '@example.test', password, false) returning id into login_key;
        insert into person (name, name_key, email)
            values (role || ' of ' || tenant_kind || ' ' || number,
                lower(role || ' of ' || tenant_kind || ' ' || number), 'p-' || role || '-' || number || '@example.test')
            returning id into person_key;
        insert into platform.seat (tenant_id, login_id, person_id)
            values (side, login_key, person_key) returning id into seat_key;
        insert into membership (person_id, unit_id, kind, status, since)
            values (person_key, home, unit_line,
                case unit_line when 'party' then 'full' else 'member' end, '2020-01-01');
        if granted <> 'member' then
            place := case when role in ('admin', 'auditor') then null
                when role in ('officer', 'leader') then units[2] else home end;
            insert into role_grant (person_id, role, unit_id, since) values (person_key, granted, place, '2026-01-01');
        end if;
        if granted = 'secretary' then
            insert into post (person_id, unit_id, code, since) values
                (person_key, home, case unit_line when 'party' then 'secretary' else 'union_chair' end, '2025-01-01');
        end if;
        cast_rows := cast_rows || jsonb_build_object(role, jsonb_build_array(login_key, person_key, seat_key));
    end loop;
    return jsonb_build_object('tenant', side, 'units', to_jsonb(units), 'cast', cast_rows);
end $$
"""
_UNITS = {
    "bureau": ("party", ["organ_committee", "general_branch", "party_branch"]),
    "union": ("union", ["union_federation", "joint_union_federation", "primary_union_committee"]),
}


@cache
def _builder() -> psycopg.Connection[Any]:
    """The superuser's connection: what is built here is not about the walls."""
    connection = psycopg.connect(os.environ["TEST_SUPERUSER_URL"])
    connection.execute(_MAKE)
    connection.commit()
    return connection


def _side(connection: psycopg.Connection[Any], kind: str) -> Side:
    number = next(_serial)
    line, kinds = _UNITS[kind]
    row = connection.execute(
        "select pg_temp.make_side(%s::int, %s, %s, %s, %s, %s, %s)",
        [
            number,
            kind,
            new_wrapped_key(settings().instance_key),
            PASSWORD_HASH,
            kinds,
            line,
            [*ROLES, "colleague"],
        ],
    ).fetchone()
    assert row is not None
    made = row[0]
    side = Side(made["tenant"], kind, *made["units"])
    for role, (login_id, person_id, seat_id) in made["cast"].items():
        granted = "secretary" if role == "colleague" else role
        cast = Cast(granted, made["tenant"], login_id, f"{role}-{number}@example.test", person_id, seat_id)
        if role == "colleague":
            side.colleague = cast
        else:
            side.cast[role] = cast
    return side


def build(app: Flask) -> World:
    """Fresh tenants, people and logins, in one go."""
    connection = _builder()
    identifier = f"operator-{next(_serial)}@example.test"
    row = connection.execute(
        "insert into platform.login (identifier, password_hash, operator) values (%s, %s, true) returning id",
        [identifier, PASSWORD_HASH],
    ).fetchone()
    assert row is not None
    world = World(
        _side(connection, "bureau"),
        _side(connection, "union"),
        Cast("operator", None, row[0], identifier),
    )
    connection.commit()
    return world


def waiting_jobs(app: Flask, tenant_id: int) -> list[int]:
    """The jobs of a tenant that wait, oldest first."""
    with app.app_context(), tenant(tenant_id):
        found = list(db.session.scalars(select(Job.id).where(Job.state == "queued").order_by(Job.id)))
        db.session.remove()
    return found
