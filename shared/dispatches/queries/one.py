"""One official document: its way through hands, its versions, files, replies, and how it went out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.db import db
from shared.dispatches.actions.numbering import number_text
from shared.dispatches.models import (
    Dispatch,
    DispatchFile,
    DispatchIssue,
    DispatchReply,
    DispatchStep,
    DispatchVersion,
    NumberSeries,
)
from shared.dispatches.queries.lists import may_see
from shared.errors import Forbidden, NotFound
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit


def open_dispatch(actor: Actor, dispatch_id: int, *, lock: bool = False) -> tuple[Dispatch, Unit]:
    """A document in reach, or one on which the actor is named, and its unit.

    Raises NotFound (not in this tenant) and Forbidden (somebody else's).
    """
    statement = (
        select(Dispatch, Unit, may_see(actor))
        .join(Unit, and_(Unit.tenant_id == Dispatch.tenant_id, Unit.id == Dispatch.unit_id))
        .where(Dispatch.id == dispatch_id)
    )
    if lock:
        statement = statement.with_for_update(of=Dispatch).execution_options(populate_existing=True)
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    dispatch, unit, visible = row
    if not visible:
        raise Forbidden(_("This belongs to a unit outside your duties."))
    return dispatch, unit


def number_of(dispatch: Dispatch) -> str:
    """The document number as it is printed, '' before it is signed. One query."""
    if dispatch.number is None or dispatch.number_year is None:
        return ""
    prefix = db.session.scalar(select(NumberSeries.prefix).where(NumberSeries.id == dispatch.series_id))
    return number_text(prefix or "", dispatch.number_year, dispatch.number)


@dataclass(frozen=True, slots=True)
class StepRow:
    turn: int
    part: str
    person: str
    outcome: str
    words: str
    acted_at: datetime | None


def steps_of(dispatch_id: int) -> list[StepRow]:
    """All steps, in the order in which they are taken. One query."""
    rows: Any = db.session.execute(
        select(
            DispatchStep.turn,
            DispatchStep.part,
            Person.name,
            DispatchStep.outcome,
            DispatchStep.words,
            DispatchStep.acted_at,
        )
        .join(Person, and_(Person.tenant_id == DispatchStep.tenant_id, Person.id == DispatchStep.person_id))
        .where(DispatchStep.dispatch_id == dispatch_id)
        .order_by(DispatchStep.turn, DispatchStep.acted_at.nulls_last(), DispatchStep.id)
    )
    order = {"review": 0, "countersign": 1, "sign": 2}
    return sorted((StepRow(*row) for row in rows), key=lambda one: (one.turn, order[one.part]))


def versions_of(dispatch_id: int) -> list[tuple[DispatchVersion, str]]:
    """The wordings that were handed on, each with who saved it, the last first. One query."""
    rows = db.session.execute(
        select(DispatchVersion, Person.name)
        .outerjoin(
            Person,
            and_(Person.tenant_id == DispatchVersion.tenant_id, Person.id == DispatchVersion.saved_by),
        )
        .where(DispatchVersion.dispatch_id == dispatch_id)
        .order_by(DispatchVersion.number.desc())
    )
    return [(version, name or "") for version, name in rows]


def files_of(dispatch_id: int) -> list[DispatchFile]:
    """The files of a document in the order in which they came. One query."""
    return list(
        db.session.scalars(
            select(DispatchFile).where(DispatchFile.dispatch_id == dispatch_id).order_by(DispatchFile.id)
        )
    )


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """`answer_id`: the document that answers, where the reader may open it; `number`: its number."""

    answer_id: int | None
    number: str
    words: str
    replied_on: date


def replies_of(actor: Actor, dispatch_id: int) -> list[ReplyRow]:
    """What came back. One query."""
    answer = aliased(Dispatch)
    rows: Any = db.session.execute(
        select(DispatchReply, answer, NumberSeries.prefix)
        .outerjoin(
            answer, and_(answer.tenant_id == DispatchReply.tenant_id, answer.id == DispatchReply.answer_id)
        )
        .outerjoin(
            NumberSeries,
            and_(NumberSeries.tenant_id == answer.tenant_id, NumberSeries.id == answer.series_id),
        )
        .where(DispatchReply.dispatch_id == dispatch_id)
        .order_by(DispatchReply.replied_on, DispatchReply.id)
    )
    return [
        ReplyRow(
            reply.answer_id,
            number_text(prefix, found.number_year, found.number) if found is not None else reply.number,
            found.title if found is not None else reply.words,
            reply.replied_on,
        )
        for reply, found, prefix in rows
    ]


def issues_of(dispatch_id: int) -> list[tuple[DispatchIssue, str]]:
    """How it went out, and by whom. One query."""
    rows = db.session.execute(
        select(DispatchIssue, Person.name)
        .outerjoin(
            Person, and_(Person.tenant_id == DispatchIssue.tenant_id, Person.id == DispatchIssue.issued_by)
        )
        .where(DispatchIssue.dispatch_id == dispatch_id)
        .order_by(DispatchIssue.id)
    )
    return [(issue, name or "") for issue, name in rows]
