"""The steps of the ladder: when each is reached, and whom it reaches."""

from dataclasses import dataclass

from shared.i18n import _, lazy_


@dataclass(frozen=True, slots=True)
class Stage:
    """One step, in the order in which an open item climbs."""

    name: lazy_
    #: In words, for the settings page and the log.
    purpose: lazy_


STAGES: dict[str, Stage] = {
    "coming": Stage(lazy_("Coming up"), lazy_("Some days before the last day, to the unit's own people")),
    "due": Stage(lazy_("Due today"), lazy_("On the last day, to the unit's own people")),
    "overdue": Stage(lazy_("Overdue"), lazy_("Some days after, to the unit's own people")),
    "superior": Stage(
        lazy_("Told to the superior"), lazy_("Later still, to those responsible above and to the unit")
    ),
    "leader": Stage(
        lazy_("Told to the superior's leader"),
        lazy_("Last of all, to the leader of the nearest unit above, those responsible there and the unit"),
    ),
    # The steps of a term; each bears its months after a colon: 'term_coming:6'.
    "term_coming": Stage(lazy_("The term ends soon"), lazy_("Months before the end of a term, by the rule")),
    "term_due": Stage(lazy_("The term ends"), lazy_("On the last day of a term")),
    "term_missing": Stage(
        lazy_("The end of the term is not known"), lazy_("At once and monthly, until it is entered")
    ),
    "term_over": Stage(
        lazy_("The term has ended"), lazy_("Monthly after the end, to those responsible above too")
    ),
}

#: A press of 提醒 bears its day: once a day, whoever presses.
PRESS = "press"


def step_of(stage: str) -> str:
    """The step without its months: 'term_coming:6' is a 'term_coming'."""
    return stage.partition(":")[0]


def stage_name(stage: str) -> str:
    """The step in words; a press says so."""
    step, _colon, months = stage.partition(":")
    if step not in STAGES:
        return str(lazy_("Reminded by hand"))
    if step == "term_coming":
        return _("%(n)s months before the end of the term", n=months)
    if step == "term_over":
        return _("%(n)s months after the end of the term", n=months)
    return str(STAGES[step].name)
