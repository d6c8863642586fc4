"""Resolutions in the background: the overdue are told once, the absent are told what was resolved."""

from sqlalchemy import and_, select

from services.worker.channels.addressed import Addressed, Said, about, addressed, compose_each, dated
from services.worker.channels.outgoing import Composed
from shared.clock import today
from shared.db import db
from shared.events.models import Event, Resolution
from shared.events.queries.resolutions import resolutions_by_id
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit


def compose_late(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """What is past its day, for whoever does it and who answers for the unit; what was done is left out."""
    recipients = addressed(parcels)
    known = resolutions_by_id(key for one in recipients for key in one.detail["ids"])
    on = today()

    def write(one: Addressed) -> Said | None:
        late = [known[key] for key in one.detail["ids"] if key in known and known[key].late_on(on)]
        if not late:
            return None
        lines = []
        for row in late:
            whose = (
                _("%(what)s, %(more)s", what=row.unit_name, more=row.owner) if row.owner else row.unit_name
            )
            lines.append(dated(row.due_on, whose, row.content))
        own = all(row.owner_id == one.person_id for row in late)
        return Said(
            _("%(n)s resolutions are past their day", n=len(late)),
            "\n".join([*lines, "", _("Note what was done, or correct the day on the record.")]),
            "/minutes/mine" if own else "/minutes/resolutions?state=late",
        )

    return compose_each(recipients, write)


def compose_resolved(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """What a meeting resolved, for those who were absent; nothing of a record that is void by now."""
    recipients = addressed(parcels)
    wanted = {int(one.detail["event_id"]) for one in recipients}
    events = {
        event.id: (event, unit_name)
        for event, unit_name in db.session.execute(
            select(Event, Unit.name)
            .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
            .where(Event.id.in_(wanted), Event.state == "filed")
        )
    }
    resolved: dict[int, list[str]] = {}
    for event_id, content, due_on in db.session.execute(
        select(Resolution.event_id, Resolution.content, Resolution.due_on)
        .where(Resolution.event_id.in_(wanted))
        .order_by(Resolution.event_id, Resolution.ordinal)
    ):
        resolved.setdefault(event_id, []).append(f"{content} ({due_on})" if due_on else content)

    def write(one: Addressed) -> Said | None:
        event_id = int(one.detail["event_id"])
        if event_id not in events or event_id not in resolved:
            return None
        event, unit_name = events[event_id]
        numbered = [f"{number}. {text}" for number, text in enumerate(resolved[event_id], start=1)]
        return Said(
            _("Resolved while you were absent: %(title)s", title=event.title),
            "\n".join([about(unit_name, event.title, event.held_on), "", *numbered]),
            "/",
            {"unit": unit_name, "title": event.title, "day": event.held_on.isoformat()},
        )

    return compose_each(recipients, write)
