"""An act on everybody of the roster's filter: counted, confirmed with the count, done or sent to work, told exactly."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.members.forms import BulkForm
from services.web.members.views.listing import Asked, number_in, read_filter, said_register
from services.web.members.views.person import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Invalid
from shared.i18n import LOCALES, _
from shared.jobs import Job
from shared.members.actions.acts import ACTS, LEFT_OUT
from shared.members.actions.bulk import AT_ONCE, CountChanged, act_on_all
from shared.members.jobs import BULK
from shared.members.posts import post_name
from shared.members.queries.bulk import left_out
from shared.members.queries.roster import ANY, LEADERS, MEMBERS, matching
from shared.members.registry import REGISTRY
from shared.members.relations import BY_HAND, relation_name
from shared.members.statuses import ENDINGS_ON, status_name, statuses_on
from shared.organisations.models import Unit
from shared.organisations.queries import choices


def _words(asked: Asked) -> list[str]:
    """The filter in words, for the sentence above the button."""
    given = asked.given
    said = [asked.unit.name] if asked.unit else []
    if given.status:
        said.append(_("All who count as members") if given.status == MEMBERS else status_name(given.status))
    if given.post:
        said.append(_("Whoever answers for a unit") if given.post == LEADERS else post_name(given.post))
    if given.relation:
        said.append(_("Every relation") if given.relation == ANY else relation_name(given.relation))
    said += [word for _column, word in said_register(given)]
    if given.gaps:
        said.append(_("lack a telephone or identity number"))
    return said


def _page(asked: Asked, form: BulkForm, *, changed: CountChanged | None = None) -> str:
    number = int(
        db.session.scalar(
            select(func.count()).select_from(
                matching(actor(), asked.given, permission=Permission.MEMBER_EDIT).subquery()
            )
        )
        or 0
    )
    form.seen.data = str(number)
    act = form.act.data or "move"
    act = act if act in ACTS else "move"
    form.act.data = act
    form.ask(ACTS[act].asks)
    return render_template(
        "members/bulk.html",
        asked=asked,
        filter_words=_words(asked),
        form=form,
        act=act,
        spec=ACTS[act],
        acts=[
            (str(spec.name), url_for("members.bulk", **asked.values(act=key)), key == act, 0)
            for key, spec in ACTS.items()
            if key != "household" or asked.given.line == "union"
        ],
        number=number,
        changed=changed,
        long=number > AT_ONCE,
    )


def _form(asked: Asked, *, sent: bool) -> BulkForm:
    form = (
        BulkForm() if sent else BulkForm(None, data={"act": request.args.get("act", "move"), "on": today()})
    )
    form.offer(choices(actor(), Permission.MEMBER_EDIT) if form.act.data == "move" else [], asked.given.line)
    form.unit_id.validate_choice = False
    return form


@blueprint.get("/members/bulk")
@requires(Permission.MEMBER_EDIT)
def bulk() -> str:
    """How many people the filter holds in whose units I may edit, and what may be done to all of them."""
    asked = _asked()
    return _page(asked, _form(asked, sent=False))


def _asked() -> Asked:
    asked = read_filter(actor())
    if asked.given.on is not None:
        raise Invalid(_("Only the people of today can be changed. Clear the day first."))
    return asked


def _arguments(form: BulkForm, line: str) -> tuple[dict[str, Any], str]:
    """What the act is given, and a word for the list of jobs. Raises Invalid with the field."""
    act = form.act.data or ""
    day = form.on.data or date(1, 1, 1)
    if "on" in ACTS[act].asks and not (day.year >= 1950 and day <= today()):
        raise Invalid(fields={"on": _("Give a day that is not in the future.")})
    if act == "move":
        if not form.unit_id.data:
            raise Invalid(fields={"unit_id": _("Choose the unit.")})
        to = fetch(Unit, form.unit_id.data, actor=actor(), may=Permission.MEMBER_EDIT)
        if to.line != line or to.state != "active":
            raise Invalid(fields={"unit_id": _("This unit cannot take these people.")})
        return {"unit_id": to.id, "on": day.isoformat()}, to.name
    if act == "end":
        if form.reason.data not in ENDINGS_ON[line]:
            raise Invalid(fields={"reason": _("Choose why it ends.")})
        return {"reason": form.reason.data, "on": day.isoformat()}, ""
    field = ACTS[act].asks[0]
    allowed: dict[str, Any] = {
        "status": statuses_on(line),
        "relation": BY_HAND,
        "locale": LOCALES,
        "employment": REGISTRY["employment"],
        "household": REGISTRY["household"],
    }
    if form[field].data not in allowed[field]:
        raise Invalid(fields={field: _("Choose one of the list.")})
    return {"value": form[field].data}, ""


@blueprint.post("/members/bulk")
@requires(Permission.MEMBER_EDIT)
def bulk_do() -> Response | tuple[str, int]:
    """Do it to exactly as many as were shown; another number now is shown again instead."""
    asked = _asked()
    form = _form(asked, sent=True)
    seen = number_in(request.form, "seen")
    if form.act.data not in ACTS or seen is None:
        raise Invalid(_("The form does not say what to do. Open the page again."))
    if not form.validate():
        return _page(asked, form), 422
    try:
        args, subject = _arguments(form, asked.given.line)
        with transaction():
            job = act_on_all(
                actor(),
                asked.given,
                act=form.act.data or "",
                args=args,
                seen=seen,
                form_key=(form.form_key.data or "")[:64],
                subject=subject,
                unit_id=asked.unit.id if asked.unit else None,
            )
    except CountChanged as problem:
        db.session.rollback()
        return _page(asked, form, changed=problem), 409
    except Invalid as problem:
        db.session.rollback()
        show_problem(form, problem)
        return _page(asked, form), 422
    if job.state != "done":
        flash(_("The work has begun."), "run")
        return redirect(url_for("jobs.show", job_id=job.id), 303)
    return redirect(url_for("members.bulk_result", job_id=job.id), 303)


@blueprint.get("/members/bulk/<int:job_id>")
@requires(Permission.MEMBER_EDIT)
def bulk_result(job_id: int) -> str | Response:
    """What became of an act: how many before and after, and who was left out and why."""
    job = fetch(Job, job_id, actor=actor(), may=Permission.MEMBER_EDIT)
    if job.kind != BULK.name:
        return redirect(url_for("jobs.show", job_id=job_id), 303)
    reason = request.args.get("reason")
    rows = left_out(
        actor(),
        job_id,
        reason=reason if reason in LEFT_OUT else None,
        after=number_in(request.args, "after") or 0,
    )
    return render_template(
        "members/bulk_result.html",
        job=job,
        spec=ACTS[job.args["act"]],
        result=job.result,
        reasons=LEFT_OUT,
        reason=reason,
        rows=rows[:50],
        next=url_for("members.bulk_result", job_id=job_id, reason=reason, after=rows[49].id)
        if len(rows) > 50
        else None,
    )
