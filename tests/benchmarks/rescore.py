"""One event re-scores its unit, among 5,000 units, ≤ 3 × its bare SQL."""

import os

from shared.access.actor import SYSTEM
from shared.assessments.actions import score_units
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.score_50k import stage
from tests.benchmarks.stage import new_tenant, superuser

UNITS = int(os.environ.get("BENCH_UNITS", "5000"))
#: One press is over in milliseconds; so many make one measured run.
PRESSES = 50

BARE = """
insert into assessment_score
  (tenant_id, year, unit_id, line_id, due_count, done_count, made_up_count, flawed_count, points, counted_at)
select l.tenant_id, %(year)s, %(unit)s, l.id, coalesce(c.due, 0), coalesce(c.done, 0), coalesce(c.made_up, 0), 0,
  case when c.due > 0 then greatest(0, l.full_marks
    - coalesce((l.params ->> 'per_missing')::numeric, 0) * (c.due - c.done)
    - coalesce((l.params ->> 'per_made_up')::numeric, 0) * c.made_up) end, now()
from assessment_line l
left join (
  select k.line_id, count(*) as due, count(*) filter (where d.state = 'done') as done,
    count(*) filter (where d.state = 'done' and d.made_up) as made_up
  from due_item d
  join (select id as line_id, jsonb_array_elements_text(params -> 'kinds') as kind
        from assessment_line where tenant_id = %(tenant)s and params ? 'kinds') k on k.kind = d.kind
  where d.tenant_id = %(tenant)s and d.year = %(year)s and d.unit_id = %(unit)s
    and (d.state = 'done' or (d.state = 'open' and d.due_on < %(today)s))
  group by k.line_id
) c on c.line_id = l.id
where l.tenant_id = %(tenant)s and l.metric is not null
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
