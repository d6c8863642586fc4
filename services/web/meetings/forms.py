"""Forms of what is to be held."""

from collections.abc import Iterable

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from services.web.events.forms import ClockField, person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.clock import today
from shared.events.actions.meetings import Planned
from shared.events.kinds import MAX_LONGTEXT, MAX_TEXT
from shared.events.queries import RollPerson
from shared.i18n import _


class MeetingForm(Form):
    """When, where, what about. `repeat` makes it a fixed day each month."""

    form_key = HiddenField(validators=[Length(max=64)])
    version = HiddenField()
    title = StringField(lazy_("Title"), [Optional(), at_most(MAX_TEXT)])
    on_date = DayField(lazy_("Date"), [needed()])
    starts_at = ClockField(lazy_("Begin"), [needed()])
    ends_at = ClockField(lazy_("End"), [Optional()])
    place = StringField(lazy_("Place"), [Optional(), at_most(MAX_TEXT)])
    chair_id = SelectField(lazy_("Chair"), coerce=person_key, validate_choice=False)
    agenda = TextAreaField(lazy_("Agenda"), [Optional(), at_most(MAX_LONGTEXT)], render_kw={"rows": 4})
    repeat = RadioField(lazy_("How often"), [Optional()], default="once")
    day = IntegerField(lazy_("Day of the month"), [Optional(), NumberRange(1, 31)])

    def offer(self, people: Iterable[RollPerson]) -> None:
        self.chair_id.choices = [("", "—"), *((person.id, person.name) for person in people)]
        self.repeat.choices = [("once", _("This once")), ("monthly", _("A fixed day each month"))]

    def planned(self) -> Planned:
        """What the form says; it has been validated."""
        assert self.starts_at.data is not None
        return Planned(
            on_date=self.on_date.data or today(),
            starts_at=self.starts_at.data,
            ends_at=self.ends_at.data,
            title=self.title.data or "",
            place=self.place.data or "",
            chair_id=self.chair_id.data,
            agenda=self.agenda.data or "",
        )
