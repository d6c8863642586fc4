"""Reads of tenants: the open one, its keys, the operator's list."""

from functools import lru_cache

from sqlalchemy import select

from shared.db import db
from shared.errors import NoTenant
from shared.sealing import Keys, unwrap
from shared.settings import settings
from shared.tenancy import current_tenant
from shared.tenants.models import Tenant, Usage


@lru_cache(maxsize=256)
def _keys(tenant_id: int, wrapped: bytes) -> Keys:
    return unwrap(settings().instance_key, wrapped)


def open_tenant() -> Tenant:
    """The row of the open tenant."""
    found = db.session.execute(select(Tenant).where(Tenant.id == current_tenant())).scalar_one_or_none()
    if found is None:
        raise NoTenant("the open tenant does not exist")
    return found


def keys() -> Keys:
    """The working keys of the open tenant, for shared.sealing."""
    wrapped = db.session.scalar(select(Tenant.wrapped_key).where(Tenant.id == current_tenant()))
    if wrapped is None:
        raise NoTenant("the open tenant does not exist")
    return _keys(current_tenant(), wrapped)


def active_tenant_ids() -> list[int]:
    """The tenants the schedule visits, one after the other. In the platform scope."""
    return list(db.session.scalars(select(Tenant.id).where(Tenant.state == "active").order_by(Tenant.id)))


def all_tenants() -> list[tuple[Tenant, Usage | None]]:
    """The operator's list, newest last. In the platform scope, so the sizes come from each tenant's own count."""
    rows = db.session.execute(
        select(Tenant, Usage).join(Usage, Usage.tenant_id == Tenant.id, isouter=True).order_by(Tenant.id)
    )
    return [(tenant, usage) for tenant, usage in rows]
