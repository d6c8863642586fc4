"""A person's calendar address: one secret a person and tenant, shown once, revocable at any time.

In the platform scope, like every link: it is looked up before a tenant is known.
"""

from shared.accounts.actions.links import Link, add_link, look_up, revoke
from shared.accounts.models import Token

PURPOSE = "calendar"


def open_feed(*, tenant_id: int, person_id: int, login_id: int, locale: str) -> str:
    """A new address for the person's calendar program; the one before ends. Returns its secret."""
    close_feed(tenant_id=tenant_id, person_id=person_id)
    _token, secret = add_link(
        purpose=PURPOSE, tenant_id=tenant_id, person_id=person_id, login_id=login_id, locale=locale
    )
    return secret


def close_feed(*, tenant_id: int, person_id: int) -> int:
    """End the person's calendar address; returns how many there were."""
    return revoke(Token.purpose == PURPOSE, Token.tenant_id == tenant_id, Token.person_id == person_id)


def feed_of(secret: str) -> Link:
    """Whose calendar this secret opens. Raises NotFound for a wrong or revoked one, and for a suspended tenant's."""
    return look_up(secret, purposes=(PURPOSE,))
