"""The list of reorganisations: open drafts first, then the others, newest first."""

from dataclasses import dataclass

from sqlalchemy import func, select

from shared.db import db
from shared.reforms.models import Reform, Step

PAGE = 30


@dataclass(frozen=True, slots=True)
class ReformRow:
    reform: Reform
    steps: int


def reforms(*, before: int | None = None) -> list[ReformRow]:
    """One page and one row more. `before` is the last key of the page before; drafts stand on the first page only."""
    steps = (
        select(func.count())
        .where(Step.tenant_id == Reform.tenant_id, Step.reform_id == Reform.id)
        .correlate(Reform)
        .scalar_subquery()
    )
    drafts = select(Reform, steps).where(Reform.state == "draft").order_by(Reform.id.desc())
    over = select(Reform, steps).where(Reform.state != "draft").order_by(Reform.id.desc()).limit(PAGE + 1)
    if before is not None:
        return [ReformRow(*row) for row in db.session.execute(over.where(Reform.id < before))]
    return [ReformRow(*row) for statement in (drafts, over) for row in db.session.execute(statement)]
