"""A planned year with two records, seen on a day in November."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.web.events.stage import NOON, item_id, plan, theme_day
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def planned(app: Flask, world: World, enter: Enter) -> World:
    """Both tenants planned; the branch has recorded January in time and October by making up for it."""
    plan(app, world.organ)
    plan(app, world.union)
    client = enter(world.organ["secretary"])
    theme_day(client, item_id(app, world.organ, "theme_day", "2026-01"), held_on="2026-01-15")
    theme_day(client, item_id(app, world.organ, "theme_day", "2026-10"), held_on="2026-11-03", made_up="y")
    return world
