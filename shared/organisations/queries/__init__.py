"""Reads of the tree: as it stands, as it stood on a day, one unit, all units in a list, the two lines' links."""

from shared.organisations.queries.linked import Linked, links_of
from shared.organisations.queries.listing import (
    UnitFilter,
    UnitPage,
    UnitRow,
    count_units,
    listing_page,
    listing_statement,
)
from shared.organisations.queries.past import in_force, levels, stood_as, tree_on
from shared.organisations.queries.tree import (
    STEP,
    Node,
    children,
    choices,
    first_in_reach,
    ids_of,
    in_reach,
    open_tree,
    roll_up,
    tree,
    units_below,
)
from shared.organisations.queries.unit import (
    UnitCard,
    continuing,
    ending_terms,
    find,
    history,
    superior,
    unit_card,
)

__all__ = [
    "STEP",
    "Linked",
    "Node",
    "UnitCard",
    "UnitFilter",
    "UnitPage",
    "UnitRow",
    "children",
    "choices",
    "continuing",
    "count_units",
    "ending_terms",
    "find",
    "first_in_reach",
    "history",
    "ids_of",
    "in_force",
    "in_reach",
    "levels",
    "links_of",
    "listing_page",
    "listing_statement",
    "open_tree",
    "roll_up",
    "stood_as",
    "superior",
    "tree",
    "tree_on",
    "unit_card",
    "units_below",
]
