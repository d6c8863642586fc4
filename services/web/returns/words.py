"""How states, acts and cells of tables are said on their pages."""

from shared.i18n import _
from shared.returns.columns import Column

#: The colour of a copy → the word for its state's sign.
COLOURS = {"red": "late", "yellow": "due", "blue": "run"}


def table_states() -> dict[str, tuple[str, str]]:
    """State of a table → colour and word."""
    return {
        "draft": ("idle", _("Draft")),
        "issued": ("run", _("Being filled in")),
        "closed": ("ok", _("Closed")),
        "withdrawn": ("idle", _("Withdrawn")),
    }


def filling_states() -> dict[str, tuple[str, str]]:
    return {
        "open": ("due", _("To be filled in")),
        "returned": ("late", _("Returned")),
        "handed_in": ("run", _("Handed in")),
        "taken": ("ok", _("Taken in")),
    }


def views() -> dict[str, str]:
    return {
        "waiting": _("Still to be handed in"),
        "late": _("Late"),
        "returned": _("Returned"),
        "handed_in": _("To be taken in"),
        "taken": _("Taken in"),
        "all": _("All"),
    }


def act_words() -> dict[str, str]:
    return {
        "hand_in": _("Handed in"),
        "return": _("Returned"),
        "check": _("Checked"),
        "take": _("Taken in"),
    }


def cell_said(column: Column, text: str) -> str:
    """A cell as it is read."""
    if column.kind == "yes_no":
        return {"y": _("yes"), "n": _("no")}.get(text, text)
    return text
