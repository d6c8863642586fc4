"""A circular goes out in one act: a receipt for each recipient, a message to each reader, by single statements."""

from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, literal, null, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.accounts.actions.telling import tell_all
from shared.audiences.recipients import Audience, from_json, pairs_of, to_json, units_of
from shared.circulars.actions.drafting import check_day, note
from shared.circulars.jobs import SEND_MANY
from shared.circulars.models import Circular, Receipt
from shared.circulars.queries.reading import readers_of
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.jobs import enqueue
from shared.members.models import Person
from shared.organisations.models import Unit

#: The kind of occasion, for the composers of the worker.
OCCASION = "circular"
#: Above so many receipts a job writes them.
MANY = 20_000
SAMPLE = 10
SEND = Permission.CIRCULAR_SEND
_NONE = cast(null(), BigInteger)


def _recipients(actor: Actor, unit_id: int, whom: str, audience: Audience) -> Select[Any]:
    """(unit_id, person_id, at_unit_id) of each receipt: exactly one of the first two.

    The unit that sends and the person who does are no recipients of their own circular.
    """
    if whom == "units":
        # Who holds which office does not matter: a unit is reached by whoever answers for it.
        units = units_of(actor, replace(audience, whom="answering", posts=(), statuses=(), relation=""), SEND)
        chosen = units.where(Unit.id != unit_id).subquery()
        key = chosen.c.id
        return select(key.label("unit_id"), _NONE.label("person_id"), key.label("at_unit_id"))
    pairs = pairs_of(actor, audience, SEND)
    return (
        select(
            _NONE.label("unit_id"),
            pairs.c.person_id.label("person_id"),
            func.min(pairs.c.unit_id).label("at_unit_id"),
        )
        .where(pairs.c.person_id != (actor.person_id or 0))
        .group_by(pairs.c.person_id)
    )


def count_recipients(actor: Actor, *, unit_id: int, whom: str, audience: Audience) -> int:
    """How many receipts it would be. One query."""
    found = _recipients(actor, unit_id, whom, audience).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def sample_recipients(actor: Actor, *, unit_id: int, whom: str, audience: Audience) -> list[tuple[str, str]]:
    """(name, unit) of the first ten in the order of the tree; the unit is '' where it is the recipient. One query."""
    found = _recipients(actor, unit_id, whom, audience).subquery()
    rows = db.session.execute(
        select(func.coalesce(Person.name, Unit.name), Person.id, Unit.name)
        .select_from(found)
        .join(Unit, Unit.id == found.c.at_unit_id)
        .outerjoin(Person, Person.id == found.c.person_id)
        .order_by(Unit.path, Person.name_key, Person.id)
        .limit(SAMPLE)
    )
    return [(name, unit if person_id else "") for name, person_id, unit in rows]


def tell_readers(
    actor: Actor, circular: Circular, *conditions: ColumnElement[bool], act: str, nth: str = ""
) -> int:
    """Tell whoever reads for the receipts that fit; the same `act` and `nth` again tell only who was not told yet."""
    return tell_all(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{circular.id}:{act}:{nth}",
        detail={"circular_id": circular.id, "act": act},
        people=readers_of(Receipt.circular_id == circular.id, *conditions),
    ).pending


def put_out(actor: Actor, circular: Circular, whom: str, audience: Audience, *, count: int) -> int:
    """Write the receipts and the messages of a draft that is about to be sent; how many receipts it is.

    Above MANY a job writes them, some at a time: the circular is out at once and reaches one after the other.
    """
    circular.whom, circular.audience = whom, to_json(audience)
    circular.state, circular.sent_at = "sent", now()
    circular.version += 1
    db.session.flush()
    if count > MANY:
        enqueue(
            actor,
            SEND_MANY,
            args={"circular_id": circular.id, "count": count},
            subject=circular.title,
            unit_id=circular.unit_id,
            form_key=key_of(circular.id),
        )
        return count
    return put_out_some(actor, circular)


def key_of(circular_id: int) -> str:
    """By which the job that sends a circular is found again."""
    return f"{SEND_MANY.name}-{circular_id}"


def put_out_some(actor: Actor, circular: Circular, *, limit: int | None = None) -> int:
    """Write the next `limit` receipts (None: all) of a circular that is out, and tell their readers; how many it was.

    The next: those after the last one written, so that work that was cut off goes on there, and nobody twice.
    """
    rows = _recipients(actor, circular.unit_id, circular.whom, from_json(circular.audience)).subquery()
    of, key = (
        (Receipt.unit_id, rows.c.unit_id)
        if circular.whom == "units"
        else (Receipt.person_id, rows.c.person_id)
    )
    last = db.session.scalar(select(func.max(of)).where(Receipt.circular_id == circular.id)) or 0
    some = select(
        literal(circular.id), rows.c.unit_id, rows.c.person_id, rows.c.at_unit_id, literal(today())
    ).where(key > last)
    if limit is not None:
        some = some.order_by(key).limit(limit)
    made = (
        insert(Receipt)
        .from_select(["circular_id", "unit_id", "person_id", "at_unit_id", "told_on"], some)
        .returning(Receipt.id)
        .cte("made")
    )
    count = db.session.scalar(select(func.count()).select_from(made)) or 0
    if count:
        tell_readers(actor, circular, of > last, act="send")
    return count


def send(actor: Actor, *, circular: Circular, whom: str, audience: Audience, seen: int) -> int:
    """Send a draft, locked by the caller, to whom the choice comes to now; returns how many receipts, 0 if it was sent.

    `seen`: the number that was shown. Raises Conflict when it is another by now or the circular is withdrawn, Invalid
    where nobody is reached or the last day is over.
    """
    if circular.state == "sent":
        return 0
    if circular.state != "draft":
        raise Conflict(_("This circular has been withdrawn."))
    if whom not in ("units", "people"):
        raise Invalid(_("Choose one of the list."), fields={"whom": _("Choose one of the list.")})
    check_day(circular.due_on)
    count = count_recipients(actor, unit_id=circular.unit_id, whom=whom, audience=audience)
    if not count:
        raise Invalid(_("Nobody is reached by this choice; widen it."))
    if count != seen:
        raise Conflict(_("It is %(n)s recipients by now; look at it again and confirm.", n=count))
    made = put_out(actor, circular, whom, audience, count=count)
    note(actor, circular, "circular.send", count=made)
    return made
