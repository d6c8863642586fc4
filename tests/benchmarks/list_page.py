"""A tenant's roster page over a million people in the database, against its bare SQL and the same template.

Ours: GET /members as a tenant's admin, in process: session, rights, walls, list, counts, shell, page. Reference: the
page's own questions (list, offices, two counts) as superuser with the tenant written out, so with no policy applied,
and the same template rendered from the same rows and shell in memory.
"""

from typing import Any

import psycopg
import psycopg.sql
from flask import Flask, before_render_template, g, get_flashed_messages, request, session
from flask.testing import FlaskClient
from jinja2 import Template

from services.web.app import create_app
from shared.members.numbers import seal_identity, seal_phone
from shared.sealing import unwrap
from shared.settings import settings
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser
from tests.world import PASSWORD_HASH

TENANTS = 20
PEOPLE = 50_000
BRANCHES = 500
#: Every so many-th person lacks the telephone.
GAPS = 10

LIST = """
select p.id, p.name, p.name_key, p.sex, u.id, u.name, m.status, m.joined, p.identity_sealed, p.phone_sealed, p.email
from person p
join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id
join unit u on u.tenant_id = m.tenant_id and u.id = m.unit_id
where p.tenant_id = %(tenant)s and m.tenant_id = %(tenant)s and u.tenant_id = %(tenant)s
  and m.until is null and m.kind = 'party'
order by p.name_key, p.id limit 51
"""
POSTS = """
select person_id, code from post where tenant_id = %(tenant)s and person_id = any(%(people)s) and until is null
"""
COUNTS = """
select
 (select count(*) from (select 1 from membership where tenant_id = %(tenant)s and until is null and kind = 'party'
                        limit 10001) a),
 (select count(*) from (select 1 from membership m join person p on p.tenant_id = m.tenant_id and p.id = m.person_id
                        where m.tenant_id = %(tenant)s and p.tenant_id = %(tenant)s
                          and m.until is null and m.kind = 'party'
                          and (p.identity_sealed is null or p.phone_sealed is null) limit 10001) b)
"""


def people(connection: psycopg.Connection, tenant_id: int) -> None:
    """One tenant's people with sealed numbers, spread over its branches."""
    row = connection.execute("select wrapped_key from platform.tenant where id = %s", [tenant_id]).fetchone()
    assert row is not None
    keys = unwrap(settings().instance_key, bytes(row[0]))
    identity = seal_identity(keys, "991256198901035315").sealed
    sealed = seal_phone(keys, "13800005678")
    phone, phone_hash = sealed.sealed, sealed.hash
    connection.execute(
        "with fresh as (insert into person"
        " (tenant_id, name, name_key, identity_sealed, phone_sealed, phone_hash, email)"
        " select %(tenant)s, '某某' || n, lpad(((n * 7919) %% %(count)s)::text, 8, '0'), %(identity)s,"
        " case when n %% %(gaps)s = 0 then null else %(phone)s end,"
        " case when n %% %(gaps)s = 0 then null else %(hash)s end,"
        " 'p' || n || '@example.test' from generate_series(1, %(count)s) n returning id)"
        " insert into membership (tenant_id, person_id, unit_id, kind, status, joined, since)"
        " select %(tenant)s, f.id, b.id, 'party', 'full', '2010-06', '2020-01-01'"
        " from (select id, row_number() over () as k from fresh) f"
        " join (select id, row_number() over (order by id) - 1 as k, count(*) over () as total from unit"
        " where tenant_id = %(tenant)s and kind = 'party_branch') b on b.k = f.k %% b.total",
        {
            "tenant": tenant_id,
            "count": PEOPLE,
            "identity": identity,
            "phone": phone,
            "hash": phone_hash,
            "gaps": GAPS,
        },
    )


def stage(connection: psycopg.Connection) -> int:
    """All tenants; returns one in the middle. Foreign keys are not looked up row by row while loading."""
    tenants = [new_tenant(connection, name=f"bench {number}") for number in range(TENANTS)]
    connection.execute("set session_replication_role = replica")
    for tenant_id in tenants:
        many_units(connection, tenant_id, branches=BRANCHES)
        people(connection, tenant_id)
    connection.execute(
        "insert into post (tenant_id, person_id, unit_id, code, since)"
        " select tenant_id, person_id, unit_id, 'organisation', '2025-01-01' from membership where person_id % 20 = 0"
    )
    connection.execute("set session_replication_role = origin")
    for table in ("person", "membership", "unit", "post"):
        connection.execute(psycopg.sql.SQL("vacuum analyze {}").format(psycopg.sql.Identifier(table)))
    return tenants[TENANTS // 2]


def admin(connection: psycopg.Connection, tenant_id: int) -> int:
    """A login whose person is the tenant's admin."""
    login = connection.execute(
        "insert into platform.login (identifier, password_hash) values ('bench@example.test', %s) returning id",
        [PASSWORD_HASH],
    ).fetchone()
    assert login is not None
    connection.execute(
        "with one as (select id from person where tenant_id = %(t)s limit 1),"
        " seat as (insert into platform.seat (tenant_id, login_id, person_id) select %(t)s, %(l)s, id from one)"
        " insert into role_grant (tenant_id, person_id, role, since) select %(t)s, id, 'admin', '2020-01-01' from one",
        {"t": tenant_id, "l": login[0]},
    )
    return int(login[0])


def catch_context(app: Flask, client: FlaskClient, address: str) -> dict[str, Any]:
    """What the page's template is drawn from, shell and the request's own globals included."""
    caught: dict[str, Any] = {}

    def keep(sender: Flask, template: Template, context: dict[str, Any], **_more: object) -> None:
        caught.update(context)

    with before_render_template.connected_to(keep, app):
        assert client.get(address).status_code == 200
    return caught


def main() -> None:
    with superuser() as connection:
        tenant_id = stage(connection)
        login_id = admin(connection, tenant_id)
        app = create_app()
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(
                login_id=login_id,
                epoch=1,
                tenant_id=tenant_id,
                session_id="bench",
                fresh_at=0,
                locale="zh_Hans",
            )
        address = "/members"
        context = catch_context(app, client, address)
        assert len(context["page"].rows) == 50
        keys = [row.person_id for row in context["page"].rows]
        template = app.jinja_env.get_template("members/index.html")

        def ours() -> None:
            answer = client.get(address)
            assert answer.status_code == 200
            assert b"10,000+" in answer.data

        with app.test_request_context(address):
            g.actor = context["actor"]
            together = {
                **context,
                "request": request,
                "session": session,
                "g": g,
                "get_flashed_messages": get_flashed_messages,
            }

            def reference() -> None:
                values = {"tenant": tenant_id, "people": keys}
                assert len(connection.execute(LIST, values).fetchall()) == 51
                connection.execute(POSTS, values).fetchall()
                connection.execute(COUNTS, values).fetchall()
                assert "某某" in template.render(together)

            for _warm in range(3):
                reference()
            mine, theirs = alternate(ours, reference, rounds=21)
    report(measure("list_page", ours=mine, reference=theirs, unit="s", goal="≤ 3"))


if __name__ == "__main__":
    main()
