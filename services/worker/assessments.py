"""Counting scores: by the button, each minute what changed, each night everything."""

from shared.access.actor import SYSTEM
from shared.assessments.actions import adopt_sheets, score_all, score_changed, score_units
from shared.assessments.actions.appointing import begin_due_reviews
from shared.db import transaction
from shared.jobs import Claimed
from shared.tenants.queries import open_tenant


def score(job: Claimed) -> None:
    """Count a year as somebody asked for it; counting twice gives the same rows, so a killed worker only repeats."""
    year = int(job.args["year"])
    job.progress(0, 1)
    with transaction():
        job.hold()
        lines = score_units(SYSTEM, year=year, paths=job.args.get("paths"))
        job.finish(result={"lines": lines})


def score_each_minute() -> None:
    """What was recorded a moment ago counts a minute later; a new tenant gets its sheets. One tenant."""
    with transaction():
        adopt_sheets(SYSTEM, tenant_kind=open_tenant().kind)
        score_changed(SYSTEM)
        begin_due_reviews(SYSTEM)


def score_nightly() -> None:
    """Count what fell due yesterday. One tenant."""
    with transaction():
        score_all(SYSTEM)
