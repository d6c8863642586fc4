"""Planning in the background."""

from shared.access.actor import SYSTEM
from shared.db import transaction
from shared.duties.actions import (
    Planned,
    adopt_pack,
    note_plan,
    plan_ahead,
    plan_units,
    plannable_unit_ids,
)
from shared.jobs import Claimed
from shared.tenants.queries import open_tenant

#: Units in one transaction: some 100,000 due items at most.
CHUNK = 1000


def plan(job: Claimed) -> None:
    """Plan a year, unit by unit in chunks; a chunk planned twice changes nothing, so a killed worker only repeats."""
    year = int(job.args["year"])
    unit_ids = plannable_unit_ids()
    job.progress(0, len(unit_ids))
    planned = Planned()
    for start in range(0, len(unit_ids), CHUNK):
        chunk = unit_ids[start : start + CHUNK]
        with transaction():
            job.hold()
            planned += plan_units(year=year, unit_ids=chunk)
        job.progress(start + len(chunk))
    with transaction():
        job.hold()
        note_plan(SYSTEM, year=year, planned=planned)
        job.finish(result=planned.counts())


def plan_nightly() -> None:
    """Follow the shipped rules, and plan this year (from December the next one too). One tenant."""
    with transaction():
        adopt_pack(SYSTEM, pack=open_tenant().kind)
        plan_ahead(SYSTEM)
