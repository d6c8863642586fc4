"""Publication: a tenant shows its name and chosen units to the others, so that a transfer can be sent to them."""

from collections.abc import Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import SYSTEM, Actor
from shared.audit import record
from shared.db import db
from shared.organisations.models import Unit
from shared.tenancy import current_tenant
from shared.tenants.models import Receiver, Tenant
from shared.transfers.queries.choices import TAKING


def drop_dissolved() -> int:
    """Take units that no longer stand off the list of the open tenant; returns how many. The sweep's part."""
    standing = (
        select(1)
        .where(Unit.tenant_id == Receiver.tenant_id, Unit.id == Receiver.unit_id, Unit.state == "active")
        .exists()
    )
    gone = db.session.scalars(
        delete(Receiver)
        .where(Receiver.tenant_id == current_tenant(), ~standing)
        .returning(Receiver.unit_id)
        .execution_options(synchronize_session=False)
    ).all()
    if gone:
        record(SYSTEM, verb="receiver.publish", object_type="setting", detail={"withdrawn": len(gone)})
    return len(gone)


def publish(actor: Actor, *, unit_ids: Iterable[int]) -> tuple[int, int]:
    """Show exactly these units to the other tenants, under their present names; all others are shown no longer.

    What is no active unit with members is passed over. Returns how many are shown now and how many went off the list.
    """
    wanted = list(unit_ids)
    name = db.session.scalar(select(Tenant.name).where(Tenant.id == current_tenant()))
    rows = db.session.execute(
        select(Unit.id, Unit.line, Unit.name).where(
            Unit.id.in_(wanted), Unit.state == "active", Unit.kind.in_(TAKING)
        )
    ).all()
    gone = db.session.scalars(
        delete(Receiver)
        .where(
            Receiver.tenant_id == current_tenant(), Receiver.unit_id.not_in([row.id for row in rows] or [0])
        )
        .returning(Receiver.unit_id)
        .execution_options(synchronize_session=False)
    ).all()
    if rows:
        statement = insert(Receiver).values(
            [
                {"unit_id": row.id, "line": row.line, "tenant_name": name, "unit_name": row.name}
                for row in rows
            ]
        )
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "unit_id"],
                set_={
                    "tenant_name": statement.excluded.tenant_name,
                    "unit_name": statement.excluded.unit_name,
                    "line": statement.excluded.line,
                    "published_at": func.now(),
                },
            )
        )
    record(
        actor,
        verb="receiver.publish",
        object_type="setting",
        detail={"units": len(rows), "withdrawn": len(gone)},
    )
    return len(rows), len(gone)
