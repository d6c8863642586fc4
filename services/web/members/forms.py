"""Forms of people."""

import secrets
from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TelField
from wtforms.validators import Optional

from services.web.fields import DayField, Form, PartialDayField, at_most, lazy_, needed
from shared.i18n import LOCALES, _
from shared.members.actions import Register
from shared.members.actions.entering import ENTERED
from shared.members.mobility import REASONS, WAYS
from shared.members.posts import BASES, POSTS, posts_on
from shared.members.registry import REGISTRY
from shared.members.relations import BY_HAND, RELATIONS
from shared.members.statuses import ENDINGS, ENDINGS_ON, STATUSES, statuses_on

#: The languages in their own words.
LANGUAGES: Mapping[str, str] = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}


def _known(column: str) -> list[tuple[str, str]]:
    """The choices of a column of the real-name register, not known first."""
    return [("", _("not entered")), *((key, str(one.name)) for key, one in REGISTRY[column].items())]


class RegisterForm(Form):
    """What the real-name register asks."""

    education = SelectField(lazy_("Education"), [Optional()])
    political = SelectField(lazy_("Political status"), [Optional()])
    household = SelectField(lazy_("Household registration"), [Optional()])
    employment = SelectField(lazy_("Form of employment"), [Optional()])
    job_title = StringField(lazy_("Position at work"), [Optional(), at_most(60)])
    card_number = StringField(lazy_("Number of the card"), [Optional(), at_most(40)])

    def offer_register(self) -> None:
        for column in REGISTRY:
            self[column].choices = _known(column)

    def register(self) -> Register:
        return Register(
            education=self.education.data or "",
            political=self.political.data or "",
            household=self.household.data or "",
            employment=self.employment.data or "",
            job_title=self.job_title.data or "",
        )


class PersonForm(RegisterForm):
    """A person and their membership."""

    form_key = HiddenField()
    #: The person found by the identity number, once the user says that it is the same.
    same_person = HiddenField()
    unit_id = SelectField(lazy_("Unit"), [needed()], coerce=int)
    name = StringField(lazy_("Name"), [needed(), at_most(60)])
    sex = SelectField(lazy_("Sex"), [Optional()])
    ethnic = StringField(lazy_("Ethnic group"), [Optional(), at_most(20)])
    born = PartialDayField(lazy_("Born"), [Optional()])
    status = SelectField(lazy_("Standing"), [needed()])
    relation = SelectField(lazy_("Relationship"), [Optional()], default="registered")
    joined = PartialDayField(lazy_("Joined"), [Optional()])
    confirmed = PartialDayField(lazy_("Full member since"), [Optional()])
    since = DayField(lazy_("In this unit since"), [Optional()])
    identity = StringField(lazy_("Identity number"), [Optional(), at_most(30)])
    phone = TelField(lazy_("Telephone"), [Optional(), at_most(30)])
    email = StringField(lazy_("Mail address"), [Optional(), at_most(254)])

    def offer(self, units: list[tuple[int, str, int]], line: str) -> None:
        """The units in which the actor may enter people, and the standings of the line."""
        self.offer_register()
        self.unit_id.choices = [(unit_id, "　" * depth + name) for unit_id, name, depth in units]
        self.status.choices = [(key, str(STATUSES[key].name)) for key in statuses_on(line)]
        self.relation.choices = [
            (key, str(RELATIONS[key].name)) for key in ENTERED if line == "party" or key != "in"
        ]
        self.sex.choices = [("", _("not entered")), ("m", _("male")), ("f", _("female"))]
        if not self.form_key.data:
            self.form_key.data = secrets.token_urlsafe(16)


class ContactForm(Form):
    """How a person is reached. The telephone stays as it is unless something is typed or it is to be removed."""

    phone = TelField(lazy_("New telephone"), [Optional(), at_most(30)])
    email = StringField(lazy_("Mail address"), [Optional(), at_most(254)])
    identity = StringField(lazy_("Identity number"), [Optional(), at_most(30)])


class CorrectForm(Form):
    """What was entered wrong, put right with a reason."""

    name = StringField(lazy_("Name"), [needed(), at_most(60)])
    sex = SelectField(lazy_("Sex"), [Optional()])
    born = PartialDayField(lazy_("Born"), [Optional()])
    ethnic = StringField(lazy_("Ethnic group"), [Optional(), at_most(20)])
    identity = StringField(lazy_("Right identity number"), [Optional(), at_most(30)])
    reason = StringField(lazy_("Reason"), [needed(), at_most(200)])

    def offer(self) -> None:
        self.sex.choices = [("", _("not entered")), ("m", _("male")), ("f", _("female"))]


class EndForm(Form):
    """The end of a membership."""

    membership_id = HiddenField()
    on = DayField(lazy_("Ends on"), [needed()])
    reason = SelectField(lazy_("Reason it ends"), [needed()])

    def offer(self, line: str) -> None:
        self.reason.choices = [(key, str(ENDINGS[key])) for key in ENDINGS_ON[line]]


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


class RelationForm(Form):
    """Where the relationship stands, with the day and the reason."""

    membership_id = HiddenField()
    relation = SelectField(lazy_("Relationship"), [needed()])
    on = DayField(lazy_("From"), [needed()])
    reason = StringField(lazy_("Reason"), [needed(), at_most(200)])

    def offer(self) -> None:
        self.relation.choices = [(key, str(RELATIONS[key].name)) for key in BY_HAND]


class StayForm(Form):
    """A mobile member's stay."""

    form_key = HiddenField()
    reason = SelectField(lazy_("Why away"), [needed()])
    place = StringField(lazy_("Place"), [needed(), at_most(100)])
    host = StringField(lazy_("Organisation there"), [Optional(), at_most(100)])
    since = DayField(lazy_("Since when"), [needed()])
    contact_id = SelectField(lazy_("Keeps the contact"), [Optional()], coerce=int, default=0)

    def offer(self, keepers: list[tuple[int, str]]) -> None:
        self.reason.choices = [(key, str(name)) for key, name in REASONS.items()]
        self.contact_id.choices = [(0, _("nobody named")), *keepers]
        if not self.form_key.data:
            self.form_key.data = secrets.token_urlsafe(16)


class KeptForm(Form):
    """One contact with a mobile member."""

    form_key = HiddenField()
    on = DayField(lazy_("Day"), [needed()])
    way = SelectField(lazy_("By which way"), [needed()])

    def offer(self) -> None:
        self.way.choices = [(key, str(name)) for key, name in WAYS.items()]
        if not self.form_key.data:
            self.form_key.data = secrets.token_urlsafe(16)


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


class BulkForm(Form):
    """An act on everybody of a filter; the page shows only the fields that the act asks for."""

    act = HiddenField()
    seen = HiddenField()
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit to join"), [Optional()], coerce=int)
    on = DayField(lazy_("On the day"), [Optional()])
    status = SelectField(lazy_("Standing"), [Optional()])
    relation = SelectField(lazy_("Relationship"), [Optional()])
    reason = SelectField(lazy_("Reason it ends"), [Optional()])
    locale = SelectField(lazy_("Language"), [Optional()])
    employment = SelectField(lazy_("Form of employment"), [Optional()])
    household = SelectField(lazy_("Household registration"), [Optional()])

    def offer(self, units: list[tuple[int, str, int]], line: str) -> None:
        self.unit_id.choices = [
            (0, _("choose a unit")),
            *((unit_id, "　" * depth + name) for unit_id, name, depth in units),
        ]
        self.status.choices = [(key, str(STATUSES[key].name)) for key in statuses_on(line)]
        self.relation.choices = [(key, str(RELATIONS[key].name)) for key in BY_HAND]
        self.reason.choices = [(key, str(ENDINGS[key])) for key in ENDINGS_ON[line]]
        self.locale.choices = [(key, LANGUAGES[key]) for key in LOCALES]
        self.employment.choices = _known("employment")[1:]
        self.household.choices = _known("household")[1:]
        if not self.form_key.data:
            self.form_key.data = secrets.token_urlsafe(16)

    def ask(self, names: tuple[str, ...]) -> None:
        """What the act asks for is no longer optional."""
        for name in names:
            self[name].flags.optional, self[name].flags.required = False, True


def first_error(form: Any) -> str:
    """What is wrong with a small form, for a message after a redirect."""
    for item in form:
        for error in item.errors:
            return f"{item.label.text}: {error}"
    return str(next(iter(form.form_errors), ""))
