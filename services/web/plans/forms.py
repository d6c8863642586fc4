"""Forms of plans: the paper, its head, one item, and to whom items are given."""

from typing import Any

from wtforms import (
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.members.posts import post_name, posts_on
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.plans.actions.campaigns import MAX_NAME
from shared.plans.actions.changes import MAX_REASON
from shared.plans.actions.comments import MAX_REMARK
from shared.plans.actions.drafts import CADENCES, KINDS_OF_PAPER, MAX_CONTENT, MAX_TITLE, MAX_WORDS, ItemWords
from shared.plans.reading.source import ACCEPT, MOST_CHARACTERS

PAPERS = {
    "work_points": lazy_("Work points"),
    "speech": lazy_("Speech"),
    "scheme": lazy_("Scheme or programme"),
    "notice": lazy_("Notice or opinion"),
    "other": lazy_("Other paper"),
}
OFTEN = {
    "month": lazy_("each month"),
    "quarter": lazy_("each quarter"),
    "half_year": lazy_("each half-year"),
    "year": lazy_("each year"),
    "regular": lazy_("regularly, without a number"),
}


def whole(value: Any) -> int | None:
    return person_key(value)


class PaperForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("For which unit"), coerce=person_key, validate_choice=False)
    file = FileField(lazy_("The paper: .docx, .txt or .pdf"), [Optional()], render_kw={"accept": ACCEPT})
    pasted = TextAreaField(
        lazy_("or its text"), [Optional(), at_most(MOST_CHARACTERS)], render_kw={"rows": 6}
    )


class HeadForm(Form):
    title = StringField(lazy_("Title"), [needed(), at_most(MAX_TITLE)])
    kind = SelectField(lazy_("Kind of paper"), choices=[])
    organ = StringField(lazy_("Issued by"), [Optional(), at_most(MAX_TITLE)])
    year_from = IntegerField(lazy_("Year"), [Optional()], render_kw={"inputmode": "numeric"})
    year_to = IntegerField(lazy_("to the year"), [Optional()], render_kw={"inputmode": "numeric"})

    def offer(self) -> None:
        self.kind.choices = [(code, str(PAPERS[code])) for code in KINDS_OF_PAPER]


class ItemForm(Form):
    heading = StringField(lazy_("Heading of the item"), [Optional(), at_most(MAX_TITLE)])
    content = TextAreaField(
        lazy_("What is to be done"), [Optional(), at_most(MAX_CONTENT)], render_kw={"rows": 5}
    )
    cadence = SelectField(lazy_("How often"), choices=[])
    times = IntegerField(lazy_("How many times"), [Optional()], render_kw={"inputmode": "numeric"})
    due_on = DayField(lazy_("To be done by"), [Optional()])
    audience = StringField(lazy_("For whom"), [Optional(), at_most(MAX_WORDS)])
    duty_kind = SelectField(lazy_("The ledger shows it as"), choices=[])
    deliverable = StringField(lazy_("What is to be delivered"), [Optional(), at_most(MAX_WORDS)])
    proof = StringField(lazy_("What proves it"), [Optional(), at_most(MAX_WORDS)])
    standard = StringField(lazy_("When it counts as done well"), [Optional(), at_most(MAX_WORDS)])

    def offer(self, line: str) -> None:
        self.cadence.choices = [("", _("once")), *((code, str(OFTEN[code])) for code in CADENCES)]
        self.duty_kind.choices = [
            ("", "—"),
            *((code, str(spec.name)) for code, spec in KINDS.items() if spec.line in (line, "both")),
        ]

    def words(self) -> ItemWords:
        return ItemWords(
            heading=self.heading.data or "",
            content=self.content.data or "",
            cadence=self.cadence.data or None,
            times=self.times.data if self.times.data is not None else 1,
            due_on=self.due_on.data,
            audience=self.audience.data or "",
            duty_kind=self.duty_kind.data or None,
            deliverable=self.deliverable.data or "",
            proof=self.proof.data or "",
            standard=self.standard.data or "",
        )


class KindsField(SelectMultipleField):
    """Kinds of units as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AssignForm(Form):
    seen = HiddenField()
    to = SelectField(lazy_("Give the items"), choices=[], validate_choice=False)
    posts = KindsField(lazy_("Posts"), validate_choice=False)
    helper_units = KindsField(lazy_("Units that help"), coerce=person_key, validate_choice=False)
    helper_people = KindsField(lazy_("People who help"), coerce=person_key, validate_choice=False)
    kinds = KindsField(lazy_("Kinds of units"), validate_choice=False)
    under_id = SelectField(lazy_("Below"), coerce=person_key, validate_choice=False)
    due_on = DayField(lazy_("To be done by, where the item names no day"), [Optional()])

    def offer(self, scopes: list[tuple[int, str, int]], lines: set[str]) -> None:
        first = scopes[0][2] if scopes else 0
        self.to.choices = [("unit", _("to the units")), ("posts", _("to posts of the units"))]
        self.posts.choices = [(code, post_name(code)) for line in sorted(lines) for code in posts_on(line)]
        self.under_id.choices = [
            ("", _("All my units")),
            *((key, "　" * (depth - first) + name) for key, name, depth in scopes),
        ]
        self.kinds.choices = [
            (code, str(spec.name)) for code, spec in UNIT_KINDS.items() if spec.line in lines
        ]

    def offer_help(self, units: dict[int, str], people: dict[int, str]) -> None:
        self.helper_units.choices = list(units.items())
        self.helper_people.choices = list(people.items())


class WithdrawForm(Form):
    reason = TextAreaField(
        lazy_("Why it is withdrawn"), [Optional(), at_most(MAX_REASON)], render_kw={"rows": 2}
    )


class CommentForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("In the name of"), coerce=person_key, validate_choice=False)
    plan_item_id = SelectField(lazy_("About"), coerce=person_key, validate_choice=False)
    remark = TextAreaField(
        lazy_("What your unit thinks"), [Optional(), at_most(MAX_REMARK)], render_kw={"rows": 3}
    )


class CampaignForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("For which unit"), coerce=person_key, validate_choice=False)
    name = StringField(lazy_("Name of the campaign"), [needed(), at_most(MAX_NAME)])
    year_from = IntegerField(lazy_("Year"), [Optional()], render_kw={"inputmode": "numeric"})
    year_to = IntegerField(lazy_("to the year"), [Optional()], render_kw={"inputmode": "numeric"})
    remark = TextAreaField(lazy_("Remark"), [Optional(), at_most(MAX_REMARK)], render_kw={"rows": 2})
    state = SelectField(lazy_("State"), choices=[], validate_choice=False)

    def offer(self, units: list[tuple[int, str]]) -> None:
        self.unit_id.choices = units
        self.state.choices = [("open", _("Open")), ("closed", _("Closed"))]
