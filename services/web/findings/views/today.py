"""What the page of today and the page of a unit say of findings."""

from services.web.edge import actor
from services.web.findings.views.routes import blueprint
from shared.access.permissions import Permission
from shared.findings.queries.today import AtHand, at_hand, unit_counts
from shared.organisations.models import Unit


@blueprint.app_template_global("findings_at_hand")
def findings_at_hand() -> AtHand | None:
    """Own open findings and what waits for agreement (findings/_today.html); None where there is nothing."""
    found = at_hand(actor())
    return found if found.open or found.waiting else None


@blueprint.app_template_global("findings_of_unit")
def findings_of_unit(unit: Unit) -> tuple[int, int] | None:
    """(open, late) for the page of a unit (findings/_unit.html); None without the right or without any."""
    if not actor().can(Permission.FINDING_VIEW, unit.path):
        return None
    found = unit_counts(unit.id)
    return found if found[0] else None
