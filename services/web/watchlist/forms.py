"""Forms of the watch-list: the decision, a line of the plan, a month, an act."""

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.watchlist.actions.listing import MAX_DECISION
from shared.watchlist.actions.working import MAX_PROGRESS, MAX_REMARK, MAX_WORDS


class DecisionForm(Form):
    """The conditions themselves are drawn by the page: `chosen` and `basis-<condition>`."""

    form_key = HiddenField()
    decided_on = DayField(lazy_("Put on the list on"), [needed()])
    decision = StringField(lazy_("Decided by, or the paper"), [Optional(), at_most(MAX_DECISION)])
    until = DayField(lazy_("To be put right by"), [Optional()])
    leader_id = SelectField(lazy_("Linked leader"), coerce=person_key, validate_choice=False)
    secretary_id = SelectField(lazy_("First secretary"), coerce=person_key, validate_choice=False)

    def offer(self, people: dict[int, str]) -> None:
        choices = [("", "—"), *people.items()]
        self.leader_id.choices, self.secretary_id.choices = choices, list(choices)


class HeadForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    until = DayField(lazy_("To be put right by"), [Optional()])
    leader_id = SelectField(lazy_("Linked leader"), coerce=person_key, validate_choice=False)
    secretary_id = SelectField(lazy_("First secretary"), coerce=person_key, validate_choice=False)

    offer = DecisionForm.offer


class PlanForm(Form):
    form_key = HiddenField()
    problem = TextAreaField(lazy_("What is wrong"), [needed(), at_most(MAX_WORDS)], render_kw={"rows": 2})
    content = TextAreaField(lazy_("Measure"), [needed(), at_most(MAX_WORDS)], render_kw={"rows": 2})
    owner_id = SelectField(lazy_("Person who answers"), coerce=person_key, validate_choice=False)
    due_on = DayField(lazy_("Last day"), [Optional()])

    def offer(self, people: dict[int, str]) -> None:
        self.owner_id.choices = [("", "—"), *people.items()]


class MonthForm(Form):
    month = SelectField(lazy_("Month"), validate_choice=False)
    progress = TextAreaField(
        lazy_("What was done in the month"), [needed(), at_most(MAX_PROGRESS)], render_kw={"rows": 3}
    )


class ActForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    remark = TextAreaField(lazy_("Remark"), [Optional(), at_most(MAX_REMARK)], render_kw={"rows": 2})
