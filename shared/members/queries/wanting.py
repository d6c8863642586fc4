"""What units lack by the rules, in words: the state and word of a tag, the sentence, the source."""

from dataclasses import dataclass
from datetime import date

from shared.i18n import _
from shared.members.posts import post_name
from shared.members.queries.lacks import Shortfall, shortfalls
from shared.organisations.advice import Rule


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is wanting: state and word of the tag, then what it is and where it stands."""

    kind: str
    word: str
    title: str
    source: str = ""


def _source(rule: Rule) -> str:
    if not rule.source or rule.grade == "A":
        return rule.source
    return _("%(source)s, unconfirmed", source=rule.source)


def _least_in_committee(rule: Rule, n: int) -> str:
    if rule.weight == "must":
        return _(
            "%(n)s people in the committee where at least %(least)s are the rule.", n=n, least=rule.least
        )
    return _("%(n)s people in the committee where at least %(least)s are usual.", n=n, least=rule.least)


def _size(short: Shortfall) -> tuple[str, str, str]:
    """Too few or too many people, in the unit or in its committee."""
    rule, n = short.rule, short.n
    few = rule.least is not None and n < rule.least
    if rule.check == "committee":
        text = (
            _least_in_committee(rule, n)
            if few
            else _("%(n)s people in the committee where at most %(most)s are usual.", n=n, most=rule.most)
        )
        return ("due", _("Too few") if few else _("Many"), text)
    if few:
        late = rule.weight == "must" and rule.check == "full"
        text = (
            _("%(n)s members where at least %(least)s are the rule.", n=n, least=rule.least)
            if rule.weight == "must"
            else _("%(n)s members where at least %(least)s are usual.", n=n, least=rule.least)
        )
        return ("late" if late else "due", _("Too few"), text)
    text = _(
        "%(n)s members where at most %(most)s are usual: consider dividing the unit.", n=n, most=rule.most
    )
    return ("due", _("Many"), text)


def said(short: Shortfall) -> Lack:
    """A rule that is not met, in words, with its source."""
    rule = short.rule
    if rule.check == "post":
        found = (
            "due",
            _("Vacant"),
            _("%(post)s: nobody holds this office.", post=post_name(rule.code or "")),
        )
    elif rule.check == "women_committee":
        text = _(
            "%(n)s women members: from %(least)s on there is a women workers' committee.",
            n=short.by,
            least=rule.low,
        )
        found = ("due", _("Wanting"), text)
    elif rule.check == "audit":
        found = ("due", _("Wanting"), _("No auditing committee or auditing member is entered."))
    elif rule.check == "discipline":
        found = ("due", _("Wanting"), _("No discipline commission is entered below it."))
    elif rule.check == "link":
        found = ("due", _("Wanting"), _("No Party unit that leads this union is entered."))
    elif rule.check == "chair":
        text = _(
            "%(n)s employees: from %(least)s on a full-time chair may be set.", n=short.by, least=rule.low
        )
        found = ("idle", _("Possible"), text)
    else:
        found = _size(short)
    return Lack(*found, source=_source(rule))


def lacks_of(unit_ids: list[int], *, on: date) -> dict[int, list[Lack]]:
    """By unit what the rules say of it; one query for a whole page."""
    found: dict[int, list[Lack]] = {}
    for short in shortfalls(unit_ids, on=on):
        found.setdefault(short.unit_id, []).append(said(short))
    return found
