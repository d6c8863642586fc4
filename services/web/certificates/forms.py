"""Forms of certificates: a template, a batch, a seal."""

from wtforms import FileField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.certificates.actions.sealing import MAX_NAME as MAX_SEAL
from shared.certificates.actions.templates import MAX_BODY, MAX_HEADING, MAX_ISSUER, MAX_NAME, MAX_PREFIX
from shared.certificates.kinds import KINDS, PAGES

WHO = ("people", "units", "everybody", "below")


class TemplateForm(Form):
    form_key = HiddenField()
    revision = HiddenField()
    name = StringField(lazy_("Name of the template"), [needed(), at_most(MAX_NAME)])
    kind = SelectField(lazy_("Kind of certificate"), choices=[])
    heading = StringField(lazy_("Large words on top"), [needed(), at_most(MAX_HEADING)])
    body = TextAreaField(lazy_("Text"), [needed(), at_most(MAX_BODY)], render_kw={"rows": 6})
    issuer = StringField(lazy_("Granting body"), [needed(), at_most(MAX_ISSUER)])
    prefix = StringField(lazy_("Numbers begin with"), [needed(), at_most(MAX_PREFIX)])
    pages = SelectField(lazy_("Paper size"), choices=[])

    def offer(self) -> None:
        self.kind.choices = [(key, str(word)) for key, word in KINDS.items()]
        self.pages.choices = [(key, str(word)) for key, word in PAGES.items()]


class IssueForm(Form):
    """`names`: one a line; what the template's own placeholders ask for comes as word-<placeholder>."""

    form_key = HiddenField()
    who = RadioField(lazy_("Awarded to whom"), choices=[], validate_choice=False)
    names = TextAreaField(
        lazy_("Names, one a line"), [Optional(), at_most(60_000)], render_kw={"rows": 6, "data-nodraft": "1"}
    )
    granted_on = DayField(lazy_("Day on the certificate"), [needed()])

    def offer(self) -> None:
        self.who.choices = [
            ("people", lazy_("Members by name")),
            ("units", lazy_("Units by name")),
            ("everybody", lazy_("Every member here and below")),
            ("below", lazy_("Every unit directly below")),
        ]


class SealForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Whose seal"), coerce=int, validate_choice=False)
    name = StringField(lazy_("Name of the seal"), [needed(), at_most(MAX_SEAL)])
    picture = FileField(lazy_("Picture (PNG, at most 2 MB)"), render_kw={"accept": ".png"})


class VoidForm(Form):
    reason = StringField(lazy_("Why it is void"), [needed(), at_most(200)])
