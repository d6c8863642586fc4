"""Real servers for every test: PostgreSQL as the unprivileged role, Redis, sockets to this machine only."""

import base64
import fcntl
import hashlib
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from deploy.local.servers import Servers, embedded
from shared.db import db, transaction
from shared.db.migrations import upgrade
from shared.duties.packs import PACKS, load_packs
from shared.settings import settings
from shared.tenancy import tenant
from tests.world import Cast, Side, World, build

ROOT = Path(__file__).resolve().parent.parent
_stack = ExitStack()
_servers: Servers
_real_connect = socket.socket.connect


def _local_only(self: socket.socket, address: Any) -> None:
    """Nothing leaves this machine."""
    if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(
        ("127.", "::1", "localhost")
    ):
        raise OSError(f"a test tried to reach {address}")
    _real_connect(self, address)


def _template_name() -> str:
    versions = [*sorted((ROOT / "shared/db/migrations/versions").glob("*.py")), *PACKS.values()]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in versions)).hexdigest()[:12]
    return f"template_{digest}"


def _environment(servers: Servers, database: str, redis_number: int) -> dict[str, str]:
    data = servers.data_dir / "run" / database
    return {
        "DATABASE_URL": servers.url("jiceng_app", database),
        "DATABASE_OWNER_URL": servers.url("jiceng_owner", database),
        "TEST_SUPERUSER_URL": servers.url("postgres", database),
        "REDIS_URL": servers.redis_url.rsplit("/", 1)[0] + f"/{redis_number}",
        "SECRET_KEY": "a secret for tests only, and long enough",
        "INSTANCE_KEY": base64.b64encode(b"k" * 32).decode(),
        "DATA_DIR": str(data),
        "MAIL_DIR": str(data / "mail"),
        "BASE_URL": "http://localhost",
        "DEMO_PASSWORD": "a demo password",
        "MAIL_URL": "",
        "FILES_URL": "",
        "LOG_LEVEL": "WARNING",
    }


def pytest_configure(config: pytest.Config) -> None:
    """Start or join the servers and make this process its own database, before any test module is imported."""
    global _servers
    if config.option.collectonly or (hasattr(config.option, "numprocesses") and config.option.numprocesses):
        # The one that only hands out the tests (under xdist) needs no database.
        os.environ.update(_placeholders())
        return
    _servers = _stack.enter_context(embedded(ROOT / ".data" / "test"))
    template = _template_name()
    with (_servers.data_dir / "run" / "template.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = _servers.data_dir / "run" / f"{template}.ready"
        if not ready.exists():
            _servers.make_database(template)
            os.environ.update(_environment(_servers, template, 0))
            upgrade()
            load_packs()
            settings.cache_clear()
            ready.touch()
        database = f"t{os.getpid()}"
        _servers.make_database(database, template=template)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ.update(_environment(_servers, database, 1 + int(worker) % 15))
    _stack.callback(_drop, database)
    socket.socket.connect = _local_only  # type: ignore[method-assign,assignment]


def _placeholders() -> dict[str, str]:
    return {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "none",
        "INSTANCE_KEY": base64.b64encode(b"k" * 32).decode(),
    }


def _drop(database: str) -> None:
    from deploy.local.servers import psql  # noqa: PLC0415 - only here, at the very end

    psql(_servers.url("postgres", "postgres"), sql=f'drop database if exists "{database}" with (force)')


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything must run (CI), a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    socket.socket.connect = _real_connect  # type: ignore[method-assign]
    worker = sys.modules.get("services.worker.app")
    if worker is not None:
        with worker.flask_app.app_context():
            worker.db.session.remove()
            worker.db.engine.dispose()
        worker.celery.close()
    _stack.close()


@pytest.fixture(scope="session")
def servers() -> Servers:
    return _servers


@pytest.fixture(scope="session")
def app() -> Iterator[Flask]:
    """The web app on this process's database. CSRF is off but for the tests that are about it."""
    from services.web.app import create_app  # noqa: PLC0415 - the environment must stand first
    from services.web.limits import limiter  # noqa: PLC0415

    app = create_app()
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    limiter.enabled = False
    yield app
    with app.app_context():
        from shared.db import db  # noqa: PLC0415

        db.engine.dispose()


@pytest.fixture
def world(app: Flask) -> World:
    """Two fresh tenants with their cast; see tests/world.py. Tests never share rows, so nothing is cleaned up."""
    return build(app)


@pytest.fixture
def enter(app: Flask) -> Callable[[Cast], FlaskClient]:
    """A browser in which this member of the cast has signed in."""

    def sign_in(cast: Cast) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(cast.session())
        return client

    return sign_in


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], Any]:
    """`with count_queries() as seen: …` then len(seen) is the number of statements, set_config aside."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith("select set_config"):
                seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def work(app: Flask) -> Callable[[int], int]:
    """Run what waits in a tenant's queue, as the worker would, in this process; returns how many jobs ran."""

    def run_all(tenant_id: int) -> int:
        from services.worker.jobs import run  # noqa: PLC0415
        from tests.world import waiting_jobs  # noqa: PLC0415

        done = 0
        while waiting := waiting_jobs(app, tenant_id):
            for job_id in waiting:
                run(tenant_id=tenant_id, job_id=job_id)
                done += 1
        return done

    return run_all


@pytest.fixture
def rows(app: Flask) -> Callable[..., list[Any]]:
    """Rows of one statement in a side's tenant."""

    def read(side: Side, statement: str, **values: Any) -> list[Any]:
        with app.app_context(), tenant(side.tenant_id):
            found = list(db.session.execute(text(statement), values).all())
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
