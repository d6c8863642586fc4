"""Forms of assessments: which year is meant."""

import secrets

from wtforms import HiddenField, IntegerField
from wtforms.validators import NumberRange

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
        raise Invalid(_("There is no sheet for this year."))
    return int(text)


class YearForm(Form):
    """A button that works on one year; `form_key` makes a form sent twice one act."""

    year = IntegerField(lazy_("Year"), [needed(), NumberRange(min=FIRST_YEAR, max=2199)])
    form_key = HiddenField(validators=[at_most(64)])

    @classmethod
    def sent(cls) -> tuple[int, str]:
        """The year and key that were sent. Raises Invalid."""
        form = cls()
        if not form.validate() or form.year.data is None:
            raise Invalid(_("There is no sheet for this year."))
        return year_of(str(form.year.data)), form.form_key.data or secrets.token_hex(12)
