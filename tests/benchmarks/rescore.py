"""One event re-scores its unit, among 5,000 units, ≤ 3 × its bare SQL."""

import os

from shared.access.actor import SYSTEM
from shared.assessments.actions import score_units
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.score_50k import outcome, stage
from tests.benchmarks.stage import new_tenant, superuser

UNITS = int(os.environ.get("BENCH_UNITS", "5000"))
#: One press is over in milliseconds; so many make one measured run.
PRESSES = 50

#: The same rows by hand, on the same conditions: a unit that the sheet measures, nothing due before it began, and no
#: record that was entered later counted as done.
BARE = """
insert into assessment_score
  (tenant_id, year, unit_id, line_id, due_count, done_count, made_up_count, flawed_count, points, counted_at)
select u.tenant_id, %(year)s, u.id, l.id, coalesce(c.due, 0), coalesce(c.done, 0), coalesce(c.made_up, 0), 0,
  case when c.due > 0 then greatest(0, l.full_marks
    - coalesce((l.params ->> 'per_missing')::numeric, 0) * (c.due - c.done)
    - coalesce((l.params ->> 'per_made_up')::numeric, 0) * c.made_up) end, now()
from unit u
join assessment_scheme s on s.tenant_id = u.tenant_id and s.enabled
  and s.applies -> 'unit_kinds' ? u.kind and s.applies -> 'sectors' ? u.sector
join assessment_line l on l.tenant_id = s.tenant_id and l.scheme_id = s.id and l.kind = 'count' and l.metric is not null
left join lateral (
  select k.line_id, count(*) as due, count(*) filter (where k.done) as done,
    count(*) filter (where k.done and k.made_up) as made_up
  from (
    select of_line.line_id, d.made_up, d.state = 'done' and d.event_id not in (
      select e.id from event e where e.tenant_id = %(tenant)s and e.batch_id is not null and e.backfilled) as done
    from due_item d
    join (select id as line_id, jsonb_array_elements_text(params -> 'kinds') as kind
          from assessment_line where tenant_id = %(tenant)s and params ? 'kinds') of_line on of_line.kind = d.kind
    where d.tenant_id = %(tenant)s and d.year = %(year)s and d.unit_id = %(unit)s and d.due_on >= u.duties_since
      and (d.state = 'done' or (d.state = 'open' and d.due_on < %(today)s))
  ) k
  group by k.line_id
) c on c.line_id = l.id
where u.tenant_id = %(tenant)s and u.id = %(unit)s and u.state = 'active'
on conflict (tenant_id, year, unit_id, line_id, round_id) do update set due_count = excluded.due_count,
  done_count = excluded.done_count, made_up_count = excluded.made_up_count, flawed_count = excluded.flawed_count,
  points = excluded.points, counted_at = excluded.counted_at
"""


def main() -> None:
    app = bare_app(settings())
    year = today().year
    with superuser() as connection, app.app_context():
        tenant_id = new_tenant(connection)
        stage(connection, tenant_id, units=UNITS)
        units = [
            row[0]
            for row in connection.execute(
                "select id from unit where tenant_id = %s and kind = 'party_branch' order by id limit %s",
                [tenant_id, PRESSES],
            )
        ]
        with tenant(tenant_id):
            with transaction():
                score_units(SYSTEM, year=year)
            connection.execute("vacuum analyze assessment_score")

            def ours() -> None:
                for unit_id in units:
                    with transaction():
                        score_units(SYSTEM, year=year, unit_ids=[unit_id])

            def bare() -> None:
                for unit_id in units:
                    connection.execute(
                        BARE, {"tenant": tenant_id, "year": year, "today": today(), "unit": unit_id}
                    )

            mine, theirs = alternate(ours, bare)
            written = []
            for call in (ours, bare):
                connection.execute("truncate assessment_score")
                call()
                written.append(outcome(connection))
            if written[0] != written[1]:
                raise SystemExit(f"not the same rows: {written}")
            db.session.remove()
        db.engine.dispose()
    report(
        measure(
            "rescore",
            ours=mine / PRESSES * 1000,
            reference=theirs / PRESSES * 1000,
            unit="ms a unit",
            goal="≤ 3",
        )
    )


if __name__ == "__main__":
    main()
