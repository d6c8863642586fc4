"""The sweep: what is due and not done, tenant by tenant."""

from collections.abc import Callable, Iterable

import structlog

from services.worker.accounts import forget_nightly, post_waiting
from services.worker.app import PlatformTask, TenantTask, celery
from services.worker.assessments import score_each_minute, score_nightly
from services.worker.ballots import close_votes
from services.worker.bounces import read_bounces, read_own_bounces
from services.worker.dues import bring_rates, warn_unpaid
from services.worker.duties import plan_nightly
from services.worker.events import carry_meetings_on
from services.worker.files import forget_files
from services.worker.groups import remind_groups
from services.worker.imports import purge_imports
from services.worker.keys import tend_keys
from services.worker.messages import send_waiting
from services.worker.plans import follow_nightly
from services.worker.reminders import remind
from services.worker.tenants import count_sizes
from services.worker.transfers import exchange_post
from shared.db import db
from shared.jobs import queue, renudge
from shared.tenancy import platform
from shared.tenants.queries import active_tenant_ids

log = structlog.get_logger()

#: What the sweep does for a tenant each minute, in this order; each may run twice at once.
EACH_MINUTE: tuple[Callable[[], object], ...] = (
    renudge,
    score_each_minute,
    close_votes,
    exchange_post,
    bring_rates,
    remind,
    remind_groups,
    send_waiting,
    read_bounces,
)
#: What the night does for a tenant.
EACH_NIGHT: tuple[Callable[[], object], ...] = (
    plan_nightly,
    warn_unpaid,
    carry_meetings_on,
    score_nightly,
    follow_nightly,
    purge_imports,
    forget_files,
    tend_keys,
    count_sizes,
)


def _all(steps: Iterable[Callable[[], object]]) -> None:
    """One step that fails does not keep the others from their turn."""
    for step in steps:
        try:
            step()
        except Exception as error:
            log.exception("step failed", step=step.__name__, error=type(error).__name__)
        finally:
            db.session.rollback()


def _visit(task: str, *, expires: int) -> None:
    """One message a tenant; what nobody took before the next round is void, so an outage leaves no heap of them."""
    with platform():
        tenant_ids = active_tenant_ids()
        db.session.rollback()
    for tenant_id in tenant_ids:
        queue.send_task(task, kwargs={"tenant_id": tenant_id}, retry=False, expires=expires)


@celery.task(name="sweep.all", base=PlatformTask)
def sweep_all() -> None:
    """Send each active tenant's sweep on its way; a suspended tenant gets none."""
    _visit("sweep.tenant", expires=55)
    _all((post_waiting, read_own_bounces))


@celery.task(name="sweep.tenant", base=TenantTask)
def sweep_tenant() -> None:
    """Everything of one tenant that waits."""
    _all(EACH_MINUTE)


@celery.task(name="sweep.housekeeping", base=PlatformTask)
def housekeeping() -> None:
    """Send each active tenant's nightly work on its way."""
    _visit("sweep.housekeeping_tenant", expires=12 * 3600)
    _all((forget_nightly,))


@celery.task(name="sweep.housekeeping_tenant", base=TenantTask)
def housekeeping_tenant() -> None:
    """One tenant's nightly work."""
    _all(EACH_NIGHT)
