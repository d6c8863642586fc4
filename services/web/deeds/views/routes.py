"""Where the pages of deeds are registered, and the row of links that deeds and contacts share."""

from flask import Blueprint, request, url_for
from sqlalchemy import select

from services.web.edge import actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.i18n import _
from shared.organisations.models import Unit

blueprint = Blueprint("deeds", __name__, url_prefix="/deeds")

MOST_UNITS = 1000


@blueprint.app_template_global("deed_pages")
def deed_pages() -> list[tuple[str, str, bool]]:
    """The pages of deeds and contacts as `segment` draws them: word, address, is current."""
    pages = [
        (_("Deeds"), "deeds.index"),
        (_("To be taken up"), "deeds.offered"),
        (_("Contact points"), "contacts.index"),
        (_("Postings"), "contacts.postings"),
        (_("Pairings"), "contacts.pairings"),
        (_("Visits"), "contacts.visits"),
    ]
    return [(word, url_for(endpoint), request.endpoint == endpoint) for word, endpoint in pages]


def units_to_act_for() -> list[tuple[int, str]]:
    """Units in reach for entering, in the order of the tree, by their depth. One query."""
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(Unit.state == "active", reach_filter(actor(), Permission.DEED_EDIT, Unit.path))
        .order_by(Unit.path)
        .limit(MOST_UNITS)
    ).all()
    first = rows[0].path.count(".") if rows else 0
    return [(row.id, "　" * (row.path.count(".") - first) + row.name) for row in rows]
