"""Forms of rounds: opening one, its last days, ending it; a unit's own sheet and its evidence."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import DecimalField, HiddenField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.assessments.actions.entering import MAX_NOTE, TypedMark
from shared.assessments.actions.opening import MAX_NAME, MAX_REASON, PERIODS, Opening
from shared.assessments.composition import SECTIONS
from shared.assessments.grades import LEVELS, Grading
from shared.assessments.models import Line
from shared.events.kinds import KINDS
from shared.files.accepting import ACCEPT
from shared.i18n import _

PERIOD_WORDS = {"quarter": lazy_("Quarter"), "half": lazy_("Half-year"), "year": lazy_("Year")}


def _section(key: str) -> TextAreaField:
    # A heading of the report is said in the reader's language when it is drawn, as every label.
    label: Any = SECTIONS[key]
    return TextAreaField(label, [Optional(), at_most(4000)], render_kw={"rows": 4})


class ChoiceForm(Form):
    """What a round is about; the rest is proposed from it."""

    scheme_id = SelectField(lazy_("Scheme"), coerce=person_key, validate_choice=False)
    unit_id = SelectField(lazy_("Held by"), coerce=person_key, validate_choice=False)
    period = SelectField(lazy_("Period"), choices=[], validate_choice=False)

    def offer(self, schemes: list[tuple[int, str]], scopes: list[tuple[int, str, int]]) -> None:
        first = scopes[0][2] if scopes else 0
        self.scheme_id.choices = schemes
        self.unit_id.choices = [(key, "　" * (depth - first) + name) for key, name, depth in scopes]
        self.period.choices = [(code, str(PERIOD_WORDS[code])) for code in PERIODS]


class DaysForm(Form):
    revision = HiddenField()
    self_until = DayField(lazy_("Self-score until"), [needed()])
    review_until = DayField(lazy_("Review until"), [needed()])
    appeal_until = DayField(lazy_("Appeals until"), [needed()])


class OpenForm(DaysForm):
    form_key = HiddenField()
    seen = HiddenField()
    name = StringField(lazy_("Name of the round"), [needed(), at_most(MAX_NAME)])
    starts_on = DayField(lazy_("First day assessed"), [needed()])
    ends_on = DayField(lazy_("Last day assessed"), [needed()])

    def opening(self, period: str) -> Opening:
        return Opening(
            name=self.name.data or "",
            period=period,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            self_until=self.self_until.data,
            review_until=self.review_until.data,
            appeal_until=self.appeal_until.data,
        )


class WithdrawForm(Form):
    revision = HiddenField()
    reason = StringField(lazy_("Reason"), [Optional(), at_most(MAX_REASON)])


class EntryForm(Form):
    """The sheet as a whole; its lines are read by typed_marks."""

    version = HiddenField()
    base = HiddenField()


def typed_marks(form: Mapping[str, str], lines: Sequence[Line]) -> dict[int, TypedMark]:
    """What was sent, by line; a line that was not on the form is not among it."""
    return {
        line.id: TypedMark(
            points=form.get(f"points-{line.id}", ""),
            words=form[f"words-{line.id}"],
            not_applicable=bool(form.get(f"skip-{line.id}")),
        )
        for line in lines
        if f"words-{line.id}" in form
    }


class ProofForm(Form):
    form_key = HiddenField()
    files = MultipleFileField(lazy_("Add photos or papers"), [Optional()], render_kw={"accept": ACCEPT})
    words = TextAreaField(lazy_("What it shows"), [Optional(), at_most(MAX_NOTE)], render_kw={"rows": 2})


class PickForm(Form):
    """Which records of the ledger are offered as evidence."""

    kind = SelectField(lazy_("Kind of record"), choices=[], default="", validate_choice=False)
    since = DayField(lazy_("From"), [Optional()])
    until = DayField(lazy_("Until"), [Optional()])

    def offer(self) -> None:
        self.kind.choices = [("", _("All kinds")), *((key, str(one.name)) for key, one in KINDS.items())]


class HonourForm(Form):
    """An honour of a unit."""

    form_key = HiddenField()
    unit_id = SelectField(lazy_("Unit"), coerce=person_key, validate_choice=False)
    name = StringField(lazy_("Honour"), [needed(), at_most(120)])
    level = SelectField(lazy_("Level"), choices=[])
    granted_by = StringField(lazy_("Granted by"), [needed(), at_most(120)])
    granted_on = DayField(lazy_("Granted on"), [needed()])

    def offer(self, units: Sequence[tuple[int, str]]) -> None:
        self.unit_id.choices = list(units)
        self.level.choices = [(code, str(word)) for code, word in LEVELS.items()]


class AppraisalOpenForm(Form):
    until = DayField(lazy_("Reports until"), [needed()])


class ReportForm(Form):
    """A unit's report on the year, in the sections of shared.assessments.composition."""

    revision = HiddenField()
    last_year = _section("last_year")
    work = _section("work")
    problems = _section("problems")
    causes = _section("causes")
    next_steps = _section("next_steps")


class OpinionForm(Form):
    """What the superior gives a unit's report."""

    revision = HiddenField()
    superior = DecimalField(lazy_("Opinion of the superior, 0 to 100"), [Optional()], places=2)
    comment = TextAreaField(
        lazy_("One comment, which the unit reads"), [Optional(), at_most(1000)], render_kw={"rows": 3}
    )
    poll_id = SelectField(lazy_("Ballot on the report"), coerce=person_key, validate_choice=False)
    round_id = SelectField(lazy_("Daily work by the round"), coerce=person_key, validate_choice=False)

    def offer(self, polls: Sequence[tuple[int, str]], rounds: Sequence[tuple[int, str]]) -> None:
        self.poll_id.choices = [("", _("not chosen yet")), *polls]
        self.round_id.choices = [("", _("not chosen yet")), *rounds]


class GradeForm(Form):
    """A grade by hand; the first choice gives it back to the rule."""

    revision = HiddenField()
    grade = SelectField(lazy_("Grade"), choices=[], validate_choice=False)
    reason = StringField(lazy_("Reason, which the unit reads"), [needed(), at_most(500)])

    def offer(self, grading: Grading) -> None:
        self.grade.choices = [("", _("By the rule")), *((step.key, _(step.name)) for step in grading.steps)]


class FollowForm(Form):
    """Lost points become findings."""

    form_key = HiddenField()
    seen = HiddenField()
    unit_id = HiddenField()
    due_on = DayField(lazy_("To be put right by"), [needed()])
