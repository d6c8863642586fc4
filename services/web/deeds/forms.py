"""Forms of a deed, of an act on it, of a number that counts deeds."""

from wtforms import BooleanField, FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.deeds.actions.counters import MAX_NAME
from shared.deeds.actions.entering import MAX_REFERENCE, MAX_TEXT, MAX_TITLE
from shared.deeds.kinds import COUNTED, KINDS, SATISFACTION, SOURCES
from shared.files.accepting import ACCEPT
from shared.i18n import lazy_ as said


def words(registry: dict[str, said]) -> list[tuple[str, str]]:
    """Choices of a select, in the reader's language."""
    return [(code, str(word)) for code, word in registry.items()]


class DeedForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit that does it"), coerce=person_key, validate_choice=False)
    kind = SelectField(lazy_("Kind of deed"), choices=[])
    source = SelectField(lazy_("Where it comes from"), choices=[])
    reference = StringField(lazy_("Its number there"), [Optional(), at_most(MAX_REFERENCE)])
    title = StringField(lazy_("What is to be done"), [needed(), at_most(MAX_TITLE)])
    content = TextAreaField(lazy_("Further details"), [Optional(), at_most(MAX_TEXT)], render_kw={"rows": 3})
    owner_id = SelectField(lazy_("Person who answers"), coerce=person_key, validate_choice=False)
    came_on = DayField(lazy_("Came in on"), [needed()])
    due_on = DayField(lazy_("Last day"), [Optional()])
    offered = BooleanField(lazy_("Offer it to the units below; one of them takes it up"))
    done_on = DayField(lazy_("Done already on"), [Optional()])
    result = TextAreaField(lazy_("What came of it"), [Optional(), at_most(MAX_TEXT)], render_kw={"rows": 2})

    def offer(self, units: list[tuple[int, str]], people: dict[int, str]) -> None:
        self.unit_id.choices = units
        self.kind.choices, self.source.choices = words(KINDS), words(SOURCES)
        self.owner_id.choices = [("", "—"), *people.items()]


class ActForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    remark = TextAreaField(
        lazy_("How far it is, or what came of it"), [Optional(), at_most(MAX_TEXT)], render_kw={"rows": 3}
    )
    on = DayField(lazy_("Day"), [Optional()])
    satisfaction = SelectField(lazy_("Asked afterwards"), choices=[], validate_choice=False)
    event_id = SelectField(
        lazy_("A record of the ledger that proves it"), coerce=person_key, validate_choice=False
    )
    file = FileField(lazy_("Add a photo or paper"), [Optional()], render_kw={"accept": ACCEPT})

    def offer(self, records: list[tuple[int, str]]) -> None:
        self.event_id.choices = [("", "—"), *records]
        self.satisfaction.choices = words(SATISFACTION)


class ChangeForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    owner_id = SelectField(lazy_("Person who answers"), coerce=person_key, validate_choice=False)
    due_on = DayField(lazy_("Last day"), [Optional()])


class CounterForm(Form):
    form_key = HiddenField()
    name = StringField(lazy_("Name of the number"), [needed(), at_most(MAX_NAME)])
    kind = SelectField(lazy_("Kind of deed"), choices=[])
    state = SelectField(lazy_("What it counts"), choices=[])
    since = DayField(lazy_("From"), [Optional()])
    until = DayField(lazy_("Until"), [Optional()])

    def offer(self, every: str) -> None:
        self.kind.choices = [("", every), *words(KINDS)]
        self.state.choices = words(COUNTED)
