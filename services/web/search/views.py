"""Search of units and people, in reach: a page, and the list under the field while somebody types.

A number (an identity or telephone number, or the last four of one) never stands in an address: addresses are kept in
access logs, in the browser's history and by whoever stands between. The field sends by POST; what is a name goes on to
an address that can be kept, what is a number is answered there and then.
"""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from shared.access.permissions import Permission
from shared.members import queries as members
from shared.members.numbers import is_number
from shared.organisations import queries as organisations
from shared.organisations.kinds import kind_name

blueprint = Blueprint("search", __name__)

#: Found on the page, and under the field while typing; of units and of people each.
LIMIT, QUICK = 20, 8


def _typed(text: str) -> str:
    return text.replace("\0", "").strip()[:60]


def _find(words: str, limit: int) -> dict[str, Any]:
    """What lies outside the reach is not there."""
    who = actor()
    if is_number(words):
        return {"units": [], "people": members.find_by_number(who, words, limit=limit), "number": True}
    return {
        "units": organisations.find(who, words, limit=limit) if words else [],
        "people": members.find(who, words, limit=limit) if words else [],
        "number": False,
    }


def _page(words: str, **found: Any) -> str:
    return render_template(
        "search/index.html",
        typed="" if found["number"] else words,
        asked=bool(words),
        kind_name=kind_name,
        limit=LIMIT,
        **found,
    )


@blueprint.get("/search")
@requires(Permission.SELF)
def index() -> str:
    """Names only: a number in the address is not looked for."""
    words = _typed(request.args.get("q", ""))
    if is_number(words):
        return _page("", units=[], people=[], number=True, refused=True)
    return _page(words, **_find(words, LIMIT))


@blueprint.post("/search")
@requires(Permission.SELF)
def ask() -> str | Response:
    """What the field sends without a script, or on Enter."""
    words = _typed(request.form.get("q", ""))
    if not is_number(words):
        return redirect(url_for("search.index", q=words), 303)
    return _page(words, **_find(words, LIMIT))


@blueprint.post("/search/quick")
@requires(Permission.SELF)
def quick() -> str:
    """The list under the field."""
    words = _typed(request.form.get("q", ""))
    where = "phone" if request.form.get("at") == "phone" else "head"
    return render_template(
        "search/quick.html", typed=words, at=where, kind_name=kind_name, **_find(words, QUICK)
    )
