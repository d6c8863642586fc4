"""The cost of scoring one unit among 50,000 ≤ 1.2 × that among 1,000."""

import os
import statistics

from shared.access.actor import SYSTEM
from shared.assessments.actions import score_units
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import measure, report, seconds
from tests.benchmarks.score_50k import stage
from tests.benchmarks.stage import new_tenant, superuser

FEW = 1_000
#: May be set lower while developing.
MANY = int(os.environ.get("BENCH_UNITS", "50000"))
RUNS = 3


def main() -> None:
    app = bare_app(settings())
    year = today().year
    cost: dict[int, float] = {}
    with superuser() as connection, app.app_context():
        for units in (FEW, MANY):
            tenant_id = new_tenant(connection, name=f"bench {units}")
            stage(connection, tenant_id, units=units)

            def count() -> None:
                with transaction():
                    score_units(SYSTEM, year=year)

            with tenant(tenant_id):
                taken = []
                # The small one is over soon; more runs of it make its median as steady.
                for _run in range(RUNS if units == MANY else RUNS * 5):
                    connection.execute("truncate assessment_score")
                    taken.append(seconds(count))
                cost[units] = statistics.median(taken) / units * 1000
                db.session.remove()
        db.engine.dispose()
    report(measure("score_growth", ours=cost[MANY], reference=cost[FEW], unit="ms a unit", goal="≤ 1.2"))


if __name__ == "__main__":
    main()
