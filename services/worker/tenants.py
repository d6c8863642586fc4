"""A tenant's own work about itself: its foundation, and its sizes for the operator."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import SYSTEM, Actor
from shared.assessments.actions import adopt_sheets
from shared.clock import now
from shared.db import db, transaction
from shared.duties.actions import adopt_pack
from shared.events.models import Event
from shared.files import File
from shared.jobs import Claimed
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.tenancy import current_tenant
from shared.tenants.models import Usage
from shared.tenants.queries import open_tenant


def _rules(actor: Actor, kind: str) -> None:
    adopt_pack(actor, pack=kind)


def _sheets(actor: Actor, kind: str) -> None:
    adopt_sheets(actor, tenant_kind=kind)


#: What a new tenant of a kind is given, in this order; each may run again and changes nothing then.
FOUNDATIONS: tuple[Callable[[Actor, str], None], ...] = (_rules, _sheets)


def found(job: Claimed) -> None:
    """Copy rule packs and sheets into a tenant that has just got its first administrator."""
    with transaction():
        job.hold()
        kind = open_tenant().kind
        for lay in FOUNDATIONS:
            lay(SYSTEM, kind)
        job.finish()
    count_sizes()


def count_sizes() -> None:
    """Count this tenant's rows into platform.usage: all that the operator sees of it."""
    values = {
        "units": select(func.count()).select_from(Unit).scalar_subquery(),
        "people": select(func.count()).select_from(Person).where(Person.state == "active").scalar_subquery(),
        "events": select(func.count()).select_from(Event).scalar_subquery(),
        "file_bytes": select(func.coalesce(func.sum(File.size), 0))
        .where(File.deleted_at.is_(None))
        .scalar_subquery(),
        "counted_at": now(),
    }
    statement = insert(Usage).values(tenant_id=current_tenant(), **values)
    with transaction():
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=[Usage.tenant_id],
                set_={name: statement.excluded[name] for name in values},
            )
        )
