"""Tables sent out, and the copies of the units: which are still to be handed in, which have come."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, any_, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.queries.filters import below
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.returns.models import Filling, FillingNote, ReturnTable

PAGE = 50
CAP = 10_000
#: Days before the last one from which a table is yellow.
CLOSE = 3
#: States in which the unit still has to do something.
WAITING = ("open", "returned")
GIVEN = ("handed_in", "taken")
VIEWS = ("waiting", "late", "returned", "handed_in", "taken", "given", "all")
STATES = ("draft", "issued", "closed", "withdrawn")


def colour(state: str, due_on: date, on: date) -> str:
    """blue, yellow (near its day) or red (past it); '' for what has been handed in."""
    if state not in WAITING:
        return ""
    if due_on < on:
        return "red"
    return "yellow" if due_on <= on + timedelta(days=CLOSE) else "blue"


@dataclass(frozen=True, slots=True)
class FillingFilter:
    """`view`: one of VIEWS. `own`: only of the units that the person answers for. `after`: path before this page."""

    view: str = "waiting"
    return_id: int | None = None
    unit_id: int | None = None
    own: bool = False
    after: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class FillingRow:
    id: int
    return_id: int
    title: str
    unit_id: int
    unit_name: str
    path: str
    due_on: date
    state: str
    handed_at: datetime | None
    checked: bool
    has_draft: bool
    asked_by: str

    @property
    def colour(self) -> str:
        return colour(self.state, self.due_on, today())


def kept_units(actor: Actor) -> list[int]:
    """The units for which the person fills in itself, not those below."""
    if not actor.may(Permission.RETURN_FILL):
        return []
    return sorted({grant.unit_id for grant in actor.grants if grant.unit_id is not None})


def in_view(view: str) -> ColumnElement[bool]:
    on = today()
    return {
        "waiting": Filling.state.in_(WAITING),
        "late": and_(Filling.state.in_(WAITING), ReturnTable.due_on < on),
        "returned": Filling.state == "returned",
        "handed_in": Filling.state == "handed_in",
        "taken": Filling.state == "taken",
        "given": Filling.state.in_(GIVEN),
        "all": Filling.id > 0,
    }[view]


def filling_conditions(actor: Actor, given: FillingFilter) -> list[ColumnElement[bool]]:
    """A copy is seen within reach; of a withdrawn table only by its own address."""
    found = [
        reach_filter(actor, Permission.RETURN_VIEW, Unit.path),
        ReturnTable.state.in_(("issued", "closed")),
        in_view(given.view),
    ]
    if given.return_id is not None:
        found.append(Filling.return_id == given.return_id)
    elif given.view in ("waiting", "late", "returned"):
        # What is closed is not to be done any more.
        found.append(ReturnTable.state == "issued")
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    if given.own:
        kept = kept_units(actor)
        found.append(Filling.unit_id == any_(literal(kept, ARRAY(BigInteger))) if kept else false())
    return found


def joined(statement: Any) -> Select[Any]:
    """Copies with their unit and their table."""
    found: Select[Any] = statement.join(
        Unit, and_(Unit.tenant_id == Filling.tenant_id, Unit.id == Filling.unit_id)
    ).join(ReturnTable, and_(ReturnTable.tenant_id == Filling.tenant_id, ReturnTable.id == Filling.return_id))
    return found


def fillings(
    actor: Actor, given: FillingFilter, *, limit: int = PAGE
) -> tuple[list[FillingRow], tuple[int, str] | None]:
    """One page: the tables with the earliest last day first, units in the order of the tree. One query."""
    asker = select(Unit.name).where(Unit.id == ReturnTable.unit_id).correlate(ReturnTable).scalar_subquery()
    day = func.to_char(ReturnTable.due_on, "YYYYMMDD").cast(BigInteger)
    statement = (
        joined(
            select(
                Filling.id,
                Filling.return_id,
                ReturnTable.title,
                Filling.unit_id,
                Unit.name,
                Unit.path,
                ReturnTable.due_on,
                Filling.state,
                Filling.handed_at,
                Filling.checked,
                Filling.saved_at.is_not(None),
                asker,
            ).select_from(Filling)
        )
        .where(*filling_conditions(actor, given))
        .order_by(day, Filling.return_id, Unit.path)
        .limit(limit + 1)
    )
    if given.after is not None:
        return_id, path = given.after
        last = select(day).where(ReturnTable.id == return_id).correlate(None).scalar_subquery()
        statement = statement.where(
            or_(
                day > last,
                and_(day == last, Filling.return_id > return_id),
                and_(Filling.return_id == return_id, Unit.path > path),
            )
        )
    rows = [FillingRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, (rows[-1].return_id, rows[-1].path) if more else None


def filling_counts(actor: Actor, given: FillingFilter) -> dict[str, int]:
    """How many stand in each view. One query."""
    base = filling_conditions(actor, replace(given, view="all"))
    row = db.session.execute(
        joined(
            select(*(func.count().filter(in_view(view)).label(view) for view in VIEWS)).select_from(Filling)
        ).where(*base)
    ).one()
    return dict(zip(VIEWS, row, strict=True))


@dataclass(frozen=True, slots=True)
class TableRow:
    id: int
    title: str
    unit_name: str
    state: str
    due_on: date | None
    #: Copies in the reader's reach: all, come, late.
    units: int
    given: int
    late: int


def seen_tables(actor: Actor) -> ColumnElement[bool]:
    """Tables of units in reach, and issued ones of which a copy lies in reach."""
    asker, holder = Unit.__table__.alias("asker"), Unit.__table__.alias("holder")
    own = (
        select(literal(1))
        .where(
            asker.c.tenant_id == ReturnTable.tenant_id,
            asker.c.id == ReturnTable.unit_id,
            reach_filter(actor, Permission.RETURN_VIEW, asker.c.path),
        )
        .exists()
    )
    given = (
        select(literal(1))
        .where(
            Filling.tenant_id == ReturnTable.tenant_id,
            Filling.return_id == ReturnTable.id,
            holder.c.tenant_id == Filling.tenant_id,
            holder.c.id == Filling.unit_id,
            reach_filter(actor, Permission.RETURN_VIEW, holder.c.path),
        )
        .exists()
    )
    return or_(own, and_(ReturnTable.state.in_(("issued", "closed")), given))


def tables(
    actor: Actor, *, state: str = "", before: int | None = None, limit: int = PAGE
) -> tuple[list[TableRow], int | None]:
    """One page of tables, newest first, with how far they are within reach. One query."""
    page = (
        select(ReturnTable.tenant_id, ReturnTable.id)
        .where(
            seen_tables(actor),
            ReturnTable.state == state if state else ReturnTable.id > 0,
            ReturnTable.id < before if before is not None else ReturnTable.id > 0,
        )
        .order_by(ReturnTable.id.desc())
        .limit(limit + 1)
        .cte("page")
    )
    holder = Unit.__table__.alias("holder")
    counts = (
        select(
            func.count().label("units"),
            func.count().filter(Filling.state.in_(GIVEN)).label("given"),
            func.count().filter(Filling.state.in_(WAITING)).label("waiting"),
        )
        .select_from(Filling)
        .join(holder, and_(holder.c.tenant_id == Filling.tenant_id, holder.c.id == Filling.unit_id))
        .where(
            Filling.tenant_id == page.c.tenant_id,
            Filling.return_id == page.c.id,
            reach_filter(actor, Permission.RETURN_VIEW, holder.c.path),
        )
        .lateral("counts")
    )
    on = today()
    rows: Any = db.session.execute(
        select(
            ReturnTable.id, ReturnTable.title, Unit.name, ReturnTable.state, ReturnTable.due_on,
            counts.c.units, counts.c.given, counts.c.waiting,
        )
        .select_from(page)
        .join(ReturnTable, and_(ReturnTable.tenant_id == page.c.tenant_id, ReturnTable.id == page.c.id))
        .join(Unit, and_(Unit.tenant_id == ReturnTable.tenant_id, Unit.id == ReturnTable.unit_id))
        .join(counts, literal(True))
        .order_by(ReturnTable.id.desc())
    )  # fmt: skip
    found = [
        TableRow(
            row.id,
            row.title,
            row.name,
            row.state,
            row.due_on,
            row.units,
            row.given,
            row.waiting if row.state == "issued" and row.due_on < on else 0,
        )
        for row in rows
    ]
    more, found = len(found) > limit, found[:limit]
    return found, found[-1].id if more else None


@dataclass(frozen=True, slots=True)
class Note:
    act: str
    remark: str
    by: str
    at: datetime


def notes(filling_id: int) -> list[Note]:
    """The story of a copy, newest first. One query."""
    rows: Any = db.session.execute(
        select(FillingNote.act, FillingNote.remark, func.coalesce(Person.name, ""), FillingNote.at)
        .join(
            Person,
            and_(Person.tenant_id == FillingNote.tenant_id, Person.id == FillingNote.person_id),
            isouter=True,
        )
        .where(FillingNote.filling_id == filling_id)
        .order_by(FillingNote.id.desc())
    )
    return [Note(*row) for row in rows]
