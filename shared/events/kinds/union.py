"""Kinds of the union line. Source: domain facts §1, §2 and §11."""

from shared.events.kinds.fields import AGENDA, DECISIONS, EventKind, Field
from shared.i18n import lazy_

BODIES = (("members", lazy_("Members' assembly")), ("delegates", lazy_("Members' congress")))
#: What is consulted on. Source: domain facts §11, collective contracts.
MATTERS = (
    ("general", lazy_("General collective contract")),
    ("wages", lazy_("Wages")),
    ("hours", lazy_("Working hours, rest and holidays")),
    ("safety", lazy_("Labour safety and health")),
    ("insurance", lazy_("Insurance and welfare")),
    ("women", lazy_("Protection of women workers")),
    ("training", lazy_("Training")),
    ("other", lazy_("Other matter")),
)
BARGAINS = (
    ("agreed", lazy_("A draft was agreed")),
    ("continued", lazy_("To be continued")),
    ("failed", lazy_("No agreement")),
)
PURSUITS = (
    ("culture", lazy_("Culture")),
    ("sport", lazy_("Sport")),
    ("contest", lazy_("Labour and skills contest")),
    ("training", lazy_("Training")),
    ("outing", lazy_("Outing in season")),
    ("service", lazy_("Volunteer service")),
    ("other", lazy_("Other activity")),
)
#: Source: domain facts §11, funds and visits.
OCCASIONS = (
    ("festival", lazy_("Festival")),
    ("illness", lazy_("Illness or hospital")),
    ("birth", lazy_("Birth of a child")),
    ("marriage", lazy_("Marriage")),
    ("retirement", lazy_("Retirement")),
    ("bereavement", lazy_("Death in the family")),
    ("hardship", lazy_("Hardship")),
    ("frontline", lazy_("Work at the front line")),
    ("other", lazy_("Other reason")),
)
#: Kinds of parties and causes only; nobody's name or story.
PARTIES = (
    ("single", lazy_("One worker and the employer")),
    ("group", lazy_("Several workers and the employer")),
    ("collective", lazy_("The union and the employer")),
)
CAUSES = (
    ("wages", lazy_("Wages")),
    ("contract", lazy_("Making or ending the contract")),
    ("hours", lazy_("Working hours, rest and holidays")),
    ("injury", lazy_("Injury at work")),
    ("insurance", lazy_("Insurance and welfare")),
    ("other", lazy_("Other matter")),
)
OUTCOMES = (
    ("agreed", lazy_("An agreement was made")),
    ("none", lazy_("No agreement; told about arbitration")),
    ("withdrawn", lazy_("The application was withdrawn")),
    ("running", lazy_("Still running")),
)


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
        fields=(
            AGENDA,
            DECISIONS,
            Field("votes", lazy_("Votes"), "text", required=False),
            Field("body", lazy_("Who meets"), "choice", required=False, choices=BODIES),
            Field(
                "reported_on",
                lazy_("Reported to the superior union on"),
                "date",
                required=False,
                follows=True,
            ),
        ),
    ),
    "workers_congress": EventKind(
        lazy_("Workers' congress"),
        "union",
        attendance="counts",
        fields=(
            AGENDA,
            Field("decisions", lazy_("Decisions"), "longtext"),
            Field("proposals", lazy_("Proposals of delegates"), "number", required=False),
            Field("session", lazy_("Number of the session"), "number", required=False),
            Field("papers_on", lazy_("Papers sent to delegates on"), "date", required=False),
            Field(
                "reported_on",
                lazy_("Reported to the superior union on"),
                "date",
                required=False,
                follows=True,
            ),
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
            Field("income", lazy_("Income reviewed, in yuan"), "money", required=False),
            Field("spending", lazy_("Spending reviewed, in yuan"), "money", required=False),
            Field("rectification", lazy_("To be put right, by whom, until when"), "longtext", required=False),
            Field(
                "reported_on",
                lazy_("Reported to the superior union on"),
                "date",
                required=False,
                follows=True,
            ),
        ),
    ),
    "spring_jobs": _season(lazy_("Jobs in spring"), lazy_("Spring")),
    "summer_relief": _season(lazy_("Cooling relief in summer"), lazy_("Summer")),
    "autumn_aid": _season(lazy_("School aid in autumn"), lazy_("Autumn")),
    "winter_warmth": _season(lazy_("Warmth in winter"), lazy_("Winter")),
    "collective_bargaining": EventKind(
        lazy_("Collective consultation"),
        "union",
        attendance="counts",
        heading=lazy_("The consultation"),
        fields=(
            Field("matter", lazy_("Matter"), "choice", choices=MATTERS),
            Field("staff_side", lazy_("Representatives of the staff"), "number"),
            Field("employer_side", lazy_("Representatives of the employer"), "number"),
            AGENDA,
            Field("outcome", lazy_("Outcome"), "choice", choices=BARGAINS),
            DECISIONS,
            Field("congress_on", lazy_("Draft passed by the workers' congress on"), "date", required=False),
            Field("submitted_on", lazy_("Sent to the labour authority on"), "date", required=False),
            Field("until", lazy_("Contract valid until"), "date", required=False, follows=True),
        ),
    ),
    "staff_activity": EventKind(
        lazy_("Staff activity"),
        "union",
        attendance="counts",
        title_field="subject",
        fields=(
            Field("subject", lazy_("Subject")),
            Field("pursuit", lazy_("Activity"), "choice", choices=PURSUITS),
            Field("spent", lazy_("Spent, in yuan"), "money", required=False),
            Field("prizes", lazy_("Prizes of it, in yuan"), "money", required=False),
            Field("result", lazy_("Course and result"), "longtext", required=False),
        ),
    ),
    "condolence_visit": EventKind(
        lazy_("Visit of care"),
        "union",
        attendance="none",
        heading=lazy_("The visit"),
        fields=(
            Field("occasion", lazy_("Occasion"), "choice", choices=OCCASIONS),
            Field("persons", lazy_("Persons reached"), "number"),
            Field("visitors", lazy_("Who visited")),
            Field("spent", lazy_("Spent, in yuan"), "money", required=False),
            Field("goods", lazy_("Goods"), required=False),
            Field("result", lazy_("Course and result"), "longtext", required=False),
        ),
    ),
    "mediation": EventKind(
        lazy_("Mediation of a labour dispute"),
        "union",
        short=lazy_("Mediation"),
        attendance="none",
        heading=lazy_("The mediation"),
        fields=(
            Field("parties", lazy_("Parties"), "choice", choices=PARTIES),
            Field("matter", lazy_("Matter"), "choice", choices=CAUSES),
            Field("persons", lazy_("Workers concerned"), "number", required=False),
            Field("applied_on", lazy_("Applied for on"), "date", required=False),
            Field("mediators", lazy_("Mediators"), required=False),
            Field("outcome", lazy_("Outcome"), "choice", choices=OUTCOMES),
            Field("agreed_on", lazy_("Agreement of"), "date", required=False),
            Field("performed", lazy_("The agreement was performed"), "bool", required=False),
        ),
    ),
}
