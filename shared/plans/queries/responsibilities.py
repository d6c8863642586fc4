"""Responsibility lists (责任清单) of a unit and its posts, made from what plans ask of them in a year.

主体责任: what is asked of the unit as a whole; 第一责任人: of its secretary or chair; 一岗双责: of the other posts.
Source: the usual three lists of the responsibility for party building, graded C.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from shared.db import db
from shared.i18n import lazy_
from shared.members.models import Person
from shared.members.posts import POSTS
from shared.plans.models import Plan, PlanItem, Task

#: Posts whose holder is the first to answer for the unit.
FIRST = ("secretary", "union_chair")
SECTIONS = {
    "unit": lazy_("Responsibility of the unit as a whole"),
    "first": lazy_("First to answer for it"),
    "dual": lazy_("Two duties of one post"),
}
#: Lines shown of one unit and year.
MOST = 1_000


@dataclass(frozen=True, slots=True)
class ListedDuties:
    """Of which unit, in which year; no unit: an empty list."""

    unit_id: int | None
    year: int


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One line: what is asked of a unit, or of a post of it."""

    section: str
    post: str
    holder: str
    task_id: int
    label: str
    title: str
    content: str
    deliverable: str
    standard: str
    plan_title: str
    due_on: date
    state: str


@dataclass(slots=True)
class Sheet:
    """The list of the unit as a whole, or of one post."""

    section: str
    post: str
    holder: str
    rows: list[Responsibility] = field(default_factory=list)


def section_of(post: str) -> str:
    if not post:
        return "unit"
    return "first" if post in FIRST else "dual"


def responsibilities(unit_id: int, year: int) -> list[Responsibility]:
    """What issued plans ask of a unit and its posts in a year, by section and post. One query."""
    rows: Any = db.session.execute(
        select(
            Task.post,
            func.coalesce(Person.name, ""),
            Task.id,
            func.coalesce(PlanItem.label, ""),
            Task.title,
            Task.content,
            Task.deliverable,
            Task.standard,
            func.coalesce(Plan.title, ""),
            Task.due_on,
            Task.state,
        )
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id), isouter=True)
        .join(
            PlanItem,
            and_(PlanItem.tenant_id == Task.tenant_id, PlanItem.id == Task.plan_item_id),
            isouter=True,
        )
        .join(Person, and_(Person.tenant_id == Task.tenant_id, Person.id == Task.owner_id), isouter=True)
        .where(
            Task.unit_id == unit_id,
            Task.state != "withdrawn",
            or_(Plan.state.is_(None), Plan.state.in_(("issued", "closed"))),
            Task.begins_on <= date(year, 12, 31),
            Task.due_on >= date(year, 1, 1),
        )
        .order_by(Task.plan_id, PlanItem.path, Task.id)
        .limit(MOST)
    )
    order = list(SECTIONS)
    found = [Responsibility(section_of(row[0]), *row) for row in rows]
    return sorted(found, key=lambda one: (order.index(one.section), _rank(one.post)))


def _rank(post: str) -> tuple[int, str]:
    known = POSTS.get(post)
    return (known.rank if known else 99, post)


def sheets(rows: list[Responsibility]) -> list[Sheet]:
    """The lines as lists: of the unit, then of each post."""
    found: list[Sheet] = []
    for one in rows:
        if not found or found[-1].post != one.post:
            found.append(Sheet(one.section, one.post, one.holder if one.post else ""))
        found[-1].rows.append(one)
    return found
