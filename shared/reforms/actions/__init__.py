"""What is done with reorganisations: drafted step by step, executed as one transaction, undone as one."""

from shared.reforms.actions.drafts import (
    add_step,
    add_steps,
    begin_draft,
    change_draft,
    discard_draft,
    remove_step,
    shift_step,
)
from shared.reforms.actions.execute import execute, order_execution
from shared.reforms.actions.undo import order_undo, undo

__all__ = [
    "add_step",
    "add_steps",
    "begin_draft",
    "change_draft",
    "discard_draft",
    "execute",
    "order_execution",
    "order_undo",
    "remove_step",
    "shift_step",
    "undo",
]
