"""Rules of a tenant: made stricter, never looser; begun later; what no law asks is switched on and off."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.duties.models import Rule
from shared.duties.periods import CADENCES, TERM, periods
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _

#: Characters of a decision's name or a reason.
MAX_REASON = 200


def _check_source(source: str) -> dict[str, object]:
    if not source.strip():
        return {"source": _("Say which decision this rests on.")}
    refuse_marks(source)
    return {}


def next_starts(rule: Rule, on: date) -> list[date]:
    """The days a stricter version may begin on: the first days of the rule's next periods, never of one that runs.

    A term has no calendar period: its length holds for elections from today, the next month or the next year on.
    """
    if rule.cadence == TERM:
        return [on, (on.replace(day=1) + timedelta(days=32)).replace(day=1), date(on.year + 1, 1, 1)]
    days = [
        period.first
        for year in (on.year, on.year + 1)
        for period in periods(year)
        if period.cadence == rule.cadence
    ]
    return [day for day in days if day > on][:4]


def _year_count(cadence: str, times: int) -> int:
    return 12 // CADENCES[cadence] * times


def _window(from_month: int | None, to_month: int | None) -> tuple[int, int]:
    """First and last month, the last counted on when it lies in the next year."""
    if from_month is None or to_month is None:
        return (1, 12)
    return (from_month, to_month + 12 if to_month < from_month else to_month)


def tighten_rule(
    actor: Actor,
    *,
    rule: Rule,
    valid_from: date,
    cadence: str,
    times: int,
    from_month: int | None,
    to_month: int | None,
    early_days: int,
    source: str,
) -> Rule:
    """Put a tenant's stricter version beside a pack's rule, from the first day of a coming period.

    Raises Invalid where any part would be looser than the pack's, or where nothing is stricter.
    """
    wrong: dict[str, object] = {}
    if rule.cadence == TERM:
        raise Invalid(_("The length of a term is chosen on a form of its own."))
    if rule.origin != "pack":
        raise Conflict(_("This is already your own version; end it first."))
    if cadence not in CADENCES or CADENCES[cadence] > CADENCES[rule.cadence]:
        wrong["cadence"] = _("Less often than the rule asks.")
    if not 1 <= times <= 31 or (
        cadence in CADENCES and _year_count(cadence, times) < _year_count(rule.cadence, rule.times)
    ):
        wrong["times"] = _("Less often than the rule asks.")
    if cadence != "year":
        from_month = to_month = None
    if (from_month is None) != (to_month is None):
        wrong["to_month"] = _("A window has a first and a last month.")
    base, own = _window(rule.from_month, rule.to_month), _window(from_month, to_month)
    narrow = cadence == "year" and (own[0] < base[0] or own[1] > base[1])
    if narrow:
        wrong["from_month"] = _("The window may become shorter, not longer.")
    if rule.from_month is not None and cadence != "year":
        wrong["cadence"] = _("A rule with a window stays yearly.")
    if not rule.early_days <= early_days <= 27:
        wrong["early_days"] = _("Between 0 and 27 days, and not later than the rule asks.")
    if valid_from not in next_starts(rule, today()):
        wrong["valid_from"] = _("Choose the first day of a coming period.")
    same = (cadence, times, own, early_days) == (rule.cadence, rule.times, base, rule.early_days)
    if same and not wrong:
        wrong["times"] = _("Nothing is stricter than the rule as it stands.")
    wrong |= _check_source(source)
    if wrong:
        raise Invalid(_("A rule can be made stricter, never looser."), fields=wrong)
    return _own_version(
        actor,
        rule,
        valid_from=valid_from,
        source=source,
        values={
            "cadence": cadence,
            "times": times,
            "from_month": from_month,
            "to_month": to_month,
            "early_days": early_days,
        },
        detail={"key": rule.key, "cadence": cadence, "times": times, "early_days": early_days},
    )


def _own_version(
    actor: Actor,
    rule: Rule,
    *,
    valid_from: date,
    source: str,
    values: dict[str, Any],
    detail: dict[str, Any],
) -> Rule:
    """Put a version of the tenant's own beside the pack's rule; Conflict where one stands already."""
    taken = db.session.scalar(
        select(Rule.id).where(Rule.key == rule.key, Rule.origin == "tenant", Rule.valid_to.is_(None))
    )
    if taken is not None:
        raise Conflict(_("There is already a version of your own; end it first."))
    made = Rule(
        key=rule.key,
        kind=rule.kind,
        unit_kinds=rule.unit_kinds,
        sectors=rule.sectors,
        level="unit",
        source=source.strip(),
        grade="B",
        origin="tenant",
        valid_from=valid_from,
        **values,
    )
    db.session.add(made)
    db.session.flush()
    record(actor, verb="rule.tighten", object_type="rule", object_id=made.id, detail=detail)
    return made


def lengths(rule: Rule) -> list[int]:
    """The years a tenant may choose for a term: what the law leaves to choice, and anything shorter than the rule."""
    return sorted({*range(1, (rule.years or 0) + 1), *(rule.years_choice or ())}, reverse=True)


def choose_term(
    actor: Actor, *, rule: Rule, valid_from: date, years: int, notice_months: Sequence[int], source: str
) -> Rule:
    """A tenant's own length of a term within the rule's law, and more reminders before its end, for coming elections.

    Raises Invalid for a length the rule does not allow, a reminder left out, or where nothing differs.
    """
    wrong: dict[str, object] = {}
    if rule.origin != "pack" or rule.cadence != TERM:
        raise Conflict(_("This is already your own version; end it first."))
    base = sorted(rule.notice_months or (), reverse=True)
    notice = sorted(set(notice_months), reverse=True)
    if years not in lengths(rule):
        wrong["years"] = _("The rule allows no term of this length.")
    if not set(base) <= set(notice) or not all(1 <= months <= 24 for months in notice):
        wrong["notice_months"] = _(
            "Reminders may be added, from 1 to 24 months before; none may be left out."
        )
    if valid_from not in next_starts(rule, today()):
        wrong["valid_from"] = _("Choose the first day of a coming period.")
    if (years, notice) == (rule.years, base) and not wrong:
        wrong["years"] = _("Nothing differs from the rule as it stands.")
    wrong |= _check_source(source)
    if wrong:
        raise Invalid(_("A rule can be made stricter, never looser."), fields=wrong)
    return _own_version(
        actor,
        rule,
        valid_from=valid_from,
        source=source,
        values={
            "cadence": TERM,
            "years": years,
            "notice_months": notice,
            "postpone_months": rule.postpone_months,
        },
        detail={"key": rule.key, "cadence": TERM, "times": years},
    )


def end_tightening(actor: Actor, *, rule: Rule) -> None:
    """End a tenant's own version with the running period; from the next one the pack's rule holds again.

    One that has not begun yet is switched off at once.
    """
    if rule.origin != "tenant":
        raise Invalid(_("A rule of the pack cannot be ended here; it may only be made stricter."))
    on = today()
    if rule.valid_from > on or (rule.cadence == TERM and rule.valid_from == on):
        rule.enabled = False
        rule.valid_to = rule.valid_from
    else:
        # A whole base period, so that the pack's rule begins where this one ends.
        base = db.session.scalar(
            select(Rule.cadence).where(Rule.key == rule.key, Rule.origin == "pack").limit(1)
        )
        running = [
            period
            for period in periods(on.year)
            if period.cadence == base and period.first <= on <= period.last
        ]
        rule.valid_to = running[0].last if running else on - timedelta(days=1)
    record(actor, verb="rule.end", object_type="rule", object_id=rule.id, detail={"key": rule.key})


def set_start(actor: Actor, *, rule: Rule, starts_on: date | None, opened_on: date) -> None:
    """From when a rule is asked at all, for a tenant that began in the middle of a year.

    It may lie at most at the end of the month in which the tenant was opened: later would excuse what is owed.
    """
    last = (opened_on.replace(day=1) + timedelta(days=32)).replace(day=1)
    if starts_on is not None and starts_on > last:
        raise Invalid(
            _("At most %(day)s, the month after this organisation began here.", day=last.isoformat()),
            fields={"starts_on": _("Too late.")},
        )
    db.session.execute(
        update(Rule)
        .where(Rule.key == rule.key)
        .values(starts_on=starts_on)
        .execution_options(synchronize_session="fetch")
    )
    record(
        actor,
        verb="rule.start",
        object_type="rule",
        object_id=rule.id,
        detail={"key": rule.key, "starts_on": starts_on.isoformat() if starts_on else None},
    )


def optional(rule: Rule) -> bool:
    """Whether a tenant may leave a rule out: no binding text stands behind it, or its text is not confirmed."""
    return rule.origin == "pack" and (rule.level == "unit" or rule.grade in ("C", "K"))


def switch_rule(actor: Actor, *, rule: Rule, on: bool, reason: str) -> bool:
    """Ask a shipped rule of the units, or ask it no longer; False when it stands so already.

    Switched on it asks from today, nothing of the time before. Raises Invalid for a binding rule that is to be switched
    off and where no reason is given, Conflict while a version of the tenant's own holds.
    """
    if rule.enabled == on:
        return False
    if not on and not optional(rule):
        raise Invalid(_("This rule is binding; it can be made stricter, never left out."))
    if rule.origin != "pack":
        raise Conflict(_("This is already your own version; end it first."))
    plain = reason.strip()
    if not plain or len(plain) > MAX_REASON:
        wrong = (
            _("At most %(n)s characters.", n=MAX_REASON) if plain else _("Say which decision this rests on.")
        )
        raise Invalid(wrong, fields={"reason": wrong})
    refuse_marks(plain)
    values: dict[str, Any] = {"enabled": on}
    if on:
        values["starts_on"] = max(today(), rule.starts_on or today())
    elif db.session.scalar(
        select(Rule.id).where(Rule.key == rule.key, Rule.origin == "tenant", Rule.valid_to.is_(None))
    ):
        raise Conflict(_("There is already a version of your own; end it first."))
    db.session.execute(
        update(Rule)
        .where(Rule.key == rule.key, Rule.origin == "pack")
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )
    record(
        actor,
        verb="rule.enable" if on else "rule.disable",
        object_type="rule",
        object_id=rule.id,
        detail={"key": rule.key, "reason": plain},
    )
    return True
