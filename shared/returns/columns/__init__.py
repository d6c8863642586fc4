"""What a column of a table is: its kind, its bounds, and whether the product knows its value already."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from shared.i18n import lazy_

#: Kinds of columns, as whoever makes a table chooses them.
KINDS: dict[str, lazy_] = {
    "text": lazy_("Text"),
    "whole": lazy_("Whole number"),
    "decimal": lazy_("Decimal number"),
    "date": lazy_("Date"),
    "yes_no": lazy_("Yes or no"),
    "choice": lazy_("One of a list"),
}
NUMBERS = ("whole", "decimal")
#: Kinds of which it is counted how often each answer was given.
COUNTED = ("yes_no", "choice")

#: What the product knows of a unit, and the kind of column that may hold it; nobody is asked for it.
KNOWN: dict[str, tuple[lazy_, str]] = {
    "unit": (lazy_("Name of the unit"), "text"),
    "secretary": (lazy_("Name of whoever leads the unit"), "text"),
    "members": (lazy_("Members of the unit itself"), "whole"),
    "members_below": (lazy_("Members of the unit and all below"), "whole"),
}

MAX_COLUMNS = 60
MAX_ROWS = 500
MAX_LABEL = 60
MAX_HINT = 200
MAX_CHOICES = 50
MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `least` and `most` bound numbers and dates, as canonical texts; '' is no bound."""

    key: str
    label: str
    kind: str = "text"
    #: What its numbers count: 人, 万元.
    measure: str = ""
    required: bool = False
    least: str = ""
    most: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    #: A key of KNOWN: filled in by the product, from its own data.
    known: str = ""

    @property
    def head(self) -> str:
        """As it heads the table and the sheet."""
        return f"{self.label}（{self.measure}）" if self.measure else self.label


_NAMES = {field.name for field in fields(Column)}


def columns_of(kept: Iterable[dict[str, Any]]) -> list[Column]:
    """The columns as the table keeps them."""
    found = []
    for one in kept:
        values: dict[str, Any] = {name: value for name, value in one.items() if name in _NAMES}
        found.append(Column(**values | {"choices": tuple(values.get("choices", ()))}))
    return found


def kept(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [asdict(one) | {"choices": list(one.choices)} for one in columns]
