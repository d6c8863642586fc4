"""What the page of today says of tasks."""

from services.web.edge import actor
from services.web.tasks.views.routes import blueprint
from shared.plans.queries.today import AtHand, at_hand


@blueprint.app_template_global("tasks_at_hand")
def tasks_at_hand() -> AtHand | None:
    """The own unit's open tasks and what waits to be confirmed (tasks/_today.html); None where there is nothing."""
    found = at_hand(actor())
    return found if found.rows or found.handed_in else None
