"""Kinds of the Party line. Source: domain facts §2."""

from shared.events.kinds.fields import AGENDA, DECISIONS, EventKind, Field
from shared.i18n import lazy_

#: Where a leadership team stands; what the team does is recorded there.
TEAMS = ("leading_group", "party_committee", "work_committee", "organ_committee")

#: A talk stores that it took place, with whom and its category; never what was said.
TOPICS = (
    ("thought", lazy_("Work and thinking")),
    ("life", lazy_("Difficulties in life")),
    ("post", lazy_("Change of post")),
    ("before_meeting", lazy_("Before the organisational life meeting")),
    ("care", lazy_("Care and visit")),
    ("reminder", lazy_("Reminder and admonition")),
)
#: What a theme day was given to beside its theme.
ACTIVITIES = (
    ("study", lazy_("Studying together")),
    ("oath", lazy_("Renewing the oath")),
    ("pledge", lazy_("Reading the application for admission again")),
    ("birthday", lazy_("Political birthdays")),
    ("visit", lazy_("Learning on the spot")),
    ("service", lazy_("Volunteer service")),
    ("debate", lazy_("Discussing one question")),
    ("other", lazy_("Other activity")),
)
MATERIALS = (
    ("film", lazy_("Film")),
    ("case", lazy_("Case circular")),
    ("visit", lazy_("Visit to a place of education")),
    ("court", lazy_("Court hearing")),
    ("talk", lazy_("Lecture or talk")),
    ("other", lazy_("Other material")),
)
#: What is made public, in the order of the regulation on openness in Party affairs (grade K, domain facts §2).
ITEMS = (
    ("decisions", lazy_("Carrying out decisions of superiors")),
    ("work", lazy_("Goals and work of the term")),
    ("education", lazy_("Study and the three meetings and one lecture")),
    ("elections", lazy_("Elections and setting up")),
    ("admission", lazy_("Admission of members")),
    ("appraisal", lazy_("Appraisal and commendation")),
    ("dues", lazy_("Dues: collected, used, managed")),
    ("style", lazy_("Serving the masses and style of work")),
    ("discipline", lazy_("Governing the Party and discipline")),
    ("other", lazy_("Other matter")),
)
SCOPES = (
    ("members", lazy_("Members of this unit")),
    ("party", lazy_("The whole Party organisation")),
    ("staff", lazy_("Everybody in the unit's office")),
    ("public", lazy_("The public")),
)
MANNERS = (
    ("regular", lazy_("Regular, kept for long")),
    ("staged", lazy_("Staged, by the work")),
    ("ad_hoc", lazy_("Ad hoc, when it comes up")),
)

KINDS: dict[str, EventKind] = {
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
            Field("activity", lazy_("Activity"), "choice", required=False, choices=ACTIVITIES),
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
            Field("reported_on", lazy_("Reported to the superior on"), "date", required=False, follows=True),
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
    "democratic_life_meeting": EventKind(
        lazy_("Democratic life meeting"),
        "party",
        short=lazy_("Democratic life"),
        attendance="officers",
        title_field="subject",
        heading=lazy_("Before, during and after"),
        units=TEAMS,
        # What was said in criticism stands in the paper on file, never here: only that it took place.
        fields=(
            Field("subject", lazy_("Subject")),
            Field("planned_on", lazy_("Plan reported to the superior on"), "date", required=False),
            Field("opinions", lazy_("Opinions gathered, by subject"), "longtext", required=False),
            Field("talks_held", lazy_("Talks were held before"), "bool", required=False),
            Field(
                "materials", lazy_("Comparison materials were written and examined"), "bool", required=False
            ),
            Field("criticism", lazy_("Criticism and self-criticism took place"), "bool", required=False),
            Field("file_number", lazy_("Where the paper record is kept"), required=False),
            Field("rectification", lazy_("To be put right, by whom, until when"), "longtext"),
            Field(
                "reported_on",
                lazy_("Result reported to the superior on"),
                "date",
                required=False,
                follows=True,
            ),
        ),
    ),
    "core_group_study": EventKind(
        lazy_("Study of the core group"),
        "party",
        short=lazy_("Core group"),
        attendance="officers",
        title_field="subject",
        units=(*TEAMS, "study_group"),
        fields=(
            Field("subject", lazy_("Subject")),
            Field("speakers", lazy_("Main speakers")),
            Field("secretary", lazy_("Study secretary"), required=False),
            Field("half_days", lazy_("Length in half days"), "number", required=False),
            Field("outline", lazy_("What was studied"), "longtext"),
            Field("result", lazy_("What follows for the work"), "longtext", required=False),
        ),
    ),
    "party_work_study": EventKind(
        lazy_("Committee session on Party building"),
        "party",
        short=lazy_("On Party building"),
        attendance="officers",
        title_field="subject",
        units=TEAMS,
        fields=(
            Field("subject", lazy_("Subject")),
            AGENDA,
            Field("decisions", lazy_("Decisions"), "longtext"),
            Field("charge", lazy_("Who does it until when"), required=False),
        ),
    ),
    "warning_education": EventKind(
        lazy_("Warning education"),
        "party",
        title_field="subject",
        fields=(
            Field("subject", lazy_("Subject")),
            Field("material", lazy_("By what"), "choice", choices=MATERIALS),
            Field("source", lazy_("Title of the material"), required=False),
            Field("gains", lazy_("Course and result"), "longtext", required=False),
        ),
    ),
    "contact_visit": EventKind(
        lazy_("Visit to a contact point"),
        "party",
        short=lazy_("Contact point"),
        attendance="none",
        title_field="point",
        heading=lazy_("The visit"),
        units=(*TEAMS, "general_branch"),
        fields=(
            Field("leader", lazy_("Leader"), "person", proposal="chair"),
            Field("point", lazy_("Contact point")),
            Field("problems", lazy_("Problems found"), "longtext"),
            Field("solved", lazy_("What was solved"), "longtext", required=False),
            Field("open", lazy_("Problems still open"), "number", required=False),
        ),
    ),
    "reception_day": EventKind(
        lazy_("Reception of visitors"),
        "party",
        short=lazy_("Reception"),
        attendance="none",
        heading=lazy_("Who received whom"),
        units=(*TEAMS, "general_branch"),
        # Kinds of matters and numbers; a visitor's name and story do not belong here.
        fields=(
            Field("leader", lazy_("Leader"), "person", proposal="chair"),
            Field("visitors", lazy_("Visits received"), "number"),
            Field("matters", lazy_("Matters raised, by kind"), "longtext", required=False),
            Field("reply", lazy_("Answers, and who follows up"), "longtext", required=False),
            Field("settled", lazy_("Settled, matters"), "number", required=False),
        ),
    ),
    "political_birthday": EventKind(
        lazy_("Political birthday"),
        "party",
        heading=lazy_("Whose day it was"),
        fields=(
            Field("honoured", lazy_("Whose political birthday"), "longtext"),
            Field("persons", lazy_("Persons"), "number", required=False),
            Field("card", lazy_("Cards were handed over"), "bool", required=False),
            Field("oath", lazy_("The oath was renewed"), "bool", required=False),
            Field("talk", lazy_("A talk was held"), "bool", required=False),
        ),
    ),
    "publication": EventKind(
        lazy_("Publication of Party affairs"),
        "party",
        short=lazy_("Made public"),
        attendance="none",
        title_field="subject",
        heading=lazy_("What was made public"),
        minutes=False,
        # It is public from the day of the record on.
        fields=(
            Field("subject", lazy_("Subject")),
            Field("item", lazy_("Item"), "choice", choices=ITEMS),
            Field("scope", lazy_("Shown to"), "choice", choices=SCOPES),
            Field("manner", lazy_("Manner"), "choice", choices=MANNERS),
            Field("channel", lazy_("Where it is shown")),
            Field("until", lazy_("Public until"), "date", required=False, follows=True),
            Field("summary", lazy_("Content in short"), "longtext"),
        ),
    ),
}
