from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from shared.access.actor import SYSTEM
from shared.assessments.actions import adopt_sheets
from shared.db import db, transaction
from shared.tenancy import tenant
from tests.world import Side

Within = Callable[[Side], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def mid_november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 22, 4, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def within(app: Flask) -> Within:
    """An open transaction in a side's tenant, with the shipped sheets adopted."""

    @contextmanager
    def opened(side: Side) -> Iterator[None]:
        with app.app_context(), tenant(side.tenant_id):
            with transaction():
                adopt_sheets(SYSTEM, tenant_kind=side.kind)
                yield
            db.session.remove()

    return opened
