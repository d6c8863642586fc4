"""Who looks at the whole ledger."""

from shared.access.actor import Actor, Grant
from tests.world import Side


def whole(side: Side) -> Actor:
    return Actor(
        name="a", tenant_id=side.tenant_id, person_id=side["admin"].person_id, grants=(Grant("admin"),)
    )
