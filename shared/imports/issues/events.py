"""What can be wrong with a row of an office's own ledger."""

from shared.i18n import lazy_
from shared.imports.issues.issue import Issue

_WITHOUT = lazy_("Import without this value")
_AS_TEXT = lazy_("Import; the name goes into the text")
_COUNTS = lazy_("Import with the numbers of the old ledger")

EVENT_ISSUES: dict[str, Issue] = {
    # The day
    "held_missing": Issue(lazy_("The day is missing")),
    "held_day": Issue(lazy_("A day is needed here, and only a month was given; write the day")),
    "held_year": Issue(
        lazy_("No year stands here. Write the whole date, or give the year of the sheet under the columns")
    ),
    "held_lost": Issue(
        lazy_("Stored as a number, so the 1st and the 10th cannot be told apart; write the day")
    ),
    "held_unclear": Issue(lazy_("This is not a day")),
    "held_span": Issue(lazy_("Several days are named"), lazy_("Import with the first day"), "event"),
    "held_founded": Issue(lazy_("The unit was founded on %(said)s only")),
    "time_unclear": Issue(lazy_("These are no hours"), _WITHOUT),
    # The kind
    "event_kind_missing": Issue(lazy_("The kind of event is missing"), None, "event"),
    "event_kind_unclear": Issue(lazy_("This kind of event is not known"), None, "event"),
    "event_kind_line": Issue(lazy_("This unit does not hold events of this kind")),
    "event_kind_own": Issue(
        lazy_("Elections are recorded on the page of terms, with the offices that follow")
    ),
    # The unit
    "unit_outside": Issue(lazy_("This unit lies outside your duties"), None, "unit"),
    # Doubles
    "happened_twice": Issue(
        lazy_("The same unit, kind and day as row %(row)s"),
        lazy_("Import as another one of that day"),
        "event",
    ),
    "happened_meanwhile": Issue(
        lazy_("A record of this unit, kind and day has been entered meanwhile"),
        lazy_("Import as another one of that day"),
        "event",
    ),
    # Who was there
    "present_over": Issue(lazy_("More present than expected: %(said)s"), None, "event"),
    "present_alone": Issue(
        lazy_("It says how many were expected, and not how many came"),
        lazy_("Import without numbers"),
        "event",
    ),
    "absent_number": Issue(lazy_("A number stands here and no names"), _WITHOUT, "event"),
    "absent_count": Issue(lazy_("%(said)s; the names and the numbers do not agree"), _COUNTS, "event"),
    "absent_unknown": Issue(lazy_("Not expected in this unit on that day: %(said)s"), _AS_TEXT, "person"),
    "person_unknown": Issue(
        lazy_("Nobody of this name belonged to the unit on that day: %(said)s"), _AS_TEXT, "person"
    ),
    "person_twice": Issue(
        lazy_("Several people of this name were in the unit: %(said)s"), _AS_TEXT, "person"
    ),
    "pair_needed": Issue(lazy_("A talk needs the two people by name"), None, "person"),
}
