"""The messages about circulars: sent, reminded, another last day, withdrawn; and the sending to very many.

A message names the circular and its page, never its text: what is withdrawn stands nowhere then but on its page.
"""

from sqlalchemy import and_, func, select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.circulars.actions.following import remind_open
from shared.circulars.actions.sending import put_out_some
from shared.circulars.models import Circular, Receipt
from shared.circulars.queries.reading import readers_of
from shared.db import db, transaction
from shared.errors import Forbidden
from shared.exports.queries import asker
from shared.i18n import DEFAULT, _
from shared.jobs import Claimed, Job
from shared.messages.actions import Parcel
from shared.organisations.models import Unit

#: Receipts of one transaction of a sending to very many.
AT_A_TIME = 10_000


def _waiting(circular_id: int, reply: str, people: set[int]) -> set[int]:
    """Who of these people still has something to read or to answer. One query."""
    wanted = Receipt.read_at.is_(None) if reply == "none" else Receipt.replied_at.is_(None)
    readers = readers_of(Receipt.circular_id == circular_id, wanted).subquery()
    return set(db.session.scalars(select(readers.c.person_id).where(readers.c.person_id.in_(people))))


def compose_circulars(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about circulars in hand; of what is withdrawn, read or answered by now nothing more goes out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Circular, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Circular.tenant_id, Unit.id == Circular.unit_id))
        .where(Circular.id.in_({int(one.detail["circular_id"]) for one in recipients}))
    )
    known = {circular.id: (circular, unit_name) for circular, unit_name in rows}
    waiting = {
        key: _waiting(
            key,
            circular.reply,
            {one.person_id for one in recipients if int(one.detail["circular_id"]) == key},
        )
        for key, (circular, _unit) in known.items()
    }
    held: dict[int, Composed | str] = {}
    going: list[Addressed] = []
    for one in recipients:
        key, act = int(one.detail["circular_id"]), str(one.detail["act"])
        if key not in known or (act != "withdraw" and known[key][0].state != "sent"):
            held[one.delivery_id] = "withdrawn"
        elif act in ("send", "remind") and one.person_id not in waiting[key]:
            held[one.delivery_id] = "read"
        else:
            going.append(one)

    def write(one: Addressed) -> Said | None:
        circular, unit_name = known[int(one.detail["circular_id"])]
        act = str(one.detail["act"])
        subject = {
            "send": _("Circular: %(title)s", title=circular.title),
            "remind": _("Reminder, circular: %(title)s", title=circular.title),
            "day": _("Another last day of a circular: %(title)s", title=circular.title),
            "withdraw": _("Circular withdrawn: %(title)s", title=circular.title),
        }[act]
        day = circular.due_on.isoformat() if circular.due_on is not None else ""
        lines = [_("From: %(unit)s", unit=unit_name)]
        if act == "withdraw":
            lines.append(_("Reason: %(reason)s", reason=circular.reason))
            return Said(subject, "\n".join(lines), "/circulars")
        if day:
            lines.append(_("Last day: %(day)s", day=day))
        elif act == "day":
            lines.append(_("There is no last day any more."))
        lines.append(_("Please read it.") if circular.reply == "none" else _("Please read it and reply."))
        return Said(subject, "\n".join(lines), f"/circulars/{circular.id}")

    return held | compose_each(going, write)


def send_many(job: Claimed) -> None:
    """Write the receipts of a circular some at a time, within the reach that whoever sent it has now; or remind of it.

    Cut off, it goes on behind the last receipt; withdrawn meanwhile, it ends with those that are written.
    """
    circular_id, total = int(job.args["circular_id"]), int(job.args["count"])
    reminding = job.args.get("act") == "remind"
    count = 0 if reminding else _receipts(circular_id)
    while True:
        job.progress(count, max(total, count))
        with transaction():
            job.hold()
            by = db.session.scalars(select(Job.requested_by).where(Job.id == job.id)).one()
            actor = asker(by, locale=DEFAULT) if by is not None else None
            if actor is None:
                raise Forbidden(_("Whoever sent this circular may not do so any more."))
            circular = db.session.execute(
                select(Circular)
                .where(Circular.id == circular_id)
                .with_for_update()
                .execution_options(populate_existing=True)
            ).scalar_one()
            if circular.state == "sent" and reminding:
                count = remind_open(actor, circular=circular)
            made = 0
            if circular.state == "sent" and not reminding:
                made = put_out_some(actor, circular, limit=AT_A_TIME)
            if not made:
                job.finish(result={"count": count})
                return
        count += made


def _receipts(circular_id: int) -> int:
    found = select(func.count()).select_from(Receipt).where(Receipt.circular_id == circular_id)
    return db.session.scalar(found) or 0
