"""The list of plans, a paper taken in, its tree beside the original, its items, its steps."""

import io
import secrets
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.plans.forms import OFTEN, PAPERS, HeadForm, ItemForm, PaperForm
from services.web.plans.views.routes import blueprint
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.events.kinds import KINDS
from shared.files import File, read
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.actions.changes import untold
from shared.plans.actions.drafts import change_item, change_plan, decide_items
from shared.plans.actions.issuing import move_plan
from shared.plans.actions.papers import make_plan
from shared.plans.models import Plan, PlanItem
from shared.plans.queries.comments import unanswered
from shared.plans.queries.trees import flat, plans, tree, versions
from shared.plans.queries.views import with_ancestors
from shared.plans.reading.source import LARGEST, pasted, read_source
from shared.tenants.queries import keys

STATES = ("draft", "comments", "issued", "closed", "void")


def plan_states() -> dict[str, tuple[str, str]]:
    """State → colour and word."""
    return {
        "draft": ("idle", _("Draft")),
        "comments": ("run", _("Out for comments")),
        "issued": ("ok", _("Issued")),
        "closed": ("idle", _("Closed")),
        "void": ("idle", _("Void")),
    }


def remark_words(remarks: list[dict[str, Any]]) -> list[str]:
    """What is odd about the numbering, in words."""
    texts = {
        "gap": lambda one: _("%(number)s is missing before %(label)s", **one),
        "doubled": lambda one: _("%(label)s stands there twice", **one),
        "backwards": lambda one: _("%(label)s is out of turn", **one),
    }
    return [texts[one["code"]](one) for one in remarks if one["code"] in texts]


def own_units() -> list[tuple[int, str]]:
    """Units for which the actor may make a plan, the highest first."""
    rows = db.session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.state == "active", reach_filter(actor(), Permission.PLAN_EDIT, Unit.path))
        .order_by(Unit.path)
        .limit(300)
    )
    return [(row[0], row[1]) for row in rows]


@blueprint.get("")
@requires(Permission.PLAN_VIEW)
def index() -> str:
    """Plans in reach, newest first."""
    state = request.args.get("state", "")
    year = person_key(request.args.get("year"))
    query = request.args.get("q", "")[:60]
    rows, more = plans(
        actor(),
        state=state if state in STATES else "",
        year=year,
        query=query,
        before=person_key(request.args.get("before")),
    )
    on = today()
    return render_template(
        "plans/index.html",
        rows=rows,
        more=more,
        state=state,
        year=year or "",
        query=query,
        years=[("", _("All years")), *((one, str(one)) for one in range(on.year + 1, on.year - 6, -1))],
        states=plan_states(),
        papers={code: str(word) for code, word in PAPERS.items()},
        may_make=actor().may(Permission.PLAN_EDIT),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@limiter.limit("120 per hour", methods=["POST"])
def new() -> BaseResponse | str | tuple[str, int]:
    """Take a paper in: it is read at once, and what was read stands on the next page."""
    units = own_units()
    if request.method == "GET":
        form = PaperForm(formdata=None, form_key=secrets.token_hex(12))
        form.unit_id.choices = units
        return render_template("plans/new.html", form=form, max_bytes=LARGEST)
    form = PaperForm()
    form.unit_id.choices = units
    if not form.validate_on_submit() or not form.form_key.data:
        return render_template("plans/new.html", form=form, max_bytes=LARGEST), 422
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=Permission.PLAN_EDIT)
    sent = form.file.data
    try:
        if sent and sent.filename:
            with sent.stream:
                data = sent.stream.read(LARGEST + 1)
            source, file = read_source(sent.filename, data), (sent.filename[-120:], data)
        else:
            source, file = pasted(form.pasted.data or ""), None
        with transaction():
            plan, fresh = make_plan(actor(), unit=unit, source=source, file=file, form_key=form.form_key.data)
            plan_id = plan.id
    except Invalid as problem:
        show_problem(form, problem)
        return render_template("plans/new.html", form=form, max_bytes=LARGEST), 422
    if fresh:
        flash(_("Read; look at the tree beside the original and decide what is proposed."), "ok")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.get("/<int:plan_id>")
@requires(Permission.PLAN_VIEW)
def show(plan_id: int) -> str:
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_VIEW)
    unit = fetch(Unit, plan.unit_id, actor=actor(), may=Permission.PLAN_VIEW)
    branches = flat(tree(plan.id))
    nobody = [one for one in branches if one.assignable and not one.tasks]
    only = request.args.get("only") == "nobody"
    kept = with_ancestors(branches, {one.item.id for one in nobody}) if only else branches
    return render_template(
        "plans/show.html",
        plan=plan,
        unit=unit,
        branches=kept,
        only=only,
        proposed=sum(1 for one in branches if one.item.state == "proposed"),
        nobody=nobody,
        gaps=remark_words(plan.remarks),
        pieces=pieces(plan.source_text, [one.item for one in branches]),
        versions=versions(plan.id),
        waiting=len(untold(plan)) if plan.state == "issued" and plan.version > 1 else 0,
        said=unanswered(plan.id),
        states=plan_states(),
        papers={code: str(word) for code, word in PAPERS.items()},
        often={code: str(word) for code, word in OFTEN.items()},
        kinds={code: str(spec.name) for code, spec in KINDS.items()},
        may_edit=actor().can(Permission.PLAN_EDIT, unit.path) and plan.state not in ("closed", "void"),
        may_move=actor().can(Permission.PLAN_EDIT, unit.path),
    )


def pieces(source: str, items: list[PlanItem]) -> list[tuple[str, int | None]]:
    """The original in pieces, each with the item that begins there, for the links between text and tree."""
    starts: dict[int, int] = {}
    for item in items:
        starts.setdefault(item.begins, item.id)
    found: list[tuple[str, int | None]] = []
    place, key = 0, None
    for begins in sorted(starts):
        if begins > place or key is not None:
            found.append((source[place:begins], key))
        place, key = begins, starts[begins]
    found.append((source[place:], key))
    return [(text, item_id) for text, item_id in found if text]


@blueprint.get("/<int:plan_id>/original")
@requires(Permission.PLAN_VIEW)
def original(plan_id: int) -> Response:
    """The file as it was given; pasted text as a text file."""
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_VIEW)
    name, media_type, data = f"{plan.title[:60]}.txt", "text/plain; charset=utf-8", plan.source_text.encode()
    if plan.file_id is not None:
        file = db.session.execute(select(File).where(File.id == plan.file_id)).scalar_one()
        if file.deleted_at is not None:
            raise NotFound(_("This file has been deleted after its time."))
        name, media_type, data = file.name, file.media_type, read(file, keys=keys() if file.sealed else None)
    with transaction():
        record(actor(), verb="file.download", object_type="plan", object_id=plan.id, unit_id=plan.unit_id)
    answer = send_file(
        io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name, max_age=0
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.route("/<int:plan_id>/head", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def head(plan_id: int) -> BaseResponse | str | tuple[str, int]:
    """Put right what was guessed from the title."""
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_EDIT, lock=request.method == "POST")
    form = HeadForm() if request.method == "POST" else HeadForm(formdata=None, obj=plan)
    form.offer()
    if request.method == "GET":
        return render_template("plans/head.html", form=form, plan=plan)
    if not form.validate_on_submit():
        return render_template("plans/head.html", form=form, plan=plan), 422
    try:
        with transaction():
            change_plan(
                actor(),
                plan=plan,
                title=form.title.data or "",
                kind=form.kind.data or "",
                organ=form.organ.data or "",
                year_from=form.year_from.data,
                year_to=form.year_to.data,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return render_template("plans/head.html", form=form, plan=plan), 422
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.route("/items/<int:plan_item_id>", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def item(plan_item_id: int) -> BaseResponse | str | tuple[str, int]:
    """One item: what is to be done, how often, for whom, what proves it."""
    one = db.session.execute(select(PlanItem).where(PlanItem.id == plan_item_id)).scalar_one_or_none()
    if one is None:
        raise NotFound(_("There is nothing at this address."))
    plan = fetch(Plan, one.plan_id, actor=actor(), may=Permission.PLAN_EDIT, lock=request.method == "POST")
    unit = fetch(Unit, plan.unit_id, actor=actor(), may=Permission.PLAN_EDIT)
    form = ItemForm() if request.method == "POST" else ItemForm(formdata=None, obj=one)
    form.offer(unit.line)
    page: dict[str, Any] = {"form": form, "plan": plan, "item": one}
    if request.method == "GET":
        return render_template("plans/item.html", **page)
    if not form.validate_on_submit():
        return render_template("plans/item.html", **page), 422
    try:
        with transaction():
            changed = change_item(actor(), plan=plan, item=one, given=form.words())
    except Invalid as problem:
        show_problem(form, problem)
        return render_template("plans/item.html", **page), 422
    flash(_("Saved.") if changed else _("Nothing was different."), "ok")
    return redirect(url_for("plans.show", plan_id=plan.id) + f"#i{one.id}", 303)


@blueprint.post("/<int:plan_id>/decide")
@requires(Permission.PLAN_EDIT)
def decide(plan_id: int) -> BaseResponse:
    """Take on or drop proposals: those ticked, or all."""
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_EDIT, lock=True)
    chosen = [key for text in request.form.getlist("item") if (key := person_key(text)) is not None]
    everything = request.form.get("all") == "1"
    if not chosen and not everything:
        flash(_("Tick at least one line."), "due")
        return redirect(url_for("plans.show", plan_id=plan_id), 303)
    with transaction():
        count = decide_items(
            actor(),
            plan=plan,
            item_ids=None if everything else chosen,
            take=request.form.get("act") == "take",
        )
    flash(_("%(n)s proposals decided", n=count), "ok")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post("/<int:plan_id>/move")
@requires(Permission.PLAN_EDIT)
def move(plan_id: int) -> BaseResponse:
    """Send for comments, issue, close, declare void."""
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_EDIT, lock=True)
    to = request.form.get("to", "")
    if to not in STATES:
        raise Conflict(_("This step cannot follow; look at the plan again."))
    try:
        with transaction():
            told = move_plan(actor(), plan=plan, to=to, remark=request.form.get("remark", "")[:500])
    except Invalid as problem:
        flash(str(problem), "due")
        return redirect(url_for("plans.show", plan_id=plan_id), 303)
    flash(_("Issued; %(n)s messages are on their way", n=told) if to == "issued" else _("Done."), "ok")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)
