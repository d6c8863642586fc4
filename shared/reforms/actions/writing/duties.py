"""How an execution writes open duties and their reminders. Each statement serves the whole reform."""

from datetime import datetime

from sqlalchemy import text

from shared.db import db
from shared.reforms.operations import Tree
from shared.reforms.queries.counting import Fates

#: Of units of another kind also what planning may open or withdraw.
_KEEP = text(
    """
    insert into reform_item (reform_id, due_item_id, before)
    select :reform_id, id, jsonb_build_object('unit_id', unit_id, 'rule_id', rule_id, 'opens_on', opens_on,
        'due_on', due_on, 'state', state, 'reason', reason, 'followed_from', followed_from, 'reform_id', reform_id,
        'planned_at', planned_at)
    from due_item
    where id = any(cast(:ids as bigint[]))
        or (unit_id = any(cast(:rekinded as bigint[])) and state in ('open', 'withdrawn'))
    """
)
_FOLLOW = text(
    """
    update due_item set unit_id = given.target_id, followed_from = due_item.unit_id, reform_id = :reform_id
    from unnest(cast(:ids as bigint[]), cast(:targets as bigint[])) as given (id, target_id)
    where due_item.id = given.id
    """
)
_WITHDRAW = text(
    """
    update due_item set state = 'withdrawn', reason = given.reason, reform_id = :reform_id, planned_at = :at
    from unnest(cast(:ids as bigint[]), cast(:reasons as text[])) as given (id, reason)
    where due_item.id = given.id
    """
)
_SPARE = text(
    """
    insert into due_item (rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on, state, reason, followed_from,
        reform_id)
    select item.rule_id, given.target_id, item.kind, item.year, item.period, item.ordinal, item.opens_on, item.due_on,
        'exempt', 'held_before_reform', item.unit_id, :reform_id
    from unnest(cast(:ids as bigint[]), cast(:targets as bigint[])) as given (id, target_id)
    join due_item as item on item.id = given.id
    """
)
_REMINDERS = text("update reminder set reason = 'reformed' where id = any(cast(:ids as bigint[]))")
#: Why an item that nobody continues is withdrawn.
_WITHDRAWN = {"merged": "merged", "handed": "handed_over", "term": "dissolved"}


def write_duties(reform_id: int, tree: Tree, fates: Fates, ids: dict[int, int], *, at: datetime) -> None:
    """Open duties follow the unit that continues, or are withdrawn with the reason; reminders go with them."""
    rekinded = [node.id for node in tree.changed() if node.kind != tree.grown[node.id].kind]
    every = sorted(item for rows in fates.items.values() for item, _target in rows)
    base = {"reform_id": reform_id}
    db.session.execute(_KEEP, {**base, "ids": every, "rekinded": rekinded})
    withdrawn = [(item, _WITHDRAWN[fate]) for fate in _WITHDRAWN for item, _to in fates.items.get(fate, ())]
    if withdrawn:
        items, reasons = zip(*withdrawn, strict=True)
        db.session.execute(_WITHDRAW, {**base, "ids": list(items), "reasons": list(reasons), "at": at})
    followed = [(item, ids.get(to, to)) for item, to in fates.items.get("followed", ()) if to is not None]
    if followed:
        items, targets = zip(*followed, strict=True)
        db.session.execute(_FOLLOW, {**base, "ids": list(items), "targets": list(targets)})
    if fates.spared:
        held = {
            "ids": [item for _to, item in fates.spared],
            "targets": [ids[to] for to, _item in fates.spared],
        }
        db.session.execute(_SPARE, {**base, **held})
    if fates.reminders:
        db.session.execute(_REMINDERS, {"ids": fates.reminders})
