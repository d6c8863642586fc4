"""Photos and papers of an event: stored once, sealed, never required; removed with a reason."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.events.models import Event, EventFile
from shared.files import File, store
from shared.files.accepting import Accepted
from shared.i18n import _
from shared.tenants.queries import keys, open_tenant

#: Files at one event; more belong into an archive.
MOST_FILES = 30
#: What event files are for (file.purpose).
PURPOSE = "event"


def _stored(actor: Actor, event: Event, given: Accepted) -> File:
    """The tenant's file of this content: the one it has, or a new one."""
    known = db.session.execute(
        select(File)
        .where(
            File.sha256 == hashlib.sha256(given.data).hexdigest(),
            File.purpose == PURPOSE,
            File.deleted_at.is_(None),
        )
        .order_by(File.id)
        .limit(1)
    ).scalar_one_or_none()
    if known is not None:
        return known
    tenant = open_tenant()
    kept = (
        db.session.scalar(select(func.coalesce(func.sum(File.size), 0)).where(File.deleted_at.is_(None))) or 0
    )
    if kept + len(given.data) > tenant.quota_bytes:
        raise Invalid(
            _(
                "The files of your organisation have reached their limit of %(size)s GB. Nothing was lost;"
                " ask the platform for more room, or hand in without this file.",
                size=f"{tenant.quota_bytes / 1024**3:.1f}",
            )
        )
    return store(
        given.data,
        name=given.name,
        media_type=given.media_type,
        purpose=PURPOSE,
        keys=keys(),
        unit_id=event.unit_id,
        created_by=actor.person_id,
    )


def attach(actor: Actor, *, event: Event, files: Sequence[Accepted]) -> int:
    """Attach accepted files to an event; one that is there already stays as it is. Returns how many are new.

    Raises Invalid for one that bears a secrecy mark, for too many, and where the tenant's room is used up.
    """
    if not files:
        return 0
    if event.state == "void":
        raise Conflict(_("This record was declared void; nothing can be attached to it."))
    for given in files:
        refuse_marks(given.name.rpartition(".")[0], given.text)
    there = set(
        db.session.scalars(
            select(EventFile.file_id).where(EventFile.event_id == event.id, EventFile.removed_at.is_(None))
        )
    )
    added = 0
    for given in files:
        file = _stored(actor, event, given)
        if file.id in there:
            continue
        there.add(file.id)
        if len(there) > MOST_FILES:
            raise Invalid(_("At most %(n)s files at one record.", n=MOST_FILES))
        db.session.add(
            EventFile(event_id=event.id, file_id=file.id, name=given.name, added_by=actor.person_id)
        )
        added += 1
    if added:
        db.session.flush()
        record(
            actor,
            verb="event.attach",
            object_type="event",
            object_id=event.id,
            unit_id=event.unit_id,
            detail={"files": added},
        )
    return added


def remove_attachment(actor: Actor, *, event: Event, attached: EventFile, reason: str) -> None:
    """Take a file off a record, with a reason; that it was there stays in the trail. Raises Conflict when it is off."""
    if attached.removed_at is not None:
        raise Conflict(_("This file has been taken off already."))
    if not reason.strip():
        raise Invalid(_("Say why it is taken off."), fields={"reason": _("Say why it is taken off.")})
    attached.removed_at, attached.removed_by, attached.removed_reason = (
        now(),
        actor.person_id,
        reason.strip()[:200],
    )
    record(
        actor,
        verb="event.detach",
        object_type="event",
        object_id=event.id,
        unit_id=event.unit_id,
        detail={"files": 1},
    )
