"""The own notices: what the bell opens."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from shared.access.permissions import Permission
from shared.db import transaction
from shared.i18n import _
from shared.messages.actions import read_all, read_notice
from shared.messages.queries import PAGE, own_notices

blueprint = Blueprint("messages", __name__)


def _after() -> tuple[bool, int] | None:
    """The last line shown, as `read-id`."""
    read, _dash, last = request.args.get("after", "").partition("-")
    return (read == "1", int(last)) if last.isascii() and last.isdigit() and len(last) < 16 else None


@blueprint.get("/notices")
@requires(Permission.SELF)
def index() -> str:
    found = own_notices(actor().person_id or 0, after=_after())
    shown = found[:PAGE]
    return render_template(
        "messages/index.html",
        notices=shown,
        first=_after() is None,
        after=f"{int(shown[-1].read)}-{shown[-1].id}" if len(found) > PAGE else None,
    )


@blueprint.get("/notices/<int:delivery_id>")
@requires(Permission.SELF)
def show(delivery_id: int) -> str:
    """One own notice; opening it marks it read, once."""
    with transaction():
        notice = read_notice(actor(), delivery_id=delivery_id)
    return render_template("messages/show.html", notice=notice)


@blueprint.post("/notices/read")
@requires(Permission.SELF)
def read() -> Response:
    with transaction():
        count = read_all(actor())
    flash(_("%(n)s notices marked as read", n=count), "ok")
    return redirect(url_for("messages.index"), 303)
