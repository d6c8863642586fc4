"""Recording once: what was held fulfils the due item and every other that it counts for."""

from datetime import date

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.duties.actions.counting import counting
from shared.duties.actions.exempting import settle
from shared.duties.models import DueItem
from shared.errors import Conflict, Invalid
from shared.events.actions import Held, amend_event, file_event, void_event
from shared.events.actions.joint import follow_change
from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.i18n import _
from shared.organisations.models import Unit


class AlreadyRecorded(Conflict):
    """Somebody has recorded this due item already; `event_id` is the record."""

    def __init__(self, text: object, event_id: int) -> None:
        super().__init__(text)
        self.event_id = event_id


def check_window(item: DueItem, held_on: date, *, made_up: bool) -> bool:
    """Whether the day makes up for a missed window (True) or lies in it (False).

    Raises Invalid for a day before the window, and for a later one unless the person says 补.
    """
    if held_on < item.opens_on:
        problem = _(
            "This duty counts what was held from %(first)s to %(last)s.",
            first=item.opens_on.isoformat(),
            last=item.due_on.isoformat(),
        )
        raise Invalid(problem, fields={"held_on": problem})
    if held_on <= item.due_on:
        return False
    if not made_up:
        problem = _(
            "This day lies after %(last)s; tick that it was made up for.", last=item.due_on.isoformat()
        )
        raise Invalid(problem, fields={"made_up": problem})
    return True


def record_event(
    actor: Actor,
    *,
    unit: Unit,
    kind: str,
    held: Held,
    form_key: str,
    due_item: DueItem | None = None,
    made_up: bool = False,
) -> Event:
    """File an event and fulfil the duties it counts for.

    `due_item` must be locked by the caller. Without it the open item of the kind whose window holds the day is taken.
    Raises AlreadyRecorded when somebody was faster, Invalid where the day lies outside the window and `made_up` was not
    said, or where the record itself is wrong. The same form sent again gives the same event.
    """
    if due_item is not None and due_item.state == "done" and due_item.event_id is not None:
        known = db.session.execute(
            select(Event).where(Event.id == due_item.event_id, Event.form_key == form_key)
        ).scalar_one_or_none()
        if known is not None:
            return known
        raise AlreadyRecorded(
            _("Somebody has recorded this already; what you wrote is still here."), due_item.event_id
        )
    if due_item is not None and due_item.state != "open":
        raise Conflict(_("This duty is no longer asked of the unit."))
    late = check_window(due_item, held.held_on, made_up=made_up) if due_item is not None else False
    event, fresh = file_event(actor, unit=unit, kind=kind, held=held, form_key=form_key)
    if not fresh:
        return event
    if due_item is not None:
        fulfil([due_item.id], event, made_up=late)
    else:
        fulfil(_open_items(unit.id, [kind], held.held_on), event, made_up=False)
    others = counting().get(kind, [])
    if others and not late:
        fulfil(_open_items(unit.id, others, held.held_on), event, made_up=False)
    return event


def _open_items(unit_id: int, kinds: list[str], on: date) -> list[int]:
    """One open item of each kind whose window holds the day, the earliest due; locked until the end."""
    rows = db.session.execute(
        select(DueItem.id, DueItem.kind)
        .where(
            DueItem.unit_id == unit_id,
            DueItem.kind.in_(kinds),
            DueItem.state == "open",
            DueItem.opens_on <= on,
            DueItem.due_on >= on,
        )
        .order_by(DueItem.due_on, DueItem.ordinal, DueItem.id)
        .with_for_update()
    )
    first: dict[str, int] = {}
    for key, kind in rows:
        first.setdefault(kind, key)
    return list(first.values())


def fulfil(item_ids: list[int], event: Event, *, made_up: bool) -> None:
    """Close these open items with an event; whatever record was returned for them before is forgotten."""
    if not item_ids:
        return
    db.session.execute(
        update(DueItem)
        .where(DueItem.id.in_(item_ids), DueItem.state == "open")
        .values(
            state="done",
            reason=None,
            returned_event_id=None,
            event_id=event.id,
            held_on=event.held_on,
            recorded_at=now(),
            made_up=made_up,
        )
        .execution_options(synchronize_session="fetch")
    )


def fulfilled_by(event_id: int) -> list[DueItem]:
    """The due items that an event fulfils."""
    return list(
        db.session.scalars(
            select(DueItem).where(DueItem.event_id == event_id).order_by(DueItem.due_on, DueItem.id)
        )
    )


def returned_with(event_id: int) -> list[DueItem]:
    """The due items that stand open because this record was returned."""
    return list(
        db.session.scalars(
            select(DueItem)
            .where(DueItem.returned_event_id == event_id, DueItem.state == "open")
            .order_by(DueItem.due_on, DueItem.id)
        )
    )


def correct_record(
    actor: Actor,
    *,
    event: Event,
    unit: Unit,
    held: Held,
    reason: str,
    version: int,
    made_up: bool = False,
) -> bool:
    """Correct a filed record with a reason; False when nothing differs. What it fulfils keeps in step with its day.

    A new day outside the window needs 补, or is refused: then the record is void and another is filed. A returned
    record is mended by this and fulfils its duties again; either way it waits for the superior's check anew.
    """
    if KINDS[event.kind].own_page and held.held_on != event.held_on:
        problem = _("Offices and a term rest on this election; put them right on the page of terms.")
        raise Invalid(problem, fields={"held_on": problem})
    returned = event.review == "returned"
    items = returned_with(event.id) if returned else fulfilled_by(event.id)
    late = {item.id: check_window(item, held.held_on, made_up=made_up or item.made_up) for item in items}
    if amend_event(actor, event=event, unit=unit, held=held, reason=reason, version=version) is None:
        return False
    for item in items:
        if returned:
            fulfil([item.id], event, made_up=late[item.id])
        else:
            item.held_on, item.made_up = event.held_on, late[item.id]
    follow_change(actor, event=event, step="corrected")
    event.review = event.review_remark = event.reviewed_by = event.reviewed_at = None
    return True


def void_record(actor: Actor, *, event: Event, reason: str, version: int) -> int:
    """Declare a record void with a reason; the duties it fulfilled stand open again, or are spared by an exempt period.

    Returns how many.
    """
    if event.state == "void":
        return 0
    if KINDS[event.kind].own_page:
        raise Conflict(_("Offices and a term rest on this election; put them right on the page of terms."))
    items = [item.id for item in fulfilled_by(event.id)]
    db.session.execute(
        update(DueItem)
        .where(DueItem.returned_event_id == event.id)
        .values(returned_event_id=None, reason=None)
        .execution_options(synchronize_session="fetch")
    )
    void_event(actor, event=event, reason=reason, version=version)
    follow_change(actor, event=event, step="void")
    db.session.execute(
        update(DueItem)
        .where(DueItem.event_id == event.id)
        .values(state="open", event_id=None, held_on=None, recorded_at=None, made_up=False)
        .execution_options(synchronize_session="fetch")
    )
    if items:
        # What lies in an exempt period granted meanwhile is spared instead.
        settle([event.unit_id])
        record(
            actor,
            verb="duty.reopen",
            object_type="event",
            object_id=event.id,
            unit_id=event.unit_id,
            detail={"items": items},
        )
    return len(items)
