"""Forms of study: making up for a meeting, hours of a record, of several people, of one's own."""

import secrets
from decimal import Decimal
from typing import Any

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional

from services.web.fields import AmountField, DayField, Form, at_most, lazy_, needed
from shared.clock import today
from shared.events.kinds import MAX_TEXT
from shared.events.models import Event
from shared.events.study import FORMS, WAYS
from shared.i18n import _
from shared.tenants.queries import all_settings

_NUMBER = {"inputmode": "decimal"}


def _forms() -> list[tuple[str, str]]:
    return [(code, str(word)) for code, word in FORMS.items()]


class MakeUpForm(Form):
    """How and when somebody made up for it; which lines are ticked stands beside the form."""

    on = DayField(lazy_("Made up on"), [needed()])
    way = SelectField(lazy_("In which way"), [needed()], validate_choice=False)
    remark = StringField(lazy_("Remark"), [Optional(), at_most(MAX_TEXT)])

    @classmethod
    def filled(cls) -> "MakeUpForm":
        form = cls(formdata=None, data={"on": today(), "way": "session"})
        form.offer()
        return form

    def offer(self) -> None:
        self.way.choices = [(code, str(word)) for code, word in WAYS.items()]


class EventHoursForm(Form):
    """What a record counts for everybody present."""

    form = SelectField(lazy_("Form of study"), [needed()], validate_choice=False)
    hours = AmountField(lazy_("Hours each"), [needed()], places=1, render_kw=_NUMBER)
    subject = StringField(lazy_("What was studied"), [Optional(), at_most(MAX_TEXT)])

    def offer(self) -> None:
        self.form.choices = [choice for choice in _forms() if choice[0] != "self"]


class EntryForm(Form):
    """Hours of one day: one's own, or of the people ticked beside the form."""

    form_key = HiddenField(validators=[Length(max=64)])
    on_date = DayField(lazy_("Day"), [needed()])
    form = SelectField(lazy_("Form of study"), [needed()], validate_choice=False)
    hours = AmountField(lazy_("Hours"), [needed()], places=1, render_kw=_NUMBER)
    subject = StringField(lazy_("What was studied"), [needed(), at_most(MAX_TEXT)])

    @classmethod
    def filled(cls, form: str) -> "EntryForm":
        made = cls(formdata=None, data={"form_key": secrets.token_hex(12), "on_date": today(), "form": form})
        made.offer()
        return made

    def offer(self) -> None:
        self.form.choices = _forms()


def conversions() -> list[tuple[str, str]]:
    """What the office counts for a day and for half a day: (word, hours)."""
    chosen = all_settings()
    return [
        (_("full day"), str(chosen["study_full_day"])),
        (_("half a day or a lecture"), str(chosen["study_half_day"])),
    ]


def hours_proposed(event: Event) -> str:
    """By the clock where the record knows it, to half an hour; half a day's hours otherwise."""
    if event.starts_at and event.ends_at:
        minutes = (
            (event.ends_at.hour - event.starts_at.hour) * 60 + event.ends_at.minute - event.starts_at.minute
        )
        return f"{max(Decimal(minutes // 30) / 2, Decimal('0.5')):g}"
    return conversions()[1][1]


def event_form(event: Event, known: Any = None) -> EventHoursForm:
    """Filled by what is signed already, or by the clock."""
    form = EventHoursForm(
        formdata=None,
        data={
            "form": known.form if known else "central",
            "hours": known.hours if known else Decimal(hours_proposed(event)),
            "subject": known.subject if known else "",
        },
    )
    form.offer()
    return form
