"""Draw up a month, and close it. Open sheets are drawn up as often as wanted; a closed one is frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, delete, func, insert, literal, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.dues.actions.rates import adopt_rates
from shared.dues.models import Charge, DuesSheet
from shared.dues.money import first_of, months_on, show_month
from shared.dues.queries.expected import expected
from shared.dues.queries.rates import rounding
from shared.errors import Conflict, Invalid
from shared.i18n import _

#: How many closed months back a changed base is carried over as a correction.
CORRECTED_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Drawn:
    """Sheets that were open to be drawn up, and the lines they hold now."""

    sheets: int
    lines: int


def check_month(month: date) -> None:
    """Raises Invalid for a month that has not begun."""
    if month.day != 1 or month > first_of(today()):
        raise Invalid(fields={"month": _("This month has not begun.")})


def draw_sheets(actor: Actor, *, unit_ids: Sequence[int], month: date) -> Drawn:
    """Draw up a month for units: what each member is asked, and what changed since in months that are closed.

    Repeating it changes nothing but what the facts changed; a closed sheet is left as it is. Set-based: six statements,
    whatever the number of units. Raises Invalid for a coming month.
    """
    check_month(month)
    adopt_rates(actor)
    step = rounding()
    units = sorted(set(unit_ids))
    if not units:
        return Drawn(0, 0)
    db.session.execute(
        upsert(DuesSheet)
        .values([{"unit_id": unit_id, "month": month, "rounding": step} for unit_id in units])
        .on_conflict_do_nothing(index_elements=["tenant_id", "unit_id", "month"])
    )
    sheets = db.session.execute(
        update(DuesSheet)
        .where(
            DuesSheet.id.in_(
                select(DuesSheet.id)
                .where(DuesSheet.unit_id.in_(units), DuesSheet.month == month, DuesSheet.state == "open")
                .order_by(DuesSheet.id)
                .with_for_update()
            )
        )
        .values(rounding=step, drawn_at=func.clock_timestamp())
        .returning(DuesSheet.id, DuesSheet.unit_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not sheets:
        return Drawn(0, 0)
    opened = [sheet.unit_id for sheet in sheets]
    closed = db.session.execute(
        select(DuesSheet.unit_id, DuesSheet.month, DuesSheet.rounding).where(
            DuesSheet.unit_id.in_(opened),
            DuesSheet.state == "closed",
            DuesSheet.month < month,
            DuesSheet.month >= months_on(month, -CORRECTED_MONTHS),
        )
    ).all()
    db.session.execute(
        delete(Charge)
        .where(Charge.sheet_id.in_([sheet.id for sheet in sheets]))
        .execution_options(synchronize_session=False)
    )
    wanted = [
        *((unit_id, month, step) for unit_id in opened),
        *((row.unit_id, row.month, row.rounding) for row in closed),
    ]
    lines = _insert_charges(wanted, month)
    if len(units) == 1:
        record(
            actor,
            verb="dues.draw",
            object_type="dues_sheet",
            object_id=sheets[0].id,
            unit_id=units[0],
            detail={"on": show_month(month), "lines": lines},
        )
    return Drawn(len(sheets), lines)


def _insert_charges(wanted: list[tuple[int, date, Decimal]], month: date) -> int:
    """The month's own lines, and for closed months the difference to what all sheets asked so far."""
    asked = expected(wanted)
    other = aliased(Charge)
    # Once a line: what all other sheets ask of the person for that month; null where none does.
    already = (
        select(func.sum(other.payable).label("payable"))
        .where(
            other.person_id == asked.c.person_id,
            other.line == asked.c.line,
            other.for_month == asked.c.month,
            other.sheet_id != DuesSheet.id,
        )
        .correlate(asked, DuesSheet)
        .lateral("already")
    )
    known = func.coalesce(already.c.payable, literal(0))
    fresh = (
        select(
            DuesSheet.id,
            asked.c.unit_id,
            asked.c.person_id,
            asked.c.line,
            asked.c.month,
            asked.c.payer_class,
            asked.c.base,
            asked.c.rate,
            asked.c.full_amount,
            asked.c.payable - known,
            asked.c.relief_id,
        )
        .select_from(asked)
        .join(
            DuesSheet,
            and_(DuesSheet.unit_id == asked.c.unit_id, DuesSheet.month == month, DuesSheet.state == "open"),
        )
        .join(already, true())
        .where(
            asked.c.payable.is_not(None),
            # The month's own line stands even where nothing is asked (an exemption); elsewhere only a difference.
            or_(
                and_(asked.c.month == month, already.c.payable.is_(None)),
                asked.c.payable != known,
            ),
        )
    )
    names = (
        "sheet_id",
        "unit_id",
        "person_id",
        "line",
        "for_month",
        "payer_class",
        "base",
        "rate",
        "full_amount",
        "payable",
        "relief_id",
    )
    return len(db.session.scalars(insert(Charge).from_select(names, fresh).returning(Charge.id)).all())


def note_drawn(actor: Actor, *, month: date, drawn: Drawn) -> None:
    """The trail of a month drawn up for many units."""
    record(
        actor,
        verb="dues.draw",
        object_type="dues_sheet",
        detail={"on": show_month(month), "units": drawn.sheets, "lines": drawn.lines},
    )


def sheet_for(unit_id: int, month: date, *, lock: bool = False) -> DuesSheet | None:
    """The sheet of a unit and month, locked where it is to be changed."""
    statement = select(DuesSheet).where(DuesSheet.unit_id == unit_id, DuesSheet.month == month)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found: DuesSheet | None = db.session.execute(statement).scalar_one_or_none()
    return found


def close_sheet(actor: Actor, *, unit_id: int, month: date) -> bool:
    """Freeze what a month asks; closing twice changes nothing. Returns whether it was open.

    Raises Conflict where nothing is drawn up. Money may still come in for a closed month.
    """
    sheet = sheet_for(unit_id, month, lock=True)
    if sheet is None:
        raise Conflict(_("Nothing is drawn up for this month yet."))
    if sheet.state == "closed":
        return False
    sheet.state, sheet.closed_at, sheet.closed_by = "closed", now(), actor.person_id
    db.session.flush()
    lines = db.session.scalar(select(func.count()).where(Charge.sheet_id == sheet.id))
    record(
        actor,
        verb="dues.close",
        object_type="dues_sheet",
        object_id=sheet.id,
        unit_id=unit_id,
        detail={"on": show_month(month), "lines": lines},
    )
    return True
