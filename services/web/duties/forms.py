"""Forms of rules."""

import re
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import NumberRange, Optional, ValidationError

from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.duties.actions.rules import MAX_REASON, lengths
from shared.duties.models import Rule
from shared.duties.periods import CADENCES
from shared.events.kinds import KINDS
from shared.i18n import _


def cadence_words() -> dict[str, str]:
    return {
        "month": _("each month"),
        "quarter": _("each quarter"),
        "half_year": _("each half-year"),
        "year": _("each year"),
    }


class NumberField(IntegerField):
    """A whole number; what is none is said in the reader's language."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        if not (text.isascii() and text.lstrip("-").isdigit() and len(text) < 6):
            raise ValueError(_("A whole number, please."))
        self.data = int(text)


class TightenForm(Form):
    """A tenant's stricter version of a rule."""

    cadence = SelectField(lazy_("How often"), [needed()])
    times = NumberField(lazy_("Times in each period"), [needed(), NumberRange(1, 31, lazy_("From 1 to 31."))])
    from_month = SelectField(lazy_("Window from"), [Optional()])
    to_month = SelectField(lazy_("Window to"), [Optional()])
    early_days = NumberField(
        lazy_("Due so many days before the end"), [Optional(), NumberRange(0, 27, lazy_("From 0 to 27."))]
    )
    valid_from = SelectField(lazy_("From"), [needed()])
    source = StringField(lazy_("Decision it rests on"), [needed(), at_most(200)])

    def offer(self, rule: Rule, starts: list[str]) -> None:
        """Choices that are not looser than the rule."""
        words = cadence_words()
        self.cadence.choices = [
            (key, words[key]) for key, months in CADENCES.items() if months <= CADENCES[rule.cadence]
        ]
        months = [("", _("whole period")), *((str(n), _("month %(month)s", month=n)) for n in range(1, 13))]
        self.from_month.choices = self.to_month.choices = months
        self.valid_from.choices = [(day, day) for day in starts]


class TermForm(Form):
    """A tenant's own length of a term, and more reminders before its end."""

    years = SelectField(lazy_("Length of a term"), [needed()])
    notice_months = StringField(lazy_("Reminded so many months before"), [needed(), at_most(40)])
    valid_from = SelectField(lazy_("From"), [needed()])
    source = StringField(lazy_("Decision it rests on"), [needed(), at_most(200)])

    def offer(self, rule: Rule, starts: list[str]) -> None:
        """Lengths within the rule's law."""
        self.years.choices = [(str(years), _("%(n)s years", n=years)) for years in lengths(rule)]
        self.valid_from.choices = [(day, day) for day in starts]

    def validate_notice_months(self, item: StringField) -> None:
        if not self.months():
            raise ValidationError(_("Whole numbers of months, such as 6, 3, 1."))

    def months(self) -> list[int]:
        """The months as numbers; none where one of them cannot be read."""
        parts = re.split(r"[\s,，、;；]+", (self.notice_months.data or "").strip())
        return (
            [int(part) for part in parts] if all(re.fullmatch(r"[0-9]{1,2}", part) for part in parts) else []
        )


class StartForm(Form):
    starts_on = DayField(lazy_("Asked from"), [Optional()])


class SwitchForm(Form):
    """Why a duty is asked, or asked no longer."""

    reason = StringField(lazy_("Decision it rests on"), [needed(), at_most(MAX_REASON)])


class ExemptForm(Form):
    """A span in which a unit is spared duties."""

    form_key = HiddenField()
    since = DayField(lazy_("From"), [needed()])
    until = DayField(lazy_("Until"), [needed()])
    which = RadioField(lazy_("Which duties"), choices=[], default="all")
    kinds = SelectMultipleField(lazy_("Duties"), [Optional()])
    reason = StringField(lazy_("Reason"), [needed(), at_most(MAX_REASON)])
    document = StringField(lazy_("Document"), [Optional(), at_most(MAX_REASON)])

    def offer(self, kinds: list[str]) -> None:
        self.which.choices = [("all", _("All duties")), ("some", _("Only those chosen"))]
        self.kinds.choices = [(kind, str(KINDS[kind].name)) for kind in kinds]

    @property
    def chosen(self) -> list[str] | None:
        """The kinds that are spared; None for all."""
        return None if self.which.data != "some" else list(self.kinds.data or ())


class EndExemptForm(Form):
    """Taking an exempt period back."""

    reason = StringField(lazy_("Why it is taken back"), [needed(), at_most(MAX_REASON)])
    past = BooleanField(lazy_("Open again what is past its day too"))
