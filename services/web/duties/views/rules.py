"""The rules that the plan rests on: what each asks of whom, and where that is written."""

from flask import render_template, request, url_for
from sqlalchemy import select

from services.web.duties.views.plan import blueprint
from services.web.duties.words import applies_to, grades, in_words, levels, sectors_of
from services.web.edge import actor, requires
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.actions import counting, optional
from shared.duties.models import Rule
from shared.duties.queries import rules
from shared.duties.queries.effects import applying, rule_units, unit_counts, versions
from shared.errors import NotFound
from shared.events.kinds import KINDS
from shared.i18n import _


@blueprint.get("/rules")
@requires(Permission.RULE_VIEW)
def rule_list() -> str:
    """Every rule with its source, level and validity, in plain words."""
    lines = rules()
    counts = unit_counts(actor())
    kinds = {
        line.pack.kind for line in lines if line.pack.kind in KINDS and not KINDS[line.pack.kind].own_page
    }
    asked = [line for line in lines if line.pack.enabled]
    return render_template(
        "duties/rules.html",
        lines=asked,
        offered=[line for line in lines if not line.pack.enabled],
        units={line.pack.id: applying(line.pack, counts) for line in lines},
        optional=optional,
        in_words=in_words,
        applies_to=applies_to,
        kinds=KINDS,
        levels=levels(),
        grades=grades(),
        on=today(),
        may_edit=actor().can(Permission.RULE_EDIT),
        counting=[(kind, also) for kind, others in counting().items() for also in others],
        choices=sorted(kinds),
    )


def _seen(rule_id: int) -> Rule:
    """A rule is the whole tenant's: whoever may see rules sees each."""
    rule = db.session.scalars(select(Rule).where(Rule.id == rule_id)).one_or_none()
    if rule is None:
        raise NotFound(_("There is nothing at this address."))
    return rule


def standing(rule: Rule) -> tuple[str, str]:
    """How one version stands today: a state and its word."""
    on = today()
    if not rule.enabled:
        return ("idle", _("not asked"))
    if rule.valid_from > on:
        return ("run", _("still to begin"))
    if rule.valid_to is not None and rule.valid_to < on:
        return ("idle", _("is over"))
    return ("ok", _("in force"))


@blueprint.get("/rules/<int:rule_id>/about")
@requires(Permission.RULE_VIEW)
def rule(rule_id: int) -> str:
    """One rule with its versions, and the units of the reach to which it applies."""
    shown = _seen(rule_id)
    place = request.args.get("after", "")
    after = place if 0 < len(place) < 600 and set(place) <= set("0123456789.") else None
    units, further = rule_units(actor(), shown, after=after)
    return render_template(
        "duties/rule.html",
        rule=shown,
        units=units,
        total=applying(shown, unit_counts(actor())),
        further=url_for("duties.rule", rule_id=rule_id, after=further) if further else None,
        first=url_for("duties.rule", rule_id=rule_id) if after else None,
        versions=[(one, standing(one)) for one in versions(shown.key)],
        in_words=in_words,
        applies_to=applies_to,
        sectors_of=sectors_of,
        kinds=KINDS,
        levels=levels(),
        grades=grades(),
        optional=optional(shown),
        may_edit=actor().can(Permission.RULE_EDIT),
    )
