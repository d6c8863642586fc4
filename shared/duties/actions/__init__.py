"""What is done with duties: rules, planning, recording."""

from shared.duties.actions.adopting import adopt_pack
from shared.duties.actions.counting import choose_counting, counting
from shared.duties.actions.effects import Changed, Effect, EffectChanged, Sample, carry_out, effect_of
from shared.duties.actions.exempting import end_exemption, grant_exemption
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
    choose_term,
    end_tightening,
    next_starts,
    optional,
    set_start,
    switch_rule,
    tighten_rule,
)
from shared.duties.actions.terms.planning import Planned, plan_terms

__all__ = [
    "AlreadyRecorded",
    "Changed",
    "Effect",
    "EffectChanged",
    "Planned",
    "Sample",
    "accept_record",
    "adopt_pack",
    "carry_out",
    "choose_counting",
    "choose_term",
    "correct_record",
    "counting",
    "effect_of",
    "end_exemption",
    "end_tightening",
    "fulfilled_by",
    "grant_exemption",
    "next_starts",
    "note_plan",
    "optional",
    "order_plan",
    "plan_ahead",
    "plan_terms",
    "plan_units",
    "plan_year",
    "plannable_unit_ids",
    "record_event",
    "return_record",
    "set_start",
    "switch_rule",
    "tighten_rule",
    "void_record",
    "withdraw_items",
    "years_ahead",
]
