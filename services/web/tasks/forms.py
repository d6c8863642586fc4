"""The form of an act on a task, and of who leads it."""

from wtforms import FileField, HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.validators import Optional

from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_
from services.web.plans.forms import KindsField
from shared.files.accepting import ACCEPT
from shared.plans.actions.working import MAX_REMARK


class ActForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    remark = TextAreaField(lazy_("Remark"), [Optional(), at_most(MAX_REMARK)], render_kw={"rows": 2})
    percent = IntegerField(
        lazy_("How far, per cent"), [Optional()], render_kw={"inputmode": "numeric", "min": 0, "max": 100}
    )
    event_id = SelectField(
        lazy_("A record of the ledger that proves it"), coerce=person_key, validate_choice=False
    )
    file = FileField(lazy_("Add a photo or paper"), [Optional()], render_kw={"accept": ACCEPT})


class ChangeForm(Form):
    version = HiddenField()
    owner_id = SelectField(lazy_("Who leads it"), coerce=person_key, validate_choice=False)
    due_on = DayField(lazy_("Last day"), [Optional()])


class HelpForm(Form):
    version = HiddenField()
    helper_units = KindsField(lazy_("Units that help"), coerce=person_key, validate_choice=False)
    helper_people = KindsField(lazy_("People who help"), coerce=person_key, validate_choice=False)


class PassForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    due_on = DayField(lazy_("Last day for them"), [Optional()])
    remark = TextAreaField(lazy_("Remark"), [Optional(), at_most(MAX_REMARK)], render_kw={"rows": 2})
