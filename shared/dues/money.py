"""Yuan and months as they are written and read. Money is Decimal; a float never enters."""

import re
import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from shared.errors import Invalid
from shared.i18n import _

_SUM = re.compile(r"-?\d{1,15}(\.\d*)?")
ZERO = Decimal("0.00")
CENT = Decimal("0.01")
#: No base and no sum of one person is larger; what is larger is a slip of the hand.
MOST = Decimal("9999999.99")
#: No sum of a unit is larger.
MOST_OF_A_UNIT = Decimal("99999999999.99")


def read_money(text: str, *, field: str, most: Decimal = MOST, least: Decimal = ZERO) -> Decimal:
    """A sum as people write it: '3,000', '3000.5', '３０００元'. Raises Invalid, naming the field."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("元").replace(",", "").replace(" ", "")
    plain = plain.removeprefix("¥").removeprefix("￥")
    if not _SUM.fullmatch(plain):
        raise refused(field, _("This is not a sum in yuan: %(text)s", text=text[:20]))
    if len(plain.partition(".")[2].rstrip("0")) > 2:
        raise refused(field, _("A sum has two decimals at most: %(text)s", text=text[:20]))
    found = Decimal(plain).quantize(CENT)
    if found < least:
        raise refused(field, _("At least %(least)s yuan.", least=show_money(least)))
    if found > most:
        raise refused(field, _("At most %(most)s yuan.", most=show_money(most)))
    return found


def refused(field: str, said: str) -> Invalid:
    """One field and what is wrong with it."""
    return Invalid(fields={field: said})


def show_money(amount: Decimal | None) -> str:
    """'1,234.50'; '' where there is none."""
    return "" if amount is None else f"{amount:,.2f}"


def show_percent(share: Decimal) -> str:
    """'0.5' for 0.005."""
    return f"{(share * 100).normalize():f}"


def round_to(amount: Decimal, step: Decimal) -> Decimal:
    """Half up to the next step of 0.01, 0.1 or 1 yuan."""
    return ((amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step).quantize(CENT)


def read_month(text: str) -> date | None:
    """The first day of 'YYYY-MM'; None where it cannot be read."""
    match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text.strip(), re.ASCII)
    return date(int(match[1]), int(match[2]), 1) if match else None


def show_month(month: date) -> str:
    return f"{month:%Y-%m}"


def first_of(day: date) -> date:
    return day.replace(day=1)


def months_on(month: date, count: int) -> date:
    """The first of the month so many months later, or earlier."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """Every month from the first to the last, both included."""
    span = (last.year - first.year) * 12 + last.month - first.month
    return [months_on(first, n) for n in range(span + 1)]


def quarter_of(day: date) -> str:
    """'2026-Q4'."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarter_days(period: str) -> tuple[date, date]:
    """First day of a quarter and of the one after it."""
    first = date(int(period[:4]), int(period[-1]) * 3 - 2, 1)
    return first, months_on(first, 3)
