"""One unit on the list: the decision, its page, each act on it."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.watchlist.forms import ActForm, DecisionForm, HeadForm, MonthForm, PlanForm
from services.web.watchlist.views.routes import blueprint
from services.web.watchlist.words import ACTS as ACT_WORDS
from services.web.watchlist.words import STATES
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.findings.queries.lists import FindingFilter, findings
from shared.i18n import _
from shared.organisations.models import Unit
from shared.watchlist.actions.listing import Decision, change_head, put_on_list
from shared.watchlist.actions.working import (
    ACTS,
    OF_APPROVERS,
    OF_THE_KEEPER,
    OF_THE_UNIT,
    act_on,
    may_approve,
)
from shared.watchlist.conditions import conditions, named, said
from shared.watchlist.models import WatchEntry
from shared.watchlist.queries.ledger import ON_THE_LIST, met_by
from shared.watchlist.queries.story import (
    conditions_of,
    month_rows,
    notes,
    people_around,
    people_named,
    plan_of,
)

MOST_FINDINGS = 5


def _decision(form: DecisionForm) -> Decision:
    assert form.decided_on.data is not None
    known = [one.key for one in conditions(today())]
    chosen = set(request.form.getlist("chosen"))
    return Decision(
        decided_on=form.decided_on.data,
        decision=form.decision.data or "",
        until=form.until.data,
        leader_id=form.leader_id.data,
        secretary_id=form.secretary_id.data,
        chosen=tuple(key for key in known if key in chosen),
        basis={key: request.form.get(f"basis-{key}", "") for key in known},
    )


@blueprint.route("/units/<int:unit_id>/new", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@limiter.limit("120 per hour", methods=["POST"])
def new(unit_id: int) -> Response | tuple[str, int]:
    """Put a unit on the list: the conditions the ledger says are ticked, the others need what they are based on."""
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.FINDING_EDIT)
    people, met = people_around(unit), met_by(unit.id)
    sending = request.method == "POST"
    form = (
        DecisionForm()
        if sending
        else DecisionForm(formdata=None, form_key=secrets.token_hex(12), decided_on=today())
    )
    form.offer(people)

    def page(status: int, wrong: dict[str, object] | None = None) -> tuple[str, int]:
        chosen = set(request.form.getlist("chosen")) if sending else set(met)
        return (
            render_template(
                "watchlist/new.html",
                form=form,
                unit=unit,
                known=conditions(today()),
                met=met,
                said=said,
                chosen=chosen,
                basis={key[6:]: text for key, text in request.form.items() if key.startswith("basis-")},
                wrong=wrong or {},
            ),
            status,
        )

    if not sending:
        return page(200)
    if not form.validate_on_submit() or not form.form_key.data:
        return page(422)
    try:
        with transaction():
            row = put_on_list(
                actor(),
                unit=unit,
                given=_decision(form),
                people=people,
                form_key=form.form_key.data[:64],
            )
            key = row.id
    except Invalid as problem:
        show_problem(form, problem)
        return page(422, problem.fields)
    flash(_("The unit stands on the list; whoever answers for it is told."), "ok")
    return redirect(url_for("watchlist.show", watch_id=key), 303)


def page_of(
    entry: WatchEntry,
    *,
    form: ActForm | None = None,
    plan: PlanForm | None = None,
    month: MonthForm | None = None,
    head: HeadForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    """The page of one entry; forms as they were sent, with what is wrong."""
    who = actor()
    unit = fetch(Unit, entry.unit_id, actor=who, may=Permission.FINDING_VIEW)
    works = who.can(Permission.FINDING_WORK, unit.path)
    keeps = who.can(Permission.FINDING_EDIT, unit.path)
    possible = [act for act, rule in ACTS.items() if entry.state in rule.of]
    checks = [
        act for act in possible if act in OF_APPROVERS and who.can(Permission.FINDING_APPROVE, unit.path)
    ]
    people = people_around(unit) if works or keeps else {}
    key = secrets.token_hex(12)
    form = form or ActForm(formdata=None, form_key=key, version=str(entry.version))
    plan = plan or PlanForm(formdata=None, form_key=key + "p", due_on=entry.until)
    plan.offer(people)
    head = head or HeadForm(
        formdata=None,
        form_key=key + "h",
        version=str(entry.version),
        until=entry.until,
        leader_id=entry.leader_id,
        secretary_id=entry.secretary_id,
    )
    linked = people_named(entry)
    # Who stands there may have left the unit; the form goes on naming them.
    head.offer({**linked, **people})
    months = month_rows(entry)
    month = month or MonthForm(formdata=None, month=_month_offered(months))
    month.month.choices = [(row.month.isoformat(), row.month.strftime("%Y-%m")) for row in months]
    on_list = entry.state in ON_THE_LIST
    context: dict[str, Any] = {
        "mine": [act for act in possible if act in OF_THE_UNIT and works],
        "checks": checks,
        "barred": "approve" in checks and not may_approve(who, entry),
        "kept": [act for act in possible if act in OF_THE_KEEPER and keeps],
        "plans": works and entry.state == "listed",
        "tells": works and on_list,
        "keeps": keeps and on_list,
        "findings": findings(who, FindingFilter("open", unit.id), limit=MOST_FINDINGS)[0],
    }
    return (
        render_template(
            "watchlist/show.html",
            entry=entry,
            unit=unit,
            form=form,
            plan=plan,
            change=head,
            month=month,
            months=months,
            linked=linked,
            conditions=conditions_of(entry),
            measures=plan_of(entry.id),
            notes=notes(entry.id),
            states=STATES,
            acts=ACT_WORDS,
            named=named,
            said=said,
            on=today(),
            on_list=on_list,
            **context,
        ),
        status,
    )


def _month_offered(months: list[Any]) -> str:
    """The oldest month that is missing, else this one."""
    missing = [row for row in months if row.missing]
    return (missing[-1] if missing else months[0]).month.isoformat() if months else ""


@blueprint.get("/<int:watch_id>")
@requires(Permission.FINDING_VIEW)
def show(watch_id: int) -> tuple[str, int]:
    return page_of(fetch(WatchEntry, watch_id, actor=actor(), may=Permission.FINDING_VIEW))


@blueprint.post("/<int:watch_id>/head")
@requires(Permission.FINDING_EDIT)
def head(watch_id: int) -> Response | tuple[str, int]:
    """The linked leader, the first secretary, the last day."""
    entry = fetch(WatchEntry, watch_id, actor=actor(), may=Permission.FINDING_EDIT, lock=True)
    unit = fetch(Unit, entry.unit_id, actor=actor(), may=Permission.FINDING_EDIT)
    form = HeadForm()
    form.offer({})
    if not form.validate() or not form.form_key.data:
        return page_of(entry, head=form, status=422)
    try:
        with transaction():
            changed = change_head(
                actor(),
                entry=entry,
                leader_id=form.leader_id.data,
                secretary_id=form.secretary_id.data,
                until=form.until.data,
                people=people_around(unit),
                version=person_key(form.version.data) or 0,
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page_of(entry, head=form, status=422)
    flash(_("Saved.") if changed else _("Nothing was different."), "ok")
    return redirect(url_for("watchlist.show", watch_id=watch_id), 303)


@blueprint.post("/<int:watch_id>/work")
@requires(Permission.FINDING_WORK)
@limiter.limit("240 per hour")
def work(watch_id: int) -> Response | tuple[str, int]:
    """The unit applies to come off the list."""
    return _acted(
        fetch(WatchEntry, watch_id, actor=actor(), may=Permission.FINDING_WORK, lock=True), OF_THE_UNIT
    )


@blueprint.post("/<int:watch_id>/check")
@requires(Permission.FINDING_APPROVE)
@limiter.limit("240 per hour")
def check(watch_id: int) -> Response | tuple[str, int]:
    """Agree, condition by condition, or return; the second who agrees takes it off."""
    return _acted(
        fetch(WatchEntry, watch_id, actor=actor(), may=Permission.FINDING_APPROVE, lock=True), OF_APPROVERS
    )


@blueprint.post("/<int:watch_id>/settle")
@requires(Permission.FINDING_EDIT)
@limiter.limit("240 per hour")
def settle(watch_id: int) -> Response | tuple[str, int]:
    """It stays a year longer, comes back because it does not hold, or was entered wrongly."""
    return _acted(
        fetch(WatchEntry, watch_id, actor=actor(), may=Permission.FINDING_EDIT, lock=True), OF_THE_KEEPER
    )


def _acted(entry: WatchEntry, offered: tuple[str, ...]) -> Response | tuple[str, int]:
    act = next((act for act in offered if act == request.form.get("act")), None)
    if act is None:
        raise Conflict(_("This step cannot follow; look at the entry again."))
    form = ActForm()
    if not form.validate() or not form.form_key.data:
        return page_of(entry, form=form, status=422)
    try:
        with transaction():
            act_on(
                actor(),
                entry=entry,
                act=act,
                remark=form.remark.data or "",
                gone=request.form.getlist("gone"),
                version=person_key(form.version.data) or 0,
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page_of(entry, form=form, status=422)
    except Conflict as problem:
        flash(str(problem), "due")
        form.version.data = str(entry.version)
        return page_of(entry, form=form, status=409)
    done = "off" if entry.state == "off" and act == "approve" else act
    flash(_("Noted: %(act)s", act=str(ACT_WORDS[done])), "ok")
    return redirect(url_for("watchlist.show", watch_id=entry.id), 303)
