"""What the rules ask of persons by their offices, as the pages of organisational life need it."""

from datetime import date

from shared.duties.packs import PersonRule, person_rules
from shared.events.queries.life import Quota

#: Periods of a cadence in a year.
PERIODS = {"year": 1, "half_year": 2, "quarter": 4, "month": 12}


def rules_of(kind: str, on: date) -> list[PersonRule]:
    """The quotas of persons for one kind of event in force on a day."""
    return [rule for rule in person_rules(on, kind=kind) if rule.cadence in PERIODS]


def quotas_of(kind: str, on: date) -> list[Quota]:
    """The same as numbers a year; who holds two such offices owes the larger one."""
    return [
        Quota(rule.who, rule.times * PERIODS[rule.cadence], rule.unit_kinds) for rule in rules_of(kind, on)
    ]
