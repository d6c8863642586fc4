"""Reads of tenants: the open one, its keys, the operator's list."""

from functools import lru_cache
from typing import Any

from sqlalchemy import select

from shared.db import db
from shared.errors import NoTenant
from shared.sealing import Keys, unwrap
from shared.settings import settings
from shared.tenancy import current_tenant
from shared.tenants.models import OperatorAudit, Setting, Tenant, Usage
from shared.tenants.settings import SETTINGS


@lru_cache(maxsize=256)
def _keys(tenant_id: int, wrapped: bytes, former: bytes | None) -> Keys:
    before = None if former is None else _keys(tenant_id, former, None)
    return unwrap(settings().instance_key, wrapped, settings().instance_key_former, former=before)


def open_tenant() -> Tenant:
    """The row of the open tenant."""
    found = db.session.execute(select(Tenant).where(Tenant.id == current_tenant())).scalar_one_or_none()
    if found is None:
        raise NoTenant("the open tenant does not exist")
    return found


def keys() -> Keys:
    """The working keys of the open tenant, for shared.sealing.

    Ask for them in the transaction or job that uses them and keep them no longer: a rotation waits for those only.
    """
    row = db.session.execute(
        select(Tenant.wrapped_key, Tenant.former_key).where(Tenant.id == current_tenant())
    ).one_or_none()
    if row is None:
        raise NoTenant("the open tenant does not exist")
    return _keys(current_tenant(), row.wrapped_key, row.former_key)


def all_tenant_ids() -> list[int]:
    """Every tenant, suspended ones too. In the platform scope."""
    return list(db.session.scalars(select(Tenant.id).order_by(Tenant.id)))


def active_tenant_ids() -> list[int]:
    """The tenants the schedule visits, one after the other. In the platform scope."""
    return list(db.session.scalars(select(Tenant.id).where(Tenant.state == "active").order_by(Tenant.id)))


def tenant_by_name(name: str) -> int | None:
    """A tenant's id by its number or its unique name; None otherwise. In the platform scope."""
    wanted = name.strip()
    match = Tenant.id == int(wanted) if wanted.isascii() and wanted.isdigit() else Tenant.name == wanted
    found = db.session.scalars(select(Tenant.id).where(match).limit(2)).all()
    return found[0] if len(found) == 1 else None


def all_tenants() -> list[tuple[Tenant, Usage | None]]:
    """The operator's list, newest last. In the platform scope, so the sizes come from each tenant's own count."""
    rows = db.session.execute(
        select(Tenant, Usage).join(Usage, Usage.tenant_id == Tenant.id, isouter=True).order_by(Tenant.id)
    )
    return [(tenant, usage) for tenant, usage in rows]


def tenant_by_id(tenant_id: int) -> Tenant | None:
    """One tenant as the operator sees it. In the platform scope."""
    return db.session.execute(select(Tenant).where(Tenant.id == tenant_id)).scalar_one_or_none()


def operator_trail(tenant_id: int | None = None, *, limit: int = 100) -> list[OperatorAudit]:
    """What operators did, newest first; of one tenant where given. In the platform scope."""
    statement = select(OperatorAudit).order_by(OperatorAudit.id.desc()).limit(limit)
    if tenant_id is not None:
        statement = statement.where(OperatorAudit.tenant_id == tenant_id)
    return list(db.session.scalars(statement))


def all_settings() -> dict[str, Any]:
    """Every choice of the open tenant, defaults included, by one query."""
    chosen = {row.key: row.value for row in db.session.execute(select(Setting.key, Setting.value))}
    return {
        key: chosen[key].get("value", spec.default) if key in chosen else spec.default
        for key, spec in SETTINGS.items()
    }


def setting(key: str) -> Any:
    """One choice of the open tenant, or its default."""
    found = db.session.scalar(select(Setting.value).where(Setting.key == key))
    return SETTINGS[key].default if found is None else found.get("value", SETTINGS[key].default)
