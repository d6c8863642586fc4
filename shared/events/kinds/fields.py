"""What a kind of event asks beside what is common to all: its own questions, how they are read and said."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from shared.errors import Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _, lazy_

#: Stored in an event's `fields`: text as it is, a bool, a choice's code, a person's or a number's whole number, a day
#: as 2026-11-22, money in yuan as text with two places.
FieldType = Literal["text", "longtext", "bool", "choice", "person", "number", "date", "money"]
#: Who stands on the roll: all members, the holders of offices, two people of a talk; only counted; nobody.
Attendance = Literal["members", "officers", "pair", "counts", "none"]

MAX_TEXT = 200
MAX_LONGTEXT = 20_000
#: Yuan; nothing a unit records costs a hundred million.
MAX_MONEY = Decimal("99999999.99")
#: The years a day in a record may lie in.
YEARS = (1921, 2199)


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a kind. `choices` are (code, word) of a choice."""

    code: str
    label: lazy_
    type: FieldType = "text"
    required: bool = True
    choices: tuple[tuple[str, lazy_], ...] = ()
    #: 'chair': comes filled with the name of the chair (a person field with the chair).
    proposal: str = ""
    #: A day that cannot lie before the event.
    follows: bool = False


@dataclass(frozen=True, slots=True)
class EventKind:
    """`short` heads a column; `title_field` names the field that serves as the record's title."""

    name: lazy_
    line: Literal["party", "union", "both"]
    fields: tuple[Field, ...] = ()
    short: lazy_ | None = None
    attendance: Attendance = "members"
    title_field: str | None = None
    #: The heading over the kind's own fields.
    heading: lazy_ | None = None
    #: Recorded on the page of terms, with what follows from it, and not by the general form.
    own_page: bool = False
    #: Whether it has a place, times, a chair and minutes; what is put up on a board has a day only.
    minutes: bool = True
    #: Kinds of units that may record it; empty: every unit of the line.
    units: tuple[str, ...] = ()

    def at(self, line: str, unit_kind: str) -> bool:
        """Whether a unit of this line and kind may record it by the general form."""
        return self.line == line and (not self.units or unit_kind in self.units)

    @property
    def head(self) -> str:
        return str(self.short or self.name)

    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The kind's own fields from what was sent: known ones only, trimmed, complete.

        Raises Invalid with the message of each wrong field under its code.
        """
        found: dict[str, Any] = {}
        wrong: dict[str, object] = {}
        for field in self.fields:
            try:
                value = _read(field, values.get(field.code))
            except Invalid as problem:
                wrong[field.code] = str(problem)
                continue
            if value in (None, "") and field.required:
                wrong[field.code] = _("This is missing.")
            elif value not in (None, ""):
                found[field.code] = value
        if wrong:
            raise Invalid(_("Some fields need another look."), fields=wrong)
        return found

    def too_early(self, fields: Mapping[str, Any], held_on: date) -> dict[str, str]:
        """What is wrong with the days that follow the event: field → text."""
        return {
            field.code: _("This lies before %(day)s, the day of the event.", day=held_on.isoformat())
            for field in self.fields
            if field.follows and fields.get(field.code) and fields[field.code] < held_on.isoformat()
        }

    def proposed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The own fields that a link fills a new form with, as far as they can be read; what cannot is left out."""
        found: dict[str, Any] = {}
        for field in self.fields:
            with suppress(Invalid):
                value = _read(field, values.get(field.code))
                if value not in (None, "", False):
                    found[field.code] = value
        return found


def _read(field: Field, value: Any) -> Any:
    if field.type == "bool":
        return bool(value)
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    refuse_marks(text)
    reader = _READERS.get(field.type)
    if reader is not None:
        return reader(text)
    if field.type == "choice":
        if text not in {code for code, _word in field.choices}:
            raise Invalid(_("Choose one of the list."))
        return text
    most = MAX_TEXT if field.type == "text" else MAX_LONGTEXT
    if len(text) > most:
        raise Invalid(_("At most %(n)s characters.", n=most))
    return text


def _whole(text: str, problem: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Invalid(problem)
    return int(text)


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(_("This is not a date: %(text)s", text=text[:20])) from None
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise Invalid(_("Check the year."))
    return day.isoformat()


def _money(text: str) -> str:
    """Yuan with two places as text: '1,280.5' becomes '1280.50'. Never a float, never rounded."""
    plain = text.replace(",", "").replace("，", "").removesuffix("元").strip()
    try:
        amount = Decimal(plain) + 0
    except InvalidOperation:
        raise Invalid(_("An amount in yuan, please, such as 1280.50.")) from None
    if not amount.is_finite() or "e" in plain.lower():
        raise Invalid(_("An amount in yuan, please, such as 1280.50."))
    if not 0 <= amount <= MAX_MONEY:
        raise Invalid(_("Between 0 and %(most)s yuan.", most=MAX_MONEY))
    if amount != amount.quantize(Decimal("0.01")):
        raise Invalid(_("At most two places after the point."))
    return str(amount.quantize(Decimal("0.01")))


_READERS: Mapping[str, Callable[[str], Any]] = {
    "person": lambda text: _whole(text, _("Choose one of the list.")),
    "number": lambda text: _whole(text, _("A whole number, please.")),
    "date": _day,
    "money": _money,
}


AGENDA = Field("agenda", lazy_("Agenda"), "longtext")
DECISIONS = Field("decisions", lazy_("Decisions"), "longtext", required=False)
