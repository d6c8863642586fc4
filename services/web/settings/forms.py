"""Forms of settings: the tenant's choices, made from their registry, and lending the ledger."""

from typing import Any

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation

from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.i18n import _
from shared.tenants.settings import SETTINGS
from shared.workdays.actions import REMARK


class LendForm(Form):
    place = SelectField(lazy_("Member"), [needed()])
    until = DayField(lazy_("Until (with this day)"), [needed()])


class _DaysField(IntegerField):
    """A whole number of days, or nothing; what is no number is said in the reader's language."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        if not (text.isascii() and text.isdigit() and len(text) < 5):
            raise ValueError(_("This is not a number: %(text)s", text=text[:20]))
        self.data = int(text)


class LadderForm(Form):
    """The steps of one kind of duty; an empty field after the second leaves that step out."""

    kind = SelectField(lazy_("Kind of duty"), [needed()])
    coming = _DaysField(lazy_("Days before the last day"))
    overdue = _DaysField(lazy_("Days after it, to the unit"))
    superior = _DaysField(lazy_("Days after it, to the superior"))
    leader = _DaysField(lazy_("Days after it, to the superior's leader"))


class WorkdayForm(Form):
    on_date = DayField(lazy_("Day"), [needed()])
    worked = RadioField(lazy_("On this day"), [needed()])
    remark = StringField(lazy_("Why"), [at_most(REMARK)])

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.worked.choices = [("no", _("not worked")), ("yes", _("worked"))]


class TextForm(Form):
    """The tenant's own words for one kind of message in one language; what is empty keeps the product's words."""

    subject = StringField(lazy_("Subject line"))
    body = TextAreaField(lazy_("Text of the message"), render_kw={"rows": 10})
    version = HiddenField()


def _number(key: str) -> Any:
    spec = SETTINGS[key]

    def within(form: Form, field: Field) -> None:
        """What is no number, and what lies outside, is said in one sentence."""
        if field.data is None or not spec.least <= field.data <= spec.most:
            field.errors = []
            raise StopValidation(
                _("A whole number from %(least)s to %(most)s.", least=spec.least, most=spec.most)
            )

    return IntegerField(
        spec.label,  # type: ignore[arg-type]
        [needed(), within],
        render_kw={"type": "number", "min": spec.least, "max": spec.most, "inputmode": "numeric"},
    )


def _field(key: str) -> Any:
    if SETTINGS[key].kind == "switch":
        return BooleanField(SETTINGS[key].label)  # type: ignore[arg-type]
    return _number(key)


#: One field for each choice that stands on the form.
SettingsForm: Any = type(
    "SettingsForm", (Form,), {key: _field(key) for key, spec in SETTINGS.items() if spec.kind != "kept"}
)
