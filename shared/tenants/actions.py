"""What the platform operator does with tenants, and what a tenant chooses for itself."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.accounts.actions.links import add_link, revoke
from shared.accounts.actions.signing_in import normal
from shared.accounts.models import Token
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _
from shared.sealing import new_wrapped_key
from shared.settings import settings
from shared.tenants.models import OperatorAudit, Setting, Tenant
from shared.tenants.settings import SETTINGS

KINDS = ("bureau", "union")


def _note(actor: Actor, verb: str, tenant_id: int | None, **detail: object) -> None:
    db.session.add(OperatorAudit(login_id=actor.login_id, verb=verb, tenant_id=tenant_id, detail=detail))


def _mail_address(text: str) -> str:
    address = normal(text)
    local, _at, domain = address.partition("@")
    if (
        not local
        or "." not in domain
        or any(character.isspace() or character in ',;<>"' for character in address)
    ):
        wrong = _("This is not a mail address.")
        raise Invalid(wrong, fields={"admin_mail": wrong})
    return address


def open_new(actor: Actor, *, kind: str, name: str, admin_name: str, admin_mail: str) -> tuple[Tenant, str]:
    """A new tenant with its own data key, and the link for its first administrator. In the platform scope.

    The link is mailed, and a second one of the same kind is returned to be handed over; the first one used ends the
    other. Raises Invalid with the field's name; Conflict where an active tenant has this name.
    """
    fields = {"name": name.strip(), "admin_name": admin_name.strip(), "admin_mail": admin_mail.strip()}
    missing = {key: _("This is needed.") for key, value in fields.items() if not value}
    if kind not in KINDS:
        missing["kind"] = _("Choose what it is.")
    if missing:
        raise Invalid(_("Something is missing."), fields=missing)
    address = _mail_address(admin_mail)
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("tenant " + fields["name"]))))
    if db.session.scalar(select(Tenant.id).where(Tenant.name == fields["name"])) is not None:
        wrong = _("There is an organisation of this name already.")
        raise Conflict(wrong, fields={"name": wrong})
    tenant = Tenant(kind=kind, name=fields["name"], wrapped_key=new_wrapped_key(settings().instance_key))
    db.session.add(tenant)
    db.session.flush()
    _note(actor, "tenant.open", tenant.id, kind=kind)
    return tenant, _first_links(tenant, name=fields["admin_name"], address=address)


def invite_first(actor: Actor, *, tenant_id: int, admin_name: str, admin_mail: str) -> str:
    """A new link for a tenant's first administrator; every earlier one becomes useless."""
    tenant = held(tenant_id)
    if not admin_name.strip():
        raise Invalid(_("Something is missing."), fields={"admin_name": _("This is needed.")})
    address = _mail_address(admin_mail)
    revoke(Token.purpose == "first_admin", Token.tenant_id == tenant.id)
    _note(actor, "tenant.invite", tenant.id)
    return _first_links(tenant, name=admin_name.strip(), address=address)


def _first_links(tenant: Tenant, *, name: str, address: str) -> str:
    secret = ""
    for by_mail in (True, False):
        _token, secret = add_link(
            purpose="first_admin",
            tenant_id=tenant.id,
            identifier=address,
            detail={"name": name},
            by_mail=by_mail,
        )
    return secret


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
    _note(actor, "tenant.suspend", tenant.id, reason=reason.strip()[:500])


def reopen(actor: Actor, *, tenant_id: int) -> None:
    """Let a tenant work again. What fell due meanwhile is not sent afterwards: reminders begin at `state_since`."""
    tenant = held(tenant_id)
    if tenant.state == "active":
        raise Conflict(_("It is open already."))
    tenant.state, tenant.state_since = "active", now()
    _note(actor, "tenant.reopen", tenant.id)


def invite_operator(actor: Actor | None, *, address: str) -> str:
    """The link for a platform operator; None acts for whoever holds the machine's command line."""
    mail = _mail_address(address)
    revoke(Token.purpose == "operator", Token.identifier == mail)
    _token, secret = add_link(purpose="operator", identifier=mail)
    _note(actor or Actor(name="command line"), "operator.invite", None)
    return secret


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
