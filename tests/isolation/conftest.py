"""Rows of a side's tenant, as plain tuples."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from shared.db import db, transaction
from shared.tenancy import tenant
from tests.world import Side


@pytest.fixture
def rows(app: Flask) -> Callable[..., list[tuple[Any, ...]]]:
    """Rows of one statement in a side's tenant."""

    def read(side: Side, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with app.app_context(), tenant(side.tenant_id):
            found = [tuple(row) for row in db.session.execute(text(statement), values)]
            db.session.remove()
        return found

    return read


@pytest.fixture
def change(app: Flask) -> Callable[..., None]:
    """One statement that changes a side's rows."""

    def write(side: Side, statement: str, **values: Any) -> None:
        with app.app_context(), tenant(side.tenant_id):
            with transaction():
                db.session.execute(text(statement), values)
            db.session.remove()

    return write
