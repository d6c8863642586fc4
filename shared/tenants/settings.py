"""What a tenant may choose: one registry, key → default, type, label. The form and the reads are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared.i18n import lazy_

_EMPTY = lazy_("")


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """One choice. `kind` days, hour and number are whole numbers within `least` and `most`; switch is yes or no.

    `kept` is no choice on the form but something the product remembers for the tenant.
    """

    default: Any
    kind: Literal["days", "hour", "number", "switch", "kept"]
    label: lazy_ = _EMPTY
    help: lazy_ = _EMPTY
    group: lazy_ = _EMPTY
    least: int = 0
    most: int = 60


_REMINDERS = lazy_("Reminders")
_LEDGER = lazy_("Ledger")

SETTINGS: Mapping[str, SettingSpec] = {
    "remind_coming_days": SettingSpec(
        7,
        "days",
        lazy_("Remind before the last day"),
        lazy_("Days before; 0 sends no reminder before the last day."),
        _REMINDERS,
    ),
    "remind_overdue_days": SettingSpec(
        1,
        "days",
        lazy_("Remind after the last day"),
        lazy_("Days after which what is missing is said once more."),
        _REMINDERS,
        least=1,
    ),
    "remind_superior_days": SettingSpec(
        7,
        "days",
        lazy_("Tell the superior"),
        lazy_("Days after which those responsible above are told."),
        _REMINDERS,
        least=1,
    ),
    "remind_leader_days": SettingSpec(
        30,
        "days",
        lazy_("Tell the superior's leader"),
        lazy_("Days after which the leader of the nearest unit above is told too; 0 leaves this step out."),
        _REMINDERS,
    ),
    "digest_hour": SettingSpec(
        8,
        "hour",
        lazy_("Hour of the daily digest"),
        lazy_(
            "One message a person and day at most, from this hour on; in quiet hours it waits for their end."
        ),
        _REMINDERS,
        most=23,
    ),
    "quiet_from": SettingSpec(
        21,
        "hour",
        lazy_("Quiet from"),
        lazy_("From this hour on, what is not urgent waits. The same hour twice: there are no quiet hours."),
        _REMINDERS,
        most=23,
    ),
    "quiet_until": SettingSpec(
        7,
        "hour",
        lazy_("Quiet until"),
        lazy_("At this hour, what waited goes out. In the system everything stands at once."),
        _REMINDERS,
        most=23,
    ),
    "quiet_days_off": SettingSpec(
        True,
        "switch",
        lazy_("Nothing that is not urgent goes out on days off"),
        lazy_(
            "Steps that fall on a day off are told on the next work day, those before the last day on the one before."
        ),
        _REMINDERS,
    ),
    "mobile_contact_days": SettingSpec(
        90,
        "days",
        lazy_("Contact with mobile members"),
        lazy_(
            "Days after which contact counts as overdue; for those abroad the half-year of the rule holds."
        ),
        lazy_("People"),
        least=7,
        most=180,
    ),
    "minutes_signed": SettingSpec(
        False,
        "switch",
        lazy_("Minutes count only once the chair has signed"),
        lazy_("Off: the secretary hands a record in directly, and the chair may sign it later."),
        _LEDGER,
    ),
    "band_top": SettingSpec(
        20,
        "number",
        lazy_("Top band of a round, per cent of the units"),
        lazy_("Whom others learn from; who ties at its edge is not in it."),
        lazy_("Assessment"),
        most=50,
    ),
    "band_tail": SettingSpec(
        10,
        "number",
        lazy_("Tail band of a round, per cent of the units"),
        lazy_("Who is helped first; who ties at its edge is not in it."),
        lazy_("Assessment"),
        most=50,
    ),
    "score_backfilled": SettingSpec(
        False,
        "switch",
        lazy_("Records entered from the old ledger are scored"),
        lazy_("Off: they stand in the ledger, marked as entered later, and give no points."),
        _LEDGER,
    ),
    "ballot_minimum": SettingSpec(
        5,
        "number",
        lazy_("Fewest ballots of a class that are shown"),
        lazy_("Of a secret vote: with fewer ballots the numbers of that class stay hidden for good."),
        lazy_("Assessment"),
        least=3,
    ),
    "vote_excused": SettingSpec(
        False,
        "switch",
        lazy_("Members may be left out of those due to vote, with a written basis"),
        lazy_(
            "Registered mobile members, the long ill, and whose right is suspended."
            " Off: everybody with a vote counts as due."
        ),
        _LEDGER,
    ),
    "vote_written": SettingSpec(
        True,
        "switch",
        lazy_("Written opinions of the absent count at admissions"),
        lazy_(
            "The text of 2014 counted them; whether that of 2026 does is to be checked against the original."
        ),
        _LEDGER,
    ),
    "study_full_day": SettingSpec(
        8,
        "number",
        lazy_("Hours of a full day of study"),
        lazy_("Proposed where hours are entered; one office's rule counts 8 a day and 4 a half."),
        _LEDGER,
        least=1,
        most=24,
    ),
    "study_half_day": SettingSpec(
        4,
        "number",
        lazy_("Hours of half a day or a lecture"),
        lazy_("Proposed where hours are entered."),
        _LEDGER,
        least=1,
        most=24,
    ),
    "finding_again_months": SettingSpec(
        12,
        "number",
        lazy_("Months within which the same point counts as found again"),
        lazy_(
            "A closed finding is then reopened. The span is our own assumption; set what your superior says."
        ),
        lazy_("Rectification"),
        least=1,
        most=60,
    ),
    "contact_visits": SettingSpec(
        4,
        "number",
        lazy_("Visits a year to each contact point"),
        lazy_("One county's sheet asks for four; set what yours says. 0 asks for none."),
        lazy_("Deeds and contacts"),
        most=52,
    ),
    "papers_kept_days": SettingSpec(
        180,
        "number",
        lazy_("Days for which finished papers are kept"),
        lazy_("After that their files are deleted; the rows they are made from stay. 0 keeps them for good."),
        lazy_("Papers"),
        most=3650,
    ),
    #: To what dues are rounded, half up: 0.01, 0.10 or 1.00 yuan; chosen on the page of rates (shared.dues).
    "dues_rounding": SettingSpec("0.01", "kept"),
}
