"""Scoring 50,000 units × 40 lines (12 counted from 7 million due rows) in one pass ≤ 2 × bare; memory flat."""

import os
import resource

import psycopg

from shared.access.actor import SYSTEM
from shared.assessments.actions import score_units
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser

#: May be set lower while developing.
UNITS = int(os.environ.get("BENCH_UNITS", "50000"))
LINES = 40
MONTHS = 12
KINDS = tuple(f"kind_{number:02d}" for number in range(1, 13))
MEGABYTE = 1024

SCHEME = """
insert into assessment_scheme (tenant_id, key, version, name, applies, source)
values (%s, 'bench', 1, 'bench', '{"unit_kinds": ["party_branch"], "sectors": ["organ"]}', 'bench') returning id
"""
#: Twelve lines that the ledger counts; the others wait for people and are no work of a count.
LINES_SQL = """
insert into assessment_line (tenant_id, scheme_id, ordinal, heading, name, kind, full_marks, metric, rule, params)
select %(tenant)s, %(scheme)s, n, 'h' || n, 'n' || n, case when n <= %(counted)s then 'count' else 'evidence' end,
  2.5, case when n <= %(counted)s then 'duties.held' end, 'deduct',
  case when n <= %(counted)s then jsonb_build_object(
    'kinds', jsonb_build_array('kind_' || lpad(n::text, 2, '0')), 'per_missing', 0.5, 'per_made_up', 0.2)
  else '{}'::jsonb end
from generate_series(1, %(lines)s) n
"""
RULES = """
insert into duty_rule (tenant_id, key, kind, unit_kinds, cadence, level, source, grade, valid_from)
select %s, kind, kind, '{party_branch}', 'month', 'unit', 'bench', 'K', '2020-01-01' from unnest(%s::text[]) kind
"""
#: Nine tenths are done, one in twenty of these made up. The event is only named: keys are not checked while loading.
ITEMS = """
insert into due_item
  (tenant_id, rule_id, unit_id, kind, year, period, opens_on, due_on, state, event_id, held_on, made_up)
select %(tenant)s, r.id, u.id, r.kind, %(year)s, %(year)s || '-' || lpad(n::text, 2, '0'),
  make_date(%(year)s, n, 1), (make_date(%(year)s, n, 1) + interval '1 month')::date - 1,
  case when k.done then 'done' else 'open' end,
  case when k.done then row_number() over () end, case when k.done then make_date(%(year)s, n, 10) end,
  k.done and (u.id + n) %% 20 = 1
from unit u
join duty_rule r on r.tenant_id = u.tenant_id
cross join generate_series(1, %(months)s) n
cross join lateral (
  select (u.id * 7 + r.id + n) %% 10 <> 0
    and (make_date(%(year)s, n, 1) + interval '1 month')::date - 1 < %(today)s as done) k
where u.tenant_id = %(tenant)s and u.kind = 'party_branch'
"""
BARE = """
insert into assessment_score
  (tenant_id, year, unit_id, line_id, due_count, done_count, made_up_count, flawed_count, points, counted_at)
select u.tenant_id, %(year)s, u.id, l.id, coalesce(c.due, 0), coalesce(c.done, 0), coalesce(c.made_up, 0), 0,
  case when c.due > 0 then greatest(0, l.full_marks
    - coalesce((l.params ->> 'per_missing')::numeric, 0) * (c.due - c.done)
    - coalesce((l.params ->> 'per_made_up')::numeric, 0) * c.made_up) end, now()
from unit u
join assessment_line l on l.tenant_id = u.tenant_id and l.metric is not null
left join (
  select k.line_id, d.unit_id, count(*) as due, count(*) filter (where d.state = 'done') as done,
    count(*) filter (where d.state = 'done' and d.made_up) as made_up
  from due_item d
  join (select id as line_id, jsonb_array_elements_text(params -> 'kinds') as kind
        from assessment_line where tenant_id = %(tenant)s and params ? 'kinds') k on k.kind = d.kind
  where d.tenant_id = %(tenant)s and d.year = %(year)s
    and (d.state = 'done' or (d.state = 'open' and d.due_on < %(today)s))
  group by k.line_id, d.unit_id
) c on c.line_id = l.id and c.unit_id = u.id
where u.tenant_id = %(tenant)s and u.kind = 'party_branch' and u.state = 'active'
"""


def stage(connection: psycopg.Connection, tenant_id: int, *, units: int) -> None:
    """A year of twelve monthly kinds for every unit, in SQL; loaded without checking its keys."""
    day = today()
    connection.execute("set synchronous_commit = off")
    connection.execute("set session_replication_role = replica")
    many_units(connection, tenant_id, branches=units, committees=max(units // 50, 1))
    scheme = connection.execute(SCHEME, [tenant_id]).fetchone()
    assert scheme is not None
    values = {
        "tenant": tenant_id,
        "scheme": scheme[0],
        "counted": len(KINDS),
        "lines": LINES,
        "months": MONTHS,
        "year": day.year,
        "today": day,
    }
    connection.execute(LINES_SQL, values)
    connection.execute(RULES, [tenant_id, list(KINDS)])
    connection.execute(ITEMS, values)
    connection.execute("set session_replication_role = origin")
    connection.execute("reset synchronous_commit")
    connection.execute("analyze due_item")
    connection.execute("analyze unit")
    connection.execute("analyze assessment_line")


def outcome(connection: psycopg.Connection) -> tuple[object, ...]:
    row = connection.execute(
        "select count(*), sum(points), sum(due_count), sum(done_count), sum(made_up_count) from assessment_score"
    ).fetchone()
    assert row is not None
    return tuple(row)


def peak() -> float:
    """Megabytes that this process held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def main() -> None:
    app = bare_app(settings())
    year = today().year
    written: dict[str, tuple[object, ...]] = {}
    with superuser() as connection, app.app_context():
        tenant_id = new_tenant(connection)
        stage(connection, tenant_id, units=UNITS)
        with tenant(tenant_id):

            def ours() -> None:
                with transaction():
                    score_units(SYSTEM, year=year)
                written["ours"] = outcome(connection)

            def bare() -> None:
                connection.execute(BARE, {"tenant": tenant_id, "year": year, "today": today()})
                written["bare"] = outcome(connection)

            def empty() -> None:
                connection.execute("truncate assessment_score")

            before = peak()
            mine, theirs = alternate(ours, bare, rounds=2, between=empty)
            grown = peak()
        if written["ours"] != written["bare"]:
            raise SystemExit(f"not the same rows: {written}")
        db.engine.dispose()
    report(
        measure("score_50k", ours=mine, reference=theirs, unit=f"s for {UNITS:,} units", goal="≤ 2"),
        measure("score_50k_memory", ours=grown, reference=before, unit="MB held at most", goal="≤ 1.2"),
    )


if __name__ == "__main__":
    main()
