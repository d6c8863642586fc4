"""The steps of the ladder: when each is reached, and whom it reaches."""

from dataclasses import dataclass

from shared.i18n import lazy_


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
}

#: A press of 提醒 bears its day: once a day, whoever presses.
PRESS = "press"


def stage_name(stage: str) -> str:
    """The step in words; a press says so."""
    return str(STAGES[stage].name) if stage in STAGES else str(lazy_("Reminded by hand"))
