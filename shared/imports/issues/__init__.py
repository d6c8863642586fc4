"""What can be wrong with a row: one entry a code, with its sentence and what follows when it is taken all the same."""

from shared.i18n import lazy_
from shared.imports.issues.events import EVENT_ISSUES
from shared.imports.issues.issue import Issue

GROUPS: dict[str, lazy_] = {
    "unit": lazy_("Unit not known"),
    "person": lazy_("Looks like the same person"),
    "event": lazy_("What was held"),
    "format": lazy_("Not in order"),
}

_WITHOUT = lazy_("Import without this value")
_AS_IS = lazy_("Import as it stands")

ISSUES: dict[str, Issue] = {
    # Names
    "name_missing": Issue(lazy_("The name is missing")),
    "name_formula": Issue(lazy_("The name begins like a formula")),
    "name_script": Issue(lazy_("The name holds characters of a program")),
    "name_digits": Issue(lazy_("The name holds digits")),
    "name_long": Issue(lazy_("The name is longer than 50 characters")),
    "name_short": Issue(lazy_("The name has one character only"), _AS_IS),
    "name_private": Issue(
        lazy_("A rare character is stored in a private code and shows on few machines"), _AS_IS
    ),
    # Identity numbers
    "identity_number": Issue(
        lazy_("Stored as a number, so its last digits are lost; the cell must be text"), _WITHOUT
    ),
    "identity_length": Issue(lazy_("The identity number does not have 18 characters")),
    "identity_old": Issue(lazy_("An identity number of 15 digits, which is out of use"), _WITHOUT),
    "identity_check": Issue(lazy_("The check digit of the identity number is wrong")),
    "identity_date": Issue(lazy_("The identity number holds an impossible date of birth")),
    "identity_birth": Issue(lazy_("The date of birth differs from the identity number"), _AS_IS),
    "identity_sex": Issue(lazy_("The sex differs from the identity number"), _AS_IS),
    "identity_doubled": Issue(lazy_("The same identity number as row %(row)s"), None, "person"),
    "identity_other_name": Issue(
        lazy_("This identity number is already on the roster under another name: %(said)s"),
        lazy_("Same person: change the name"),
        "person",
    ),
    "same_name": Issue(
        lazy_(
            "%(said)s people of this name are in the unit, and the row has no identity number to tell them apart"
        ),
        lazy_("Another person: add"),
        "person",
    ),
    "other_unit": Issue(lazy_("Already belongs to another unit: %(said)s"), lazy_("Move here"), "person"),
    # Dates
    "date_unclear": Issue(lazy_("This is not a date"), _WITHOUT),
    "date_lost": Issue(lazy_("Stored as a number, so January and October cannot be told apart"), _WITHOUT),
    "date_impossible": Issue(lazy_("There is no such day")),
    "date_early": Issue(lazy_("The date is too long ago to be right")),
    "date_late": Issue(lazy_("The date lies too far ahead to be right")),
    "date_future": Issue(lazy_("The date lies in the future")),
    "date_needs_day": Issue(lazy_("A day is needed here, and only a month was given"), _WITHOUT),
    "joined_before_born": Issue(lazy_("Joined before the date of birth")),
    "confirmed_before_joined": Issue(lazy_("Became a full member before joining"), _AS_IS),
    # Other cells
    "phone_unclear": Issue(lazy_("Neither a mobile nor a landline number"), _WITHOUT),
    "email_unclear": Issue(lazy_("This is not a mail address"), _WITHOUT),
    "sex_unclear": Issue(lazy_("Neither male nor female"), _WITHOUT),
    "ethnic_unclear": Issue(lazy_("Not an ethnic group of the national list"), _WITHOUT),
    "post_unclear": Issue(lazy_("This post is not known"), _WITHOUT),
    "status_unclear": Issue(lazy_("This category is not known"), lazy_("Import as an ordinary member")),
    "status_gone": Issue(
        lazy_("The category says that this person has left or is on the way"),
        lazy_("Import as an ordinary member"),
    ),
    "relation_other": Issue(
        lazy_("The relationship stands otherwise on the roster: %(said)s"),
        lazy_("Keep what the roster says"),
        "person",
    ),
    "choice_unclear": Issue(lazy_("This word is not known in this column"), _WITHOUT),
    "credit_code_unclear": Issue(
        lazy_("Not a unified social credit code: 18 characters with a check character"), _WITHOUT
    ),
    "count_unclear": Issue(lazy_("This is not a number of people"), _WITHOUT),
    "note_gone": Issue(lazy_("The remark says that this person has left or is leaving"), _AS_IS),
    # Units
    "unit_missing": Issue(lazy_("The unit is missing"), None, "unit"),
    "unit_unknown": Issue(lazy_("There is no such unit"), None, "unit"),
    "unit_similar": Issue(lazy_("There is no such unit; similar: %(said)s"), None, "unit"),
    "unit_ambiguous": Issue(lazy_("Several units have this name: %(said)s"), None, "unit"),
    "unit_waits": Issue(lazy_("Its unit was not imported"), None, "unit"),
    "unit_doubled": Issue(lazy_("The same unit as row %(row)s")),
    "unit_line": Issue(lazy_("This unit's kind does not belong to its superior's line"), None, "unit"),
    "kind_unclear": Issue(lazy_("This kind of organisation is not known")),
    "kind_missing": Issue(lazy_("The kind of organisation is missing")),
    "sector_unclear": Issue(lazy_("This sector is not known"), _WITHOUT),
    "parent_unknown": Issue(lazy_("There is no such superior"), None, "unit"),
    "parent_itself": Issue(lazy_("The unit stands above itself")),
    "parent_other": Issue(
        lazy_("Stands under another superior at present: %(said)s"),
        lazy_("Keep the present superior"),
        "unit",
    ),
    **EVENT_ISSUES,
}

#: Codes that no decision lets through.
BAD = frozenset(
    code
    for code in ISSUES
    if code.startswith(
        (
            "name_",
            "identity_",
            "date_",
            "joined_",
            "kind_",
            "parent_itself",
            "unit_doubled",
            "held_",
            "event_",
        )
    )
    and ISSUES[code].take is None
    and ISSUES[code].group == "format"
)


def verdict_of(codes: list[str], otherwise: str) -> str:
    """bad where one cannot be let through, question where a person has to decide, else the given verdict."""
    if not codes:
        return otherwise
    return "bad" if any(code in BAD for code in codes) else "question"
