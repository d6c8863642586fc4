"""Official documents are drafted, handed over, reviewed, signed and numbered, issued, answered, filed away."""

from shared.dispatches.actions.drafting import (
    Wording,
    change_dispatch,
    delete_draft,
    make_dispatch,
    may_change,
    may_void,
    waiting_step,
)
from shared.dispatches.actions.ending import enter_reply, void
from shared.dispatches.actions.issuing import archive, check_out, issue, issue_on_paper, issue_up
from shared.dispatches.actions.numbering import add_series, end_series, number_text
from shared.dispatches.actions.passing import (
    Route,
    ask_paper,
    decide,
    hand_over,
    take_back,
)

__all__ = [
    "Route",
    "Wording",
    "add_series",
    "archive",
    "ask_paper",
    "change_dispatch",
    "check_out",
    "decide",
    "delete_draft",
    "end_series",
    "enter_reply",
    "hand_over",
    "issue",
    "issue_on_paper",
    "issue_up",
    "make_dispatch",
    "may_change",
    "may_void",
    "number_text",
    "take_back",
    "void",
    "waiting_step",
]
