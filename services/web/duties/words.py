"""Rules in words."""

from services.web.duties.forms import cadence_words
from shared.duties.models import Rule
from shared.duties.periods import TERM
from shared.i18n import _
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.organisations.kinds import SECTORS


def in_words(rule: Rule) -> str:
    """The rule as a sentence: how often, in which months, by when."""
    if rule.cadence == TERM:
        months = _(", ").join(str(month) for month in sorted(rule.notice_months or (), reverse=True))
        return _(
            "an election every %(years)s years; reminded %(months)s months before, on the day, and monthly after",
            years=rule.years,
            months=months,
        )
    said = _("%(times)s times %(cadence)s", times=rule.times, cadence=cadence_words()[rule.cadence])
    if rule.times == 1:
        said = _("once %(cadence)s", cadence=cadence_words()[rule.cadence])
    if rule.from_month is not None and rule.to_month is not None:
        said += _(", from month %(first)s to month %(last)s", first=rule.from_month, last=rule.to_month)
        if rule.to_month < rule.from_month:
            said += _(" of the next year")
    if rule.early_days:
        said += _(", at the latest %(n)s days before the end", n=rule.early_days)
    return said


def applies_to(rule: Rule) -> str:
    return "、".join(str(UNIT_KINDS[kind].name) for kind in rule.unit_kinds if kind in UNIT_KINDS)


def sectors_of(rule: Rule) -> str:
    if rule.sectors is None:
        return _("All sectors")
    return "、".join(str(SECTORS[sector]) for sector in rule.sectors if sector in SECTORS)


def levels() -> dict[str, str]:
    return {
        "national": _("national"),
        "province": _("province"),
        "city": _("city"),
        "unit": _("own decision"),
    }


def grades() -> dict[str, str]:
    return {
        "A": _("official text"),
        "B": _("an institution's own rule"),
        "C": _("third party or default of this platform"),
        "K": _("not confirmed; check it before relying on it"),
    }
