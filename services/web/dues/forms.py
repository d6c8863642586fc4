"""Forms of dues: sums in yuan, months to choose from."""

from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.clock import today
from shared.dues.classes import CATEGORIES, ROUNDINGS, STREAMS, WAYS, classes_on
from shared.dues.classes import class_name as name_of_class
from shared.dues.money import (
    MOST,
    MOST_OF_A_UNIT,
    first_of,
    months_between,
    months_on,
    read_money,
    read_month,
    show_month,
)
from shared.errors import Invalid
from shared.i18n import _


class MoneyField(StringField):
    """A sum in yuan with two decimals at most; what is none is said in the reader's language."""

    def __init__(self, *args: Any, most: Decimal = MOST, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(*args, **kwargs)
        self.most = most

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:.2f}" if isinstance(self.data, Decimal) else str(self.data or "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data: Any = None
        if not text:
            return
        try:
            self.data = read_money(text, field="it", most=self.most)
        except Invalid as problem:
            raise ValueError(str(problem.fields["it"])) from None


class MonthField(SelectField):
    """A month of a list; `month` is its first day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Drawn as what it is.
        self.type = "SelectField"

    def offer(self, first: date, last: date) -> None:
        self.choices = [
            (show_month(month), show_month(month)) for month in reversed(months_between(first, last))
        ]

    @property
    def month(self) -> date:
        found = read_month(str(self.data or ""))
        if found is None:
            raise Invalid(fields={self.name: _("Choose a month.")})
        return found


def nearby(field: MonthField, *, back: int = 12, ahead: int = 12) -> None:
    """Offer the months around the present one."""
    now = first_of(today())
    field.offer(months_on(now, -back), months_on(now, ahead))


class BaseForm(Form):
    """On what one person pays from a month on."""

    payer_class = SelectField(lazy_("Class of payer"), [needed()])
    amount = MoneyField(lazy_("Monthly base in yuan"))
    from_month = MonthField(lazy_("From the month"), [needed()])
    document = StringField(lazy_("Document"), [Optional(), at_most(200)])

    def offer(self, line: str) -> None:
        self.payer_class.choices = [(key, name_of_class(key)) for key in classes_on(line)]
        nearby(self.from_month)


class PayForm(Form):
    """A quarter, in advance or back: one person pays from one month to another."""

    form_key = HiddenField()
    first = MonthField(lazy_("From the month"), [needed()])
    last = MonthField(lazy_("To the month"), [needed()])
    paid_on = DayField(lazy_("Paid on"), [needed()])
    way = SelectField(lazy_("By way of"), [needed()])
    payer = StringField(lazy_("Brought by"), [Optional(), at_most(60)])

    def offer(self) -> None:
        for field in (self.first, self.last):
            nearby(field, back=24)
        self.way.choices = [(key, str(word)) for key, word in WAYS.items()]


class ReliefForm(Form):
    """Ask for less."""

    form_key = HiddenField()
    kind = RadioField(lazy_("What is asked"), [needed()])
    amount = MoneyField(lazy_("Still paid a month, in yuan"))
    relief_from = MonthField(lazy_("From the month"), [needed()])
    relief_until = MonthField(lazy_("To the month"), [needed()])
    reason = TextAreaField(lazy_("Reason"), [needed(), at_most(500)], render_kw={"rows": 2})
    document = StringField(lazy_("Document"), [Optional(), at_most(200)])

    def offer(self) -> None:
        self.kind.choices = [("reduction", _("Reduction")), ("exemption", _("Exemption"))]
        for field in (self.relief_from, self.relief_until):
            nearby(field, ahead=24)


class EntryForm(Form):
    """One line of the book."""

    form_key = HiddenField()
    category = SelectField(lazy_("For"), [needed()])
    amount = MoneyField(lazy_("Sum in yuan"), [needed()], most=MOST_OF_A_UNIT)
    on_date = DayField(lazy_("Day"), [needed()])
    said = StringField(lazy_("What it was for"), [needed(), at_most(200)])
    document = StringField(lazy_("Receipt or document"), [Optional(), at_most(200)])

    def offer(self, line: str) -> None:
        own = [(key, one) for key, one in CATEGORIES.items() if one.by_hand and line in one.accounts]
        self.category.choices = {
            _("Spending"): [(key, str(one.name)) for key, one in own if one.direction == "out"],
            _("Income"): [(key, str(one.name)) for key, one in own if one.direction == "in"],
        }


class EmployerForm(Form):
    """What the employer paid for a month."""

    form_key = HiddenField()
    month = MonthField(lazy_("For the month"), [needed()])
    paid = MoneyField(lazy_("Sum in yuan"), [needed()], most=MOST_OF_A_UNIT)
    on_date = DayField(lazy_("Day"), [needed()])
    document = StringField(lazy_("Receipt or document"), [Optional(), at_most(200)])

    def offer(self) -> None:
        nearby(self.month, back=24, ahead=0)


class SplitForm(Form):
    """Which share goes up, from a month on."""

    stream = SelectField(lazy_("Stream"), [needed()])
    share_up = MoneyField(lazy_("Handed over, per cent"), [needed()], most=Decimal(100))
    valid_from = MonthField(lazy_("From the month"), [needed()])
    source = StringField(lazy_("Decision it rests on"), [needed(), at_most(200)])

    def offer(self) -> None:
        self.stream.choices = [(key, str(word)) for key, word in STREAMS.items()]
        nearby(self.valid_from, back=0)


class AmountForm(Form):
    """The amount of a class that pays one, within the law's bounds."""

    amount = MoneyField(lazy_("Sum a month, in yuan"), [needed()])
    valid_from = MonthField(lazy_("From the month"), [needed()])
    source = StringField(lazy_("Decision it rests on"), [needed(), at_most(200)])

    def offer(self) -> None:
        nearby(self.valid_from, back=0)


class RoundingForm(Form):
    rounding = SelectField(lazy_("Rounded half up to"), [needed()])

    def offer(self) -> None:
        words = {"0.01": _("0.01 yuan"), "0.10": _("0.1 yuan"), "1.00": _("1 yuan")}
        self.rounding.choices = [(key, words[key]) for key in ROUNDINGS]
