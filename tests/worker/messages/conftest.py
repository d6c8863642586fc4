"""A mail server, rows of a tenant, sweeps."""

from collections.abc import Callable, Iterator

import pytest

from shared.settings import settings
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
