"""The ledger as a matrix: units × kinds × periods, and its sums. A constant number of queries, whatever the size."""

from shared.duties.queries.matrix.asked import (
    HAVING,
    Having,
    MatrixFilter,
    View,
    first_kinds,
    planned_kinds,
)
from shared.duties.queries.matrix.page import PAGE, Cell, Matrix, MatrixRow, matrix
from shared.duties.queries.matrix.states import CELLS, cell_state
from shared.duties.queries.matrix.sums import Column

__all__ = [
    "CELLS",
    "HAVING",
    "PAGE",
    "Cell",
    "Column",
    "Having",
    "Matrix",
    "MatrixFilter",
    "MatrixRow",
    "View",
    "cell_state",
    "first_kinds",
    "matrix",
    "planned_kinds",
]
