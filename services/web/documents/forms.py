"""Forms of documents: which year's papers, of which part of the tree."""

import secrets
from dataclasses import dataclass

from wtforms import HiddenField, IntegerField
from wtforms.validators import NumberRange, Optional

from services.web.fields import Form, at_most, lazy_, needed
from shared.clock import today
from shared.errors import Invalid
from shared.i18n import _

FIRST_YEAR = 2000


def year_of(text: str | None) -> int:
    """The year of an address; the present one where none is named. Raises Invalid for what is no such year."""
    if not text:
        return today().year
    known = text.isascii() and text.isdigit() and len(text) == 4
    if not known or not FIRST_YEAR <= int(text) <= today().year + 1:
        raise Invalid(_("There is no ledger for this year."))
    return int(text)


@dataclass(frozen=True, slots=True)
class Asked:
    year: int
    unit_id: int | None
    form_key: str


class PrintForm(Form):
    """`form_key` makes a form sent twice one job."""

    year = IntegerField(lazy_("Year"), [needed(), NumberRange(min=FIRST_YEAR, max=2199)])
    unit_id = IntegerField(lazy_("Unit and all below"), [Optional(), NumberRange(min=1, max=2**62)])
    form_key = HiddenField(validators=[at_most(64)])

    @classmethod
    def sent(cls) -> Asked:
        """What was sent. Raises Invalid."""
        form = cls()
        if not form.validate() or form.year.data is None:
            raise Invalid(_("There is no ledger for this year."))
        return Asked(
            year_of(str(form.year.data)), form.unit_id.data, form.form_key.data or secrets.token_hex(12)
        )
