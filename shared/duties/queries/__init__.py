"""Reads of rules and due items, by what they are for."""

from shared.duties.queries.filters import DueFilter, due_filter_conditions, due_filter_statement
from shared.duties.queries.ledger import LedgerEvent, LedgerRow, UnitLedger, ledger_events, unit_ledger
from shared.duties.queries.matrix import (
    Column,
    Matrix,
    MatrixFilter,
    MatrixRow,
    cell_state,
    matrix,
    planned_kinds,
)
from shared.duties.queries.overview import Standing, overview
from shared.duties.queries.plans import PlanFilter, PlanItem, RuleLine, plan_page, rules
from shared.duties.queries.todo import (
    Month,
    TodoGroup,
    TodoItem,
    UnitState,
    fulfilment_by_month,
    overdue_count,
    todo_groups,
    unit_states,
    unit_todo,
)

__all__ = [
    "Column",
    "DueFilter",
    "LedgerEvent",
    "LedgerRow",
    "Matrix",
    "MatrixFilter",
    "MatrixRow",
    "Month",
    "PlanFilter",
    "PlanItem",
    "RuleLine",
    "Standing",
    "TodoGroup",
    "TodoItem",
    "UnitLedger",
    "UnitState",
    "cell_state",
    "due_filter_conditions",
    "due_filter_statement",
    "fulfilment_by_month",
    "ledger_events",
    "matrix",
    "overdue_count",
    "overview",
    "plan_page",
    "planned_kinds",
    "rules",
    "todo_groups",
    "unit_ledger",
    "unit_states",
    "unit_todo",
]
