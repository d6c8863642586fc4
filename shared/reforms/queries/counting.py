"""Counts on both sides of a reform, and the reason of every difference."""

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import text

from shared.clock import today
from shared.db import db
from shared.i18n import lazy_
from shared.reforms.operations import Tree


@dataclass(frozen=True, slots=True)
class Why:
    """One difference: of which count, why, and by how much."""

    row: str
    reason: str
    change: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands in the touched units."""

    units: int = 0
    people: int = 0
    posts: int = 0
    roles: int = 0
    duties: int = 0
    reminders: int = 0

    def plus(self, whys: list[Why]) -> "Counts":
        changes: Counter[str] = Counter()
        for why in whys:
            changes[why.row] += why.change
        return replace(self, **{row: getattr(self, row) + changes[row] for row in ROWS})

    def values(self) -> dict[str, int]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


#: The counts in words.
ROWS: dict[str, lazy_] = {
    "units": lazy_("Units"),
    "people": lazy_("Memberships"),
    "posts": lazy_("Posts held"),
    "roles": lazy_("Roles in the system"),
    "duties": lazy_("Open duties"),
    "reminders": lazy_("Waiting reminders"),
}
#: The reason of a difference in words; %(n)s is its size.
WHYS: dict[str, lazy_] = {
    "made": lazy_("%(n)s units are set up"),
    "merged": lazy_("%(n)s units are merged into others"),
    "dissolved": lazy_("%(n)s units are dissolved"),
    "handed": lazy_("%(n)s units go to an organisation outside"),
    "people_handed": lazy_("%(n)s memberships end: they go to an organisation outside"),
    "posts_ended": lazy_("%(n)s posts end with their unit"),
    "posts_left": lazy_("%(n)s posts end: their holders go into another unit"),
    "posts_gone": lazy_("%(n)s posts elsewhere end: their holders go to an organisation outside"),
    "roles_ended": lazy_("%(n)s roles end with their unit"),
    "duties_merged": lazy_("%(n)s duties merged: the continuing unit owes the same or has done it"),
    "duties_handed": lazy_("%(n)s duties go to an organisation outside"),
    "duties_term": lazy_("%(n)s elections are no longer due: the unit ends"),
    "reminders_dropped": lazy_("%(n)s reminders are planned anew for whoever continues"),
    "duties_planned": lazy_("%(n)s duties planned by the rules for units set up or of another kind"),
    "duties_unasked": lazy_("%(n)s duties fewer by the rules for units set up or of another kind"),
}


@dataclass
class Fates:
    """What becomes of the rows of the units that end or give people away."""

    #: fate → open due items: followed, merged, handed, term; with the unit each goes to (negative: set up by a step).
    items: dict[str, list[tuple[int, int | None]]] = field(default_factory=dict)
    #: (unit set up, due item held before) that need not be held again.
    spared: list[tuple[int, int]] = field(default_factory=list)
    posts: dict[str, list[int]] = field(default_factory=dict)
    #: Units outside the touched part where people who go away hold a post.
    posts_elsewhere: set[int] = field(default_factory=set)
    people_moved: int = 0
    people_gone: int = 0
    roles: int = 0
    reminders: list[int] = field(default_factory=list)


_COUNTS = text(
    """
    select
        (select count(*) from unit where id = any(cast(:ids as bigint[])) and state = 'active') as units,
        (select count(*) from membership where unit_id = any(cast(:ids as bigint[])) and until is null) as people,
        (select count(*) from post where unit_id = any(cast(:ids as bigint[])) and until is null) as posts,
        (select count(*) from role_grant where unit_id = any(cast(:ids as bigint[])) and ended_at is null
            and (until is null or until >= :on)) as roles,
        (select count(*) from due_item where unit_id = any(cast(:ids as bigint[])) and state = 'open') as duties,
        (select count(*) from due_item as item join reminder on reminder.due_item_id = item.id
            where item.unit_id = any(cast(:ids as bigint[]))
                and reminder.delivery_id is null and reminder.reason is null) as reminders
    """
)
#: What a unit set up need not hold again: its sources have held it in the period that runs on the day.
_SPARED = text(
    """
    select distinct on (source.target_id, item.kind, item.period, item.ordinal)
        source.target_id, item.id, item.kind, item.period, item.ordinal
    from unnest(cast(:units as bigint[]), cast(:targets as bigint[])) as source (unit_id, target_id)
    join due_item as item on item.unit_id = source.unit_id and item.state in ('done', 'exempt')
        and item.opens_on <= :on and item.due_on >= :on
    join duty_rule as rule on rule.id = item.rule_id and rule.cadence <> 'term'
    order by source.target_id, item.kind, item.period, item.ordinal, item.id
    """
)
#: Open items of units that end. Target 0: nobody continues them here. One that the target has already in any state
#: (or gets from another source, or need not hold again) is not asked twice.
_ITEMS = text(
    """
    with flow as (
        select * from unnest(cast(:units as bigint[]), cast(:targets as bigint[])) as given (unit_id, target_id)
    ), spared as (
        select * from unnest(cast(:spared_targets as bigint[]), cast(:kinds as text[]), cast(:periods as text[]),
            cast(:ordinals as smallint[])) as given (target_id, kind, period, ordinal)
    ), waiting as (
        select item.id, flow.target_id, item.kind, item.period, item.ordinal, rule.cadence = 'term' as term,
            row_number() over (partition by flow.target_id, item.kind, item.period, item.ordinal
                order by item.due_on, item.id) as place
        from flow join due_item as item on item.unit_id = flow.unit_id and item.state = 'open'
        join duty_rule as rule on rule.id = item.rule_id
    )
    select waiting.id, nullif(waiting.target_id, 0) as target_id, case
        when waiting.target_id = 0 then case when waiting.term then 'term' else 'handed' end
        when waiting.term then 'term'
        when waiting.place > 1 or held.id is not null or spared.target_id is not null then 'merged'
        else 'followed' end as fate
    from waiting
    left join due_item as held on held.unit_id = waiting.target_id and held.kind = waiting.kind
        and held.period = waiting.period and held.ordinal = waiting.ordinal
    left join spared on spared.target_id = waiting.target_id and spared.kind = waiting.kind
        and spared.period = waiting.period and spared.ordinal = waiting.ordinal
    order by waiting.id
    """
)
_POSTS = text(
    """
    with picked as (
        select * from unnest(cast(:people as bigint[]), cast(:homes as bigint[])) as given (person_id, unit_id)
    ), gone as (
        select distinct person_id from membership
        where until is null and unit_id = any(cast(:handed as bigint[]))
            and not exists (select from picked where picked.person_id = membership.person_id)
            and not exists (select from membership as other
                where other.person_id = membership.person_id and other.until is null
                    and not other.unit_id = any(cast(:handed as bigint[])))
    )
    select id, unit_id, 'posts_ended' as fate from post
    where until is null and unit_id = any(cast(:ended as bigint[]))
    union all
    select post.id, post.unit_id, 'posts_left' from post
    join picked on picked.person_id = post.person_id and picked.unit_id = post.unit_id
    where post.until is null and not post.unit_id = any(cast(:ended as bigint[]))
    union all
    select post.id, post.unit_id, 'posts_gone' from gone join post on post.person_id = gone.person_id
    where post.until is null and not post.unit_id = any(cast(:ended as bigint[]))
    """
)
_SMALL = text(
    """
    with picked as (
        select * from unnest(cast(:people as bigint[]), cast(:homes as bigint[])) as given (person_id, unit_id)
    )
    select
        (select count(*) from role_grant where unit_id = any(cast(:ended as bigint[])) and ended_at is null
            and (until is null or until >= :on)) as roles,
        (select count(*) from membership where until is null and unit_id = any(cast(:moved as bigint[]))
            and (person_id, unit_id) not in (select person_id, unit_id from picked)) as moved,
        (select count(*) from membership where until is null and unit_id = any(cast(:handed as bigint[]))
            and (person_id, unit_id) not in (select person_id, unit_id from picked)) as gone
    """
)
_REMINDERS = text(
    "select id from reminder where due_item_id = any(cast(:ids as bigint[])) and delivery_id is null and reason is null"
    " order by id"
)


def count(ids: list[int]) -> Counts:
    """What stands in these units now. One query."""
    row = db.session.execute(_COUNTS, {"ids": ids, "on": today()}).one()
    return Counts(**{key: int(value) for key, value in row._mapping.items()})


def fates(tree: Tree, *, on: date) -> Fates:
    """What becomes of duties, posts, roles and reminders; the execution writes exactly this. Five queries."""
    found = Fates()
    ended, handed, moved = tree.ended(), tree.handed(), tree.moved()
    spared = _spared(tree, on)
    found.spared = [(row.target_id, row.id) for row in spared]
    flows = {**dict.fromkeys(handed, 0), **moved, **{key: 0 for key in ended if key not in tree.flows}}
    values = {
        "units": list(flows),
        "targets": list(flows.values()),
        "spared_targets": [row.target_id for row in spared],
        "kinds": [row.kind for row in spared],
        "periods": [row.period for row in spared],
        "ordinals": [row.ordinal for row in spared],
    }
    for row in db.session.execute(_ITEMS, values):
        found.items.setdefault(row.fate, []).append((row.id, row.target_id))
    homes = {key: tree.homes[key] for key in tree.picked}
    given = {
        "ended": ended,
        "handed": sorted(handed),
        "people": [person for person, _line in homes],
        "homes": list(homes.values()),
    }
    for row in db.session.execute(_POSTS, given):
        found.posts.setdefault(row.fate, []).append(row.id)
        if row.fate == "posts_gone":
            found.posts_elsewhere.add(row.unit_id)
    small = db.session.execute(_SMALL, {**given, "moved": list(moved), "on": today()}).one()
    found.roles, found.people_gone = int(small.roles), int(small.gone)
    found.people_moved = int(small.moved) + len(homes)
    items = [item for rows in found.items.values() for item, _target in rows]
    found.reminders = list(db.session.scalars(_REMINDERS, {"ids": items})) if items else []
    return found


def _spared(tree: Tree, on: date) -> list[Any]:
    pairs = [(unit, made) for made, units in tree.sources.items() for unit in units if unit > 0]
    if not pairs:
        return []
    units, targets = zip(*pairs, strict=True)
    values = {"units": list(units), "targets": list(targets), "on": on}
    return list(db.session.execute(_SPARED, values))


def explain(tree: Tree, found: Fates) -> list[Why]:
    """Every difference of the counts, with its reason."""
    ends = Counter(tree.nodes[key].state for key in tree.ended())
    changes = [
        ("units", "made", len(tree.made())),
        ("units", "merged", -ends["merged"]),
        ("units", "dissolved", -ends["dissolved"]),
        ("units", "handed", -ends["handed"]),
        ("people", "people_handed", -found.people_gone),
        *(("posts", reason, -len(ids)) for reason, ids in sorted(found.posts.items())),
        ("roles", "roles_ended", -found.roles),
        ("duties", "duties_merged", -len(found.items.get("merged", ()))),
        ("duties", "duties_handed", -len(found.items.get("handed", ()))),
        ("duties", "duties_term", -len(found.items.get("term", ()))),
        ("reminders", "reminders_dropped", -len(found.reminders)),
    ]
    return [Why(*change) for change in changes if change[2]]
