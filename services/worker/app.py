"""The background program: one Celery app, one task base that opens the tenant, one dispatcher for jobs.

The scheduler loads this file too, and nothing of the tasks: it only sends messages.
"""

import logging
from typing import Any

import structlog
from celery import Celery, Task
from celery.signals import celeryd_init, setup_logging, worker_process_init

from services.worker.schedule import SCHEDULE
from shared.db import bare_app, db
from shared.jobs import connect_queue
from shared.logs import steps
from shared.settings import settings
from shared.tenancy import tenant
from shared.tenants.queries import open_tenant

#: The modules whose tasks a worker runs.
TASKS = (
    "services.worker.accounts",
    "services.worker.jobs",
    "services.worker.messages",
    "services.worker.sweep",
)

flask_app = bare_app(settings())


class TenantTask(Task):  # type: ignore[type-arg]
    """The task envelope: `tenant_id` is taken off here and opened; the task itself never sees another.

    A suspended tenant's task does nothing: its rows wait as they are.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tenant_id = kwargs.pop("tenant_id")
        with flask_app.app_context():
            try:
                with tenant(tenant_id):
                    try:
                        active = open_tenant().state == "active"
                        db.session.rollback()
                        return self.run(*args, **kwargs) if active else None
                    finally:
                        db.session.remove()
            finally:
                db.session.remove()


class PlatformTask(Task):  # type: ignore[type-arg]
    """A task of the schedule: an app context and no tenant; it visits the tenants by messages, one each."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with flask_app.app_context():
            try:
                return self.run(*args, **kwargs)
            finally:
                db.session.remove()


celery: Celery = connect_queue(settings().redis_url)
celery.conf.update(
    beat_schedule=SCHEDULE,
    timezone="Asia/Shanghai",
    worker_max_memory_per_child=400_000,
    worker_send_task_events=False,
    worker_enable_remote_control=True,
    # A worker whose broker went away goes on with what it has in hand; the rows hold the truth.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_max_retries=None,
)


@celeryd_init.connect
def _load_tasks(**_: Any) -> None:
    """Only a worker needs the tasks and all they load, once, before it forks."""
    for module in TASKS:
        celery.loader.import_task_module(module)


@worker_process_init.connect
def _fresh_connections(**_: Any) -> None:
    """A forked child must not share its parent's database connections."""
    with flask_app.app_context():
        db.engine.dispose(close=False)


@setup_logging.connect
def _log_lines(**_: Any) -> None:
    """One JSON object a line on standard output; Celery's own lines in the same stream."""
    level = logging.getLevelNamesMapping().get(settings().log_level.upper(), logging.INFO)
    shared_steps = steps()
    structlog.configure(
        processors=[*shared_steps, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_steps,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # A line for each message of the sweep would drown the others.
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)
    logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)
