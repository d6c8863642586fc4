"""Forms of people."""

import secrets
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TelField
from wtforms.validators import Optional

from services.web.fields import DayField, Form, PartialDayField, at_most, lazy_, needed
from shared.i18n import _
from shared.members.posts import BASES, POSTS, posts_on
from shared.members.statuses import ENDINGS, STATUSES, statuses_on


class PersonForm(Form):
    """A person and their membership."""

    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit"), [needed()], coerce=int)
    name = StringField(lazy_("Name"), [needed(), at_most(60)])
    sex = SelectField(lazy_("Sex"), [Optional()])
    ethnic = StringField(lazy_("Ethnic group"), [Optional(), at_most(20)])
    born = PartialDayField(lazy_("Born"), [Optional()])
    status = SelectField(lazy_("Standing"), [needed()])
    joined = PartialDayField(lazy_("Joined"), [Optional()])
    confirmed = PartialDayField(lazy_("Full member since"), [Optional()])
    identity = StringField(lazy_("Identity number"), [Optional(), at_most(30)])
    phone = TelField(lazy_("Telephone"), [Optional(), at_most(30)])
    email = StringField(lazy_("Mail address"), [Optional(), at_most(254)])

    def offer(self, units: list[tuple[int, str, int]], line: str) -> None:
        """The units in which the actor may enter people, and the standings of the line."""
        self.unit_id.choices = [(unit_id, "　" * depth + name) for unit_id, name, depth in units]
        self.status.choices = [(key, str(STATUSES[key].name)) for key in statuses_on(line)]
        self.sex.choices = [("", _("not entered")), ("m", _("male")), ("f", _("female"))]
        if not self.form_key.data:
            self.form_key.data = secrets.token_urlsafe(16)


class ContactForm(Form):
    """How a person is reached. The telephone stays as it is unless something is typed or it is to be removed."""

    phone = TelField(lazy_("New telephone"), [Optional(), at_most(30)])
    email = StringField(lazy_("Mail address"), [Optional(), at_most(254)])
    identity = StringField(lazy_("Identity number"), [Optional(), at_most(30)])


class EndForm(Form):
    """The end of a membership."""

    membership_id = HiddenField()
    on = DayField(lazy_("Ends on"), [needed()])
    reason = SelectField(lazy_("Reason it ends"), [needed()])

    def offer(self) -> None:
        self.reason.choices = [(key, str(name)) for key, name in ENDINGS.items()]


class MoveMemberForm(Form):
    """A membership carried over to another unit."""

    membership_id = HiddenField()
    unit_id = SelectField(lazy_("Unit to join"), [needed()], coerce=int)
    on = DayField(lazy_("From"), [needed()])


class StatusForm(Form):
    """Another standing in the same unit."""

    membership_id = HiddenField()
    status = SelectField(lazy_("Standing"), [needed()])
    confirmed = PartialDayField(lazy_("Full member since"), [Optional()])

    def offer(self, line: str) -> None:
        self.status.choices = [(key, str(STATUSES[key].name)) for key in statuses_on(line)]


class PostForm(Form):
    """An office given."""

    unit_id = SelectField(lazy_("Unit"), [needed()], coerce=int)
    code = SelectField(lazy_("Office"), [needed()])
    basis = SelectField(lazy_("How"), [needed()])
    since = DayField(lazy_("Since"), [needed()])

    def offer(self, units: list[tuple[int, str]], line: str) -> None:
        self.unit_id.choices = list(units)
        self.code.choices = [(code, str(POSTS[code].name)) for code in posts_on(line)]
        self.basis.choices = [(key, str(name)) for key, name in BASES.items()]


def first_error(form: Any) -> str:
    """What is wrong with a small form, for a message after a redirect."""
    for item in form:
        for error in item.errors:
            return f"{item.label.text}: {error}"
    return str(next(iter(form.form_errors), ""))
