"""One occasion to a million people ≤ 2 × bare: the same rows by one statement as superuser, where no policy applies.

The recipients are resolved at planning: ways that are open, dead ones and people without any are told apart. The memory
of the worker is measured as well; nothing of a recipient passes through it.
"""

import os
import resource

from sqlalchemy import select

from shared.access.actor import SYSTEM
from shared.accounts.actions.telling import tell_all
from shared.accounts.queries.roster import PERSON
from shared.db import bare_app, db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_people, many_units, new_tenant, superuser

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
GOAL_MEGABYTES = 250.0

#: One in twenty has no address, one in twenty has left.
STAGE = """
update person set email = case when id %% 20 = 1 then null else email end,
    state = case when id %% 20 = 3 then 'left' else state end
where tenant_id = %(tenant)s and id %% 20 in (1, 3)
"""
BARE = """
insert into delivery (tenant_id, occasion_id, person_id, channel, state, reason, not_before)
select %(tenant)s, %(occasion)s, id, case when state = 'active' and email <> '' then 'email' else 'none' end,
    case when state = 'active' and email <> '' then 'pending' else 'suppressed' end,
    case when state <> 'active' then 'left' when email is null then 'no_address' end, now()
from person where tenant_id = %(tenant)s
"""
WRITTEN = "select state, reason, channel, count(*) from delivery group by 1, 2, 3 order by 1, 2, 3"


def main() -> None:
    app = bare_app(settings())
    with superuser() as connection, app.app_context():
        tenant_id = new_tenant(connection)
        many_units(connection, tenant_id, branches=500)
        many_people(connection, tenant_id, count=PEOPLE)
        connection.execute(STAGE, {"tenant": tenant_id})
        row = connection.execute(
            "insert into occasion (tenant_id, kind, key) values (%s, 'dues', 'bench:bare') returning id",
            [tenant_id],
        ).fetchone()
        assert row is not None
        connection.execute("vacuum analyze person")
        with tenant(tenant_id):

            def ours() -> None:
                with transaction():
                    tell_all(SYSTEM, kind="dues", key="bench:ours", detail={}, people=select(PERSON.c.id))

            def bare() -> None:
                connection.execute(BARE, {"tenant": tenant_id, "occasion": row[0]})

            def empty() -> None:
                """Note what the round before has written, then take it away."""
                found = connection.execute(WRITTEN).fetchall()
                if found:
                    written.add(repr(found))
                connection.execute("truncate delivery cascade")

            written: set[str] = set()
            mine, theirs = alternate(ours, bare, rounds=2, between=empty)
            empty()
            if len(written) != 1:
                raise SystemExit(f"not the same rows: {written}")
        db.engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report(
        measure("fanout", ours=mine, reference=theirs, unit=f"s for {PEOPLE:,} recipients", goal="≤ 2"),
        measure("fanout_memory", ours=peak, reference=GOAL_MEGABYTES, unit="MB at most", goal="≤ 1"),
    )


if __name__ == "__main__":
    assert os.environ["BENCH_SUPERUSER_URL"]
    main()
