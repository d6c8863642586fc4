"""A tenant's own words on papers: those in use, all of them, and what fills a section's text."""

from typing import Any

from sqlalchemy import and_, func, select

from shared.clock import today
from shared.db import db
from shared.duties.queries import unit_ledger
from shared.letterheads.models import Letterhead
from shared.members.models import Membership
from shared.members.relations import COUNTING
from shared.members.statuses import COUNTED
from shared.organisations.models import Unit
from shared.tenants.queries import open_tenant


def in_use(report: str) -> Letterhead | None:
    """The own words of a kind of paper, or those of every paper. One query."""
    return db.session.scalars(
        select(Letterhead)
        .where(Letterhead.state == "active", Letterhead.report.in_((report, "")))
        .order_by(Letterhead.report.desc())
        .limit(1)
    ).one_or_none()


def letterheads() -> list[Letterhead]:
    """All of them: those in use first, then drafts, the retired last."""
    order = func.array_position(["active", "draft", "retired"], Letterhead.state)
    return list(
        db.session.scalars(select(Letterhead).order_by(order, Letterhead.report, Letterhead.id.desc()))
    )


def values_of(unit: Unit, *, year: int | None = None, month: int | None = None) -> dict[str, Any]:
    """What a section's text may say of a unit and its year, or one month of it. Plain values; eight queries."""
    span = year or today().year
    ledger = unit_ledger(unit.id, span, unit=unit)
    events = {row.event.id: row.event for row in ledger.rows if row.event is not None}
    events |= {event.id: event for event in ledger.besides}
    held = sorted(events.values(), key=lambda event: (event.held_on, event.id))
    missing = [row for row in ledger.rows if row.state == "late"]
    above = select(Unit.name).where(Unit.id == (unit.parent_id or 0)).scalar_subquery()
    members = (
        select(func.count())
        .select_from(Membership)
        .where(
            and_(
                Membership.unit_id == unit.id,
                Membership.until.is_(None),
                Membership.status.in_(COUNTED),
                Membership.relation.in_(COUNTING),
            )
        )
        .scalar_subquery()
    )
    superior, number = db.session.execute(select(above, members)).one()
    return {
        "tenant": open_tenant().name,
        "unit": unit.name,
        "superior": superior or "",
        "members": number,
        "year": span,
        "month": month or "",
        "records": [
            {
                "day": event.held_on.isoformat(),
                "kind": event.kind_name,
                "title": event.title,
                "expected": event.due_count,
                "present": event.present_count,
            }
            for event in held
            if month is None or event.held_on.month == month
        ],
        "missing": [
            {"kind": row.kind_name, "period": row.period_label, "due": row.due_on.isoformat()}
            for row in missing
            if month is None or row.due_on.month == month
        ],
    }
