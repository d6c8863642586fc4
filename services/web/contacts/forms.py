"""Forms of contact points, postings, pairings and visits."""

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.deeds.forms import words
from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.contacts.actions.points import MAX_REMARK
from shared.contacts.actions.postings import MAX_NAME, MAX_TEXT
from shared.contacts.actions.visits import MAX_PLACE
from shared.contacts.actions.visits import MAX_TEXT as MOST_OF_A_VISIT
from shared.contacts.kinds import POSTINGS, VISITS

#: A name with its unit in brackets.
MAX_PERSON = 120
#: Browsers offer the names while typing (contacts/_people.html).
_LISTED = {"list": "people", "autocomplete": "off"}


class PointForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit kept in touch with"), coerce=person_key, validate_choice=False)
    person = StringField(lazy_("Leader"), [needed(), at_most(MAX_PERSON)], render_kw=_LISTED)
    since = DayField(lazy_("Runs since"), [needed()])
    remark = StringField(lazy_("Remark"), [Optional(), at_most(MAX_REMARK)])


class EndForm(Form):
    until = DayField(lazy_("Last day"), [needed()])


class PostingForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit that sends"), coerce=person_key, validate_choice=False)
    person = StringField(lazy_("Person posted"), [needed(), at_most(MAX_PERSON)], render_kw=_LISTED)
    kind = SelectField(lazy_("Kind of posting"), choices=[])
    to_unit_id = SelectField(lazy_("At the unit"), coerce=person_key, validate_choice=False)
    place = StringField(lazy_("Place"), [Optional(), at_most(MAX_NAME)])
    since = DayField(lazy_("From"), [needed()])
    until = DayField(lazy_("Until"), [Optional()])
    duties = TextAreaField(
        lazy_("What there is to do"), [Optional(), at_most(MAX_TEXT)], render_kw={"rows": 2}
    )

    def offer(self, units: list[tuple[int, str]]) -> None:
        if self.unit_id is not None:
            self.unit_id.choices = units
        self.kind.choices = words(POSTINGS)
        self.to_unit_id.choices = [("", "—"), *units]


class PairingForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Our unit"), coerce=person_key, validate_choice=False)
    to_unit_id = SelectField(lazy_("Partner of our own"), coerce=person_key, validate_choice=False)
    partner = StringField(lazy_("Partner outside"), [Optional(), at_most(MAX_NAME)])
    theme = StringField(lazy_("What they do together"), [Optional(), at_most(MAX_TEXT)])
    since = DayField(lazy_("Runs since"), [needed()])

    def offer(self, units: list[tuple[int, str]]) -> None:
        self.unit_id.choices = units
        self.to_unit_id.choices = [("", "—"), *units]


class ActivityForm(Form):
    form_key = HiddenField()
    on_date = DayField(lazy_("Day"), [needed()])
    title = StringField(lazy_("What was done together"), [needed(), at_most(MAX_NAME)])
    event_id = SelectField(lazy_("A record of the ledger about it"), coerce=person_key, validate_choice=False)


class VisitForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit visited"), coerce=person_key, validate_choice=False)
    person = StringField(lazy_("By whom"), [needed(), at_most(MAX_PERSON)], render_kw=_LISTED)
    kind = SelectField(lazy_("Kind of visit"), choices=[])
    on_date = DayField(lazy_("Day"), [needed()])
    place = StringField(lazy_("Place"), [Optional(), at_most(MAX_PLACE)])
    about = TextAreaField(
        lazy_("What it was about"), [Optional(), at_most(MOST_OF_A_VISIT)], render_kw={"rows": 2}
    )
    event_id = SelectField(lazy_("A record of the ledger about it"), coerce=person_key, validate_choice=False)

    def offer(self, units: list[tuple[int, str]], records: list[tuple[int, str]]) -> None:
        self.kind.choices = words(VISITS)
        if self.unit_id is not None:
            self.unit_id.choices = units
        if self.event_id is not None:
            self.event_id.choices = [("", "—"), *records]


class VoidForm(Form):
    reason = StringField(lazy_("Reason"), [needed(), at_most(MOST_OF_A_VISIT)])
