"""What a message text comes to: its variables filled in with rows of the reader's own reach."""

from typing import Any

from sqlalchemy import and_, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.ballots.models import Poll
from shared.clock import local, today
from shared.contacts.models import ContactPoint
from shared.db import db
from shared.deeds.models import Deed
from shared.dispatches.models import Dispatch
from shared.events.models import Event, Meeting
from shared.findings.models import Finding, Inspection
from shared.members.models import Person
from shared.messages.queries import last_own
from shared.organisations.models import Unit
from shared.plans.models import Plan, Task
from shared.returns.models import ReturnTable
from shared.settings import settings
from shared.watchlist.models import WatchEntry

#: A kind of message → what it is about, and which of its columns a variable shows.
_ABOUT: dict[str, tuple[Any, dict[str, Any]]] = {
    "meeting": (
        Meeting,
        {"title": Meeting.title, "day": Meeting.on_date, "time": Meeting.starts_at, "place": Meeting.place},
    ),
    "minutes": (Event, {"title": Event.title}),
    "review": (Event, {"title": Event.title, "day": Event.held_on, "remark": Event.review_remark}),
    "joint": (Event, {"title": Event.title}),
    "resolutions": (Event, {"title": Event.title, "day": Event.held_on}),
    "plan": (Plan, {"title": Plan.title}),
    "task": (Task, {"title": Task.title, "day": Task.due_on}),
    "findings": (Inspection, {"title": Inspection.title}),
    "finding": (Finding, {"title": Finding.point, "day": Finding.due_on}),
    "watch": (WatchEntry, {"day": WatchEntry.until}),
    "dispatch": (Dispatch, {"title": Dispatch.title}),
    "deed": (Deed, {"title": Deed.title, "day": Deed.due_on}),
    "return": (ReturnTable, {"title": ReturnTable.title, "day": ReturnTable.due_on}),
    "filling": (ReturnTable, {"title": ReturnTable.title, "day": ReturnTable.due_on}),
    "poll": (Poll, {"title": Poll.title, "day": Poll.closes_at}),
    "contact": (ContactPoint, {"person": Person.name}),
}


def example(actor: Actor, kind: str, *, reworded: bool) -> dict[str, str]:
    """What the variables of a kind come to for the reader: the own name, the latest row in reach, and the last message
    of this kind that the reader got. What is missing is left out. At most two queries.

    `reworded`: the kind has the tenant's own words already; then the last message does not say what the product's were.
    """
    found = {
        "name": actor.name,
        "organisation": actor.tenant_name or "",
        "link": settings().base_url + "/",
        "unit": next((grant.unit_name for grant in actor.grants if grant.unit_name), ""),
        "day": today().isoformat(),
    }
    if kind in _ABOUT:
        found |= _latest(actor, kind)
    last = None if reworded else last_own(actor.person_id or 0, kind)
    if last is not None:
        found["subject"], found["content"] = last
    return {key: text for key, text in found.items() if text}


def _latest(actor: Actor, kind: str) -> dict[str, str]:
    """The newest row of what a kind is about, within the reader's reach."""
    model, columns = _ABOUT[kind]
    statement = (
        select(Unit.name.label("unit"), *(column.label(key) for key, column in columns.items()))
        .select_from(model)
        .join(Unit, and_(Unit.tenant_id == model.tenant_id, Unit.id == model.unit_id))
        .where(reach_filter(actor, Permission.SETTING_EDIT, Unit.path))
        .order_by(model.id.desc())
        .limit(1)
    )
    if model is ContactPoint:
        statement = statement.join(
            Person, and_(Person.tenant_id == model.tenant_id, Person.id == model.person_id)
        )
    row = db.session.execute(statement).one_or_none()
    return {} if row is None else {key: _said(value) for key, value in row._mapping.items()}


def _said(value: Any) -> str:
    """A day, an hour or words, as messages write them."""
    if value is None:
        return ""
    if hasattr(value, "tzinfo") and hasattr(value, "date"):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if hasattr(value, "hour"):
        return f"{value:%H:%M}"
    return str(value)
