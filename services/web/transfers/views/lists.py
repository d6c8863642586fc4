"""The lists of transfers: to be received, on their way, past their day, over."""

from datetime import date

from flask import Blueprint, render_template, request, url_for

from services.web.edge import actor, requires
from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.i18n import _
from shared.transfers.queries import (
    PAGE,
    SHOWS,
    TransferFilter,
    TransferRow,
    counts,
    of_person,
    transfer_rows,
)

blueprint = Blueprint("transfers", __name__, url_prefix="/transfers")


def read_filter() -> TransferFilter:
    """What the address asks for; the first list that holds something is the view's matter."""
    show = request.args.get("show", "")
    return TransferFilter(show if show in SHOWS else "")


def filter_asked(actor: Actor) -> tuple[TransferFilter, dict[str, int]]:
    """The list that is shown, and how many each list holds."""
    numbers = counts(actor)
    given = read_filter()
    if not given.show:
        order = ("receive", "late", "sent")
        given = TransferFilter(next((show for show in order if numbers[show]), "receive"))
    return given, numbers


def _place() -> tuple[date, int] | None:
    """A place in the list, 'day~id'; whatever cannot be read counts as not given."""
    day, _tilde, key = request.args.get("after", "").partition("~")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    try:
        return date.fromisoformat(day), int(key)
    except ValueError:
        return None


@blueprint.get("")
@requires(Permission.TRANSFER_VIEW)
def index() -> str:
    """What waits to be received comes first; when nothing does, what is past its day, then what is on its way."""
    who = actor()
    given, numbers = filter_asked(who)
    rows = transfer_rows(who, given, after=_place())
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return render_template(
        "transfers/index.html",
        rows=rows[:PAGE],
        given=given,
        numbers=numbers,
        list_names={
            "receive": _("to be received here"),
            "late": _("past their day"),
            "sent": _("on their way from here"),
            "closed": _("decided"),
        },
        shows=("receive", "late", "sent", "closed"),
        next=url_for("transfers.index", show=given.show, after=f"{more.expires_on}~{more.id}")
        if more
        else None,
        may_send=who.may(Permission.TRANSFER_EDIT),
        may_publish=who.may(Permission.SETTING_EDIT),
    )


@blueprint.app_template_global("transfers_waiting")
def transfers_waiting() -> dict[str, int]:
    """How many wait for the reader, for the page of today (transfers/_waiting.html); nothing without the right."""
    who = actor()
    return counts(who) if who.may(Permission.TRANSFER_EDIT) else {}


@blueprint.app_template_global("transfers_of")
def transfers_of(person_id: int) -> list[TransferRow]:
    """The transfers of a person, for the parts of other pages that show them (transfers/_mine.html)."""
    return of_person(person_id)
