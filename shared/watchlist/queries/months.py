"""The months in which a unit on the list says what it did, and those that are missing."""

from datetime import date

from sqlalchemy import select

from shared.clock import today
from shared.db import db
from shared.duties.periods import months_after
from shared.watchlist.models import WatchEntry, WatchMonth


def months_of(entry: WatchEntry) -> list[date]:
    """First days of the months on the list, from that of the decision to this one or the one it came off."""
    last = (entry.closed_on or today()).replace(day=1)
    found, month = list[date](), entry.decided_on.replace(day=1)
    while month <= last:
        found.append(month)
        month = months_after(month, 1)
    return found


def asked_months(entry: WatchEntry) -> list[date]:
    """Those whose progress is asked: whole months on the list that have ended. The month of the decision is free."""
    this = today().replace(day=1)
    return [month for month in months_of(entry)[1:] if month < this]


def missing_months(entry: WatchEntry) -> list[date]:
    """Asked and not said. One query."""
    said = set(db.session.scalars(select(WatchMonth.month).where(WatchMonth.entry_id == entry.id)))
    return [month for month in asked_months(entry) if month not in said]
