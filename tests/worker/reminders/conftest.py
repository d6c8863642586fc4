"""Inside a tenant at an hour, the sweep, and what was written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from shared.db import db
from shared.messages.models import Delivery
from shared.settings import settings
from shared.tenancy import tenant
from tests.factories.clock import Clock
from tests.world import Side


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def minute() -> Callable[[Side], None]:
    """One sweep of a tenant, as the worker runs it, and what it nudged."""

    from services.worker import sweep  # noqa: PLC0415 - the environment must stand first
    from services.worker.messages import send  # noqa: PLC0415

    def sweep_once(side: Side) -> None:
        sweep.sweep_tenant(tenant_id=side.tenant_id)
        send(tenant_id=side.tenant_id)

    return sweep_once


@pytest.fixture
def mails(app: Flask) -> Callable[[Side], dict[int, str]]:
    """The mail files of a side's tenant by delivery, as text."""

    def read(side: Side) -> dict[int, str]:
        with app.app_context(), tenant(side.tenant_id):
            keys = list(db.session.scalars(select(Delivery.id).where(Delivery.channel == "email")))
            db.session.remove()
        folder: Path = settings().mail_dir
        return {
            key: (folder / f"delivery-{side.tenant_id}-{key}.eml").read_text()
            for key in keys
            if (folder / f"delivery-{side.tenant_id}-{key}.eml").exists()
        }

    return read
