"""What is done with duties: rules, planning, recording."""

from shared.duties.actions.counting import choose_counting, counting
from shared.duties.actions.plan import (
    note_plan,
    order_plan,
    plan_ahead,
    plan_units,
    plan_year,
    plannable_unit_ids,
    withdraw_items,
    years_ahead,
)
from shared.duties.actions.record import (
    AlreadyRecorded,
    correct_record,
    fulfilled_by,
    record_event,
    void_record,
)
from shared.duties.actions.review import accept_record, return_record
from shared.duties.actions.rules import (
    adopt_pack,
    choose_term,
    end_tightening,
    next_starts,
    set_start,
    tighten_rule,
)
from shared.duties.actions.terms.planning import Planned, plan_terms

__all__ = [
    "AlreadyRecorded",
    "Planned",
    "accept_record",
    "adopt_pack",
    "choose_counting",
    "choose_term",
    "correct_record",
    "counting",
    "end_tightening",
    "fulfilled_by",
    "next_starts",
    "note_plan",
    "order_plan",
    "plan_ahead",
    "plan_terms",
    "plan_units",
    "plan_year",
    "plannable_unit_ids",
    "record_event",
    "return_record",
    "set_start",
    "tighten_rule",
    "void_record",
    "withdraw_items",
    "years_ahead",
]
