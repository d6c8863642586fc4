"""The brackets and splits in force."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from shared.db import db
from shared.dues.classes import CLASSES, ROUNDINGS
from shared.dues.models import DuesRule, DuesSplit
from shared.tenants.queries import setting


def rounding() -> Decimal:
    """The tenant's present step: 0.01, 0.1 or 1 yuan."""
    chosen = str(setting("dues_rounding"))
    return Decimal(chosen if chosen in ROUNDINGS else ROUNDINGS[0])


def rules_on(month: date) -> dict[str, list[DuesRule]]:
    """The brackets in force by class, the lowest first; a tenant's own amount instead of the shipped one. One query."""
    rows = db.session.scalars(
        select(DuesRule)
        .where(DuesRule.valid_from <= month, (DuesRule.valid_to.is_(None)) | (DuesRule.valid_to >= month))
        .order_by(DuesRule.line, DuesRule.id)
    )
    best: dict[tuple[str, Decimal], DuesRule] = {}
    for rule in rows:
        key = (rule.payer_class, rule.above)
        known = best.get(key)
        if known is None or (rule.origin == "tenant", rule.valid_from) > (
            known.origin == "tenant",
            known.valid_from,
        ):
            best[key] = rule
    found: dict[str, list[DuesRule]] = defaultdict(list)
    order = list(CLASSES)
    for rule in sorted(best.values(), key=lambda one: (order.index(one.payer_class), one.above)):
        found[rule.payer_class].append(rule)
    return dict(found)


def coming_rules(month: date) -> list[DuesRule]:
    """Own amounts that begin later."""
    return list(
        db.session.scalars(
            select(DuesRule)
            .where(DuesRule.origin == "tenant", DuesRule.valid_from > month)
            .order_by(DuesRule.valid_from, DuesRule.id)
        )
    )


def splits() -> list[DuesSplit]:
    """Every split by stream, the newest first."""
    return list(
        db.session.scalars(
            select(DuesSplit).order_by(DuesSplit.stream, DuesSplit.valid_from.desc(), DuesSplit.origin.desc())
        )
    )


def split_on(stream: str, day: date) -> DuesSplit | None:
    """The split in force on a day: the tenant's own before the shipped one."""
    return db.session.scalars(
        select(DuesSplit)
        .where(DuesSplit.stream == stream, DuesSplit.valid_from <= day)
        .order_by((DuesSplit.origin == "tenant").desc(), DuesSplit.valid_from.desc())
        .limit(1)
    ).one_or_none()
