"""The queue: a nudge leaves after commit; one that is lost costs a minute, until the sweep."""

from collections.abc import Callable
from typing import Any

from celery import Celery

from shared.tenancy import current_tenant

#: The queue's client. The worker adds the tasks; everybody else only sends.
queue = Celery("jiceng", set_as_current=False)
#: Sends one nudge; replaced by the worker's own app settings at start.
NUDGE = "jobs.run"


def connect_queue(redis_url: str) -> Celery:
    """Configure the queue's client; called once by each edge."""
    queue.conf.update(
        broker_url=redis_url,
        task_ignore_result=True,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": 4 * 3600,
            "socket_timeout": 5,
            "socket_connect_timeout": 3,
        },
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
    )
    return queue


def nudge(task: str, **arguments: Any) -> Callable[[], None]:
    """A call that sends one message; a queue that is away costs a minute, until the sweep."""
    tenant_id = current_tenant()

    def send() -> None:
        try:
            queue.send_task(task, kwargs={"tenant_id": tenant_id, **arguments}, retry=False)
        except Exception:
            return

    return send
