"""From items to tasks: items to units or posts by filter, in one act; each gets each item once."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Select, Text, and_, any_, case, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql.elements import ColumnElement

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.models import Post
from shared.members.posts import POSTS
from shared.organisations.models import Unit
from shared.plans.actions.telling import tell_people, tell_units
from shared.plans.models import Plan, PlanItem, Task, TaskHelper

#: At most so many tasks in one act.
MOST = 200_000
#: At most so many units, and so many people, help with one task.
MOST_HELPERS = 20


@dataclass(frozen=True, slots=True)
class Audience:
    """Which units: below `under` (and it itself), of these kinds; no kinds: each item's own audience.

    `to_posts`: not to the unit but to posts of it, one task a unit and post: to these `posts`, or to those the item
    names. Where neither kinds nor the item say which units, it is those where the post has ever been held.
    """

    kinds: tuple[str, ...] = ()
    under: Unit | None = None
    to_posts: bool = False
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Helping:
    """配合: the units and people that help with each task."""

    units: tuple[int, ...] = ()
    people: tuple[int, ...] = ()


def _whom(given: Audience, code: ColumnElement[str] | None) -> ColumnElement[bool]:
    if given.kinds:
        return Unit.kind.in_(given.kinds)
    named = Unit.kind == any_(PlanItem.unit_kinds)
    if code is None:
        return named
    held = (
        select(literal(1))
        .where(Post.tenant_id == Unit.tenant_id, Post.unit_id == Unit.id, Post.code == code)
        .exists()
    )
    return or_(named, and_(func.cardinality(PlanItem.unit_kinds) == 0, held))


def _of_line(code: ColumnElement[str]) -> ColumnElement[bool]:
    """A post belongs to the units of its line."""
    lines = {post.line for post in POSTS.values()}
    return or_(
        *(
            and_(Unit.line == line, code.in_([key for key, post in POSTS.items() if post.line == line]))
            for line in sorted(lines)
        )
    )


def _pairs(
    actor: Actor, plan: Plan, item_ids: list[int], given: Audience
) -> tuple[Select[Any], ColumnElement[str]]:
    """Item × unit (× post) that have no task yet, within the actor's reach; and the column of the post."""
    source = select().select_from(PlanItem).join(Unit, Unit.tenant_id == PlanItem.tenant_id)
    code: ColumnElement[str] | None = None
    if given.to_posts:
        named: Any = literal(list(given.posts), ARRAY(Text)) if given.posts else PlanItem.posts
        codes = func.unnest(named).table_valued("code", name="post_code").render_derived()
        source = source.join(codes, true())
        code = codes.c.code
    taken = (
        select(literal(1))
        .where(
            Task.tenant_id == PlanItem.tenant_id,
            Task.plan_item_id == PlanItem.id,
            Task.unit_id == Unit.id,
            Task.post == (code if code is not None else ""),
            Task.state != "withdrawn",
        )
        .exists()
    )
    rows = source.where(
        PlanItem.plan_id == plan.id,
        PlanItem.id.in_(item_ids),
        PlanItem.state == "item",
        Unit.state == "active",
        reach_filter(actor, Permission.PLAN_EDIT, Unit.path),
        func.starts_with(Unit.path, given.under.path) if given.under is not None else true(),
        _whom(given, code),
        _of_line(code) if code is not None else true(),
        ~taken,
    )
    return rows, code if code is not None else literal("", Text)


def holder(code: ColumnElement[str], unit_id: Any, on: date) -> Any:
    """Who holds a post of a unit that day; of several the one who has held it longest; null where nobody does."""
    return (
        select(Post.person_id)
        .where(
            Post.unit_id == unit_id,
            Post.code == code,
            Post.since <= on,
            or_(Post.until.is_(None), Post.until > on),
        )
        .order_by(Post.since, Post.id)
        .limit(1)
        .correlate_except(Post)
        .scalar_subquery()
    )


def count_assignment(
    actor: Actor, *, plan: Plan, item_ids: list[int], given: Audience
) -> tuple[int, int, int]:
    """What an assignment would make: tasks, items, units. One query."""
    rows, _code = _pairs(actor, plan, item_ids, given)
    pairs = rows.add_columns(PlanItem.id, Unit.id.label("unit_id")).subquery()
    row = db.session.execute(
        select(
            func.count(), func.count(func.distinct(pairs.c.id)), func.count(func.distinct(pairs.c.unit_id))
        ).select_from(pairs)
    ).one()
    return row[0], row[1], row[2]


def _last_day(plan: Plan, due_on: date | None, on: date) -> date:
    if due_on is not None and due_on < on:
        problem = _("This day is over.")
        raise Invalid(problem, fields={"due_on": problem})
    year = plan.year_to or on.year
    if due_on is None and year < on.year:
        problem = _("The year of this plan is over: say until when.")
        raise Invalid(problem, fields={"due_on": problem})
    return due_on or date(year, 12, 31)


def assign(
    actor: Actor,
    *,
    plan: Plan,
    item_ids: list[int],
    given: Audience,
    due_on: date | None,
    seen: int,
    helping: Helping = Helping(),
) -> int:
    """Give the items to the units or posts; returns the number of tasks made. `seen` is the count that was shown.

    A task is due on the item's own day, else on `due_on`, else at the end of the plan's last year. A post's task is led
    by whoever holds the post today. A constant number of statements, however many tasks. Raises Conflict when the
    number has changed since it was shown, Invalid where nothing is to be given or the day is over.
    """
    if plan.state in ("closed", "void"):
        raise Conflict(_("This plan is closed."))
    on = today()
    last = _last_day(plan, due_on, on)
    count, _items, _units = count_assignment(actor, plan=plan, item_ids=item_ids, given=given)
    if not count:
        raise Invalid(_("No unit fits, or each has these items already."))
    if count > MOST:
        raise Invalid(_("At most %(n)s tasks at once; take fewer items or units.", n=f"{MOST:,}"))
    if count != seen:
        raise Conflict(_("It is %(n)s tasks by now; look at it again and confirm.", n=count))
    if max(len(helping.units), len(helping.people)) > MOST_HELPERS:
        problem = _("At most %(n)s help with a task.", n=MOST_HELPERS)
        raise Invalid(problem, fields={"helper_units": problem})
    made, units = _make(actor, plan, item_ids, given, helping, last=last, on=on)
    record(
        actor,
        verb="plan.assign",
        object_type="plan",
        object_id=plan.id,
        unit_id=plan.unit_id,
        detail={"items": len(item_ids), "tasks": made},
    )
    if plan.state == "issued" and made:
        tell_units(actor, plan, units)
        tell_people(actor, plan)
    return made


def _make(
    actor: Actor,
    plan: Plan,
    item_ids: list[int],
    given: Audience,
    helping: Helping,
    *,
    last: date,
    on: date,
) -> tuple[int, list[int]]:
    """Write the tasks and who helps with them: one statement. How many, and the units that have them."""
    pairs, code = _pairs(actor, plan, item_ids, given)
    columns = {
        "plan_id": literal(plan.id, BigInteger),
        "plan_item_id": PlanItem.id,
        "unit_id": Unit.id,
        "by_unit_id": literal(plan.unit_id, BigInteger),
        "title": title_of_item(),
        "content": PlanItem.content,
        "deliverable": PlanItem.deliverable,
        "proof": PlanItem.proof,
        "standard": PlanItem.standard,
        "begins_on": literal(on),
        "due_on": case(
            (and_(PlanItem.due_on.is_not(None), PlanItem.due_on >= on), PlanItem.due_on), else_=last
        ),
        "post": code,
        "owner_id": holder(code, Unit.id, on) if given.to_posts else literal(None, BigInteger),
        "duty_kind": PlanItem.duty_kind,
        "assigned_by": literal(actor.person_id, BigInteger),
    }
    made = (
        insert(Task)
        .from_select(list(columns), pairs.add_columns(*columns.values()))
        .on_conflict_do_nothing()
        .returning(Task.id, Task.unit_id)
        .cte("made")
    )
    statement = select(func.count(), func.array_agg(func.distinct(made.c.unit_id))).select_from(made)
    for column, keys in (("unit_id", helping.units), ("person_id", helping.people)):
        if not keys:
            continue
        helper = func.unnest(literal(list(keys), ARRAY(BigInteger))).table_valued("id", name=f"by_{column}")
        helper = helper.render_derived()
        rows = select(made.c.id, helper.c.id).select_from(made).join(helper, true())
        if column == "unit_id":
            rows = rows.where(helper.c.id != made.c.unit_id)
        statement = statement.add_cte(
            insert(TaskHelper)
            .from_select(["task_id", column], rows)
            .returning(TaskHelper.id)
            .cte(f"h_{column}")
        )
    row = db.session.execute(statement).one()
    return row[0], sorted(row[1] or ())


def title_of_item() -> ColumnElement[str]:
    """What a task of an item is called."""
    return case((PlanItem.heading != "", PlanItem.heading), else_=func.left(PlanItem.content, 200))
