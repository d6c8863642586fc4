"""The queue: a nudge leaves after commit; one that is lost costs a minute, until the sweep."""

from collections.abc import Callable
from functools import cache
from typing import Any
from zlib import crc32

from celery import Celery
from redis import Redis

from shared.settings import settings
from shared.tenancy import current_tenant

#: The queue's client. The worker adds the tasks; everybody else only sends.
queue = Celery("jiceng", set_as_current=False)
#: Seconds after which a nudge that nobody took is sent again: less than the sweep's minute.
FORGOTTEN = 50
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
    """A call that sends one message; a queue that is away costs a minute, until the sweep.

    Without arguments it says only that something waits: while one of a tenant stands in the queue, no second is sent.
    """
    tenant_id = current_tenant()

    def send() -> None:
        try:
            if not arguments and not _first(task, tenant_id):
                return
            queue.send_task(task, kwargs={"tenant_id": tenant_id, **arguments}, retry=False)
        except Exception:
            return

    return send


def _mark(task: str, tenant_id: int) -> str:
    """Two installations may share a broker: the mark names the database as well."""
    return f"nudged:{crc32(settings().database_url.encode()):08x}:{task}:{tenant_id}"


@cache
def _broker(url: str) -> Redis:
    """The broker itself, past the queue's own words."""
    return Redis.from_url(url, socket_timeout=5, socket_connect_timeout=3)


def _first(task: str, tenant_id: int) -> bool:
    """Whether none of these stands in the queue."""
    return bool(_broker(queue.conf.broker_url).set(_mark(task, tenant_id), 1, nx=True, ex=FORGOTTEN))


def nudge_taken(task: str) -> None:
    """The open tenant's nudge has left the queue: the next one is sent again. Called before the work is looked at."""
    try:
        _broker(queue.conf.broker_url).delete(_mark(task, current_tenant()))
    except Exception:
        return
