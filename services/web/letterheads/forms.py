"""The form of a tenant's own words on a kind of paper."""

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.fields import Form, at_most, lazy_
from shared.documents.reports import REPORTS
from shared.letterheads.actions import MAX_BODY, MAX_LINE

#: Papers whose words are decided where they are issued.
APART = ("certificate", "birthday_cards", "compendium", "compendium_all")


class WordsForm(Form):
    form_key = HiddenField()
    revision = HiddenField()
    report = SelectField(lazy_("On which papers"), choices=[])
    header = StringField(lazy_("Line on top"), [Optional(), at_most(MAX_LINE)])
    name = StringField(lazy_("Own name of the paper"), [Optional(), at_most(MAX_LINE)])
    heading = StringField(lazy_("Heading of an own section"), [Optional(), at_most(MAX_LINE)])
    body = TextAreaField(
        lazy_("Text of the section"), [Optional(), at_most(MAX_BODY)], render_kw={"rows": 10}
    )
    place = SelectField(lazy_("Where the section stands"), choices=[])
    on_purpose = BooleanField(lazy_("Years and months that the words name stand there on purpose"))

    def offer(self) -> None:
        names = [(key, str(report.name)) for key, report in REPORTS.items() if key not in APART]
        self.report.choices = [("", lazy_("Every paper without words of its own")), *names]
        self.place.choices = [
            ("after", lazy_("At the end of the paper")),
            ("before", lazy_("Under the name of the paper")),
        ]
