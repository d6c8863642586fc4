"""What is done to the tree: set up, change, move, dissolve; each step is kept in the history with its reason."""

from shared.organisations.actions.checks import MAX_NAME, Register
from shared.organisations.actions.endings import dissolve_unit
from shared.organisations.actions.history import write_versions
from shared.organisations.actions.links import end_link, end_links, link_units
from shared.organisations.actions.units import (
    add_unit,
    change_unit,
    lock_tree,
    move_unit,
    set_terms,
)

__all__ = [
    "MAX_NAME",
    "Register",
    "add_unit",
    "change_unit",
    "dissolve_unit",
    "end_link",
    "end_links",
    "link_units",
    "lock_tree",
    "move_unit",
    "set_terms",
    "write_versions",
]
