"""The tree of 50,000 units in one tenant: as the page shows it with its counts, and whole as it stood on a day.

Ours: the reads of the page (the tree unfolded along a unit, members and overdue items summed up it) and `tree_on`,
under the walls, into objects. Reference: the same statements as superuser with the tenant written out, so with no
policy.
"""

from datetime import date
from typing import Any

import psycopg
import psycopg.sql

from shared.access.actor import Actor, Grant
from shared.clock import today
from shared.db import bare_app, db
from shared.duties.queries.below import overdue_below
from shared.members.queries import people_below
from shared.organisations.queries import open_tree, tree_on
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser

UNITS = 50_000
COMMITTEES = 200
PEOPLE = 100_000
#: The day on which every tenth branch still had its former name.
DAY = date(2024, 6, 30)

TREE = """
select u.id, u.parent_id, u.path, u.name, u.kind, exists (
    select 1 from unit c where c.tenant_id = u.tenant_id and c.parent_id = u.id and c.state = 'active')
from unit u
where u.tenant_id = %(tenant)s and u.state = 'active' and (u.parent_id is null or u.parent_id = any(%(steps)s))
order by u.path
"""
#: A number by unit, added up for the paths that are shown.
PEOPLE_BELOW = """
select asked.path, sum(own.n)::bigint
from (select unit_id, count(*) as n from membership
      where tenant_id = %(tenant)s and until is null and status in ('full', 'probationary', 'member', 'retired_member')
        and relation in ('registered', 'out', 'leaving', 'arriving', 'lost')
      group by unit_id) own
join unit u on u.tenant_id = %(tenant)s and u.id = own.unit_id
cross join generate_series(1, length(u.path) / 11) as step(n)
join unnest(%(paths)s::text[]) as asked(path) on asked.path = substr(u.path, 1, step.n::int * 11)
group by asked.path
"""
OVERDUE_BELOW = """
select asked.path, sum(own.n)::bigint
from (select unit_id, count(*) as n from due_item
      where tenant_id = %(tenant)s and state = 'open' and due_on < %(day)s group by unit_id) own
join unit u on u.tenant_id = %(tenant)s and u.id = own.unit_id
cross join generate_series(1, length(u.path) / 11) as step(n)
join unnest(%(paths)s::text[]) as asked(path) on asked.path = substr(u.path, 1, step.n::int * 11)
group by asked.path
"""
TREE_ON = """
with recursive stood as (
    select unit_id, parent_id, name, kind from unit_version
    where tenant_id = %(tenant)s and since <= %(day)s and (until is null or until > %(day)s)
), branch as (
    select unit_id, parent_id, name, kind, lpad(unit_id::text, 10, '0') || '.' collate "C" as path
    from stood where not exists (select 1 from stood above where above.unit_id = stood.parent_id)
    union all
    select stood.unit_id, stood.parent_id, stood.name, stood.kind,
        (branch.path || lpad(stood.unit_id::text, 10, '0') || '.') collate "C"
    from stood join branch on stood.parent_id = branch.unit_id
)
select unit_id, parent_id, path, name, kind from branch order by path
"""


def stage(connection: psycopg.Connection, tenant_id: int) -> int:
    """The tree, its people, its due items and its versions; returns a committee in the middle."""
    # While loading: no foreign keys looked up row by row, no nested loop over fifty thousand fresh rows.
    connection.execute("set session_replication_role = replica")
    connection.execute("set enable_nestloop = off")
    branches = UNITS - COMMITTEES - 1
    many_units(connection, tenant_id, branches=branches, committees=COMMITTEES)
    connection.execute(
        "with fresh as (insert into person (tenant_id, name) select %(t)s, 'Person ' || n"
        " from generate_series(1, %(people)s) n returning id)"
        " insert into membership (tenant_id, person_id, unit_id, kind, status, since)"
        " select %(t)s, f.id, b.id, 'party', 'full', '2020-01-01'"
        " from (select id, row_number() over () %% %(branches)s as k from fresh) f"
        " join (select id, row_number() over (order by id) - 1 as k from unit"
        " where tenant_id = %(t)s and kind = 'party_branch') b on b.k = f.k",
        {"t": tenant_id, "people": PEOPLE, "branches": branches},
    )
    connection.execute(
        "insert into unit_version (tenant_id, unit_id, since, until, parent_id, name, kind)"
        " select tenant_id, id, date '2020-01-01', date '2025-01-01', parent_id, name || ' before', kind from unit"
        " where tenant_id = %(t)s and id %% 10 = 0"
        " union all"
        " select tenant_id, id, case when id %% 10 = 0 then date '2025-01-01' else '2020-01-01' end, null, parent_id,"
        " name, kind from unit where tenant_id = %(t)s",
        {"t": tenant_id},
    )
    connection.execute(
        "with rule as (insert into duty_rule"
        " (tenant_id, key, kind, unit_kinds, cadence, level, source, grade, valid_from)"
        " values (%(t)s, 'k', 'theme_day', '{party_branch}', 'month', 'unit', 'bench', 'K', '2020-01-01') returning id)"
        " insert into due_item (tenant_id, rule_id, unit_id, kind, year, period, opens_on, due_on)"
        " select %(t)s, rule.id, u.id, 'theme_day', 2025, '2025-' || lpad(m::text, 2, '0'), make_date(2025, m, 1),"
        " make_date(2025, m, 28) from rule, unit u, generate_series(1, 3) m"
        " where u.tenant_id = %(t)s and u.kind = 'party_branch'",
        {"t": tenant_id},
    )
    connection.execute("reset session_replication_role")
    connection.execute("reset enable_nestloop")
    for table in ("unit", "unit_version", "person", "membership", "due_item"):
        connection.execute(psycopg.sql.SQL("vacuum analyze {}").format(psycopg.sql.Identifier(table)))
    row = connection.execute(
        "select id from unit where tenant_id = %s and kind = 'general_branch' order by id offset %s limit 1",
        [tenant_id, COMMITTEES // 2],
    ).fetchone()
    assert row is not None
    return int(row[0])


def main() -> None:
    app = bare_app(settings())
    actor = Actor(name="bench", grants=(Grant("admin"),))
    with superuser() as connection, app.app_context():
        tenant_id = new_tenant(connection)
        middle = stage(connection, tenant_id)
        found = connection.execute("select path from unit where id = %s", [middle]).fetchone()
        assert found is not None
        path = str(found[0])
        values: dict[str, Any] = {
            "tenant": tenant_id,
            "steps": [int(step) for step in path.split(".") if step],
            "day": today(),
        }
        with tenant(tenant_id):

            def ours() -> None:
                nodes = open_tree(actor, path)
                paths = [node.path for node in nodes]
                seen.add(
                    (
                        len(nodes),
                        sum(people_below(paths).values()),
                        sum(overdue_below(paths, today()).values()),
                    )
                )
                db.session.rollback()

            def bare() -> None:
                rows = connection.execute(TREE, values).fetchall()
                more = {**values, "paths": [row[2] for row in rows]}
                people = connection.execute(PEOPLE_BELOW, more).fetchall()
                late = connection.execute(OVERDUE_BELOW, more).fetchall()
                seen.add((len(rows), sum(row[1] for row in people), sum(row[1] for row in late)))

            def ours_on() -> None:
                nodes = tree_on(actor, DAY)
                stood.add((len(nodes), sum(node.name.endswith("before") for node in nodes)))
                db.session.rollback()

            def bare_on() -> None:
                rows = connection.execute(TREE_ON, {"tenant": tenant_id, "day": DAY}).fetchall()
                stood.add((len(rows), sum(row[3].endswith("before") for row in rows)))

            seen: set[tuple[int, int, int]] = set()
            stood: set[tuple[int, int]] = set()
            for warm in (ours, bare, ours_on, bare_on):
                warm()
            mine, theirs = alternate(ours, bare, rounds=9)
            mine_on, theirs_on = alternate(ours_on, bare_on, rounds=7)
            if len(seen) != 1 or len(stood) != 1:
                raise SystemExit(f"not the same tree: {seen} {stood}")
        db.engine.dispose()
    report(
        measure("tree_read", ours=mine, reference=theirs, unit="s, the page's tree and counts", goal="≤ 2"),
        measure(
            "tree_read_on", ours=mine_on, reference=theirs_on, unit="s, 50,000 units of a day", goal="≤ 2"
        ),
    )


if __name__ == "__main__":
    main()
