"""The messages about units on the watch-list, and of months that nothing was said of."""

from sqlalchemy import and_, select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.db import db
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit
from shared.watchlist.models import WatchEntry, WatchMonth
from shared.watchlist.queries.ledger import ON_THE_LIST

#: An act → the states of the entry in which its message still says something.
_TIMELY = {
    "list": ON_THE_LIST,
    "apply": ("applied",),
    "return": ("listed",),
    "off": ("off",),
    "stay": ON_THE_LIST,
    "back": ON_THE_LIST,
    "void": ("void",),
}


def _known(recipients: list[Addressed]) -> dict[int, tuple[WatchEntry, str]]:
    rows = db.session.execute(
        select(WatchEntry, Unit.name)
        .join(Unit, and_(Unit.tenant_id == WatchEntry.tenant_id, Unit.id == WatchEntry.unit_id))
        .where(WatchEntry.id.in_({int(one.detail["watch_id"]) for one in recipients}))
    )
    return {entry.id: (entry, name) for entry, name in rows}


def compose_watch(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about acts on the list in hand; one that has been overtaken is left out."""
    recipients = addressed(parcels)
    known = _known(recipients)

    def write(one: Addressed) -> Said | None:
        entry, name = known[int(one.detail["watch_id"])]
        act = str(one.detail["act"])
        if entry.state not in _TIMELY[act]:
            return None
        subject = {
            "list": _("%(unit)s stands on the watch-list", unit=name),
            "apply": _("%(unit)s applies to come off the watch-list", unit=name),
            "return": _("Returned, %(unit)s stays on the watch-list", unit=name),
            "off": _("%(unit)s is off the watch-list", unit=name),
            "stay": _("%(unit)s stays on the watch-list a year longer", unit=name),
            "back": _("%(unit)s is back on the watch-list", unit=name),
            "void": _("%(unit)s was put on the watch-list by mistake", unit=name),
        }[act]
        lines = [subject, _("To be put right by %(day)s", day=entry.until.isoformat())]
        values = {"unit": name, "day": entry.until.isoformat()}
        return Said(subject, "\n".join(lines), f"/watchlist/{entry.id}", values)

    return compose_each([one for one in recipients if int(one.detail["watch_id"]) in known], write)


def compose_watch_late(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """A month that nothing was said of; left out where it was said meanwhile or the unit came off."""
    recipients = addressed(parcels)
    known = _known(recipients)
    said = {
        (row.entry_id, row.month.isoformat())
        for row in db.session.execute(
            select(WatchMonth.entry_id, WatchMonth.month).where(WatchMonth.entry_id.in_(known))
        )
    }

    def write(one: Addressed) -> Said | None:
        entry, name = known[int(one.detail["watch_id"])]
        month = str(one.detail["month"])
        if entry.state not in ON_THE_LIST or (entry.id, month) in said:
            return None
        subject = _("Watch-list: the progress of %(month)s is missing", month=month[:7])
        return Said(subject, f"{name}\n{subject}", f"/watchlist/{entry.id}#months")

    return compose_each([one for one in recipients if int(one.detail["watch_id"]) in known], write)
