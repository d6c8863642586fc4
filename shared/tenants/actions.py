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
from shared.jobs import Job, enqueue
from shared.sealing import new_wrapped_key, rewrapped
from shared.settings import settings
from shared.tenants.jobs import ROTATE
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


def size(actor: Actor, *, tenant_id: int, quota_bytes: int) -> None:
    """How many bytes of files a tenant may keep. What is there already stays, also above a smaller limit."""
    tenant = held(tenant_id)
    if not 0 < quota_bytes <= 2**50:
        wrong = _("Between 0.1 and 1,000,000 GB.")
        raise Invalid(wrong, fields={"gigabytes": wrong})
    if tenant.quota_bytes == quota_bytes:
        return
    before, tenant.quota_bytes = tenant.quota_bytes, quota_bytes
    note_operator(actor, "tenant.size", tenant.id, before=before, after=quota_bytes)


def begin_rotation(actor: Actor, *, tenant_id: int) -> bool:
    """Give a tenant a new data key; the one before stays readable until everything is sealed anew.

    In the platform scope. False where that is going on already: nothing is changed then.
    """
    tenant = held(tenant_id)
    if tenant.former_key is not None:
        return False
    tenant.former_key, tenant.wrapped_key = tenant.wrapped_key, new_wrapped_key(settings().instance_key)
    note_operator(actor, "tenant.rotate", tenant.id)
    return True


def order_resealing(actor: Actor) -> Job | None:
    """Have the open tenant's values sealed anew in the background; None where that waits or runs already."""
    waiting = db.session.scalar(
        select(Job.id).where(Job.kind == ROTATE.name, Job.state.in_(("queued", "running"))).limit(1)
    )
    return enqueue(actor, ROTATE, args={}) if waiting is None else None


def end_rotation(actor: Actor, *, tenant_id: int) -> None:
    """Forget the former key: nothing is sealed with it any more. In the platform scope."""
    tenant = held(tenant_id)
    if tenant.former_key is not None:
        tenant.former_key = None
        note_operator(actor, "tenant.rotated", tenant.id)


def rewrap(actor: Actor, *, tenant_id: int, former: bytes) -> bool:
    """Wrap a tenant's keys by the present instance key instead of `former`. In the platform scope.

    False where they are already, so that an interrupted run can be repeated. Raises cryptography's InvalidTag where
    neither instance key opens them.
    """
    tenant = held(tenant_id)
    present = settings().instance_key
    wrapped = rewrapped(present, former, tenant.wrapped_key)
    older = None if tenant.former_key is None else rewrapped(present, former, tenant.former_key)
    if wrapped is None and older is None:
        return False
    tenant.wrapped_key = wrapped or tenant.wrapped_key
    tenant.former_key = older or tenant.former_key
    note_operator(actor, "tenant.rewrap", tenant.id)
    return True


def put_setting(actor: Actor, *, key: str, value: Any) -> None:
    """Choose one of SETTINGS for the open tenant. Raises Invalid for a value outside its bounds."""
    spec = SETTINGS[key]
    if spec.kind in ("days", "hour", "number") and not (
        isinstance(value, int) and not isinstance(value, bool) and spec.least <= value <= spec.most
    ):
        wrong = _("A whole number from %(least)s to %(most)s.", least=spec.least, most=spec.most)
        raise Invalid(wrong, fields={key: wrong})
    if spec.kind == "switch" and not isinstance(value, bool):
        wrong = _("Choose one of the list.")
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
