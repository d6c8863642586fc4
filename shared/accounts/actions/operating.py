"""What the platform operator does with links: a tenant is opened for its first administrator, an operator is named."""

from shared.access.actor import Actor
from shared.accounts.actions.links import add_link, revoke
from shared.accounts.actions.signing_in import normal
from shared.accounts.models import Token
from shared.errors import Invalid
from shared.i18n import _
from shared.tenants.actions import held, note_operator, open_tenant_row
from shared.tenants.models import Tenant

KINDS = ("bureau", "union")


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
    tenant = open_tenant_row(actor, kind=kind, name=fields["name"])
    return tenant, _first_links(tenant, name=fields["admin_name"], address=address)


def invite_first(actor: Actor, *, tenant_id: int, admin_name: str, admin_mail: str) -> str:
    """A new link for a tenant's first administrator; every earlier one becomes useless."""
    tenant = held(tenant_id)
    if not admin_name.strip():
        raise Invalid(_("Something is missing."), fields={"admin_name": _("This is needed.")})
    address = _mail_address(admin_mail)
    revoke(Token.purpose == "first_admin", Token.tenant_id == tenant.id)
    note_operator(actor, "tenant.invite", tenant.id)
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


def invite_operator(actor: Actor | None, *, address: str) -> str:
    """The link for a platform operator; None acts for whoever holds the machine's command line."""
    mail = _mail_address(address)
    revoke(Token.purpose == "operator", Token.identifier == mail)
    _token, secret = add_link(purpose="operator", identifier=mail)
    note_operator(actor or Actor(name="command line"), "operator.invite", None)
    return secret
