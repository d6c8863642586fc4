"""The plan of a year as a list, and the rules it rests on."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import and_, func, select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem, Rule
from shared.duties.periods import period_label
from shared.duties.queries.filters import below
from shared.duties.queries.matrix import cell_state
from shared.events.kinds import KINDS
from shared.organisations.models import Unit

PAGE = 50
States = Literal["missing", "coming", "done", "withdrawn", "all"]


@dataclass(frozen=True, slots=True)
class PlanItem:
    due_item_id: int
    unit_id: int
    unit_name: str
    kind: str
    period: str
    ordinal: int
    opens_on: date
    due_on: date
    state: str
    reason: str | None
    event_id: int | None

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def period_label(self) -> str:
        return period_label(self.period, with_year=False)


@dataclass(frozen=True, slots=True)
class PlanFilter:
    year: int
    unit_id: int | None = None
    kind: str | None = None
    show: States = "missing"
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class PlanCounts:
    missing: int
    coming: int
    done: int
    withdrawn: int

    @property
    def all(self) -> int:
        return self.missing + self.coming + self.done + self.withdrawn


def plan_page(
    actor: Actor, given: PlanFilter, *, size: int = PAGE
) -> tuple[list[PlanItem], PlanCounts, tuple[date, int] | None]:
    """One page of the plan by due date, the counts of the filter, and where the next page begins. Two queries."""
    on = today()
    conditions = [DueItem.year == given.year, reach_filter(actor, Permission.DUTY_VIEW, Unit.path)]
    if given.unit_id is not None:
        conditions.append(below(given.unit_id))
    if given.kind is not None:
        conditions.append(DueItem.kind == given.kind)
    parts = {
        "missing": and_(DueItem.state == "open", DueItem.due_on < on),
        "coming": and_(DueItem.state == "open", DueItem.due_on >= on),
        "done": DueItem.state.in_(("done", "exempt")),
        "withdrawn": DueItem.state == "withdrawn",
    }
    joined = and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id)
    sums = db.session.execute(
        select(*(func.count().filter(part) for part in parts.values()))
        .select_from(DueItem)
        .join(Unit, joined)
        .where(*conditions)
    ).one()
    counts = PlanCounts(sums[0], sums[1], sums[2], sums[3])
    statement = (
        select(DueItem, Unit.name)
        .join(Unit, joined)
        .where(*conditions)
        .order_by(DueItem.due_on, DueItem.id)
        .limit(size + 1)
    )
    if given.show != "all":
        statement = statement.where(parts[given.show])
    if given.after is not None:
        statement = statement.where(tuple_(DueItem.due_on, DueItem.id) > given.after)
    rows = db.session.execute(statement).all()
    items = [
        PlanItem(
            due_item_id=item.id,
            unit_id=item.unit_id,
            unit_name=name,
            kind=item.kind,
            period=item.period,
            ordinal=item.ordinal,
            opens_on=item.opens_on,
            due_on=item.due_on,
            state="withdrawn"
            if item.state == "withdrawn"
            else cell_state(item.state, item.due_on, made_up=item.made_up, on=on),
            reason=item.reason,
            event_id=item.event_id,
        )
        for item, name in rows[:size]
    ]
    return items, counts, (items[-1].due_on, items[-1].due_item_id) if len(rows) > size else None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A shipped rule, and the tenant's stricter versions of it, newest first."""

    pack: Rule
    own: list[Rule]

    @property
    def stricter(self) -> Rule | None:
        """The tenant's own version that holds now or will hold."""
        return next((rule for rule in self.own if rule.enabled and rule.valid_to is None), None)


def rules() -> list[RuleLine]:
    """Every rule of the open tenant in the registry's order of kinds. One query."""
    found = list(db.session.scalars(select(Rule).order_by(Rule.valid_from.desc(), Rule.id.desc())))
    own: dict[str, list[Rule]] = defaultdict(list)
    for rule in found:
        if rule.origin == "tenant":
            own[rule.key].append(rule)
    order = list(KINDS)
    packs = [rule for rule in found if rule.origin == "pack"]
    packs.sort(key=lambda rule: (order.index(rule.kind) if rule.kind in order else len(order), rule.key))
    return [RuleLine(rule, own[rule.key]) for rule in packs]
