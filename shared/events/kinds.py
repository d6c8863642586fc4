"""The kinds of events, and of the duties they fulfil. A new kind is one entry here and one rule in a pack.

`fields` are the kind's own questions; everything else (day, place, chair, attendance) is common to all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared.errors import Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _, lazy_

FieldType = Literal["text", "longtext", "bool", "choice", "person", "number"]
#: Who stands on the roll: all members, the holders of offices, two people of a talk; only counted; nobody.
Attendance = Literal["members", "officers", "pair", "counts", "none"]

MAX_TEXT = 200
MAX_LONGTEXT = 20_000


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a kind. `choices` are (code, word) of a choice."""

    code: str
    label: lazy_
    type: FieldType = "text"
    required: bool = True
    choices: tuple[tuple[str, lazy_], ...] = ()
    #: 'chair': comes filled with the name of the chair.
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class EventKind:
    """`short` heads a column; `title_field` names the field that serves as the record's title."""

    name: lazy_
    line: Literal["party", "union", "both"]
    fields: tuple[Field, ...] = ()
    short: lazy_ | None = None
    attendance: Attendance = "members"
    title_field: str | None = None
    #: The heading over the kind's own fields.
    heading: lazy_ | None = None
    #: Recorded on the page of terms, with what follows from it, and not by the general form.
    own_page: bool = False

    @property
    def head(self) -> str:
        return str(self.short or self.name)

    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The kind's own fields from what was sent: known ones only, trimmed, complete.

        Raises Invalid with the message of each wrong field under its code.
        """
        found: dict[str, Any] = {}
        wrong: dict[str, object] = {}
        for field in self.fields:
            try:
                value = _read(field, values.get(field.code))
            except Invalid as problem:
                wrong[field.code] = str(problem)
                continue
            if value in (None, "") and field.required:
                wrong[field.code] = _("This is missing.")
            elif value not in (None, ""):
                found[field.code] = value
        if wrong:
            raise Invalid(_("Some fields need another look."), fields=wrong)
        return found


def _read(field: Field, value: Any) -> Any:
    if field.type == "bool":
        return bool(value)
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    refuse_marks(text)
    if field.type == "choice":
        if text not in {code for code, _word in field.choices}:
            raise Invalid(_("Choose one of the list."))
        return text
    if field.type in ("person", "number"):
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise Invalid(
                _("Choose one of the list.") if field.type == "person" else _("A whole number, please.")
            )
        return int(text)
    most = MAX_TEXT if field.type == "text" else MAX_LONGTEXT
    if len(text) > most:
        raise Invalid(_("At most %(n)s characters.", n=most))
    return text


AGENDA = Field("agenda", lazy_("Agenda"), "longtext")
DECISIONS = Field("decisions", lazy_("Decisions"), "longtext", required=False)
#: A talk stores that it took place, with whom and its category; never what was said.
TOPICS = (
    ("thought", lazy_("Work and thinking")),
    ("life", lazy_("Difficulties in life")),
    ("post", lazy_("Change of post")),
    ("before_meeting", lazy_("Before the organisational life meeting")),
    ("care", lazy_("Care and visit")),
    ("reminder", lazy_("Reminder and admonition")),
)


#: Who elects. Source: domain facts §1: members' meeting, or a congress of delegates from 500 members on.
ELECTORS = (("members", lazy_("Members' meeting")), ("delegates", lazy_("Delegates' congress")))


def _season(name: lazy_, short: lazy_) -> EventKind:
    """One of the four seasonal campaigns. Source: domain facts §11, 四季歌."""
    return EventKind(
        name,
        "union",
        short=short,
        attendance="none",
        heading=lazy_("What was done"),
        title_field="subject",
        fields=(
            Field("subject", lazy_("Subject")),
            Field("target", lazy_("For whom")),
            Field("persons", lazy_("Persons reached"), "number"),
            Field("households", lazy_("Households"), "number", required=False),
            Field("money", lazy_("Money in yuan"), "number", required=False),
            Field("goods", lazy_("Goods"), "text", required=False),
            Field("result", lazy_("Course and result"), "longtext"),
        ),
    )


KINDS: dict[str, EventKind] = {
    # Party line. Source: domain facts §2.
    "theme_day": EventKind(
        lazy_("Theme day"),
        "party",
        title_field="theme",
        heading=lazy_("The four things every theme day has"),
        fields=(
            Field("theme", lazy_("A theme")),
            Field("lecturer", lazy_("A lecturer")),
            Field("discussion", lazy_("A discussion"), "longtext"),
            Field("gains", lazy_("A gain"), "longtext"),
        ),
    ),
    "branch_committee_meeting": EventKind(
        lazy_("Branch committee meeting"),
        "party",
        short=lazy_("Committee"),
        attendance="officers",
        fields=(AGENDA, DECISIONS, Field("charge", lazy_("Who does it until when"), "text", required=False)),
    ),
    "branch_assembly": EventKind(
        lazy_("Branch assembly"),
        "party",
        short=lazy_("Assembly"),
        fields=(AGENDA, DECISIONS, Field("votes", lazy_("Votes"), "text", required=False)),
    ),
    "party_lecture": EventKind(
        lazy_("Party lecture"),
        "party",
        title_field="subject",
        fields=(
            Field("subject", lazy_("Subject")),
            Field("lecturer", lazy_("Lecturer"), proposal="chair"),
            Field("outline", lazy_("Outline"), "longtext"),
        ),
    ),
    "group_meeting": EventKind(
        lazy_("Group meeting"),
        "party",
        fields=(AGENDA, Field("report", lazy_("Report to the branch"), "longtext", False)),
    ),
    "org_life_meeting": EventKind(
        lazy_("Organisational life meeting"),
        "party",
        short=lazy_("Life meeting"),
        fields=(
            Field("study", lazy_("Study before the meeting"), "longtext"),
            Field("talks_held", lazy_("Talks were held before"), "bool", required=False),
            Field("problems", lazy_("Problems found"), "longtext"),
            Field("rectification", lazy_("To be put right, by whom, until when"), "longtext"),
        ),
    ),
    "democratic_appraisal": EventKind(
        lazy_("Democratic appraisal"),
        "party",
        short=lazy_("Appraisal"),
        fields=(
            Field("steps", lazy_("Self, mutual and voted appraisal were held"), "bool", required=False),
            Field("excellent", lazy_("Excellent, persons"), "number"),
            Field("qualified", lazy_("Qualified, persons"), "number"),
            Field("basic", lazy_("Basically qualified, persons"), "number"),
            Field("unqualified", lazy_("Not qualified, persons"), "number"),
        ),
    ),
    "heart_talk": EventKind(
        lazy_("Heart-to-heart talk"),
        "party",
        short=lazy_("Talk"),
        attendance="pair",
        heading=lazy_("With whom, and what about"),
        fields=(
            Field("partner", lazy_("With whom"), "person"),
            Field("topic", lazy_("Category"), "choice", choices=TOPICS),
        ),
    ),
    "dues_collection": EventKind(
        lazy_("Dues collection"),
        "party",
        short=lazy_("Dues"),
        attendance="none",
        heading=lazy_("What was collected"),
        fields=(
            Field("amount", lazy_("Amount in yuan")),
            Field("persons", lazy_("Persons who paid"), "number"),
            Field("unpaid", lazy_("Persons who did not"), "number", required=False),
        ),
    ),
    # Union line. Source: domain facts §1 and §11.
    "union_committee_meeting": EventKind(
        lazy_("Union committee meeting"),
        "union",
        short=lazy_("Union committee"),
        attendance="officers",
        fields=(AGENDA, DECISIONS),
    ),
    "union_assembly": EventKind(
        lazy_("Union members' assembly"),
        "union",
        short=lazy_("Members' assembly"),
        attendance="counts",
        fields=(AGENDA, DECISIONS, Field("votes", lazy_("Votes"), "text", required=False)),
    ),
    "workers_congress": EventKind(
        lazy_("Workers' congress"),
        "union",
        attendance="counts",
        fields=(
            AGENDA,
            Field("decisions", lazy_("Decisions"), "longtext"),
            Field("proposals", lazy_("Proposals of delegates"), "number", required=False),
        ),
    ),
    "audit_review": EventKind(
        lazy_("Review by the audit committee"),
        "union",
        short=lazy_("Audit review"),
        attendance="officers",
        fields=(
            Field("scope", lazy_("What was reviewed")),
            Field("opinion", lazy_("Opinion"), "longtext"),
        ),
    ),
    "spring_jobs": _season(lazy_("Jobs in spring"), lazy_("Spring")),
    "summer_relief": _season(lazy_("Cooling relief in summer"), lazy_("Summer")),
    "autumn_aid": _season(lazy_("School aid in autumn"), lazy_("Autumn")),
    "winter_warmth": _season(lazy_("Warmth in winter"), lazy_("Winter")),
    # Both lines. Source: domain facts §1, elections. The committee elected stands in the posts, not here.
    "term_election": EventKind(
        lazy_("Election at the end of the term"),
        "both",
        short=lazy_("Term election"),
        attendance="counts",
        heading=lazy_("The election"),
        own_page=True,
        fields=(
            Field("body", lazy_("Elected by"), "choice", choices=ELECTORS),
            Field("document", lazy_("Approving document")),
            Field("number", lazy_("Number of the term"), "number", required=False),
            Field("elected", lazy_("Persons elected"), "number", required=False),
        ),
    ),
    "term_date": EventKind(
        lazy_("Entering the end of the term"),
        "both",
        short=lazy_("End of the term"),
        attendance="none",
        own_page=True,
    ),
}

#: Kinds of due items that follow a unit's term and no calendar period.
TERM_KINDS = ("term_election", "term_date")

#: Why somebody was absent, in the order of the form. Source: domain facts §2, common minutes fields.
REASONS: tuple[tuple[str, lazy_], ...] = (
    ("duty", lazy_("On duty elsewhere")),
    ("sick", lazy_("Sick leave")),
    ("personal", lazy_("Personal leave")),
    ("leave", lazy_("Holiday")),
    ("other", lazy_("Other reason")),
)
REASON_WORDS = dict(REASONS)
