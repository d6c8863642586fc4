"""Dates as offices write them: 1997年2月, 1953-10-10, 2000.07, 2026.05.03, 19970201, or a real date of the spreadsheet.

A date keeps its precision: a month stays a month, there is never an invented 1st.
"""

import re
from datetime import date, datetime
from functools import lru_cache

from shared.imports.cells.parsed import Parsed

_CHINESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:份|(\d{1,2})[日号]?)?)?")
_PARTED = re.compile(r"(\d{4})([-./])(\d{1,2})(?:\2(\d{1,2}))?\.?")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_YEAR = re.compile(r"(\d{4})")
_TIME = re.compile(r"[ T]00?:00(:00)?$")
#: Nobody on a roster was born, and no organisation founded, before.
EARLIEST = 1900


def _checked(year: str, month: str | None, day: str | None) -> Parsed:
    text = year
    if month:
        if not 1 <= int(month) <= 12:
            return None, "date_impossible"
        text += f"-{int(month):02d}"
        if day:
            text += "-" + day.zfill(2)
            try:
                date.fromisoformat(text)
            except ValueError:
                return None, "date_impossible"
    return text, None


def _written(text: str) -> Parsed:
    plain = (
        _TIME.sub("", text.strip())
        .replace(" ", "")
        .replace("\u3000", "")
        .replace("．", ".")
        .replace("／", "/")
    )
    for pattern, groups in ((_CHINESE, (1, 2, 3)), (_PARTED, (1, 3, 4)), (_SOLID, (1, 2, 3))):
        match = pattern.fullmatch(plain)
        if match:
            year, month, day = (match.group(group) for group in groups)
            return _checked(year, month, day)
    match = _YEAR.fullmatch(plain)
    return (match.group(1), None) if match else (None, "date_unclear")


def _number(value: float) -> Parsed:
    """2000.07 typed as a number; 2026.1 may have been 2026.10, 19970201 is a day."""
    if value == int(value):
        return _written(str(int(value)))
    text = f"{value:.4f}".rstrip("0")
    return (None, "date_lost") if len(text) == 6 else _written(text)


@lru_cache(maxsize=65536)
def _bounded(text: str, limit: str, ahead: int | None) -> Parsed:
    """What is written, if it lies within bounds; `limit` is today."""
    if len(text) == 10 and text[4] == text[7] == "-" and text[:4].isdigit():
        value, code = _checked(text[:4], text[5:7], text[8:]) if text[5:7].isdigit() else _written(text)
    elif not text.strip():
        return None, None
    else:
        value, code = _written(text)
    return (None, code) if value is None else _within(value, limit, ahead)


def _within(value: str, limit: str, ahead: int | None) -> Parsed:
    if value < str(EARLIEST):
        return None, "date_early"
    if ahead is not None:
        return (None, "date_late") if int(value[:4]) > int(limit[:4]) + ahead else (value, None)
    if value > limit[: len(value)]:
        return None, "date_late" if int(value[:4]) > int(limit[:4]) + 1 else "date_future"
    return value, None


def parse_date(raw: object, limit: str, ahead: int | None = None) -> Parsed:
    """A partial date as ISO text, not after `limit` (today, ISO). `ahead`: so many years later it may be."""
    if type(raw) is str:
        return _bounded(raw, limit, ahead)
    if isinstance(raw, date):
        return _within((raw.date() if isinstance(raw, datetime) else raw).isoformat(), limit, ahead)
    if raw is None:
        return None, None
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        value, code = _number(float(raw))
        return (None, code) if value is None else _within(value, limit, ahead)
    return None, "date_unclear"
