"""Rounds: the list, opening one, how far it is by unit, its last days, reminding, withdrawing."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.rounds.forms import ChoiceForm, DaysForm, OpenForm, WithdrawForm
from services.web.rounds.views.routes import blueprint, lap_run, lap_seen
from services.web.rounds.words import entry_states, entry_views, lap_states
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.assessments.actions.opening import (
    PERIODS,
    count_units,
    open_round,
    proposed_days,
    proposed_span,
    sample_units,
)
from shared.assessments.actions.running import change_days, remind_round, withdraw_round
from shared.assessments.models import Scheme
from shared.assessments.queries.entries import (
    RUNNING,
    STATES,
    VIEWS,
    AtHand,
    EntryFilter,
    at_hand,
    entries,
    entry_counts,
    laps,
    own_open,
)
from shared.clock import today
from shared.db import db, transaction
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.get("")
@requires(Permission.SCORE_VIEW)
def index() -> str:
    """Rounds, newest first."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    rows, more = laps(actor(), state=state, before=person_key(request.args.get("before")))
    return render_template(
        "rounds/index.html",
        rows=rows,
        more=more,
        state=state,
        states=lap_states(),
        own=own_open(actor(), limit=10),
        may_run=actor().may(Permission.ROUND_RUN),
        may_review=actor().may(Permission.ROUND_REVIEW),
        on=today(),
    )


def _schemes() -> list[Scheme]:
    """What a round can be held by: issued versions; first the running ones, those that measure most units in reach."""
    found = db.session.scalars(
        select(Scheme)
        .where(Scheme.state == "issued")
        .order_by(Scheme.enabled.desc(), Scheme.name, Scheme.version.desc())
        .limit(200)
    ).all()
    units = {
        (row.kind, row.sector): row.n
        for row in db.session.execute(
            select(Unit.kind, Unit.sector, func.count().label("n"))
            .where(Unit.state == "active", reach_filter(actor(), Permission.ROUND_RUN, Unit.path))
            .group_by(Unit.kind, Unit.sector)
        )
    }

    def measured(scheme: Scheme) -> int:
        return sum(
            n
            for (kind, sector), n in units.items()
            if kind in scheme.applies.get("unit_kinds", ()) and sector in scheme.applies.get("sectors", ())
        )

    return sorted(found, key=lambda one: (not one.enabled, -measured(one)))


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
@limiter.limit("60 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    """GET proposes the days and shows how many units take part; POST opens it for exactly those."""
    sending = request.method == "POST"
    schemes, scopes = _schemes(), scope_units(actor(), Permission.ROUND_RUN)
    choice = ChoiceForm(formdata=request.form if sending else request.args)
    choice.offer([(one.id, f"{_(one.name)} {one.version}") for one in schemes], scopes)
    period = choice.period.data if choice.period.data in PERIODS else "year"
    scheme_id = choice.scheme_id.data or (schemes[0].id if schemes else None)
    scheme = next((one for one in schemes if one.id == scheme_id), None)
    unit_id = choice.unit_id.data or (scopes[0][0] if scopes else None)
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.ROUND_RUN) if unit_id is not None else None
    choice.period.data, choice.scheme_id.data, choice.unit_id.data = period, scheme_id, unit_id
    starts_on, ends_on = proposed_span(period, today())
    self_until, review_until, appeal_until = proposed_days(today())
    form = (
        OpenForm()
        if sending
        else OpenForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            name=_round_name(scheme, period, starts_on.year, (starts_on.month + 2) // 3),
            starts_on=starts_on,
            ends_on=ends_on,
            self_until=self_until,
            review_until=review_until,
            appeal_until=appeal_until,
        )
    )

    def page(status: int) -> tuple[str, int]:
        found = scheme is not None and unit is not None
        count = count_units(actor(), scheme=scheme, unit=unit) if found else 0  # type: ignore[arg-type]
        sample = sample_units(actor(), scheme=scheme, unit=unit) if found else []  # type: ignore[arg-type]
        form.seen.data = str(count)
        return (
            render_template("rounds/new.html", choice=choice, form=form, count=count, sample=sample),
            status,
        )

    if not sending:
        return page(200)
    if not form.validate() or not form.form_key.data or scheme is None or unit is None:
        return page(422)
    try:
        with transaction():
            lap, _fresh = open_round(
                actor(),
                scheme=scheme,
                unit=unit,
                words=form.opening(period),
                seen=person_key(request.form.get("seen")) or 0,
                form_key=form.form_key.data,
            )
            round_id = lap.id
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    except Conflict as problem:
        flash(str(problem), "due")
        return page(409)
    flash(_("The round is open; the units are told."), "ok")
    return redirect(url_for("rounds.show", round_id=round_id), 303)


def _round_name(scheme: Scheme | None, period: str, year: int, quarter: int) -> str:
    said = {
        "year": _("Year %(year)s", year=year),
        "half": _("%(year)s, half %(n)s", year=year, n=(quarter + 1) // 2),
        "quarter": _("%(year)s, quarter %(n)s", year=year, n=quarter),
    }[period]
    return f"{said} {_(scheme.name)}" if scheme is not None else said


def filter_asked(round_id: int) -> EntryFilter:
    """The filter of a round's units as the address says it."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.SCORE_VIEW)
    view, after = request.args.get("view", ""), request.args.get("after", "")
    return EntryFilter(
        round_id,
        view=view if view in VIEWS else "all",
        unit_id=unit_id,
        after=after[:600] if after.replace(".", "").isdigit() else None,
    )


def units_of_round_asked() -> EntryFilter:
    """The same, of the list as Excel: its address names the round in the query."""
    named = person_key(request.args.get("round_id")) or 0
    return filter_asked(lap_seen(named).id if named else 0)


@blueprint.get("/<int:round_id>")
@requires(Permission.SCORE_VIEW)
def show(round_id: int) -> str:
    """A round by unit: for whoever runs it with all acts, for the units in it their own rows."""
    lap = lap_seen(round_id)
    holder = db.session.execute(select(Unit).where(Unit.id == lap.unit_id)).scalar_one()
    runs = actor().can(Permission.ROUND_RUN, holder.path)
    given = filter_asked(round_id)
    may = Permission.ROUND_RUN if runs else Permission.ROUND_ENTER
    rows, more = entries(actor(), lap, given, permission=may)
    return render_template(
        "rounds/show.html",
        lap=lap,
        holder=holder,
        scheme=db.session.execute(select(Scheme).where(Scheme.id == lap.scheme_id)).scalar_one(),
        runs=runs,
        running=lap.state in RUNNING,
        # Before it is published only whoever runs the round sees what it comes to.
        totals_shown=runs or lap.state in ("published", "final"),
        given=given,
        rows=rows,
        more=more,
        counts=entry_counts(actor(), given, permission=may),
        kept={"unit_id": given.unit_id} if given.unit_id else {},
        scopes=scope_units(actor(), may),
        states=lap_states(),
        entry_states=entry_states(),
        views=entry_views(),
        days=DaysForm(
            formdata=None,
            revision=str(lap.revision),
            self_until=lap.self_until,
            review_until=lap.review_until,
            appeal_until=lap.appeal_until,
        ),
        withdraw=WithdrawForm(formdata=None, revision=str(lap.revision)),
        on=today(),
    )


def _said(problem: Invalid | Conflict) -> None:
    flash("；".join(str(text) for text in problem.fields.values()) or str(problem), "due")


@blueprint.post("/<int:round_id>/days")
@requires(Permission.ROUND_RUN)
def days(round_id: int) -> Response:
    """Other last days; whoever still has to hand in is told."""
    lap = lap_run(round_id, lock=True)
    form = DaysForm()
    try:
        if not form.validate():
            raise Invalid(_("This is no day."))
        with transaction():
            change_days(
                actor(),
                lap=lap,
                self_until=form.self_until.data,
                review_until=form.review_until.data,
                appeal_until=form.appeal_until.data,
                revision=person_key(form.revision.data) or 0,
            )
        flash(_("Saved."), "ok")
    except (Invalid, Conflict) as problem:
        _said(problem)
    return redirect(url_for("rounds.show", round_id=round_id), 303)


@blueprint.post("/<int:round_id>/withdraw")
@requires(Permission.ROUND_RUN)
def withdraw(round_id: int) -> Response:
    """End a round without a result, with a reason."""
    lap = lap_run(round_id, lock=True)
    form = WithdrawForm()
    try:
        form.validate()
        with transaction():
            withdraw_round(
                actor(), lap=lap, reason=form.reason.data or "", revision=person_key(form.revision.data) or 0
            )
        flash(_("Withdrawn; the units are told."), "ok")
    except (Invalid, Conflict) as problem:
        _said(problem)
    return redirect(url_for("rounds.show", round_id=round_id), 303)


@blueprint.post("/<int:round_id>/remind")
@requires(Permission.ROUND_RUN)
@limiter.limit("60 per hour")
def remind(round_id: int) -> Response:
    """One press reminds whoever still has to hand in, each person once a day."""
    lap = lap_run(round_id)
    try:
        with transaction():
            told = remind_round(actor(), lap=lap)
    except (Invalid, Conflict) as problem:
        _said(problem)
    else:
        if told:
            flash(_("%(n)s messages are on their way.", n=told), "ok")
        else:
            flash(_("All of them have been reminded today."), "run")
    return redirect(url_for("rounds.show", round_id=round_id), 303)


@blueprint.app_template_global("rounds_at_hand")
def rounds_at_hand() -> AtHand | None:
    """Sheets to hand in and rounds under way, for the page of today; None where there is nothing."""
    found = at_hand(actor())
    return found if found.rows or found.running else None
