"""Scoring 5,000 units ≤ 2 × bare: the same rows by one hand-written statement as superuser, into the same table."""

import os

import psycopg

from shared.access.actor import SYSTEM
from shared.assessments.actions import adopt_sheets, score_units
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from shared.tenants.queries import open_tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser

UNITS = 5_000
#: A year of twelve kinds, as the bureau's pack asks: 8 monthly or quarterly, 4 yearly.
MONTHLY = ("branch_committee_meeting", "group_meeting", "theme_day", "dues_collection")
QUARTERLY = ("branch_assembly", "party_lecture", "a_quarterly_kind", "another_quarterly_kind")
YEARLY = ("org_life_meeting", "democratic_appraisal", "heart_talk", "a_yearly_kind")

BARE = """
insert into assessment_score
  (tenant_id, year, unit_id, line_id, due_count, done_count, made_up_count, flawed_count, points, counted_at)
select u.tenant_id, %(year)s, u.id, l.id, coalesce(c.due, 0), coalesce(c.done, 0), coalesce(c.made_up, 0),
  coalesce(c.flawed, 0),
  case when c.due > 0 then greatest(0, l.full_marks
    - coalesce((l.params ->> 'per_missing')::numeric, 0) * (c.due - c.done)
    - coalesce((l.params ->> 'per_made_up')::numeric, 0) * c.made_up
    - coalesce((l.params ->> 'per_flaw')::numeric, 0) * c.flawed) end, now()
from unit u
join assessment_line l on l.tenant_id = u.tenant_id and l.metric is not null
left join (
  select k.line_id, d.unit_id, count(*) as due, count(*) filter (where d.state = 'done') as done,
    count(*) filter (where d.state = 'done' and d.made_up) as made_up,
    count(*) filter (where d.state = 'done' and k.fields is not null
      and exists (select from jsonb_array_elements_text(k.fields) f where coalesce(e.fields ->> f, '') = '')) as flawed
  from due_item d
  join (select id as line_id, params -> 'fields' as fields, jsonb_array_elements_text(params -> 'kinds') as kind
        from assessment_line where tenant_id = %(tenant)s and params ? 'kinds') k on k.kind = d.kind
  left join event e on e.tenant_id = d.tenant_id and e.id = d.event_id
  where d.tenant_id = %(tenant)s and d.year = %(year)s
    and (d.state = 'done' or (d.state = 'open' and d.due_on < %(today)s))
  group by k.line_id, d.unit_id
  union all
  select l.id, u.id, 1, (u.term_ends_on >= %(today)s)::int, 0, 0
  from unit u join assessment_line l on l.tenant_id = u.tenant_id and l.metric = 'terms.in_force'
  where u.tenant_id = %(tenant)s and u.kind = 'party_branch' and u.term_ends_on is not null
  union all
  select l.id, u.id, 1, exists (select from post p where p.tenant_id = u.tenant_id and p.unit_id = u.id
    and p.code = 'secretary' and p.until is null)::int, 0, 0
  from unit u join assessment_line l on l.tenant_id = u.tenant_id and l.metric = 'posts.filled'
  where u.tenant_id = %(tenant)s and u.kind = 'party_branch'
) c on c.line_id = l.id and c.unit_id = u.id
where u.tenant_id = %(tenant)s and u.kind = 'party_branch' and u.state = 'active'
"""

PLANNED = """
create temporary table planned as
select (row_number() over ())::bigint as k, u.id as unit_id, r.id as rule_id, r.kind, n as ordinal,
  make_date(%(year)s, (n - 1) * m.months + 1, 1) as opens_on,
  (make_date(%(year)s, (n - 1) * m.months + 1, 1) + make_interval(months => m.months))::date - 1 as due_on
from unit u, duty_rule r, unnest(%(kinds)s::text[], %(months)s::int[]) m (kind, months),
  generate_series(1, 12 / m.months) n
where u.tenant_id = %(tenant)s and u.kind = 'party_branch' and r.tenant_id = u.tenant_id and r.kind = m.kind
"""

EVENTS = """
insert into event (tenant_id, id, unit_id, kind, title, held_on, due_count, present_count, fields, form_key)
select %(tenant)s, k, unit_id, kind, 'held', due_on, 20, 19,
  '{"theme": "t", "lecturer": "l", "discussion": "d", "gains": "g"}', 'k' || k
from planned where due_on < %(today)s and k %% 10 <> 0
"""

ITEMS = """
insert into due_item
  (tenant_id, rule_id, unit_id, kind, year, period, opens_on, due_on, state, event_id, held_on, made_up)
select %(tenant)s, p.rule_id, p.unit_id, p.kind, %(year)s, %(year)s || '-' || p.ordinal, p.opens_on, p.due_on,
  case when e.id is null then 'open' else 'done' end, e.id, e.held_on, e.id is not null and p.k %% 20 = 1
from planned p left join event e on e.tenant_id = %(tenant)s and e.id = p.k
"""


def stage(connection: psycopg.Connection, tenant_id: int) -> None:
    """A year of twelve kinds for every unit, nine tenths of it held; loaded without checking its keys."""
    day = today()
    connection.execute("set synchronous_commit = off")
    connection.execute("set session_replication_role = replica")
    many_units(connection, tenant_id, branches=UNITS)
    asked = [
        (kind, months) for kinds, months in ((MONTHLY, 1), (QUARTERLY, 3), (YEARLY, 12)) for kind in kinds
    ]
    for kind, _months in asked:
        connection.execute(
            "insert into duty_rule (tenant_id, key, kind, unit_kinds, cadence, level, source, grade, valid_from)"
            " values (%s, %s, %s, '{party_branch}', 'month', 'unit', 'bench', 'K', '2020-01-01')",
            [tenant_id, kind, kind],
        )
    values = {
        "tenant": tenant_id,
        "year": day.year,
        "today": day,
        "kinds": [kind for kind, _months in asked],
        "months": [months for _kind, months in asked],
    }
    connection.execute(PLANNED, values)
    connection.execute("analyze planned")
    connection.execute(EVENTS, values)
    connection.execute(ITEMS, values)
    connection.execute("set session_replication_role = origin")
    connection.execute("reset synchronous_commit")
    connection.execute("analyze")


def main() -> None:
    app = bare_app(settings())
    year = today().year
    with superuser() as connection, app.app_context():
        tenant_id = new_tenant(connection)
        stage(connection, tenant_id)
        with tenant(tenant_id):
            with transaction():
                adopt_sheets(SYSTEM, tenant_kind=open_tenant().kind)
            db.session.remove()

            def ours() -> None:
                with transaction():
                    score_units(SYSTEM, year=year)

            def bare() -> None:
                connection.execute(BARE, {"tenant": tenant_id, "year": year, "today": today()})

            def empty() -> None:
                connection.execute("truncate assessment_score")

            mine, theirs = alternate(ours, bare, between=empty)
            written = [outcome(connection, call, empty) for call in (ours, bare)]
            if written[0] != written[1]:
                raise SystemExit(f"not the same rows: {written}")
        db.engine.dispose()
    report(measure("score_units", ours=mine, reference=theirs, unit="s for 5,000 units", goal="≤ 2"))


def outcome(connection: psycopg.Connection, call: object, empty: object) -> tuple[object, ...]:
    """How many rows one side writes, and their sum: both must come to the same."""
    assert callable(call)
    assert callable(empty)
    empty()
    call()
    row = connection.execute(
        "select count(*), sum(points), sum(due_count), sum(done_count), sum(flawed_count) from assessment_score"
    ).fetchone()
    assert row is not None
    return tuple(row)


if __name__ == "__main__":
    assert os.environ["BENCH_SUPERUSER_URL"]
    main()
