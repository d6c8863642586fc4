"""What belongs to a task to read: the plan it comes from, and the files that prove it."""

import io

from flask import Response, render_template, send_file
from sqlalchemy import select

from services.web.edge import actor, requires
from services.web.tasks.views.pages import plan_of, task_in_reach
from services.web.tasks.views.routes import blueprint
from shared.access.permissions import Permission
from shared.audit import record
from shared.db import db, transaction
from shared.errors import Forbidden, NotFound
from shared.files import File, read
from shared.i18n import _
from shared.plans.models import Task, TaskNote
from shared.plans.queries.helping import task_of_mine
from shared.plans.queries.trees import flat, tree
from shared.tenants.queries import keys


def _readable(task_id: int) -> Task:
    """A task in reach, or one that the reader leads or helps with."""
    try:
        return task_in_reach(task_id, may=Permission.PLAN_VIEW)[0]
    except Forbidden:
        found = task_of_mine(actor(), task_id)
        if found is None:
            raise
        return found[0]


@blueprint.get("/<int:task_id>/plan")
@requires(Permission.PLAN_VIEW)
def plan(task_id: int) -> str:
    """The plan that the task comes from, to read: a unit below sees why it is asked."""
    task = _readable(task_id)
    found = plan_of(task)
    if found is None or found.state not in ("issued", "closed"):
        raise NotFound(_("There is nothing at this address."))
    branches = [one for one in flat(tree(found.id)) if one.item.state == "item"]
    return render_template("tasks/plan.html", plan=found, task=task, branches=branches)


@blueprint.get("/proofs/<int:task_note_id>")
@requires(Permission.PLAN_VIEW)
def proof(task_note_id: int) -> Response:
    """A file that proves something; it hangs at the task and is served by its reach only."""
    note = db.session.execute(select(TaskNote).where(TaskNote.id == task_note_id)).scalar_one_or_none()
    if note is None or note.file_id is None:
        raise NotFound(_("There is nothing at this address."))
    task = _readable(note.task_id)
    file = db.session.execute(select(File).where(File.id == note.file_id)).scalar_one()
    if file.deleted_at is not None:
        raise NotFound(_("This file has been deleted after its time."))
    data, name, media_type = read(file, keys=keys() if file.sealed else None), note.file_name, file.media_type
    with transaction():
        record(actor(), verb="file.download", object_type="task", object_id=task.id, unit_id=task.unit_id)
    answer = send_file(
        io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name, max_age=0
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
