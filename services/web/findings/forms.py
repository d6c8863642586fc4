"""Forms of an inspection, of findings pasted, of an act, of a measure."""

from wtforms import BooleanField, FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from services.web.findings.words import KINDS
from shared.files.accepting import ACCEPT
from shared.findings.actions.inspections import MAX_ROUND, MAX_TITLE
from shared.findings.actions.lines import MAX_CATEGORY
from shared.findings.actions.measures import MAX_DEPARTMENT, MAX_WORDS
from shared.findings.actions.working import MAX_REMARK

MAX_PASTED = 400_000


class InspectionForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(
        lazy_("Unit that leads the rectification"), coerce=person_key, validate_choice=False
    )
    kind = SelectField(lazy_("Kind of inspection"), choices=[])
    title = StringField(lazy_("Title"), [needed(), at_most(MAX_TITLE)])
    organ = StringField(lazy_("Who inspected"), [Optional(), at_most(MAX_TITLE)])
    round_label = StringField(lazy_("Round, as it is printed"), [Optional(), at_most(MAX_ROUND)])
    feedback_on = DayField(lazy_("Feedback on"), [needed()])
    plan_due = DayField(lazy_("Rectification plan by"), [Optional()])
    focus_end = DayField(lazy_("Concentrated rectification until"), [Optional()])
    report_due = DayField(lazy_("Report by"), [Optional()])

    def offer(self, units: list[tuple[int, str]]) -> None:
        self.unit_id.choices = units
        self.kind.choices = [(code, str(word)) for code, word in KINDS.items()]


class LinesForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit that puts it right"), coerce=person_key, validate_choice=False)
    category = StringField(lazy_("Category of the problem"), [Optional(), at_most(MAX_CATEGORY)])
    found_on = DayField(lazy_("Found on"), [needed()])
    due_on = DayField(lazy_("To be put right by"), [Optional()])
    lines = TextAreaField(
        lazy_("Findings, one a line"), [needed(), at_most(MAX_PASTED)], render_kw={"rows": 6}
    )


class ActForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    remark = TextAreaField(lazy_("Remark"), [Optional(), at_most(MAX_REMARK)], render_kw={"rows": 2})
    on_date = DayField(lazy_("Looked at on"), [Optional()])
    event_id = SelectField(
        lazy_("A record of the ledger that proves it"), coerce=person_key, validate_choice=False
    )
    file = FileField(lazy_("Add a photo or paper"), [Optional()], render_kw={"accept": ACCEPT})


class ChangeForm(Form):
    version = HiddenField()
    due_on = DayField(lazy_("To be put right by"), [Optional()])
    check_on = DayField(lazy_("Look at it again on"), [Optional()])
    long_term = BooleanField(lazy_("Kept up for long"))


class MeasureForm(Form):
    form_key = HiddenField()
    content = TextAreaField(lazy_("Measure"), [needed(), at_most(MAX_WORDS)], render_kw={"rows": 2})
    deliverable = StringField(lazy_("What is to be delivered"), [Optional(), at_most(MAX_WORDS)])
    due_on = DayField(lazy_("Last day"), [Optional()])
    lead_id = SelectField(lazy_("Leading cadre"), coerce=person_key, validate_choice=False)
    department = StringField(lazy_("Department that answers"), [Optional(), at_most(MAX_DEPARTMENT)])
    owner_id = SelectField(lazy_("Person who answers"), coerce=person_key, validate_choice=False)
    done = BooleanField(lazy_("The measure is done"))

    def offer(self, people: dict[int, str]) -> None:
        choices = [("", "—"), *people.items()]
        self.lead_id.choices, self.owner_id.choices = choices, list(choices)
