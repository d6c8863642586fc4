"""Mail that came back: the delivery did not arrive after all, and nothing more goes to an address that is dead."""

from datetime import timedelta

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.accounts.queries.roster import PERSON
from shared.clock import now
from shared.db import db
from shared.messages.models import AddressTrouble, Delivery

#: Mail servers try for five days; what comes later is no bounce of ours.
LATEST = timedelta(days=14)
#: Enhanced status codes (RFC 3463) that speak of the address, not of a full box or a policy.
DEAD = ("5.1.", "5.2.1", "5.4.4")


def note_bounce(*, delivery_id: int, recipient: str, said: str) -> bool:
    """Note that a mail came back for good; `said` is its status such as 5.1.1. True where that was news.

    The address is given up only where it is still the person's and the other side says that it is dead. Doing it twice
    does nothing more.
    """
    row = db.session.execute(
        select(Delivery.person_id, PERSON.c.email)
        .join(PERSON, and_(PERSON.c.tenant_id == Delivery.tenant_id, PERSON.c.id == Delivery.person_id))
        .where(
            Delivery.id == delivery_id,
            Delivery.channel == "email",
            Delivery.state == "sent",
            Delivery.sent_at > now() - LATEST,
        )
        .with_for_update(of=Delivery.__table__)
    ).one_or_none()
    if row is None:
        return False
    db.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id)
        .values(state="failed", reason="bounced")
        .execution_options(synchronize_session=False)
    )
    email = row.email or ""
    if said.startswith(DEAD) and recipient and recipient.lower() == email.lower():
        values = {"value": email, "said": said[:20], "noted_at": now()}
        db.session.execute(
            insert(AddressTrouble)
            .values(person_id=row.person_id, channel="email", **values)
            .on_conflict_do_update(index_elements=["tenant_id", "person_id", "channel"], set_=values)
        )
    return True
