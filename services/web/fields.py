"""Form fields and messages that every form shares."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, Field, StringField
from wtforms.validators import InputRequired, ValidationError

from shared import i18n
from shared.db.types import PartialDate
from shared.errors import Invalid
from shared.i18n import _

#: WTForms' stubs ask for str where anything that can be shown will do: labels and messages speak when they are drawn.
lazy_: Any = i18n.lazy_

_PARTIAL = re.compile(r"(\d{4})(?:\s*[-./年]\s*(\d{1,2})(?:\s*[-./月]\s*(\d{1,2})\s*日?)?\s*月?)?\s*年?")


class Form(FlaskForm):  # type: ignore[misc]
    """A form with its token; base of all."""


def needed() -> InputRequired:
    """The field must be filled."""
    return InputRequired(lazy_("Fill this in."))


def at_most(length: int) -> Callable[[Form, Field], None]:
    """The text may not be longer."""

    def check(form: Form, field: Field) -> None:
        if len(field.data or "") > length:
            raise ValidationError(_("At most %(n)s characters.", n=length))

    return check


class DayField(DateField):
    """A day; what cannot be read is said in the reader's language."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = " ".join(valuelist).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = date.fromisoformat(text)
        except ValueError:
            raise ValueError(_("This is not a date: %(text)s", text=text[:20])) from None


#: Powers of ten of the largest and the smallest number that a field takes.
MAGNITUDE = 15


class AmountField(DecimalField):
    """A decimal number; what is none (NaN and infinity too) is said in the reader's language."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip().replace(",", "").replace("，", "") if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError(_("This is not a number: %(text)s", text=text[:20])) from None
        # Beyond any amount or hour: quantizing it would raise, or write a number of a million digits.
        if not number.is_finite() or abs(number.adjusted()) > MAGNITUDE:
            raise ValueError(_("This is not a number: %(text)s", text=text[:20]))
        self.data = number


class PartialDayField(StringField):
    """A day, a month or a year, as exact as it is known: 2001-06-18, 2001-06, 2001."""

    def _value(self) -> str:
        return str(self.data or "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data: Any = None
        if not text:
            return
        match = _PARTIAL.fullmatch(text)
        try:
            if match is None:
                raise ValueError(text)
            self.data = PartialDate("-".join(part.zfill(2) for part in match.groups() if part))
        except ValueError:
            self.data = text
            raise ValueError(
                _("Write a day, a month or a year, such as 2001-06-18 or 2001-06: %(text)s", text=text[:20])
            ) from None


def show_problem(form: Form, problem: Invalid) -> None:
    """Put what an action refused beside the fields it named, and the rest on top."""
    named = False
    for name, text in problem.fields.items():
        field = form._fields.get(name)
        if field is not None:
            field.errors = [*field.errors, str(text)]
            named = True
        else:
            form.form_errors.append(str(text))
            named = True
    if not named or str(problem):
        form.form_errors.append(str(problem))
