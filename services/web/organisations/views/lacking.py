"""What a unit lacks besides its duties: offices, bodies, a term that ends, a size that does not fit: advice only."""

from datetime import date

from shared.duties.periods import months_after
from shared.duties.queries.terms import term_rule
from shared.i18n import _
from shared.members.queries.wanting import Lack, lacks_of
from shared.organisations.kinds import KINDS
from shared.organisations.models import Unit


def _term(unit: Unit, on: date) -> list[Lack]:
    """What the rule of terms in force says of this unit today; nothing for a kind without a term."""
    rule = term_rule(unit, on)
    if rule is None:
        return []
    source = rule.source if rule.grade == "A" else _("%(source)s, unconfirmed", source=rule.source)
    ends = unit.term_ends_on
    if ends is None:
        return [Lack("due", _("Missing"), _("The end of the term is not entered."), source)]
    left = (ends - on).days
    if left < 0:
        said = _("The term ended %(n)s days ago; no election is recorded.", n=-left)
        return [Lack("late", _("Term ended"), said, source)]
    if months_after(ends, -max(rule.notice_months or [0])) <= on:
        said = _("The term ends on %(day)s: prepare the election.", day=ends)
        return [Lack("due", _("%(n)s days left", n=left), said, source)]
    return []


def lacking(unit: Unit, *, on: date) -> list[Lack]:
    """Everything wanting in one unit, the late first, what is only possible last."""
    spec = KINDS.get(unit.kind)
    if spec is None:
        return []
    found: list[Lack] = _term(unit, on)
    found.extend(lacks_of([unit.id], on=on).get(unit.id, []))
    return sorted(found, key=lambda lack: ("late", "due", "idle").index(lack.kind))
