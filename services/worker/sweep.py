"""The sweep: what is due and not done, tenant by tenant."""

from services.worker.app import PlatformTask, TenantTask, celery
from shared.jobs import queue, renudge
from shared.tenancy import platform
from shared.tenants.queries import active_tenant_ids


@celery.task(name="sweep.all", base=PlatformTask)
def sweep_all() -> None:
    """Send each active tenant's sweep on its way; a suspended tenant gets none."""
    with platform():
        tenant_ids = active_tenant_ids()
    for tenant_id in tenant_ids:
        queue.send_task("sweep.tenant", kwargs={"tenant_id": tenant_id}, retry=False)


@celery.task(name="sweep.tenant", base=TenantTask)
def sweep_tenant() -> None:
    """Everything of one tenant that waits."""
    renudge()


@celery.task(name="sweep.housekeeping", base=PlatformTask)
def housekeeping() -> None:
    """Send each active tenant's nightly work on its way."""
    with platform():
        tenant_ids = active_tenant_ids()
    for tenant_id in tenant_ids:
        queue.send_task("sweep.housekeeping_tenant", kwargs={"tenant_id": tenant_id}, retry=False)


@celery.task(name="sweep.housekeeping_tenant", base=TenantTask)
def housekeeping_tenant() -> None:
    """One tenant's nightly work."""
