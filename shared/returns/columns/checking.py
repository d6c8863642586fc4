"""Whether what was typed into a cell fits its column; the same for the page and for a workbook."""

import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from re import compile as pattern

from shared.events.marks import bears_mark
from shared.i18n import _
from shared.returns.columns import MAX_TEXT, Column

_DAY = pattern(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?")
_YES = {"是", "有", "y", "yes", "true", "1", "√", "✓"}
_NO = {"否", "无", "無", "没有", "n", "no", "false", "0", "×", "x"}
#: More than any count of people or sum of money of an organisation.
_HIGHEST = Decimal(10) ** 15
_PLACES = 6
#: Powers of ten beyond which nobody means a number: written out, 1e-99999999 would fill the memory.
_POWERS = 40

Row = dict[str, str]


def check_cell(column: Column, typed: str) -> tuple[str, str | None]:
    """The canonical text and what is wrong with it (None: nothing). What is wrong keeps its text as it was typed."""
    # A cell of a file may hold what no database keeps.
    typed = typed.replace("\0", "")
    text = unicodedata.normalize("NFKC", typed).strip() if column.kind != "text" else typed.strip()
    if not text:
        return "", _("Fill this in.") if column.required else None
    if len(typed) > MAX_TEXT:
        return typed[:MAX_TEXT], _("At most %(n)s characters.", n=MAX_TEXT)
    found, wrong = {
        "text": _text, "whole": _whole, "decimal": _decimal, "date": _date, "yes_no": _yes_no, "choice": _choice,
    }[column.kind](column, text)  # fmt: skip
    return (typed.strip(), wrong) if wrong else (found, None)


def _text(_column: Column, text: str) -> tuple[str, str | None]:
    if bears_mark(text):
        return "", _("This bears a secrecy mark; classified material does not belong here.")
    return text, None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        return None
    if not number.is_finite() or number.copy_abs() >= _HIGHEST:
        return None
    if not number:
        # However it was written: -0, 0E-99999999.
        return Decimal(0)
    return number if int(number.as_tuple().exponent) >= -_POWERS else None


def number_text(number: Decimal) -> str:
    """A number without exponent and without zeros that say nothing."""
    said = f"{number:f}"
    return (said.rstrip("0").rstrip(".") or "0") if "." in said else said


def _bounded(column: Column, number: Decimal) -> str | None:
    if column.least and number < Decimal(column.least):
        return _("Not below %(least)s.", least=column.least)
    if column.most and number > Decimal(column.most):
        return _("Not above %(most)s.", most=column.most)
    return None


def _whole(column: Column, text: str) -> tuple[str, str | None]:
    number = _number(text.removesuffix(column.measure) if column.measure else text)
    if number is None or number != number.to_integral_value():
        return "", _("A whole number is wanted: %(text)s", text=text[:20])
    return str(int(number)), _bounded(column, number)


def _decimal(column: Column, text: str) -> tuple[str, str | None]:
    number = _number(text.removesuffix(column.measure) if column.measure else text)
    if number is None:
        return "", _("This is not a number: %(text)s", text=text[:20])
    said = number_text(number)
    # Counted in what is written, not by normalize(): that rounds to 28 digits first.
    if len(said.partition(".")[2]) > _PLACES:
        return "", _("At most %(n)s digits after the point.", n=_PLACES)
    return said, _bounded(column, number)


def _date(column: Column, text: str) -> tuple[str, str | None]:
    match = _DAY.fullmatch(text)
    try:
        day = date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        day = None
    if day is None:
        return "", _("This is not a date: %(text)s", text=text[:20])
    if column.least and day < date.fromisoformat(column.least):
        return "", _("Not before %(day)s.", day=column.least)
    if column.most and day > date.fromisoformat(column.most):
        return "", _("Not after %(day)s.", day=column.most)
    return day.isoformat(), None


def _yes_no(_column: Column, text: str) -> tuple[str, str | None]:
    said = text.lower()
    if said in _YES:
        return "y", None
    if said in _NO:
        return "n", None
    return "", _("Yes or no is wanted: %(text)s", text=text[:20])


def _choice(column: Column, text: str) -> tuple[str, str | None]:
    for choice in column.choices:
        if text == unicodedata.normalize("NFKC", choice).strip():
            return choice, None
    return "", _("Choose one of: %(choices)s", choices="、".join(column.choices))


def check_rows(columns: list[Column], typed: list[Row]) -> tuple[list[Row], dict[tuple[int, str], str]]:
    """The rows in canonical form, and what is wrong by (row from 0, key). A row without any text is left out."""
    asked = [column for column in columns if not column.known]
    rows: list[Row] = []
    wrong: dict[tuple[int, str], str] = {}
    for one in typed:
        if not any(one.get(column.key, "").strip() for column in asked):
            continue
        row: Row = {}
        for column in asked:
            row[column.key], fault = check_cell(column, one.get(column.key, ""))
            if fault:
                wrong[len(rows), column.key] = fault
        rows.append(row)
    return rows, wrong
