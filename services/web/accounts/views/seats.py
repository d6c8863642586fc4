"""The places of a login in several organisations, and the switch between them."""

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from services.web import edge
from services.web.accounts.views.proof import within
from services.web.accounts.views.routes import blueprint
from shared.accounts.queries import SeatChoice, login_by_key, own_seats
from shared.db import db
from shared.errors import Invalid, NotFound
from shared.i18n import _
from shared.tenancy import as_login


def _places() -> tuple[list[SeatChoice], bool]:
    """The signed-in login's places, and whether it is a platform operator's; read while no tenant is open."""
    login_id = edge.actor().login_id or 0
    db.session.rollback()
    with as_login(login_id=login_id):
        login = login_by_key(login_id)
        places, operator = own_seats(), bool(login and login.operator)
        db.session.rollback()
    session["places"] = len(places) + int(operator)
    return places, operator


@blueprint.get("/seats")
@edge.requires(None)
def seats_page() -> str:
    places, operator = _places()
    return render_template(
        "accounts/seats.html",
        places=places,
        operator=operator,
        here=edge.actor().seat_id,
        next=within(request.args.get("next")),
    )


@blueprint.post("/seats")
@edge.requires(None)
def choose_seat() -> Response:
    """Sit down in another place of one's own; a number that is not one's own is not there."""
    places, operator = _places()
    wanted = request.form.get("seat_id", "")
    if wanted == "platform" and operator:
        edge.choose_tenant(None)
        return redirect(url_for("tenants.index"), 303)
    if not wanted:
        raise Invalid(_("Choose the organisation"))
    chosen = next((place for place in places if str(place.seat_id) == wanted), None)
    if chosen is None:
        raise NotFound(_("There is nothing at this address."))
    edge.choose_tenant(chosen.tenant_id)
    return redirect(within(request.form.get("next")), 303)
