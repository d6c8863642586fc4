"""The blueprint of reorganisations, its objects, and the guard that other pages use."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.errors import NotFound
from shared.i18n import _
from shared.reforms.models import Reform
from shared.reforms.queries import draft_naming, reform_at

R = TypeVar("R")

blueprint = Blueprint("reforms", __name__, url_prefix="/reforms")


def seen(reform_id: int) -> Reform:
    """To be looked at: a reorganisation belongs to no unit, and whoever may see one may see all."""
    found = reform_at(reform_id)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def held(reform_id: int) -> Reform:
    """To be changed."""
    return fetch(Reform, reform_id, actor=actor(), may=Permission.REFORM_EDIT)


def drafted(unit_id: int) -> Response | None:
    """To the open draft that names a unit: it is changed there, or after the draft is discarded."""
    reform = draft_naming(unit_id)
    if reform is None:
        return None
    flash(
        _(
            "The draft %(title)s names this unit: change it there, or discard the draft first.",
            title=reform.title,
        ),
        "due",
    )
    return redirect(url_for("reforms.show", reform_id=reform.id), 303)


def undrafted(view: Callable[[int], R]) -> Callable[[int], R | Response]:
    """Guards the pages that change one unit: where a draft names it, they lead to the draft."""

    @wraps(view)
    def guarded(unit_id: int) -> R | Response:
        held_there = drafted(unit_id)
        return view(unit_id) if held_there is None else held_there

    return guarded


def number(name: str) -> int | None:
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
