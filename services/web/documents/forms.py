"""Forms of documents: which papers, of which span, of which part of the tree."""

import secrets
from dataclasses import dataclass
from datetime import date

from flask import request
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import NumberRange, Optional

from services.web.fields import DayField, Form, at_most, lazy_
from shared.clock import today
from shared.documents.actions import Span
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


def month_of(text: str | None) -> int:
    """The month of an address; the present one where none is named. Raises Invalid."""
    if not text:
        return today().month
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= 12):
        raise Invalid(_("Name the month that the paper is about."))
    return int(text)


def day_of(text: str | None) -> date:
    """The day of an address; today where none is named. Raises Invalid."""
    if not text:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("This is not a date: %(text)s", text=text[:20])) from error


def span_asked() -> Span:
    """The span as the address says it, each part proposed where it is not named."""
    return Span(
        year_of(request.args.get("year")),
        month_of(request.args.get("month")),
        day_of(request.args.get("day")),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    span: Span
    unit_id: int | None
    subject_id: int | None
    report: str
    form_key: str

    @property
    def year(self) -> int:
        return self.span.year or today().year


class PrintForm(Form):
    """`form_key` makes a form sent twice one job."""

    report = StringField(validators=[Optional(), at_most(40)])
    year = IntegerField(lazy_("Year"), [Optional(), NumberRange(min=FIRST_YEAR, max=2199)])
    month = IntegerField(lazy_("Month"), [Optional(), NumberRange(min=1, max=12)])
    day = DayField(lazy_("Day"), [Optional()])
    unit_id = IntegerField(lazy_("Unit and all below"), [Optional(), NumberRange(min=1, max=2**62)])
    subject_id = IntegerField(validators=[Optional(), NumberRange(min=1, max=2**62)])
    form_key = HiddenField(validators=[at_most(64)])

    @classmethod
    def sent(cls) -> Asked:
        """What was sent. Raises Invalid."""
        form = cls()
        if not form.validate():
            raise Invalid(_("There is no ledger for this year."))
        year = year_of(str(form.year.data)) if form.year.data is not None else None
        return Asked(
            Span(year, form.month.data, form.day.data),
            form.unit_id.data,
            form.subject_id.data,
            form.report.data or "ledger",
            form.form_key.data or secrets.token_hex(12),
        )
