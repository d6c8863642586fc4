"""Open due items for tests of what comes due: one rule a side, items by their last day."""

import itertools
from datetime import date, timedelta

from flask import Flask

from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.tenancy import tenant
from tests.factories.objects import make_rule
from tests.world import Side

_serial = itertools.count()
#: A kind of each line that every test may use.
KIND = {"bureau": "theme_day", "union": "union_assembly"}


def due_item(app: Flask, side: Side, unit_id: int, due_on: date, *, opens_on: date | None = None) -> int:
    """One open item of a unit with that last day; its window opened a month before unless said."""
    return due_items(app, side, [unit_id], due_on, opens_on=opens_on)[0]


def due_items(
    app: Flask, side: Side, unit_ids: list[int], due_on: date, *, opens_on: date | None = None
) -> list[int]:
    """One open item for each of the units."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            rule_id = make_rule(side, side.branch, side["secretary"])
            items = [
                DueItem(
                    rule_id=rule_id,
                    unit_id=unit_id,
                    kind=KIND[side.kind],
                    year=due_on.year,
                    period=f"{due_on:%Y-%m}",
                    ordinal=1 + next(_serial) % 32_000,
                    opens_on=opens_on or due_on - timedelta(days=29),
                    due_on=due_on,
                )
                for unit_id in unit_ids
            ]
            db.session.add_all(items)
            db.session.flush()
            keys = [item.id for item in items]
        db.session.remove()
    return keys
