"""The ledgers of unchanged units printed a second time: from the store, nothing is set."""

from sqlalchemy import select

from services.worker.documents import print_papers
from shared.access.actor import Actor, Grant
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.documents.actions import print_units
from shared.jobs import Job, claim
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import measure, report, seconds
from tests.benchmarks.pdf_core import scored, stage
from tests.benchmarks.stage import superuser

UNITS = 40


def printed(year: int) -> int:
    """One whole printing, zip and all; returns how many papers were set."""
    with transaction():
        job_id = print_units(Actor(name="bench", grants=(Grant("admin"),)), year=year).id
    job = claim(job_id)
    assert job is not None
    print_papers(job)
    result = db.session.scalars(select(Job.result).where(Job.id == job_id)).one()
    db.session.rollback()
    return int(result["renders"])


def main() -> None:
    with superuser() as connection:
        tenant_id = stage(connection, units=UNITS)
    year = today().year
    sets: list[int] = []
    with bare_app(settings()).app_context(), tenant(tenant_id):
        scored(year)
        first = seconds(lambda: sets.append(printed(year)))
        second = seconds(lambda: sets.append(printed(year)))
        db.session.remove()
    if sets[0] != UNITS:
        raise SystemExit(f"the first printing set {sets[0]} of {UNITS}")
    report(
        measure("pdf_again", ours=float(sets[1]), reference=1.0, unit="papers set the second time", goal="0"),
        measure(
            "pdf_again_time",
            ours=second,
            reference=first,
            unit="s, second printing against first",
            goal="< 1",
        ),
    )


if __name__ == "__main__":
    main()
