"""Planning a year of twelve kinds for 5,000 units ≤ 3 × bare: the same rows by one statement as superuser."""

import os

import psycopg

from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.duties.actions import plan_year
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser

UNITS = 5_000
#: Twelve kinds: four monthly, four quarterly, four yearly; 68 due items a unit.
KINDS = {
    **dict.fromkeys(("theme_day", "branch_committee_meeting", "dues_collection", "group_meeting"), "month"),
    **dict.fromkeys(
        ("branch_assembly", "party_lecture", "union_committee_meeting", "audit_review"), "quarter"
    ),
    **dict.fromkeys(("org_life_meeting", "democratic_appraisal", "heart_talk", "workers_congress"), "year"),
}

#: The same rows, written down for exactly this data, where no policy applies.
BARE = """
insert into due_item (tenant_id, rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on)
select %(tenant)s, rule.id, unit.id, rule.kind, %(year)s, period.label, 1, period.first, period.last
from duty_rule rule
join (
    select 'month' as cadence, to_char(day, 'YYYY-MM') as label, day::date as first,
        (day + interval '1 month' - interval '1 day')::date as last
    from generate_series(make_date(%(year)s, 1, 1), make_date(%(year)s, 12, 1), interval '1 month') day
    union all
    select 'quarter', to_char(day, 'YYYY-"Q"Q'), day::date, (day + interval '3 months' - interval '1 day')::date
    from generate_series(make_date(%(year)s, 1, 1), make_date(%(year)s, 10, 1), interval '3 months') day
    union all
    select 'year', %(year)s::text, make_date(%(year)s, 1, 1), make_date(%(year)s, 12, 31)
) period on period.cadence = rule.cadence
join unit on unit.tenant_id = %(tenant)s and unit.kind = 'party_branch'
where rule.tenant_id = %(tenant)s
"""


def stage(connection: psycopg.Connection, tenant_id: int) -> None:
    many_units(connection, tenant_id, branches=UNITS)
    for kind, cadence in KINDS.items():
        connection.execute(
            "insert into duty_rule (tenant_id, key, kind, unit_kinds, cadence, level, source, grade, valid_from)"
            " values (%s, %s, %s, '{party_branch}', %s, 'unit', 'bench', 'K', '2020-01-01')",
            [tenant_id, kind, kind, cadence],
        )
    connection.execute("analyze")


def main() -> None:
    app = bare_app(settings())
    year = today().year
    with superuser() as connection, app.app_context():
        tenant_id = new_tenant(connection)
        stage(connection, tenant_id)
        with tenant(tenant_id):

            def ours() -> None:
                with transaction():
                    plan_year(SYSTEM, year=year)

            def bare() -> None:
                connection.execute(BARE, {"tenant": tenant_id, "year": year})

            def empty() -> None:
                """Note what the round before has written, then take it away."""
                written.add(outcome(connection))
                connection.execute("truncate due_item cascade")

            written: set[tuple[object, ...]] = set()
            mine, theirs = alternate(ours, bare, rounds=3, between=empty)
            empty()
            if len(written) != 2:
                raise SystemExit(f"not the same rows: {written}")
        db.engine.dispose()
    report(measure("plan_year", ours=mine, reference=theirs, unit="s for 5,000 units", goal="≤ 3"))


def outcome(connection: psycopg.Connection) -> tuple[object, ...]:
    """What stands in the table: nothing before the first round, then the same after either side."""
    row = connection.execute(
        "select count(*), min(opens_on), max(due_on), sum(due_on - opens_on), count(distinct (kind, period))"
        " from due_item"
    ).fetchone()
    assert row is not None
    return tuple(row)


if __name__ == "__main__":
    assert os.environ["BENCH_SUPERUSER_URL"]
    main()
