"""What a person leads or helps with, also without any role at the unit: the list, the task, a note of progress."""

from flask import render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.limits import limiter
from services.web.tasks.views.pages import acted, task_page
from services.web.tasks.views.routes import COLOURS, blueprint, state_words
from shared.access.permissions import Permission
from shared.db import db
from shared.errors import Forbidden, NotFound
from shared.i18n import _
from shared.members.posts import post_name
from shared.organisations.models import Unit
from shared.plans.actions.working import OF_THE_UNIT
from shared.plans.models import Task
from shared.plans.queries.helping import own_tasks, task_of_mine


@blueprint.get("/mine")
@requires(Permission.SELF)
def mine() -> str:
    """Open tasks that I lead, by a post or by name, and those I or my unit help with."""
    return render_template(
        "tasks/mine.html", rows=own_tasks(actor()), words=state_words(), colours=COLOURS, post_name=post_name
    )


def _own(task_id: int, *, lock: bool = False) -> tuple[Task, Unit, str]:
    found = task_of_mine(actor(), task_id, lock=lock)
    if found is not None:
        return found
    if db.session.scalar(select(Task.id).where(Task.id == task_id)) is None:
        raise NotFound(_("There is nothing at this address."))
    raise Forbidden(_("This belongs to somebody else."))


@blueprint.get("/<int:task_id>/mine")
@requires(Permission.SELF)
def own(task_id: int) -> tuple[str, int]:
    """A task as whoever leads it or helps with it sees it."""
    task, unit, part = _own(task_id)
    return task_page(task, unit, part=part)


@blueprint.post("/<int:task_id>/note")
@requires(Permission.SELF)
@limiter.limit("240 per hour")
def note(task_id: int) -> Response | tuple[str, int]:
    """Whoever leads it accepts, notes progress, hands in; whoever helps notes progress with what proves it."""
    task, unit, part = _own(task_id, lock=True)
    allowed = OF_THE_UNIT if part == "leads" else ("progress",)
    return acted(task, unit, [act for act in allowed if act == request.form.get("act")], part=part)
