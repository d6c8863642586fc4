"""Where the pages of tasks are registered, and the words they share."""

from flask import Blueprint

from shared.i18n import _

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")

#: The colour of a task → the word for its state's sign.
COLOURS = {"red": "late", "yellow": "due", "blue": "run"}


def state_words() -> dict[str, str]:
    return {
        "assigned": _("To be accepted"),
        "accepted": _("Under way"),
        "returned": _("Returned"),
        "done": _("Handed in"),
        "confirmed": _("Confirmed"),
        "withdrawn": _("Withdrawn"),
    }


def act_words() -> dict[str, str]:
    return {
        "accept": _("Accepted"),
        "refuse": _("Sent back to whoever asked"),
        "progress": _("Progress"),
        "done": _("Handed in"),
        "return": _("Returned"),
        "confirm": _("Confirmed"),
        "withdraw": _("Withdrawn"),
        "change": _("Changed"),
        "pass_on": _("Passed on"),
    }
