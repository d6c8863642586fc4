"""Dues as Excel: a month over all units, the month of one unit, its book."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.dues.classes import category_name, class_name
from shared.dues.money import first_of, show_month
from shared.dues.queries.book import BookLine, book_page
from shared.dues.queries.overview import Scope, UnitMonth, unit_months
from shared.dues.queries.rates import rounding
from shared.dues.queries.sheet import Line, sheet_of
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import path_said, unit_said, year_said
from shared.i18n import _, lazy_
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class MonthFilter:
    """Which units in which month; None: the present one."""

    line: str
    path: str | None = None
    month: date | None = None
    show: str = "all"


@dataclass(frozen=True, slots=True)
class SheetFilter:
    """One unit's month. Without a unit nothing is listed."""

    unit_id: int | None = None
    month: date | None = None


@dataclass(frozen=True, slots=True)
class BookFilter:
    """One unit's year. Without a unit nothing is listed."""

    year: int
    unit_id: int | None = None


def _month(given: MonthFilter | SheetFilter) -> date:
    return given.month or first_of(today())


def _month_said(given: MonthFilter | SheetFilter) -> list[tuple[str, str]]:
    return [(_("Month"), show_month(_month(given)))]


def _unit(actor: Actor, unit_id: int) -> Unit:
    """The unit in the asker's reach, also when a job writes the list later."""
    return fetch(Unit, unit_id, actor=actor, may=Permission.DUES_VIEW)


def _months_columns(_actor: Actor, _given: MonthFilter) -> list[Column[UnitMonth]]:
    states = {None: _("not drawn up"), "open": _("being collected"), "closed": _("closed")}
    return [
        Column(_("Unit"), lambda row: row.name, 36),
        Column(_("State"), lambda row: states[row.state], 10),
        Column(_("People"), lambda row: row.people if row.state else None, 8),
        Column(_("Payable"), lambda row: row.asked if row.state else None, 14),
        Column(_("Collected"), lambda row: row.paid if row.state else None, 14),
        Column(_("Still owed"), lambda row: row.open if row.state else None, 14),
        Column(_("Owing"), lambda row: row.owing if row.state else None, 10),
    ]


def _months_chunks(actor: Actor, given: MonthFilter) -> Iterator[Sequence[UnitMonth]]:
    after: str | None = ""
    while after is not None:
        rows, after = unit_months(
            actor,
            Scope(given.line, given.path),
            _month(given),
            show=given.show,
            after=after,
            size=CHUNK,
        )
        yield rows


def _months_said(_actor: Actor, given: MonthFilter) -> list[tuple[str, str]]:
    words = {
        "waiting": _("not closed"),
        "undrawn": _("not drawn up"),
        "open": _("being collected"),
        "closed": _("closed"),
    }
    return [
        *path_said(given.path),
        *_month_said(given),
        (_("Shown"), words.get(given.show, _("all"))),
    ]


MONTHS: List[MonthFilter, UnitMonth] = List(
    name="dues.months",
    title=lazy_("Dues of all units"),
    permission=Permission.DUES_VIEW,
    filter=MonthFilter,
    columns=_months_columns,
    chunks=_months_chunks,
    said=_months_said,
)


def _sheet_columns(_actor: Actor, _given: SheetFilter) -> list[Column[Line]]:
    return [
        Column(_("Name"), lambda row: row.name, 12),
        Column(_("Class of payer"), lambda row: class_name(row.payer_class), 14),
        Column(_("Base"), lambda row: row.base, 12),
        Column(_("Dues rate"), lambda row: row.rate, 10),
        Column(_("Payable"), lambda row: row.payable, 12),
        Column(_("Correction"), lambda row: row.correction, 12),
        Column(_("Paid"), lambda row: row.paid, 12),
        Column(_("Still owed"), lambda row: row.open, 12),
        Column(_("Arrears"), lambda row: row.arrears, 12),
    ]


def _sheet_chunks(actor: Actor, given: SheetFilter) -> Iterator[Sequence[Line]]:
    if given.unit_id is not None:
        yield sheet_of(_unit(actor, given.unit_id), _month(given), rounding()).lines


SHEET: List[SheetFilter, Line] = List(
    name="dues.sheet",
    title=lazy_("Dues of a month"),
    permission=Permission.DUES_VIEW,
    filter=SheetFilter,
    columns=_sheet_columns,
    chunks=_sheet_chunks,
    said=lambda _actor, given: [*unit_said(given.unit_id), *_month_said(given)],
)


def _book_columns(_actor: Actor, _given: BookFilter) -> list[Column[BookLine]]:
    return [
        Column(_("Day"), lambda row: row.entry.on_date, 12),
        Column(_("For"), lambda row: category_name(row.entry.category), 18),
        Column(_("What it was for"), lambda row: row.entry.text or None, 30),
        Column(_("Receipt or document"), lambda row: row.entry.document or None, 20),
        Column(_("In"), lambda row: row.entry.amount if row.entry.direction == "in" else None, 14),
        Column(_("Out"), lambda row: row.entry.amount if row.entry.direction == "out" else None, 14),
        Column(_("Balance"), lambda row: row.balance, 14),
    ]


def _book_chunks(actor: Actor, given: BookFilter) -> Iterator[Sequence[BookLine]]:
    if given.unit_id is None:
        return
    unit = _unit(actor, given.unit_id)
    after = None
    while True:
        rows, after = book_page(unit, given.year, after=after, size=CHUNK)
        yield rows
        if after is None:
            return


BOOK: List[BookFilter, BookLine] = List(
    name="dues.book",
    title=lazy_("Book of dues"),
    permission=Permission.DUES_VIEW,
    filter=BookFilter,
    columns=_book_columns,
    chunks=_book_chunks,
    said=lambda _actor, given: [*unit_said(given.unit_id), *year_said(given.year)],
)
