"""Forms of a vote as it is drafted, of paper ballots as they are counted."""

from datetime import datetime, time

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import Optional

from services.web.ballots.words import WAYS
from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.ballots.actions.drafting import MAX_TEXT, MAX_TITLE, Draft
from shared.ballots.kinds import ballot_kinds
from shared.clock import at_local
from shared.i18n import _


class DraftForm(Form):
    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit"), coerce=person_key, validate_choice=False)
    kind = SelectField(lazy_("Kind of vote"), validate_choice=False)
    title = StringField(lazy_("Title"), [needed(), at_most(MAX_TITLE)])
    explanation = TextAreaField(
        lazy_("What the voters should know"), [Optional(), at_most(MAX_TEXT)], render_kw={"rows": 3}
    )
    items = TextAreaField(
        lazy_("What is voted on, one line each"), [needed(), at_most(60_000)], render_kw={"rows": 8}
    )
    seats = IntegerField(lazy_("How many are elected or chosen"), [Optional()])
    way = RadioField(lazy_("How votes are cast"), default="screen")
    closes_on = DayField(lazy_("Open until"), [Optional()])
    closes_time = TimeField(lazy_("Time"), [Optional()], default=time(18, 0))
    minimum = IntegerField(lazy_("Fewest ballots that are shown"), [Optional()], default=5)

    def offer(self, units: list[tuple[int, str]], line: str) -> None:
        self.unit_id.choices = units
        self.kind.choices = [
            (key, kind.name) for key, kind in ballot_kinds().items() if kind.line in ("", line)
        ]
        self.way.choices = [(key, str(word)) for key, word in WAYS.items()]

    def draft(self) -> Draft:
        """What stands in the form; a day without a time lasts until its evening."""
        closes: datetime | None = None
        if self.closes_on.data is not None:
            closes = at_local(self.closes_on.data, self.closes_time.data or time(18, 0))
        return Draft(
            kind=self.kind.data or "",
            title=self.title.data or "",
            way=self.way.data or "screen",
            items=(self.items.data or "").splitlines(),
            explanation=self.explanation.data or "",
            seats=self.seats.data,
            minimum=self.minimum.data if self.minimum.data is not None else 5,
            closes_at=closes,
        )


class ClassForm(Form):
    names = TextAreaField(lazy_("Names"), [Optional(), at_most(40_000)], render_kw={"rows": 4})
    heads = IntegerField(lazy_("Or how many"), [Optional()])


class StepsForm(Form):
    self_until = DayField(lazy_("Self-appraisals until"), [Optional()])
    event_id = SelectField(lazy_("Record of the hearing"), coerce=person_key, validate_choice=False)

    def offer(self, records: list[tuple[int, str]]) -> None:
        self.event_id.choices = [("", _("not chosen yet")), *records]


class SelfForm(Form):
    act = HiddenField()
    body = TextAreaField(lazy_("My own year"), [Optional(), at_most(5000)], render_kw={"rows": 12})


class BallotForm(Form):
    """The ballot itself: its fields are `item-<key>` and `written`."""


class CountForm(Form):
    form_key = HiddenField()
    issued = IntegerField(lazy_("Ballots issued"), [needed()])
    returned = IntegerField(lazy_("Ballots returned"), [needed()])
    invalid = IntegerField(lazy_("Invalid ballots"), [Optional()], default=0)
    written = TextAreaField(
        lazy_("Names written in, one line each: name, votes"),
        [Optional(), at_most(4000)],
        render_kw={"rows": 2},
    )
