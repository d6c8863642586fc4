"""Forms of official documents: the text, whom it is handed to, what is said to it, its numbers, its way out."""

from wtforms import (
    HiddenField,
    IntegerField,
    MultipleFileField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from services.web.circulars.forms import SendForm
from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from services.web.plans.forms import KindsField
from shared.dispatches.actions import Wording
from shared.dispatches.actions.drafting import MAX_BODY, MAX_LINE, MAX_TITLE
from shared.dispatches.actions.issuing import MAX_CASE
from shared.dispatches.actions.issuing import MAX_WORDS as MAX_ISSUE
from shared.dispatches.actions.numbering import MAX_PREFIX
from shared.dispatches.actions.passing import MAX_WORDS
from shared.dispatches.kinds import FORMS, KINDS, RETENTIONS, URGENCIES
from shared.dispatches.models import DispatchFile
from shared.dispatches.queries.register import SeriesRow
from shared.files.accepting import ACCEPT
from shared.i18n import _


class DispatchForm(Form):
    form_key = HiddenField()
    revision = HiddenField()
    reply_to = HiddenField()
    unit_id = SelectField(lazy_("In the name of"), coerce=person_key, validate_choice=False)
    kind = SelectField(lazy_("Kind of document"), choices=[], validate_choice=False)
    form = SelectField(lazy_("Layout"), choices=[], default="", validate_choice=False)
    urgency = SelectField(lazy_("Urgency"), choices=[], default="", validate_choice=False)
    title = StringField(lazy_("Title"), [needed(), at_most(MAX_TITLE)])
    addressees = StringField(lazy_("Addressees"), [Optional(), at_most(MAX_LINE)])
    body = TextAreaField(lazy_("Text of the document"), [needed(), at_most(MAX_BODY)], render_kw={"rows": 16})
    enclosures = TextAreaField(
        lazy_("Names of enclosures, one a line"), [Optional(), at_most(MAX_LINE)], render_kw={"rows": 2}
    )
    copies = StringField(lazy_("Copies to"), [Optional(), at_most(MAX_LINE)])
    annotation = StringField(lazy_("Remark below the date"), [Optional(), at_most(MAX_LINE)])
    files = MultipleFileField(lazy_("Add files"), [Optional()], render_kw={"accept": ACCEPT})
    drop = KindsField(lazy_("Take off"), coerce=person_key, validate_choice=False)

    def offer(self, units: list[tuple[int, str, int]], files: list[DispatchFile]) -> None:
        first = units[0][2] if units else 0
        self.unit_id.choices = [(key, "　" * (depth - first) + name) for key, name, depth in units]
        self.kind.choices = [(key, str(one.name)) for key, one in KINDS.items()]
        self.form.choices = [
            ("", _("as usual for its kind")),
            *((key, str(one)) for key, one in FORMS.items()),
        ]
        self.urgency.choices = [(key, str(one)) for key, one in URGENCIES.items()]
        self.drop.choices = [(one.file_id, one.name) for one in files]

    def words(self) -> Wording:
        return Wording(
            kind=self.kind.data or "",
            form=self.form.data or "",
            title=self.title.data or "",
            body=self.body.data or "",
            addressees=self.addressees.data or "",
            copies=self.copies.data or "",
            enclosures=self.enclosures.data or "",
            annotation=self.annotation.data or "",
            urgency=self.urgency.data or "",
        )


class HandOverForm(Form):
    revision = HiddenField()
    series_id = SelectField(lazy_("Prefix of the number"), coerce=person_key, validate_choice=False)
    reviewer_id = SelectField(lazy_("Reviewed by"), coerce=person_key, validate_choice=False)
    signer_id = SelectField(lazy_("Signed by"), coerce=person_key, validate_choice=False)
    countersigner_ids = KindsField(lazy_("Countersigned by"), coerce=person_key, validate_choice=False)

    def offer(
        self,
        series: list[SeriesRow],
        reviewers: dict[int, str],
        signers: dict[int, str],
        others: list[tuple[int, str]],
    ) -> None:
        self.series_id.choices = [(one.id, one.prefix) for one in series]
        self.reviewer_id.choices = list(reviewers.items())
        self.signer_id.choices = list(signers.items())
        self.countersigner_ids.choices = others


class DecideForm(Form):
    revision = HiddenField()
    words = TextAreaField(lazy_("Opinion"), [Optional(), at_most(MAX_WORDS)], render_kw={"rows": 3})


class VoidForm(Form):
    revision = HiddenField()
    reason = StringField(lazy_("Why it is void"), [needed(), at_most(MAX_WORDS)])


class ReplyForm(Form):
    form_key = HiddenField()
    number = StringField(lazy_("Number of the reply"), [Optional(), at_most(60)])
    words = TextAreaField(lazy_("What it says"), [needed(), at_most(MAX_WORDS)], render_kw={"rows": 2})
    replied_on = DayField(lazy_("Day of the reply"), [needed()])


class PaperIssueForm(Form):
    form_key = HiddenField()
    words = StringField(lazy_("To whom and how"), [needed(), at_most(MAX_ISSUE)])


class IssueForm(SendForm):
    """Whom a document goes to: the choice of a circular, because it goes out as one."""

    form_key = HiddenField()


class ArchiveForm(Form):
    revision = HiddenField()
    year = IntegerField(lazy_("Year of the file"), [needed()])
    case_no = StringField(lazy_("Number in the file"), [needed(), at_most(MAX_CASE)])
    retention = SelectField(lazy_("Kept for so long"), coerce=person_key, choices=[], validate_choice=False)

    def offer(self) -> None:
        self.retention.choices = [(key, str(one)) for key, one in RETENTIONS.items()]


class SeriesForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit"), coerce=person_key, validate_choice=False)
    prefix = StringField(lazy_("Prefix"), [needed(), at_most(MAX_PREFIX)])
    before = IntegerField(lazy_("Last number given on paper this year"), [Optional()], default=0)

    def offer(self, units: list[tuple[int, str, int]]) -> None:
        first = units[0][2] if units else 0
        self.unit_id.choices = [(key, "　" * (depth - first) + name) for key, name, depth in units]
