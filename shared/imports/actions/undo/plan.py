"""Taking a commit back: what nothing refers to is removed, what is as the commit left it is restored, the rest is kept.

A fact entered later is never removed: a person who has attended an event since, or a unit that has held one, stays.
What the product itself made of a unit (open due items, their reminders, computed scores) is no such fact.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, bindparam, func, select, union
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db import Base, db
from shared.i18n import lazy_
from shared.imports.actions.writing import (
    EFFECT_CONTEXT,
)
from shared.imports.models import Batch
from shared.sealing import Keys, unseal
from shared.tenants.queries import keys

#: Tables that go with their unit or person, or say nothing about whether it is needed.
_OWN = frozenset(
    (
        "person_term",
        "unit_term",
        # Goes with its unit; where it names a superior, the tree below decides (_keep_units).
        "unit_version",
        "import_row",
        "import_effect",
        "membership",
        "post",
        "unit",
        "due_item",
        "assessment_score",
        # One that went out has its delivery, which does refer to the person.
        "reminder",
    )
)
#: Why something stays, by the table that refers to it.
REASONS: dict[str, lazy_] = {
    "changed": lazy_("changed since the import"),
    "event": lazy_("has held or chaired an event"),
    "attendance": lazy_("stands in an attendance list"),
    "correction": lazy_("has corrected a record"),
    "seat": lazy_("has an account"),
    "role_grant": lazy_("holds a role"),
    "due_item": lazy_("has fulfilled a duty"),
    "delivery": lazy_("has been sent a message"),
    "membership": lazy_("has a membership of later date"),
    "post": lazy_("holds a post of later date"),
    "unit": lazy_("stands above a unit that stays"),
    "document": lazy_("has printed papers"),
    "unit_change": lazy_("changed since the import"),
    "job": lazy_("has started background jobs"),
    "people": lazy_("has people who stay"),
    "other": lazy_("is referred to elsewhere"),
}
KINDS = ("unit", "person", "membership", "post")


def _digests(kind: str, batch_id: int) -> Any:
    """Each effect on objects of this kind, and whether the object is still as the commit left it."""
    effect, thing = Base.metadata.tables["import_effect"], Base.metadata.tables[kind].alias("thing")
    key = effect.c[f"{kind}_id"]
    now_digest = func.hash_record_extended(thing.table_valued(), 0)
    return (
        select(
            key.label("id"), effect.c.act, (now_digest == effect.c.digest).label("unchanged"), effect.c.before
        )
        .join(thing, (thing.c.tenant_id == effect.c.tenant_id) & (thing.c.id == key))
        .where(effect.c.batch_id == batch_id)
        .order_by(effect.c.id)
    )


@dataclass(slots=True)
class Changed:
    """One object that existed before: its earlier values, and whether it is still as the commit left it."""

    act: str
    before: dict[str, Any]
    unchanged: bool


@dataclass
class Plan:
    """What an undo would do, by ids."""

    inserted: dict[str, set[int]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    changed: dict[str, dict[int, Changed]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    #: kind → id → key of REASONS, for what stays.
    kept: dict[str, dict[int, str]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    #: The person of each membership and post that is restored.
    owners: dict[str, dict[int, int]] = field(default_factory=lambda: {"membership": {}, "post": {}})

    def removed(self, kind: str) -> list[int]:
        return sorted(self.inserted[kind] - self.kept[kind].keys())

    def restored(self, kind: str) -> list[int]:
        return sorted(key for key in self.changed[kind] if key not in self.kept[kind])

    def people_restored(self) -> set[int]:
        """People who get earlier values of their own, or of a membership or post, back."""
        return set(self.restored("person")) | {
            self.owners[part][key]
            for part in ("membership", "post")
            for key in self.restored(part)
            if key in self.owners[part]
        }

    def counts(self) -> dict[str, int]:
        """In words of the page: units and people removed, restored objects, kept ones."""
        return {
            "units_removed": len(self.removed("unit")),
            "people_removed": len(self.removed("person")),
            "restored": len(self.restored("unit")) + len(self.people_restored()),
            "kept": len(self.kept["unit"]) + len(self.kept["person"]),
        }

    def reasons(self) -> dict[str, int]:
        return dict(Counter(reason for kind in ("unit", "person") for reason in self.kept[kind].values()))


def among(column: ColumnElement[Any], ids: Iterable[int]) -> ColumnElement[bool]:
    return column == func.any(bindparam(None, sorted(ids), type_=ARRAY(BigInteger)))


def plan_undo(batch: Batch) -> Plan:
    """Look at everything the batch has written; a constant number of queries however many rows."""
    plan = Plan()
    tenant_keys = keys()
    for kind in KINDS:
        _read_effects(plan, kind, batch.id, tenant_keys)
    _keep_people(plan)
    _keep_parts(plan, "membership")
    _keep_parts(plan, "post")
    _keep_units(plan)
    for part, owners in plan.owners.items():
        table = Base.metadata.tables[part]
        if ids := plan.restored(part):
            owners.update(
                (key, person_id)
                for key, person_id in db.session.execute(
                    select(table.c.id, table.c.person_id).where(among(table.c.id, ids))
                )
            )
    return plan


def _read_effects(plan: Plan, kind: str, batch_id: int, tenant_keys: Keys) -> None:
    last: dict[int, bool] = {}
    for row in db.session.execute(_digests(kind, batch_id)):
        last[row.id] = bool(row.unchanged)
        if row.act == "inserted":
            plan.inserted[kind].add(row.id)
        elif row.id not in plan.inserted[kind]:
            before = json.loads(unseal(tenant_keys, row.before, EFFECT_CONTEXT)) if row.before else {}
            held = plan.changed[kind].setdefault(row.id, Changed(row.act, {}, False))
            # Of two commits of one batch, the first one's earlier values count.
            held.before = before | held.before
            if row.act == "ended":
                held.act = "ended"
    for key, unchanged in last.items():
        if not unchanged:
            plan.kept[kind][key] = "changed"
        elif key in plan.changed[kind]:
            plan.changed[kind][key].unchanged = True


def _references(target: str) -> list[tuple[Table, ColumnElement[Any]]]:
    """Every column of every table that names a unit or person; a table added later is found without a word here."""
    found: list[tuple[Table, ColumnElement[Any]]] = []
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if key.referred_table.name == target and table.name not in _OWN:
                found.extend((table, column) for column in key.columns if column.name != "tenant_id")
        # A seat lies in the platform's schema and names its person by a key of another table object.
    return found


def _keep_referenced(plan: Plan, kind: str, only: set[int]) -> None:
    if not only:
        return
    for table, column in _references(kind):
        reason = table.name if table.name in REASONS else "other"
        for key in db.session.scalars(select(column).where(among(column, only)).distinct()):
            plan.kept[kind].setdefault(key, reason)


def _keep_people(plan: Plan) -> None:
    people = plan.inserted["person"]
    _keep_referenced(plan, "person", people)
    if not people:
        return
    tables = Base.metadata.tables
    for part in ("membership", "post"):
        table = tables[part]
        rows = db.session.execute(
            select(table.c.id, table.c.person_id).where(among(table.c.person_id, people))
        )
        for key, person_id in rows:
            if key not in plan.inserted[part]:
                plan.kept["person"].setdefault(person_id, part)
            elif key in plan.kept[part]:
                plan.kept["person"].setdefault(person_id, "changed")


def _keep_parts(plan: Plan, part: str) -> None:
    """The memberships and posts of people who stay, stay."""
    staying = plan.kept["person"].keys() & plan.inserted["person"]
    if not staying or not plan.inserted[part]:
        return
    table = Base.metadata.tables[part]
    for key in db.session.scalars(select(table.c.id).where(among(table.c.person_id, staying))):
        if key in plan.inserted[part]:
            plan.kept[part].setdefault(key, "people")


def _keep_units(plan: Plan) -> None:
    units = plan.inserted["unit"]
    if not units:
        return
    _keep_referenced(plan, "unit", units)
    tables = Base.metadata.tables
    due = tables["due_item"]
    fulfilled = select(due.c.unit_id).where(among(due.c.unit_id, units), due.c.state.in_(("done", "exempt")))
    for key in db.session.scalars(fulfilled.distinct()):
        plan.kept["unit"].setdefault(key, "due_item")
    for part in ("membership", "post"):
        table = tables[part]
        going = set(plan.removed(part))
        for key, unit_id in db.session.execute(
            select(table.c.id, table.c.unit_id).where(among(table.c.unit_id, units))
        ):
            if key not in going:
                plan.kept["unit"].setdefault(unit_id, "people")
    _keep_superiors(plan, units)


def _keep_superiors(plan: Plan, units: set[int]) -> None:
    """A unit that stays, or was never ours, keeps everything above it, now and in its history."""
    above: dict[int, set[int]] = defaultdict(set)
    unit, version = Base.metadata.tables["unit"], Base.metadata.tables["unit_version"]
    for key, parent_id in db.session.execute(
        union(
            select(unit.c.id, unit.c.parent_id).where(among(unit.c.parent_id, units)),
            select(version.c.unit_id, version.c.parent_id).where(among(version.c.parent_id, units)),
        )
    ):
        above[key].add(parent_id)
    staying = [key for key in above if key not in units or key in plan.kept["unit"]]
    while staying:
        for parent_id in above.get(staying.pop(), ()):
            if parent_id in units and parent_id not in plan.kept["unit"]:
                plan.kept["unit"][parent_id] = "unit"
                staying.append(parent_id)
