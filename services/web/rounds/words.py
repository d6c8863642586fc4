"""How states of rounds and of the units' sheets in them are said."""

from shared.i18n import _, lazy_


def lap_states() -> dict[str, tuple[str, str]]:
    """State of a round → colour and word."""
    return {
        "open": ("run", _("Self-score")),
        "review": ("run", _("Under review")),
        "confirmed": ("ok", _("Confirmed")),
        "published": ("ok", _("Published")),
        "final": ("ok", _("Final")),
        "withdrawn": ("idle", _("Withdrawn")),
    }


def entry_states() -> dict[str, tuple[str, str]]:
    return {
        "open": ("due", _("To be handed in")),
        "returned": ("late", _("Returned")),
        "handed_in": ("run", _("Handed in")),
        "reviewed": ("ok", _("Reviewed")),
    }


def entry_views() -> dict[str, str]:
    return {
        "waiting": _("Still to be handed in"),
        "late": _("Late"),
        "returned": _("Returned"),
        "handed_in": _("Handed in"),
        "reviewed": _("Reviewed"),
        "all": _("All"),
    }


def line_kinds() -> dict[str, str]:
    return {
        "count": _("From the ledger"),
        "evidence": _("Evidence"),
        "rating": _("Ballot"),
        "must": _("Must be met"),
        "bonus": _("Bonus"),
        "veto": _("Veto"),
    }


#: How a yearly report stands, and the colour of each.
APPRAISAL_STATES = {
    "open": lazy_("Report is being written"),
    "handed_in": lazy_("Report handed in"),
    "graded": lazy_("Graded, not published"),
    "published": lazy_("Published"),
}
APPRAISAL_COLOURS = {"open": "due", "handed_in": "run", "graded": "run", "published": "ok"}
