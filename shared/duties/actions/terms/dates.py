"""The dates of a term: entered, put right, and postponed with the superior's approval."""

from datetime import date

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.duties.actions.terms.planning import plan_terms
from shared.duties.models import Rule
from shared.duties.periods import months_after
from shared.duties.queries.terms import living_tenure, term_rule
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Tenure, Unit

MAX_TEXT = 200
#: A term ends within these years of today, or somebody's hand slipped.
YEARS = 30


def rule_for(unit: Unit, on: date) -> Rule:
    """The rule in force for this unit on a day. Raises Conflict for a unit that has no term."""
    if unit.state != "active":
        raise Conflict(_("%(name)s is dissolved.", name=unit.name))
    rule = term_rule(unit, on)
    if rule is None:
        raise Conflict(
            _("A unit of this kind has no term: its posts are appointed, or go with the unit above.")
        )
    return rule


def regular_end(rule: Rule, began_on: date) -> date:
    """When a term that began on this day ends by the rule."""
    return months_after(began_on, 12 * (rule.years or 0))


def check_term(rule: Rule, *, began_on: date, ends_on: date, number: int | None) -> dict[str, object]:
    """What is wrong with the dates of a term, by field: an end before its start, or a term longer than the rule's."""
    wrong: dict[str, object] = {}
    if ends_on <= began_on:
        wrong["ends_on"] = _("The term cannot end before it began.")
    elif ends_on > regular_end(rule, began_on):
        wrong["ends_on"] = _(
            "Longer than the rule allows: %(years)s years, to %(day)s at the latest.",
            years=rule.years,
            day=regular_end(rule, began_on),
        )
    if number is not None and not 1 <= number <= 999:
        wrong["number"] = _("From 1 to 999.")
    return wrong


def checked_document(document: str, *, needed: bool = True) -> str:
    """The document's name and number. Raises Invalid for one that is missing, too long or marked."""
    plain = " ".join(document.split())
    refuse_marks(plain)
    if needed and not plain:
        raise Invalid(fields={"document": _("Name the approving document.")})
    if len(plain) > MAX_TEXT:
        raise Invalid(fields={"document": _("At most %(n)s characters.", n=MAX_TEXT)})
    return plain


def enter_dates(
    actor: Actor,
    *,
    unit: Unit,
    began_on: date,
    ends_on: date | None,
    number: int | None,
    document: str,
    reason: str = "",
) -> Tenure:
    """Enter the present term of a unit, or put its dates right with a reason. Without an end the rule's holds.

    The unit's row is locked by the caller. Raises Invalid with the field; a correction without a reason is one.
    """
    if began_on > today() or began_on.year < today().year - YEARS:
        raise Invalid(fields={"began_on": _("This cannot be right: %(day)s", day=began_on)})
    if unit.founded_on is not None and began_on < unit.founded_on:
        raise Invalid(
            fields={"began_on": _("The unit was founded on %(day)s only.", day=unit.founded_on.isoformat())}
        )
    rule = rule_for(unit, began_on)
    ends = ends_on or regular_end(rule, began_on)
    wrong = check_term(rule, began_on=began_on, ends_on=ends, number=number)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    paper = checked_document(document, needed=False)
    refuse_marks(reason)
    tenure = living_tenure(unit.id)
    if tenure is not None and not reason.strip():
        raise Invalid(fields={"reason": _("Say why it is corrected.")})
    if tenure is None:
        tenure = Tenure(unit_id=unit.id, number=number, began_on=began_on, ends_on=ends, document=paper)
        db.session.add(tenure)
    else:
        tenure.number, tenure.began_on, tenure.document = number, began_on, paper
        if ends != tenure.ends_on:
            tenure.ends_on, tenure.postponed_to, tenure.postponed_by = ends, None, ""
    before = unit.term_ends_on
    unit.term_ends_on = tenure.postponed_to or tenure.ends_on
    db.session.flush()
    record(
        actor,
        verb="term.date",
        object_type="unit",
        object_id=unit.id,
        unit_id=unit.id,
        detail={
            "from": before.isoformat() if before else None,
            "to": unit.term_ends_on.isoformat(),
            "reason": reason.strip()[:MAX_TEXT],
        },
    )
    plan_terms(unit_ids=[unit.id])
    return tenure


def stands_above(actor: Actor, unit: Unit) -> bool:
    """Whether the actor approves for a unit above this one, or for the whole tenant: nobody postpones their own."""
    return any(
        reached.path is None or (reached.path != unit.path and reached.holds(unit.path))
        for reached in actor.reaches(Permission.TERM_APPROVE)
    )


def _latest(rule: Rule, ends_on: date) -> date:
    return months_after(ends_on, rule.postpone_months or 0)


def postpone_limit(unit: Unit) -> date | None:
    """To when the election of a unit may be postponed at most; None where no end is known."""
    tenure = living_tenure(unit.id)
    ends_on = tenure.ends_on if tenure is not None else unit.term_ends_on
    return _latest(rule_for(unit, today()), ends_on) if ends_on is not None else None


def postpone(actor: Actor, *, unit: Unit, to: date, document: str, reason: str = "") -> Tenure:
    """Let the election of a unit wait with the superior's approval, as far as the rule allows (generally a year).

    Once a term; again only when the superior says why. Raises Forbidden for the unit's own officer, Invalid with the
    field, Conflict where no end is known.
    """
    if not stands_above(actor, unit):
        raise Forbidden(_("The unit above approves a postponement, not the unit itself."))
    rule = rule_for(unit, today())
    if unit.term_ends_on is None:
        raise Conflict(_("The end of the term is not known yet; enter it first."))
    tenure = living_tenure(unit.id)
    if tenure is None:
        tenure = Tenure(
            unit_id=unit.id,
            began_on=months_after(unit.term_ends_on, -12 * (rule.years or 1)),
            ends_on=unit.term_ends_on,
        )
        db.session.add(tenure)
    latest = _latest(rule, tenure.ends_on)
    wrong: dict[str, object] = {}
    if to <= unit.term_ends_on:
        wrong["to"] = _("Later than the present end, %(day)s.", day=unit.term_ends_on)
    elif to > latest:
        wrong["to"] = _("At most to %(day)s: a postponement is generally a year at the longest.", day=latest)
    if tenure.postponed_to is not None and not reason.strip():
        wrong["reason"] = _("It was postponed once already; say why the superior allows it again.")
    refuse_marks(reason)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    paper = checked_document(document)
    before = unit.term_ends_on
    tenure.postponed_to = unit.term_ends_on = to
    tenure.postponed_by = f"{paper}; {reason.strip()[:MAX_TEXT]}" if reason.strip() else paper
    db.session.flush()
    record(
        actor,
        verb="term.postpone",
        object_type="unit",
        object_id=unit.id,
        unit_id=unit.id,
        detail={"from": before.isoformat(), "to": to.isoformat()},
    )
    plan_terms(unit_ids=[unit.id])
    return tenure
