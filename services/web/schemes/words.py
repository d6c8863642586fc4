"""How sheets, lines and rules are said."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from shared.assessments.metrics import METRICS
from shared.assessments.models import Line, Scheme
from shared.events.kinds import KINDS
from shared.i18n import _, lazy_
from shared.members.posts import post_name
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.organisations.kinds import SECTORS

LINE_KINDS: dict[str, lazy_] = {
    "count": lazy_("Counted from the ledger"),
    "evidence": lazy_("Evidence, reviewed"),
    "rating": lazy_("Rating by a ballot"),
    "must": lazy_("Must: whole or nothing"),
    "bonus": lazy_("Bonus marks"),
    "veto": lazy_("Veto line"),
}
RULES: dict[str, lazy_] = {
    "deduct": lazy_("Deduction for each one"),
    "below": lazy_("Deduction for each per cent below a line"),
    "tiers": lazy_("Tiers"),
    "whole": lazy_("Whole or nothing"),
}
STATES: dict[str, lazy_] = {
    "draft": lazy_("Draft"),
    "issued": lazy_("Issued"),
    "retired": lazy_("Retired"),
}


def said(text: str) -> str:
    """A text of a sheet in the reader's language; what the tenant wrote as it is."""
    return _(text) if text else ""


def metric_name(key: str) -> str:
    """A metric in words."""
    return str(METRICS[key].name) if key in METRICS else key


def applies_words(applies: Mapping[str, Any]) -> str:
    """Which units a sheet measures."""
    kinds = _(", ").join(
        str(UNIT_KINDS[kind].name) for kind in applies.get("unit_kinds", ()) if kind in UNIT_KINDS
    )
    sectors = _(", ").join(str(SECTORS[code]) for code in applies.get("sectors", ()) if code in SECTORS)
    if not kinds or not sectors:
        return _("nothing yet")
    return _("%(kinds)s in: %(sectors)s", kinds=kinds, sectors=sectors)


def number(value: object) -> str:
    """A number of marks without needless noughts."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counts_words(line: Line) -> str:
    """What a counted line looks at."""
    if line.kind != "count":
        return ""
    if line.metric is None:
        return _("Not in the ledger yet: shown, and no unit loses or gains by it")
    said = [metric_name(line.metric)]
    said += [str(KINDS[kind].name) for kind in line.params.get("kinds", ()) if kind in KINDS]
    said += [post_name(code) for code in line.params.get("posts", ())]
    return said[0] if len(said) == 1 else _("%(what)s: %(which)s", what=said[0], which=_(", ").join(said[1:]))


def rule_words(line: Line, lines: Sequence[Line] = ()) -> str:
    """How marks are lost or given, in one sentence."""
    params = line.params
    if line.kind == "veto":
        names = [_(other.name) for other in lines if other.ordinal in params.get("from", ())]
        if names:
            return _(
                "Raised with its proof, or when no mark is left of: %(names)s", names=_(", ").join(names)
            )
        return _("Raised by a reviewer with its proof")
    if line.kind == "must":
        return _("All marks or none")
    if line.kind == "bonus":
        return _("On top, up to %(n)s", n=number(line.full_marks))
    if line.kind == "rating":
        return _("Full marks × the result of the ballot")
    if line.kind == "evidence":
        return _("Marked by the reviewer")
    if line.metric is None:
        return ""
    return _counted_words(line.rule, params)


def _counted_words(rule: str, params: Mapping[str, Any]) -> str:
    if rule == "whole":
        return _("All marks when nothing is missing, otherwise none")
    if rule == "below":
        return _(
            "Each per cent below %(line)s%%: −%(n)s",
            line=number(params.get("line", 0)),
            n=number(params.get("per_percent", 0)),
        )
    if rule == "tiers":
        return _("; ").join(
            _("from %(least)s%%: %(marks)s", least=number(least), marks=number(marks))
            for least, marks in params.get("tiers", ())
        )
    said = [
        text
        for rate, text in (
            ("per_missing", _("each missing −%(n)s", n=number(params.get("per_missing", 0)))),
            ("per_made_up", _("each made up −%(n)s", n=number(params.get("per_made_up", 0)))),
            ("per_flaw", _("each incomplete −%(n)s", n=number(params.get("per_flaw", 0)))),
        )
        if params.get(rate)
    ]
    return _(", ").join(said)


def since_words(scheme: Scheme) -> str:
    """Since when it holds."""
    return "" if scheme.issued_at is None else scheme.issued_at.date().isoformat()
