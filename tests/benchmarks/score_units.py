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

ITEMS = """
insert into due_item (tenant_id, rule_id, unit_id, kind, year, period, opens_on, due_on)
select u.tenant_id, r.id, u.id, r.kind, %(year)s, %(year)s || '-' || n,
  make_date(%(year)s, (n - 1) * %(months)s + 1, 1),
  (make_date(%(year)s, (n - 1) * %(months)s + 1, 1) + make_interval(months => %(months)s) - interval '1 day')::date
from unit u, duty_rule r, generate_series(1, 12 / %(months)s) n
where u.tenant_id = %(tenant)s and u.kind = 'party_branch' and r.tenant_id = u.tenant_id and r.kind = any(%(kinds)s)
"""

EVENTS = """
with held as (
  select id, unit_id, kind, due_on, row_number() over () as k from due_item
  where tenant_id = %(tenant)s and year = %(year)s and due_on < %(today)s and id %% 10 <> 0
), made as (
  insert into event (tenant_id, unit_id, kind, title, held_on, due_count, present_count, fields, form_key)
  select %(tenant)s, unit_id, kind, 'held', due_on, 20, 19,
    '{"theme": "t", "lecturer": "l", "discussion": "d", "gains": "g"}', 'k' || id from held returning id, form_key
)
update due_item d set state = 'done', event_id = m.id, held_on = d.due_on, made_up = d.id %% 20 = 1
from made m where d.tenant_id = %(tenant)s and d.id = substr(m.form_key, 2)::bigint
"""


def stage(connection: psycopg.Connection, tenant_id: int) -> None:
    """A year of twelve kinds for every unit, nine tenths of it held."""
    day = today()
    many_units(connection, tenant_id, branches=UNITS)
    for kinds, months in ((MONTHLY, 1), (QUARTERLY, 3), (YEARLY, 12)):
        for kind in kinds:
            connection.execute(
                "insert into duty_rule (tenant_id, key, kind, unit_kinds, cadence, level, source, grade, valid_from)"
                " values (%s, %s, %s, '{party_branch}', 'month', 'unit', 'bench', 'K', '2020-01-01')",
                [tenant_id, kind, kind],
            )
        connection.execute(
            ITEMS, {"tenant": tenant_id, "year": day.year, "months": months, "kinds": list(kinds)}
        )
    connection.execute(EVENTS, {"tenant": tenant_id, "year": day.year, "today": day})
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
