"""The background program: one Celery app, one task base that opens the tenant, one dispatcher for jobs."""

from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init

from services.worker.schedule import SCHEDULE
from shared.db import bare_app, db
from shared.jobs import connect_queue
from shared.settings import settings
from shared.tenancy import tenant

flask_app = bare_app(settings())


class TenantTask(Task):  # type: ignore[type-arg]
    """The task envelope: `tenant_id` is taken off here and opened; the task itself never sees another."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tenant_id = kwargs.pop("tenant_id")
        with flask_app.app_context():
            try:
                with tenant(tenant_id):
                    try:
                        return self.run(*args, **kwargs)
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
    include=["services.worker.jobs", "services.worker.sweep"],
    beat_schedule=SCHEDULE,
    timezone="Asia/Shanghai",
    worker_hijack_root_logger=False,
    worker_max_memory_per_child=400_000,
)


@worker_process_init.connect
def _fresh_connections(**_: Any) -> None:
    """A forked child must not share its parent's database connections."""
    with flask_app.app_context():
        db.engine.dispose(close=False)
