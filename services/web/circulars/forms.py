"""Forms of a circular: its text, whom it goes to, another last day, its withdrawal, a reply."""

from typing import Any

from wtforms import HiddenField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.audiences.forms import AudienceForm
from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from services.web.plans.forms import KindsField
from shared.audiences.recipients import Audience, from_json, to_json
from shared.circulars.actions.answering import MAX_REPLY
from shared.circulars.actions.drafting import MAX_BODY, MAX_CHOICE, MAX_CHOICES, MAX_TITLE, Words
from shared.circulars.actions.following import MAX_REASON
from shared.circulars.models import Circular, CircularFile
from shared.files.accepting import ACCEPT
from shared.i18n import _


class CircularForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    unit_id = SelectField(lazy_("In the name of"), coerce=person_key, validate_choice=False)
    title = StringField(lazy_("Title"), [needed(), at_most(MAX_TITLE)])
    body = TextAreaField(
        lazy_("Wording of the circular"), [needed(), at_most(MAX_BODY)], render_kw={"rows": 10}
    )
    due_on = DayField(lazy_("Last day"), [Optional()])
    reply = RadioField(lazy_("Reply"), choices=[], default="none", validate_choice=False)
    choices = TextAreaField(
        lazy_("Answers to choose from, one a line"),
        [Optional(), at_most(MAX_CHOICES * (MAX_CHOICE + 2))],
        render_kw={"rows": 3},
    )
    files = MultipleFileField(lazy_("Add files"), [Optional()], render_kw={"accept": ACCEPT})
    drop = KindsField(lazy_("Take off"), coerce=person_key, validate_choice=False)

    def offer(self, units: list[tuple[int, str, int]], files: list[CircularFile]) -> None:
        first = units[0][2] if units else 0
        self.unit_id.choices = [(key, "　" * (depth - first) + name) for key, name, depth in units]
        self.reply.choices = [
            ("none", _("Only to be read")),
            ("text", _("A reply in words")),
            ("choice", _("One of several answers")),
        ]
        self.drop.choices = [(one.file_id, one.name) for one in files]

    def words(self) -> Words:
        return Words(
            title=self.title.data or "",
            body=self.body.data or "",
            reply=self.reply.data or "",
            choices=(self.choices.data or "").splitlines(),
            due_on=self.due_on.data,
        )


class SendForm(AudienceForm):
    """Whom a circular goes to. Beside the people of an audience it may go to the units as such."""

    seen = HiddenField()
    whom = SelectField(lazy_("Who is meant"), choices=[], default="units", validate_choice=False)

    def offer_audience(self, scopes: list[tuple[int, str, int]], lines: set[str]) -> None:
        super().offer_audience(scopes, lines)
        self.whom.choices = [
            ("units", _("The units; one of those who answer for each reads for it")),
            ("answering", _("Those who answer for the units, each of them")),
            ("members", _("The members of the units")),
        ]

    def whom_kept(self) -> str:
        """units or people, as a circular keeps it."""
        return "units" if self.whom.data == "units" else "people"

    def audience(self) -> Audience:
        """What is chosen. Raises Invalid for what no form offers."""
        if self.whom.data != "units":
            return super().audience()
        return from_json(
            {
                "under_id": self.under_id.data,
                "unit_kinds": self.unit_kinds.data or [],
                "without_duty": self.without_duty.data or "",
            }
        )

    def pairs(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = [("whom", self.whom.data)]
        for key, value in to_json(self.audience()).items():
            if key != "whom":
                found += [(key, one) for one in value] if isinstance(value, list) else [(key, value)]
        return found


class DayForm(Form):
    version = HiddenField()
    due_on = DayField(lazy_("Last day"), [Optional()])


class WithdrawForm(Form):
    reason = StringField(lazy_("Why it is withdrawn"), [Optional(), at_most(MAX_REASON)])


class ReplyForm(Form):
    receipt_id = HiddenField()
    choice = RadioField(lazy_("Your answer"), choices=[], validate_choice=False)
    text = TextAreaField(lazy_("Reply"), [Optional(), at_most(MAX_REPLY)], render_kw={"rows": 3})

    def offer(self, circular: Circular) -> None:
        self.choice.choices = [(one, one) for one in circular.choices]
        if circular.reply == "choice":
            self.text.label.text = _("Remark")
