"""Official documents in lists: mine to do, running, signed, filed away; and what is at hand for today."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.dispatches.actions.numbering import number_text
from shared.dispatches.models import Dispatch, DispatchReply, DispatchStep, NumberSeries
from shared.hanzi import fold
from shared.organisations.models import Unit

PAGE = 50
NAMED = 4
VIEWS = ("mine", "running", "signed", "archived", "void", "all")
RUNNING = ("draft", "review", "countersign", "signing")
_STATES = {"running": RUNNING, "signed": ("signed", "issued"), "archived": ("archived",), "void": ("void",)}
#: The state in which each part's step waits.
_PART = {"review": "review", "countersign": "countersign", "signing": "sign"}


@dataclass(frozen=True, slots=True)
class DispatchFilter:
    """`q`: words of number, title or text, in either script. `before`: the key of the last row shown."""

    view: str = "mine"
    kind: str = ""
    unit_id: int | None = None
    year: int | None = None
    q: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """`mine`: the reader's step waits; `answered`: a reply has come."""

    id: int
    kind: str
    state: str
    urgency: str
    title: str
    addressees: str
    unit_name: str
    prefix: str
    number_year: int | None
    number: int | None
    signed_on: date | None
    reason: str
    archive_year: int | None
    case_no: str | None
    retention: int | None
    mine: bool
    answered: bool

    @property
    def number_text(self) -> str:
        if self.number is None or self.number_year is None:
            return ""
        return number_text(self.prefix, self.number_year, self.number)


def has_step(person_id: int, *, waiting: bool = False) -> ColumnElement[bool]:
    """Whether a person has a step on the document; `waiting`: one that waits now."""
    step = (
        DispatchStep.tenant_id == Dispatch.tenant_id,
        DispatchStep.dispatch_id == Dispatch.id,
        DispatchStep.person_id == person_id,
    )
    if not waiting:
        return exists(select(1).where(*step))
    now_ = or_(*(and_(Dispatch.state == state, DispatchStep.part == part) for state, part in _PART.items()))
    return exists(
        select(1).where(*step, DispatchStep.turn == Dispatch.turn, DispatchStep.outcome == "waiting", now_)
    )


def may_see(actor: Actor) -> ColumnElement[bool]:
    """In reach, or named as one of those who review, countersign or sign it, or the signed answer to one in reach."""
    asked, asking = aliased(Dispatch), aliased(Unit)
    answers = exists(
        select(1).where(
            asked.tenant_id == Dispatch.tenant_id,
            asked.id == Dispatch.reply_to_id,
            asking.tenant_id == asked.tenant_id,
            asking.id == asked.unit_id,
            Dispatch.number.is_not(None),
            reach_filter(actor, Permission.DISPATCH_VIEW, asking.path),
        )
    )
    return or_(
        reach_filter(actor, Permission.DISPATCH_VIEW, Unit.path), has_step(actor.person_id or 0), answers
    )


def _rows(actor: Actor) -> Select[Any]:
    answered = exists(
        select(1).where(
            DispatchReply.tenant_id == Dispatch.tenant_id, DispatchReply.dispatch_id == Dispatch.id
        )
    )
    columns: tuple[Any, ...] = (
        Dispatch.id,
        Dispatch.kind,
        Dispatch.state,
        Dispatch.urgency,
        Dispatch.title,
        Dispatch.addressees,
        Unit.name,
        func.coalesce(NumberSeries.prefix, ""),
        Dispatch.number_year,
        Dispatch.number,
        Dispatch.signed_on,
        Dispatch.reason,
        Dispatch.archive_year,
        Dispatch.case_no,
        Dispatch.retention,
        has_step(actor.person_id or 0, waiting=True),
        answered,
    )
    return (
        select(*columns)
        .join(Unit, and_(Unit.tenant_id == Dispatch.tenant_id, Unit.id == Dispatch.unit_id))
        .outerjoin(
            NumberSeries,
            and_(NumberSeries.tenant_id == Dispatch.tenant_id, NumberSeries.id == Dispatch.series_id),
        )
        .where(may_see(actor))
        .order_by(Dispatch.id.desc())
    )


def _mine(actor: Actor) -> ColumnElement[bool]:
    """What waits for me: my step, or my own draft, not handed over or sent back."""
    own = and_(Dispatch.state == "draft", Dispatch.created_by == (actor.person_id or 0))
    return or_(has_step(actor.person_id or 0, waiting=True), own)


def dispatches(
    actor: Actor, given: DispatchFilter, *, limit: int = PAGE
) -> tuple[list[DispatchRow], int | None]:
    """One page, newest first, and the key before which the next lies. One query."""
    statement = _rows(actor).limit(limit + 1)
    if given.view == "mine":
        statement = statement.where(_mine(actor))
    elif given.view in _STATES:
        statement = statement.where(Dispatch.state.in_(_STATES[given.view]))
    if given.kind:
        statement = statement.where(Dispatch.kind == given.kind)
    if given.unit_id is not None:
        statement = statement.where(Dispatch.unit_id == given.unit_id)
    if given.year is not None:
        statement = statement.where(Dispatch.number_year == given.year)
    if folded := fold(given.q):
        statement = statement.where(func.strpos(Dispatch.folded, folded) > 0)
    if given.before is not None:
        statement = statement.where(Dispatch.id < given.before)
    rows = [DispatchRow(*row) for row in db.session.execute(statement)]
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def counts(actor: Actor) -> dict[str, int]:
    """How many stand under each tab. One query."""
    row = db.session.execute(
        select(
            func.count().filter(_mine(actor)),
            *(func.count().filter(Dispatch.state.in_(states)) for states in _STATES.values()),
        )
        .select_from(Dispatch)
        .join(Unit, and_(Unit.tenant_id == Dispatch.tenant_id, Unit.id == Dispatch.unit_id))
        .where(may_see(actor))
    ).one()
    return dict(zip(("mine", *_STATES), row, strict=True))


@dataclass(frozen=True, slots=True)
class AtHand:
    rows: list[DispatchRow]
    #: There are more than are named.
    more: bool


def at_hand(actor: Actor) -> AtHand:
    """Whose review, countersignature or signature is mine, for the page of today. One query."""
    statement = _rows(actor).where(has_step(actor.person_id or 0, waiting=True)).limit(NAMED + 1)
    rows = [DispatchRow(*row) for row in db.session.execute(statement)]
    return AtHand(rows[:NAMED], len(rows) > NAMED)
