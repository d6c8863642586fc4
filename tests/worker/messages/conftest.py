"""A mail server, rows of a tenant, sweeps."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from shared.db import db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from tests.factories.mail_server import Mailbox, mail_server
from tests.world import Side


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Mail goes to a server on this machine instead of into files."""
    with mail_server() as box:
        monkeypatch.setenv("MAIL_URL", f"smtp://127.0.0.1:{box.port}")
        settings.cache_clear()
        yield box
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def minute() -> Callable[[Side], None]:
    """One sweep of a tenant, as the worker runs it."""
    from services.worker import sweep  # noqa: PLC0415 - the environment must stand first

    def sweep_once(side: Side) -> None:
        sweep.sweep_tenant(tenant_id=side.tenant_id)

    return sweep_once


@pytest.fixture
def rows(app: Flask) -> Callable[..., list[Any]]:
    """Rows of one statement in a side's tenant, as plain tuples."""

    def read(side: Side, statement: str, **values: Any) -> list[Any]:
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
