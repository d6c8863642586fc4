"""What people do with what they got."""

from sqlalchemy import update

from shared.access.actor import Actor
from shared.access.door import fetch_own
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import NotFound
from shared.i18n import _
from shared.messages.models import Delivery


def read_notice(actor: Actor, *, delivery_id: int) -> Delivery:
    """Open one own notice; the first look marks it read. NotFound or Forbidden for anybody else's."""
    notice = fetch_own(Delivery, delivery_id, actor=actor)
    if notice.channel != "in_app" or notice.state != "sent":
        raise NotFound(_("There is nothing at this address."))
    db.session.execute(
        update(Delivery)
        .where(Delivery.id == notice.id, Delivery.read_at.is_(None))
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )
    return notice


def read_all(actor: Actor) -> int:
    """Mark every own notice read; returns how many were not."""
    marked = db.session.scalars(
        update(Delivery)
        .where(
            Delivery.person_id == (actor.person_id or 0),
            Delivery.channel == "in_app",
            Delivery.state == "sent",
            Delivery.read_at.is_(None),
        )
        .values(read_at=now())
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    if marked:
        record(actor, verb="notice.read_all", object_type="delivery", detail={"count": len(marked)})
    return len(marked)
