"""Forms of transfers."""

import secrets
from collections.abc import Iterable

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Optional

from services.web.fields import DayField, Form, PartialDayField, at_most, lazy_, needed
from shared.clock import today
from shared.i18n import _
from shared.transfers.queries import Place
from shared.transfers.validity import longest, validity


def valid_day_choices() -> list[tuple[int, str]]:
    """How long a letter may be valid, with what each number is for."""
    on = today()
    return [
        *(
            (rule.days, _("%(n)s days, %(where)s", n=rule.days, where=rule.name))
            for rule in (validity("city", on), validity("beyond", on))
        ),
        (longest(on), _("%(n)s days, the longest", n=longest(on))),
    ]


class SendForm(Form):
    """Sending somebody: what is asked whichever way it goes."""

    form_key = HiddenField()
    membership_id = HiddenField()
    route = HiddenField()
    effective_on = DayField(lazy_("Belongs there from"), [needed()])
    dues_paid_to = PartialDayField(lazy_("Dues paid up to"), [Optional()])
    reason = StringField(lazy_("Reason"), [Optional(), at_most(200)])
    external_no = StringField(lazy_("Number in the national system"), [Optional(), at_most(60)])

    def fill(self) -> None:
        """What the form comes with."""
        self.form_key.data = secrets.token_urlsafe(16)
        self.effective_on.data = today()


class SendToUnitForm(SendForm):
    """To a unit of the own tenant or one that another tenant publishes."""

    place = RadioField(lazy_("Receiving unit"), [needed()])
    at_once = BooleanField(lazy_("Receive at once: I act for both units"))

    def offer(self, places: Iterable[Place]) -> None:
        self.place.choices = [(place.key, place.said) for place in places]
        self.place.validate_choice = False


class SendByLetterForm(SendForm):
    """To outside."""

    addressed_to = StringField(lazy_("Letter addressed to"), [needed(), at_most(120)])
    unit_there = StringField(lazy_("Unit the person goes to"), [Optional(), at_most(120)])
    valid_days = SelectField(lazy_("Valid for"), [needed()], coerce=int)
    contact = StringField(
        lazy_("Address and telephone of the sending organisation"), [Optional(), at_most(200)]
    )

    def offer(self) -> None:
        self.valid_days.choices = valid_day_choices()


class AcceptForm(Form):
    """Receiving somebody."""

    unit_id = SelectField(lazy_("Unit that receives"), [Optional()], coerce=int)
    match = RadioField(lazy_("Is it the same person?"), [Optional()])
    reply = StringField(lazy_("Word to the sender"), [Optional(), at_most(200)])

    def offer(self, units: list[tuple[int, str]]) -> None:
        self.unit_id.choices = list(units)
        self.unit_id.validate_choice = False
        self.match.choices = [
            ("same", _("Yes, the membership here goes on")),
            ("other", _("No, somebody else")),
        ]


class RefuseForm(Form):
    """Sending it back."""

    reply = StringField(lazy_("Reason it is sent back"), [needed(), at_most(200)])


class WithdrawForm(Form):
    """Taking it back."""

    reason = StringField(lazy_("Reason"), [Optional(), at_most(200)])


class NumberForm(Form):
    """The number in the national system."""

    external_no = StringField(lazy_("Number in the national system"), [Optional(), at_most(60)])


class ReissueForm(Form):
    """A new letter in place of one that expired or was lost."""

    form_key = HiddenField()
    reason = StringField(lazy_("Why a new letter"), [needed(), at_most(200)])
    valid_days = SelectField(lazy_("Valid for"), [needed()], coerce=int)
    contact = StringField(
        lazy_("Address and telephone of the sending organisation"), [Optional(), at_most(200)]
    )

    def offer(self) -> None:
        self.valid_days.choices = valid_day_choices()


class ReceiptForm(Form):
    """The receipt that came back."""

    receipt_on = DayField(lazy_("Date of the receipt"), [needed()])
    receipt_by = StringField(lazy_("Handled there by"), [Optional(), at_most(60)])


class ReceiversForm(Form):
    """Which units are open to receive; the boxes are read from the request."""
