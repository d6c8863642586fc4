"""Reads of minutes that are not filed yet: the draft of a form, what waits for a signature, what is unfinished."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.accounts.models import Seat
from shared.db import db
from shared.errors import Forbidden, NotFound
from shared.events.actions.drafts import LIVING, title_of
from shared.events.kinds import KINDS
from shared.events.models import Minutes
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit

#: Rows of a page of unfinished minutes.
PAGE = 50


def draft_of(*, due_item_id: int | None, form_key: str = "") -> Minutes | None:
    """The living draft of a due item, or the one that a form without a due item has begun."""
    mine = Minutes.due_item_id == due_item_id if due_item_id is not None else Minutes.form_key == form_key
    return db.session.execute(
        select(Minutes)
        .where(mine, Minutes.state.in_(LIVING))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def minutes_to_sign(actor: Actor, minutes_id: int) -> Minutes:
    """Minutes whose chair is the acting person; locked until the end. Raises NotFound, Forbidden."""
    found = db.session.execute(
        select(Minutes)
        .where(Minutes.id == minutes_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    if actor.person_id is None or found.chair_id != actor.person_id:
        raise Forbidden(_("Only who chaired the meeting signs its minutes."))
    return found


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Minutes in a list. `by`: who saved or sent them last."""

    id: int
    title: str
    kind_name: str
    unit_id: int
    unit_name: str
    held_on: date | None
    state: str
    remark: str
    by: str
    at: datetime
    chair: str
    due_item_id: int | None


_Saver, _Chair = aliased(Person), aliased(Person)


def _listed() -> Select[Any, Any, Any, Any]:
    return (
        select(Minutes, Unit.name, _Saver.name, _Chair.name)
        .join(Unit, and_(Unit.tenant_id == Minutes.tenant_id, Unit.id == Minutes.unit_id))
        .join(
            _Saver, and_(_Saver.tenant_id == Minutes.tenant_id, _Saver.id == Minutes.saved_by), isouter=True
        )
        .join(
            _Chair, and_(_Chair.tenant_id == Minutes.tenant_id, _Chair.id == Minutes.chair_id), isouter=True
        )
    )


def _row(row: Row[Any, Any, Any, Any]) -> Unfinished:
    minutes, unit_name, saver, chair = row
    return Unfinished(
        minutes.id,
        title_of(minutes),
        str(KINDS[minutes.kind].name),
        minutes.unit_id,
        unit_name,
        minutes.held_on,
        minutes.state,
        minutes.remark or "",
        saver or "",
        minutes.sent_at or minutes.saved_at,
        chair or "",
        minutes.due_item_id,
    )


def waiting_for_signature(person_id: int) -> list[Unfinished]:
    """What lies with a person to sign, the oldest first. One query."""
    rows = db.session.execute(
        _listed()
        .where(Minutes.chair_id == person_id, Minutes.state == "sent")
        .order_by(Minutes.sent_at, Minutes.id)
        .limit(PAGE)
    )
    return [_row(row) for row in rows]


def unfinished(
    actor: Actor, *, state: str = "", unit_id: int | None = None, before: int | None = None
) -> tuple[list[Unfinished], int | None]:
    """Minutes of the reach that are not filed, the newest first, and the place to go on from. One query."""
    statement = _listed().where(
        Minutes.state == state if state in LIVING else Minutes.state.in_(LIVING),
        reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
    )
    if unit_id is not None:
        statement = statement.where(Minutes.unit_id == unit_id)
    if before is not None:
        statement = statement.where(Minutes.id < before)
    rows = db.session.execute(statement.order_by(Minutes.id.desc()).limit(PAGE + 1)).all()
    found = [_row(row) for row in rows[:PAGE]]
    return found, found[-1].id if len(rows) > PAGE else None


def counts_by_state(actor: Actor) -> dict[str, int]:
    """How many minutes of the reach stand in each unfinished state. One query."""
    rows = db.session.execute(
        select(Minutes.state, func.count())
        .join(Unit, and_(Unit.tenant_id == Minutes.tenant_id, Unit.id == Minutes.unit_id))
        .where(Minutes.state.in_(LIVING), reach_filter(actor, Permission.EVENT_VIEW, Unit.path))
        .group_by(Minutes.state)
    )
    return dict.fromkeys(LIVING, 0) | {row[0]: row[1] for row in rows}


def has_seat(person_id: int | None) -> bool:
    """Whether somebody can sign here at all."""
    return (
        person_id is not None
        and db.session.scalar(select(Seat.id).where(Seat.person_id == person_id, Seat.state == "active"))
        is not None
    )
