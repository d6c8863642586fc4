"""Which units of this tenant the others may name as receivers: by choice, none unless chosen."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import Form
from services.web.transfers.views.lists import blueprint
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Invalid
from shared.i18n import _
from shared.transfers.actions import publish
from shared.transfers.queries import own_receivers, places_inside

#: More than this is a mistake rather than a list to choose from.
MOST = 2000


@blueprint.get("/receivers")
@requires(Permission.SETTING_EDIT)
def receivers() -> str:
    """What is shown now, ticked; and units found by name, to be ticked."""
    words = request.args.get("q", "").replace("\0", "").strip()[:60]
    shown = own_receivers()
    known = {receiver.unit_id for receiver in shown}
    found = [place for line in ("party", "union") for place in places_inside(line, words)]
    return render_template(
        "transfers/receivers.html",
        shown=shown,
        typed=words,
        found=[place for place in found if place.unit_id not in known],
    )


@blueprint.post("/receivers")
@requires(Permission.SETTING_EDIT)
def publish_receivers() -> Response:
    """Show exactly the ticked units."""
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    ticked = [int(text) for text in request.form.getlist("unit_id") if text.isascii() and text.isdigit()]
    if len(ticked) > MOST or any(number >= 10**15 for number in ticked):
        raise Invalid(_("The form could not be read."))
    with transaction():
        now_shown, _gone = publish(actor(), unit_ids=ticked)
    if now_shown:
        flash(_("%(n)s units are open to receive", n=now_shown), "ok")
    else:
        flash(_("No unit is shown to other organisations"), "ok")
    return redirect(url_for("transfers.receivers"), 303)
