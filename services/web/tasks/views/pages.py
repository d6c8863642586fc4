"""Pages of tasks: the list of what is to be done, one task with its story, each act on it."""

import secrets
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.files import accepted
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.tasks.forms import ActForm, ChangeForm
from services.web.tasks.views.routes import COLOURS, act_words, blueprint, state_words
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.events.kinds import KINDS
from shared.events.queries import names_of, people_on
from shared.files.accepting import LARGEST
from shared.i18n import _
from shared.members.posts import post_name
from shared.organisations.models import Unit
from shared.plans.actions.passing import PASSING
from shared.plans.actions.working import ACTS, OF_THE_UNIT, Said, act_on, change_task
from shared.plans.models import Plan, Task
from shared.plans.queries.helping import helpers, task_of_mine
from shared.plans.queries.tasks import (
    CAP,
    VIEWS,
    WHOSE,
    TaskFilter,
    colour,
    duty_progress,
    notes,
    offered_records,
    parts,
    task_counts,
    tasks,
)


def _after() -> tuple[date, int] | None:
    day, _sep, key = request.args.get("after", "").partition("_")
    try:
        return (date.fromisoformat(day), int(key)) if key.isdigit() and len(key) < 19 else None
    except ValueError:
        return None


def filter_asked() -> TaskFilter:
    """The filter of the list as the address says it."""
    unit_id, plan_id = person_key(request.args.get("unit_id")), person_key(request.args.get("plan_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.PLAN_VIEW)
    view = request.args.get("view", "")
    return TaskFilter(
        view=view if view in VIEWS else "open",
        unit_id=unit_id,
        plan_id=plan_id,
        item_id=person_key(request.args.get("item_id")),
        campaign_id=person_key(request.args.get("campaign_id")),
        whose=whose if (whose := request.args.get("whose", "")) in WHOSE else "",
        alone=request.args.get("alone") == "1",
        after=_after(),
    )


@blueprint.get("")
@requires(Permission.PLAN_VIEW)
def index() -> str:
    given = filter_asked()
    rows, more = tasks(actor(), given)
    kept: dict[str, Any] = {
        key: request.args[key]
        for key in ("unit_id", "plan_id", "item_id", "campaign_id", "whose", "alone")
        if request.args.get(key)
    }
    return render_template(
        "tasks/index.html",
        rows=rows,
        given=given,
        kept=kept,
        counts=task_counts(actor(), given),
        cap=CAP,
        further=f"{more[0].isoformat()}_{more[1]}" if more else None,
        scopes=scope_units(actor(), Permission.PLAN_VIEW),
        words=state_words(),
        colours=COLOURS,
        post_name=post_name,
    )


def task_in_reach(task_id: int, *, may: Permission, lock: bool = False) -> tuple[Task, Unit]:
    """The task and its unit. A task of a plan that is not issued is for whoever made the plan only."""
    task = fetch(Task, task_id, actor=actor(), may=may, lock=lock)
    unit = fetch(Unit, task.unit_id, actor=actor(), may=may)
    issued = task.plan_id is None or db.session.scalar(select(Plan.state).where(Plan.id == task.plan_id)) in (
        "issued",
        "closed",
    )
    if not issued and not _asks(task):
        raise NotFound(_("There is nothing at this address."))
    return task, unit


def plan_of(task: Task) -> Plan | None:
    if task.plan_id is None:
        return None
    return db.session.execute(select(Plan).where(Plan.id == task.plan_id)).scalar_one()


def _asks(task: Task) -> bool:
    """Whether the actor speaks for the unit that asks for the task."""
    by_unit = db.session.scalar(select(Unit.path).where(Unit.id == task.by_unit_id))
    return by_unit is not None and actor().can(Permission.PLAN_EDIT, by_unit)


def task_page(
    task: Task, unit: Unit, form: ActForm | None = None, status: int = 200, *, part: str = ""
) -> tuple[str, int]:
    """One task. `part`: seen by somebody who only leads it ('leads') or helps with it ('helps')."""
    works = not part and actor().can(Permission.TASK_WORK, unit.path)
    asks = not part and _asks(task)
    if form is None:
        form = ActForm(
            formdata=None, form_key=secrets.token_hex(12), version=str(task.version), percent=task.percent
        )
    form.event_id.choices = [
        ("", "—"),
        *((key, f"{day} {title}") for key, title, day in (offered_records(task) if part != "helps" else ())),
    ]
    change = ChangeForm(
        formdata=None, version=str(task.version), owner_id=task.owner_id or "", due_on=task.due_on
    )
    if works or asks:
        change.owner_id.choices = [("", "—"), *((one.id, one.name) for one in people_on(unit.id, today()))]
    plan = plan_of(task)
    open_acts = {act for act, rule in ACTS.items() if task.state in rule.of}
    own_acts = OF_THE_UNIT if works or part == "leads" else ("progress",) if part == "helps" else ()
    return (
        render_template(
            "tasks/show.html",
            task=task,
            unit=unit,
            plan=plan,
            form=form,
            change=change,
            notes=notes(task.id),
            owner=names_of([task.owner_id]).get(task.owner_id or 0, "") if task.owner_id else "",
            post=post_name(task.post) if task.post else "",
            helping=helpers(task.id),
            part=part,
            reads=actor().may(Permission.PLAN_VIEW),
            progress=duty_progress(task),
            kind=str(KINDS[task.duty_kind].name) if task.duty_kind in KINDS else "",
            words=state_words(),
            acts=act_words(),
            parts=parts(task.id) if not part else [],
            colours=COLOURS,
            by_unit=db.session.scalar(select(Unit.name).where(Unit.id == task.by_unit_id)),
            passes=not part and task.state in PASSING and actor().can(Permission.PLAN_EDIT, unit.path),
            mine=[act for act in own_acts if act in open_acts],
            asked=[act for act in ("confirm", "return", "withdraw") if act in open_acts] if asks else [],
            works=works,
            asks=asks,
            shade=COLOURS.get(colour(task.state, task.due_on, today()), ""),
            largest=LARGEST,
        ),
        status,
    )


@blueprint.get("/<int:task_id>")
@requires(Permission.PLAN_VIEW)
def show(task_id: int) -> BaseResponse | tuple[str, int]:
    """One task; whoever leads it or helps with it from elsewhere is shown the own side of it."""
    try:
        return task_page(*task_in_reach(task_id, may=Permission.PLAN_VIEW))
    except Forbidden:
        if task_of_mine(actor(), task_id) is None:
            raise
        return redirect(url_for("tasks.own", task_id=task_id), 303)


@blueprint.post("/<int:task_id>/work")
@requires(Permission.TASK_WORK)
@limiter.limit("240 per hour")
def work(task_id: int) -> BaseResponse | tuple[str, int]:
    """The unit's acts: accept, send back, say how far it is, hand in."""
    task, unit = task_in_reach(task_id, may=Permission.TASK_WORK, lock=True)
    return acted(task, unit, [act for act in OF_THE_UNIT if act == request.form.get("act")])


@blueprint.post("/<int:task_id>/decide")
@requires(Permission.PLAN_EDIT)
def decide(task_id: int) -> BaseResponse | tuple[str, int]:
    """The acts of whoever asks for it: confirm, return, withdraw."""
    task, unit = task_in_reach(task_id, may=Permission.PLAN_EDIT, lock=True)
    if not _asks(task):
        raise Forbidden(_("Whoever asked for this task decides on it."))
    return acted(
        task, unit, [act for act in ACTS if act not in OF_THE_UNIT and act == request.form.get("act")]
    )


def acted(task: Task, unit: Unit, acts: list[str], *, part: str = "") -> BaseResponse | tuple[str, int]:
    """One act of the form, then the page of the task again."""
    if not acts and task.state == "withdrawn":
        raise Conflict(_("This task was withdrawn; if it is still wanted, the item is given again."))
    if not acts:
        raise Conflict(_("This step cannot follow; look at the task again."))
    form = ActForm()
    if not form.validate() or not form.form_key.data:
        return task_page(task, unit, form, 422, part=part)
    try:
        files = accepted(request.files.getlist("file"))
        with transaction():
            act_on(
                actor(),
                task=task,
                act=acts[0],
                said=Said(
                    remark=form.remark.data or "",
                    percent=form.percent.data,
                    event_id=form.event_id.data,
                    file=files[0] if files else None,
                ),
                version=person_key(form.version.data) or 0,
                form_key=form.form_key.data,
                helps=part == "helps",
            )
    except Invalid as problem:
        show_problem(form, problem)
        return task_page(task, unit, form, 422, part=part)
    except Conflict as problem:
        flash(str(problem), "due")
        form.version.data = str(task.version)
        return task_page(task, unit, form, 409, part=part)
    flash(_("Noted: %(act)s", act=act_words()[acts[0]]), "ok")
    return redirect(url_for("tasks.own" if part else "tasks.show", task_id=task.id), 303)


@blueprint.post("/<int:task_id>/change")
@requires(Permission.TASK_WORK)
def change(task_id: int) -> BaseResponse | tuple[str, int]:
    """Who leads it within the unit; the last day only by whoever asks for it."""
    task, unit = task_in_reach(task_id, may=Permission.TASK_WORK, lock=True)
    form = ChangeForm()
    try:
        with transaction():
            change_task(
                actor(),
                task=task,
                owner_id=form.owner_id.data,
                due_on=form.due_on.data if _asks(task) else None,
                version=person_key(form.version.data) or 0,
            )
    except Invalid as problem:
        flash("；".join(str(text) for text in problem.fields.values()) or str(problem), "due")
        return task_page(task, unit, status=422)
    flash(_("Saved."), "ok")
    return redirect(url_for("tasks.show", task_id=task_id), 303)
