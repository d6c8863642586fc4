"""Forms of terms: an election, a by-election, the dates, a postponement."""

from dataclasses import dataclass, field
from typing import Any

from flask import request
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.duties.forms import NumberField
from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.clock import today
from shared.duties.actions.terms.elections import Election
from shared.duties.queries.terms import Seated, people_named
from shared.errors import Invalid
from shared.events.kinds import ELECTORS
from shared.i18n import _
from shared.members.posts import BASES, POSTS, post_name, posts_on
from shared.organisations.kinds import posts_of
from shared.organisations.models import Unit

#: Lines of the committee beyond those that come filled.
SPARE = 3
#: A committee has at most 45 members (domain facts §1, unions); an office may be held beside another.
MOST = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the committee as it stands in the form."""

    code: str
    name: str
    #: Why this line cannot be taken as it is.
    wrong: str = ""
    kept: bool = False


@dataclass
class Committee:
    """The lines of the committee, read from the form or proposed from who sits there now."""

    lines: list[Line] = field(default_factory=list)
    elected: list[tuple[str, int]] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        return any(line.wrong for line in self.lines)

    def with_spare(self) -> list[Line]:
        return [*self.lines, *(Line("", "") for _n in range(SPARE))]


def committee_codes(unit: Unit) -> list[tuple[str, str]]:
    return [(code, post_name(code)) for code in posts_on(unit.line) if POSTS[code].committee]


def proposed_committee(unit: Unit, people: list[Seated], members: int) -> Committee:
    """Who sits there now, and the offices that a unit of this kind should have and that nobody holds."""
    now = [Line(row.code, row.name, kept=True) for row in people if row.committee]
    held = {line.code for line in now}
    wanting = [
        Line(code, "")
        for code in posts_of(unit.kind, members)
        if code not in held and code in POSTS and POSTS[code].committee
    ]
    order = {code: number for number, (code, _name) in enumerate(committee_codes(unit))}
    return Committee(sorted([*now, *wanting], key=lambda line: order.get(line.code, 99)))


def split_name(text: str) -> tuple[str, int | None]:
    """'王帅 #17' is the name and the key that tells two of one name apart."""
    name, _sign, key = " ".join(text.split()).partition("#")
    key = key.strip()
    return name.strip(), int(key) if key.isascii() and key.isdigit() and len(key) < 16 else None


def sent_committee(unit: Unit) -> Committee:
    """The lines as sent, each name looked up among the people of the unit and below. An empty name is no line."""
    pairs = list(zip(request.form.getlist("code"), request.form.getlist("name"), strict=False))[:MOST]
    lines = [(code.strip(), *split_name(name[:80])) for code, name in pairs if name.strip()]
    known = people_named(unit, {name for _code, name, _key in lines})
    found = Committee()
    for code, name, key in lines:
        person_id, wrong = _who(known.get(name, []), key, name)
        if not code:
            wrong = wrong or _("Choose the office.")
        found.lines.append(Line(code, name if key is None else f"{name} #{key}", wrong))
        if person_id is not None and not wrong:
            found.elected.append((code, person_id))
    return found


def _who(known: list[int], key: int | None, name: str) -> tuple[int | None, str]:
    if key is not None:
        return (key, "") if key in known else (None, _("Nobody of this name and number is in the unit."))
    if len(known) == 1:
        return known[0], ""
    if not known:
        return None, _("Not of this unit or one below it: %(name)s", name=name)
    return None, _(
        "Several people bear this name; write %(choice)s.",
        choice=_(" or ").join(f"{name} #{one}" for one in known),
    )


def person_named(unit: Unit, text: str) -> int:
    """The one person a name stands for. Raises Invalid under 'name'."""
    name, key = split_name(text[:80])
    person_id, wrong = _who(people_named(unit, [name]).get(name, []), key, name)
    if person_id is None:
        raise Invalid(fields={"name": wrong})
    return person_id


class ElectionForm(Form):
    """One election, filled but for what differs."""

    held_on = DayField(lazy_("Day of the election"), [needed()])
    document = StringField(lazy_("Approving document"), [needed(), at_most(200)])
    number = NumberField(lazy_("Number of the term"), [Optional()])
    ends_on = DayField(lazy_("Term ends on"), [Optional()])
    body = SelectField(lazy_("Elected by"), [needed()])
    due_count = NumberField(lazy_("Voters due"), [needed()])
    present_count = NumberField(lazy_("Voters present"), [needed()])
    place = StringField(lazy_("Place"), [Optional(), at_most(200)])
    form_key = HiddenField(validators=[needed(), at_most(64)])

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.body.choices = [(code, str(word)) for code, word in ELECTORS]

    def election(self, committee: Committee) -> Election:
        """What the form says. The form is valid."""
        return Election(
            held_on=self.held_on.data or today(),
            document=self.document.data or "",
            body=self.body.data,
            due_count=self.due_count.data or 0,
            present_count=self.present_count.data or 0,
            committee=committee.elected,
            number=self.number.data,
            ends_on=self.ends_on.data,
            place=self.place.data or "",
        )


class ByElectionForm(Form):
    """One vacant office filled between two elections."""

    code = SelectField(lazy_("Office"), [needed()])
    name = StringField(lazy_("Person"), [needed(), at_most(80)])
    basis = SelectField(lazy_("How the person came to it"), [needed()])
    on = DayField(lazy_("From"), [needed()])
    document = StringField(lazy_("Approving document"), [needed(), at_most(200)])

    def offer(self, unit: Unit) -> None:
        self.code.choices = [(code, post_name(code)) for code in posts_on(unit.line)]
        self.basis.choices = [(code, str(BASES[code])) for code in ("by_election", "appointed")]


class DatesForm(Form):
    """The present term as it is."""

    began_on = DayField(lazy_("Day of the last election"), [needed()])
    ends_on = DayField(lazy_("Term ends on"), [Optional()])
    number = NumberField(lazy_("Number of the term"), [Optional()])
    document = StringField(lazy_("Approving document"), [Optional(), at_most(200)])
    reason = TextAreaField(lazy_("Why it is corrected"), [Optional(), at_most(200)])


class PostponeForm(Form):
    """The superior's approval that the election may wait."""

    to = DayField(lazy_("Postponed to"), [needed()])
    document = StringField(lazy_("Approving document"), [needed(), at_most(200)])
    reason = TextAreaField(lazy_("Why again"), [Optional(), at_most(200)])
