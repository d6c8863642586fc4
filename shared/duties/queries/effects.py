"""What a rule reaches: the units it applies to, its versions, and what counting one event for two duties would open."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem, Rule
from shared.organisations.kinds import kind_name
from shared.organisations.models import Unit

PAGE = 50


def unit_counts(actor: Actor) -> dict[tuple[str, str], int]:
    """How many active units of the actor's reach there are, by kind and sector. One query."""
    rows = db.session.execute(
        select(Unit.kind, Unit.sector, func.count())
        .where(Unit.state == "active", reach_filter(actor, Permission.RULE_VIEW, Unit.path))
        .group_by(Unit.kind, Unit.sector)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def applying(rule: Rule, counts: Mapping[tuple[str, str], int]) -> int:
    """To how many of the counted units a rule applies."""
    return sum(
        count
        for (kind, sector), count in counts.items()
        if kind in rule.unit_kinds and (rule.sectors is None or sector in rule.sectors)
    )


@dataclass(frozen=True, slots=True)
class RuleUnit:
    """A unit to which a rule applies; `missing`: its open duties of the kind that are past their day, this year."""

    id: int
    path: str
    name: str
    kind: str
    superior: str
    missing: int

    @property
    def kind_name(self) -> str:
        return kind_name(self.kind)


def _of(rule: Rule) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Unit.state == "active", Unit.kind.in_(rule.unit_kinds)]
    if rule.sectors is not None:
        found.append(Unit.sector.in_(rule.sectors))
    return found


def rule_units(
    actor: Actor, rule: Rule, *, after: str | None = None, size: int = PAGE
) -> tuple[list[RuleUnit], str | None]:
    """The units of the reach to which a rule applies, in the order of the tree, and where to go on. One query."""
    above = aliased(Unit)
    missing = (
        select(func.count())
        .where(
            DueItem.tenant_id == Unit.tenant_id,
            DueItem.unit_id == Unit.id,
            DueItem.year == today().year,
            DueItem.kind == rule.kind,
            DueItem.state == "open",
            DueItem.due_on < today(),
        )
        .correlate(Unit)
        .scalar_subquery()
    )
    statement = (
        select(Unit.id, Unit.path, Unit.name, Unit.kind, func.coalesce(above.name, ""), missing)
        .outerjoin(above, and_(above.tenant_id == Unit.tenant_id, above.id == Unit.parent_id))
        .where(*_of(rule), reach_filter(actor, Permission.RULE_VIEW, Unit.path))
        .order_by(Unit.path)
        .limit(size + 1)
    )
    if after is not None:
        statement = statement.where(Unit.path > after)
    found: Any = db.session.execute(statement)
    rows = [RuleUnit(*row) for row in found]
    more, rows = len(rows) > size, rows[:size]
    return rows, rows[-1].path if more else None


def versions(key: str) -> list[Rule]:
    """Every version of a rule in the open tenant, shipped and own, newest first. One query."""
    return list(
        db.session.scalars(
            select(Rule).where(Rule.key == key).order_by(Rule.valid_from.desc(), Rule.id.desc())
        )
    )


@dataclass(frozen=True, slots=True)
class CountingEffect:
    """`units` owe both duties this year; `items`: their open ones of the second that such an event may still fulfil."""

    units: int
    items: int
    by_month: dict[str, int]

    @property
    def seen(self) -> str:
        return f"{self.units}.{self.items}"


def counting_effect(kind: str, also: str) -> CountingEffect:
    """What it means that an event of `kind` counts for `also` too (or no longer): nothing that stands changes, these
    due items may be fulfilled by it from now on (or must be held by themselves). One query.
    """
    on = today()
    other = aliased(DueItem)
    both = (
        select(other.id)
        .where(
            other.tenant_id == DueItem.tenant_id,
            other.unit_id == DueItem.unit_id,
            other.kind == kind,
            other.year == DueItem.year,
            or_(other.state == "open", other.state == "done"),
        )
        .exists()
    )
    rows = db.session.execute(
        select(DueItem.unit_id, DueItem.due_on).where(
            DueItem.kind == also,
            DueItem.state == "open",
            DueItem.due_on >= on,
            DueItem.year == on.year,
            both,
        )
    ).all()
    months: dict[str, int] = defaultdict(int)
    for _unit, due_on in rows:
        months[f"{due_on:%Y-%m}"] += 1
    return CountingEffect(len({row[0] for row in rows}), len(rows), dict(sorted(months.items())))
