"""The code on an official document by which anybody may ask whether it is genuine: a secret, kept as its hash.

In the platform scope, like every link: it is looked up before a tenant is known. The row holds keys only.
"""

from sqlalchemy import BigInteger, cast

from shared.accounts.actions.links import Link, add_link, look_up, revoke
from shared.accounts.models import Token

PURPOSE = "proof"


def open_proof(*, tenant_id: int, dispatch_id: int) -> str:
    """A new code for the document's paper; one that was drawn for a paper that never came to be ends. Its secret."""
    revoke(
        Token.purpose == PURPOSE,
        Token.tenant_id == tenant_id,
        Token.person_id.is_(None),
        cast(Token.detail["dispatch_id"].astext, BigInteger) == dispatch_id,
    )
    _token, secret = add_link(purpose=PURPOSE, tenant_id=tenant_id, detail={"dispatch_id": dispatch_id})
    return secret


def proof_of(secret: str) -> Link:
    """Which document this code stands on. Raises NotFound for a wrong one and for a suspended tenant's."""
    return look_up(secret, purposes=(PURPOSE,))
