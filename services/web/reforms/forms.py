"""Forms of reorganisations."""

import secrets
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.organisations.actions import MAX_NAME
from shared.organisations.kinds import KINDS, SECTORS, may_stand_under


class ReformForm(Form):
    """A reorganisation's title, document and day."""

    form_key = HiddenField()
    version = HiddenField()
    title = StringField(lazy_("Title"), [needed(), at_most(MAX_NAME)])
    document_no = StringField(lazy_("Number of the approving document"), [needed(), at_most(MAX_NAME)])
    effective_on = DayField(lazy_("Takes effect on"), [needed()])
    note = TextAreaField(lazy_("Remark"), [Optional(), at_most(500)])

    def prepare(self) -> None:
        if not self.form_key.data:
            self.form_key.data = secrets.token_hex(12)


class StepForm(Form):
    """What a step needs besides its units; the fields that its operation does not take are left out of the page."""

    form_key = HiddenField()
    name = StringField(lazy_("Name of the unit"), [Optional(), at_most(MAX_NAME)])
    kind = SelectField(lazy_("Kind of unit"), [Optional()])
    sector = SelectField(lazy_("Sector"), [Optional()])
    receiver = StringField(lazy_("Organisation that receives it"), [Optional(), at_most(MAX_NAME)])

    def offer(self, *, line: str | None, parent: str | None, top: bool, present: str = "") -> None:
        """The kinds that may stand there; `top` without a superior, `present` is left out."""
        self.kind.choices = [
            (key, str(spec.name))
            for key, spec in KINDS.items()
            if (line is None or spec.line == line)
            and key != present
            and (may_stand_under(key, parent) if parent is not None or top else True)
        ]
        self.sector.choices = [(key, str(name)) for key, name in SECTORS.items()]
        # A kind that does not fit is said by the preview, in the words of the operation.
        validates: Any = self.kind
        validates.validate_choice = False


class PasteForm(Form):
    lines = TextAreaField(lazy_("One operation a line"), [needed(), at_most(60_000)])
