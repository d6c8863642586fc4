"""What the platform operator does with tenants, and what a tenant chooses for itself."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _
from shared.sealing import new_wrapped_key
from shared.settings import settings
from shared.tenants.models import OperatorAudit, Setting, Tenant
from shared.tenants.settings import SETTINGS


def note_operator(actor: Actor, verb: str, tenant_id: int | None, **detail: object) -> None:
    """Write the operator's own trail; it belongs to no tenant."""
    db.session.add(OperatorAudit(login_id=actor.login_id, verb=verb, tenant_id=tenant_id, detail=detail))


def open_tenant_row(actor: Actor, *, kind: str, name: str) -> Tenant:
    """A new tenant with its own data key. In the platform scope; names differ (Conflict)."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("tenant " + name))))
    if db.session.scalar(select(Tenant.id).where(Tenant.name == name)) is not None:
        wrong = _("There is an organisation of this name already.")
        raise Conflict(wrong, fields={"name": wrong})
    tenant = Tenant(kind=kind, name=name, wrapped_key=new_wrapped_key(settings().instance_key))
    db.session.add(tenant)
    db.session.flush()
    note_operator(actor, "tenant.open", tenant.id, kind=kind)
    return tenant


def held(tenant_id: int) -> Tenant:
    """The tenant's row, locked. Raises NotFound."""
    tenant = db.session.execute(
        select(Tenant).where(Tenant.id == tenant_id).with_for_update()
    ).scalar_one_or_none()
    if tenant is None:
        raise NotFound(_("There is nothing at this address."))
    return tenant


def suspend(actor: Actor, *, tenant_id: int, reason: str) -> None:
    """Stop sign-in, links, sweeps and jobs of a tenant with the next tick. Nothing is deleted."""
    tenant = held(tenant_id)
    if not reason.strip():
        raise Invalid(_("Give the reason."), fields={"reason": _("Give the reason.")})
    if tenant.state == "suspended":
        raise Conflict(_("It is suspended already."))
    tenant.state, tenant.state_since = "suspended", now()
    note_operator(actor, "tenant.suspend", tenant.id, reason=reason.strip()[:500])


def reopen(actor: Actor, *, tenant_id: int) -> None:
    """Let a tenant work again. What fell due meanwhile is not sent afterwards: reminders begin at `state_since`."""
    tenant = held(tenant_id)
    if tenant.state == "active":
        raise Conflict(_("It is open already."))
    tenant.state, tenant.state_since = "active", now()
    note_operator(actor, "tenant.reopen", tenant.id)


def put_setting(actor: Actor, *, key: str, value: Any) -> None:
    """Choose one of SETTINGS for the open tenant. Raises Invalid for a value outside its bounds."""
    spec = SETTINGS[key]
    if spec.kind in ("days", "hour") and not (
        isinstance(value, int) and not isinstance(value, bool) and spec.least <= value <= spec.most
    ):
        wrong = _("A whole number from %(least)s to %(most)s.", least=spec.least, most=spec.most)
        raise Invalid(wrong, fields={key: wrong})
    statement = insert(Setting).values(key=key, value={"value": value})
    changed = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Setting.tenant_id, Setting.key],
            set_={"value": statement.excluded.value},
            where=Setting.value != statement.excluded.value,
        ).returning(Setting.id)
    ).scalar_one_or_none()
    if changed is not None:
        record(actor, verb="setting.change", object_type="setting", object_id=changed, detail={"key": key})
