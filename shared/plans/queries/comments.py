"""What was said of a draft: all of it for its author, the own unit's for whoever is asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, and_, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.errors import Forbidden, NotFound
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.plans.models import Plan, PlanComment, PlanItem
from shared.plans.queries.tasks import kept_units


@dataclass(frozen=True, slots=True)
class Remark:
    id: int
    item_id: int | None
    item: str
    unit_name: str
    by: str
    remark: str
    at: datetime
    answer: str | None
    reply: str
    answered_by: str


def open_draft(actor: Actor, plan_id: int, *, lock: bool = False) -> tuple[Plan, Unit, bool]:
    """A draft for whoever may say something of it: (plan, its unit, whether the actor is its author's side).

    Units below see it while it is out for comments, and their own remarks with the answers after that. NotFound where
    there is none in this tenant, Forbidden where it is not theirs to see. At most two queries.
    """
    statement = select(Plan, Unit).join(Unit, and_(Unit.tenant_id == Plan.tenant_id, Unit.id == Plan.unit_id))
    statement = statement.where(Plan.id == plan_id)
    if lock:
        statement = statement.with_for_update(of=Plan).execution_options(populate_existing=True)
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    plan, unit = row
    if actor.can(Permission.PLAN_EDIT, unit.path):
        return plan, unit, True
    asked = plan.state in ("comments", "issued", "closed") and bool(units_asked(actor, unit))
    if plan.state in ("issued", "closed") and asked:
        asked = bool(remarks(plan.id, of_units=[key for key, _name in units_asked(actor, unit)]))
    if not asked and not actor.can(Permission.PLAN_VIEW, unit.path):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    return plan, unit, False


def units_asked(actor: Actor, author: Unit) -> list[tuple[int, str]]:
    """Units below the author's, or it itself, for which the person answers. One query."""
    kept = kept_units(actor)
    if not kept:
        return []
    rows = db.session.execute(
        select(Unit.id, Unit.name)
        .where(
            Unit.id == any_(literal(kept, ARRAY(BigInteger))),
            Unit.state == "active",
            func.starts_with(Unit.path, author.path),
        )
        .order_by(Unit.path)
    )
    return [(row[0], row[1]) for row in rows]


def remarks(plan_id: int, *, of_units: list[int] | None = None) -> list[Remark]:
    """In the order of the text, what is said of the whole first; None: of all units. One query."""
    answering = aliased(Person)
    statement = (
        select(
            PlanComment.id,
            PlanComment.plan_item_id,
            func.coalesce(
                PlanItem.label
                + func.coalesce(func.nullif(PlanItem.heading, ""), func.left(PlanItem.content, 40)),
                "",
            ),
            Unit.name,
            func.coalesce(Person.name, ""),
            PlanComment.remark,
            PlanComment.at,
            PlanComment.answer,
            PlanComment.reply,
            func.coalesce(answering.name, ""),
        )
        .join(Unit, and_(Unit.tenant_id == PlanComment.tenant_id, Unit.id == PlanComment.unit_id))
        .join(
            PlanItem,
            and_(PlanItem.tenant_id == PlanComment.tenant_id, PlanItem.id == PlanComment.plan_item_id),
            isouter=True,
        )
        .join(
            Person,
            and_(Person.tenant_id == PlanComment.tenant_id, Person.id == PlanComment.person_id),
            isouter=True,
        )
        .join(
            answering,
            and_(answering.tenant_id == PlanComment.tenant_id, answering.id == PlanComment.answered_by),
            isouter=True,
        )
        .where(PlanComment.plan_id == plan_id)
        .order_by(PlanItem.path.asc().nulls_first(), PlanComment.id)
        .limit(1000)
    )
    if of_units is not None:
        statement = statement.where(PlanComment.unit_id == any_(literal(of_units, ARRAY(BigInteger))))
    rows: Any = db.session.execute(statement)
    return [Remark(*row) for row in rows]


def unanswered(plan_id: int) -> tuple[int, int]:
    """(remarks, those without an answer). One query."""
    row = db.session.execute(
        select(func.count(), func.count().filter(PlanComment.answer.is_(None))).where(
            PlanComment.plan_id == plan_id
        )
    ).one()
    return row[0], row[1]
