"""The matrix of 1,000 units × 12 kinds × 12 months, a screen of 100 units, against its bare SQL and the same template.

Ours: GET /ledger as a tenant's admin, in process: session, rights, walls, sums over 144,000 due items, the cells of 100
units, the shell, the page. Reference: the page's own questions as superuser with the tenant written out, so with no
policy applied, and the same template rendered from the same rows and shell in memory. The bytes are those of the
answer as the application sends it; nginx compresses it further.
"""

import gzip
from datetime import date

import psycopg
from flask import g, get_flashed_messages, request, session

from services.web.app import create_app
from shared.clock import today
from shared.events.kinds import KINDS
from tests.benchmarks.list_page import admin, catch_context
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser

UNITS = 1_000
KINDS_SHOWN = 12
#: Bytes that a screen may have.
LARGEST = 400_000

STAGE = """
insert into due_item (tenant_id, rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on, state)
select %(tenant)s, r.id, u.id, r.kind, %(year)s, to_char(day, 'YYYY-MM'), 1, day::date,
    (day + interval '1 month' - interval '1 day')::date, 'open'
from unit u, duty_rule r, generate_series(make_date(%(year)s, 1, 1), make_date(%(year)s, 12, 1), interval '1 month') day
where u.tenant_id = %(tenant)s and r.tenant_id = %(tenant)s and u.kind = 'party_branch'
order by u.id, r.id, day
"""
HELD = """
with due as (
    select id, unit_id, kind, due_on from due_item
    where tenant_id = %(tenant)s and due_on < %(day)s and (unit_id * 7 + id) %% 10 > 0
), held as (
    insert into event (tenant_id, unit_id, kind, title, held_on, form_key)
    select %(tenant)s, unit_id, kind, 'x', due_on - 10, 'due-' || id from due
    returning id, form_key
)
update due_item d set state = 'done', event_id = h.id, held_on = d.due_on - 10, made_up = d.id %% 29 = 0
from held h where d.tenant_id = %(tenant)s and h.form_key = 'due-' || d.id
"""
SUMS = """
with sums as (
    select grouping(unit_id) as by_column, unit_id, kind, period,
        count(*) filter (where state = 'open' and due_on < %(day)s) as late,
        count(*) filter (where state = 'open' and due_on >= %(day)s) as soon,
        count(*) filter (where returned_event_id is not null) as returned
    from due_item
    where tenant_id = %(tenant)s and year = %(year)s and kind = any(%(kinds)s) and state <> 'withdrawn'
    group by grouping sets ((unit_id), (kind, period))
)
select 0 as part, kind, period, null::bigint, late, soon, returned from sums where by_column = 1
union all
select 1, null, null, count(*), sum(late), 0, 0 from sums where by_column = 0
union all
(select 2, u.name, u.path, u.id, s.late, 0, 0 from sums s join unit u on u.tenant_id = %(tenant)s and u.id = s.unit_id
 where by_column = 0 order by late desc, path limit 101)
"""
CELLS = """
select unit_id, kind, period, id, state, due_on, made_up, returned_event_id from due_item
where tenant_id = %(tenant)s and year = %(year)s and unit_id = any(%(units)s) and kind = any(%(kinds)s)
"""


def stage(connection: psycopg.Connection, kinds: list[str], day: date) -> int:
    tenant_id = new_tenant(connection)
    connection.execute("set session_replication_role = replica")
    many_units(connection, tenant_id, branches=UNITS, committees=20)
    for kind in kinds:
        connection.execute(
            "insert into duty_rule (tenant_id, key, kind, unit_kinds, cadence, level, source, grade, valid_from)"
            " values (%s, %s, %s, '{party_branch}', 'month', 'unit', 'bench', 'K', '2020-01-01')",
            [tenant_id, kind, kind],
        )
    connection.execute(
        "insert into person (tenant_id, name, name_key) values (%s, '何某', 'he')", [tenant_id]
    )
    values = {"tenant": tenant_id, "year": day.year, "day": day}
    connection.execute(STAGE, values)
    connection.execute(HELD, values)
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum analyze")
    return tenant_id


def main() -> None:
    kinds = [kind for kind, spec in KINDS.items() if spec.line == "party" and spec.attendance][:KINDS_SHOWN]
    with superuser() as connection:
        tenant_id = stage(connection, kinds, today())
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
        address = "/ledger?" + "&".join(f"kinds={kind}" for kind in kinds)
        context = catch_context(app, client, address)
        page = context["page"]
        if (len(page.rows), len(page.columns)) != (100, 144):
            raise SystemExit(f"not the screen: {len(page.rows)} units, {len(page.columns)} columns")
        units = [row.unit_id for row in page.rows]
        template = app.jinja_env.get_template("ledger/index.html")
        body = client.get(address).data

        def ours() -> None:
            answer = client.get(address)
            assert answer.status_code == 200
            assert answer.data.count(b"<a href=?") > 10_000

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
                values = {
                    "tenant": tenant_id,
                    "year": today().year,
                    "day": today(),
                    "kinds": kinds,
                    "units": units,
                }
                assert len(connection.execute(SUMS, values).fetchall()) == 144 + 1 + 101
                assert len(connection.execute(CELLS, values).fetchall()) == 14_400
                assert "缺" in template.render(together)

            for _warm in range(3):
                reference()
            mine, theirs = alternate(ours, reference, rounds=15)
    report(
        measure("ledger_matrix", ours=mine, reference=theirs, unit="s", goal="≤ 3"),
        measure("ledger_matrix_bytes", ours=len(body), reference=LARGEST, unit="bytes as sent", goal="≤ 1"),
        measure(
            "ledger_matrix_gzip",
            ours=len(gzip.compress(body, 6)),
            reference=LARGEST,
            unit="bytes",
            goal="≤ 1",
        ),
    )


if __name__ == "__main__":
    main()
