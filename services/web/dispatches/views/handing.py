"""From hand to hand: to whom it is handed over, what they say to it, taking it back, declaring it void."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response

from services.web.dispatches.forms import DecideForm, HandOverForm, VoidForm
from services.web.dispatches.views.one import page
from services.web.dispatches.views.routes import DRAFT, VIEW, blueprint, said, to_page
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.dispatches.actions import Route, may_void
from shared.dispatches.actions import decide as decide_step
from shared.dispatches.actions import hand_over as hand_on
from shared.dispatches.actions import take_back as take_it_back
from shared.dispatches.actions import void as declare_void
from shared.dispatches.models import Dispatch
from shared.dispatches.queries import able, countersigners, open_dispatch, series_in_reach
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _hand_page(form: HandOverForm, dispatch: Dispatch, unit: Unit, status: int = 200) -> tuple[str, int]:
    series = [
        one for one in series_in_reach(actor(), year=today().year, unit_id=unit.id) if one.state == "active"
    ]
    reviewers = able(unit.path, Permission.DISPATCH_REVIEW)
    reviewers.pop(dispatch.created_by or 0, None)
    signers = able(unit.path, Permission.DISPATCH_SIGN)
    form.offer(series, reviewers, signers, countersigners(unit.path, but={dispatch.created_by}))
    if form.reviewer_id.data is None and reviewers:
        # The one who reviews is seldom the one who signs.
        form.reviewer_id.data = next((key for key in reviewers if key not in signers), next(iter(reviewers)))
    if form.signer_id.data is None and signers:
        form.signer_id.data = next(
            (key for key in signers if key != form.reviewer_id.data), next(iter(signers))
        )
    if form.series_id.data is None and series:
        form.series_id.data = dispatch.series_id or series[0].id
    return (
        render_template(
            "dispatches/hand_over.html",
            form=form,
            dispatch=dispatch,
            unit=unit,
            series=series,
            reviewers=reviewers,
            signers=signers,
            may_keep=actor().can(Permission.DISPATCH_REVIEW, unit.path),
        ),
        status,
    )


@blueprint.route("/dispatches/<int:dispatch_id>/hand-over", methods=["GET", "POST"])
@requires(DRAFT)
@limiter.limit("240 per hour", methods=["POST"])
def hand_over(dispatch_id: int) -> Response | tuple[str, int]:
    """Under which prefix, who reviews, who countersigns, who signs; filled in as far as it can be known."""
    sending = request.method == "POST"
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=DRAFT, lock=sending)
    unit = fetch(Unit, dispatch.unit_id, actor=actor(), may=DRAFT)
    if dispatch.state != "draft":
        return to_page(dispatch_id)
    if not sending:
        return _hand_page(HandOverForm(formdata=None, revision=str(dispatch.revision)), dispatch, unit)
    form = HandOverForm()
    form.offer([], {}, {}, [])
    if not form.validate():
        return _hand_page(form, dispatch, unit, 422)
    try:
        with transaction():
            hand_on(
                actor(),
                dispatch=dispatch,
                unit=unit,
                route=Route(
                    series_id=form.series_id.data,
                    reviewer_id=form.reviewer_id.data,
                    signer_id=form.signer_id.data,
                    countersigner_ids=[key for key in form.countersigner_ids.data or [] if key is not None],
                ),
                revision=person_key(form.revision.data) or 0,
            )
    except Invalid as problem:
        show_problem(form, problem)
        dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=DRAFT)
        return _hand_page(form, dispatch, fetch(Unit, dispatch.unit_id, actor=actor(), may=DRAFT), 422)
    except Conflict as problem:
        said(problem)
        return to_page(dispatch_id)
    flash(_("Handed over."), "ok")
    return to_page(dispatch_id)


@blueprint.post("/dispatches/<int:dispatch_id>/take-back")
@requires(DRAFT)
def take_back(dispatch_id: int) -> Response:
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=DRAFT, lock=True)
    try:
        with transaction():
            take_it_back(actor(), dispatch=dispatch, revision=person_key(request.form.get("revision")) or 0)
    except Conflict as problem:
        said(problem)
    else:
        flash(_("It is a draft again."), "ok")
    return to_page(dispatch_id)


@blueprint.post("/dispatches/<int:dispatch_id>/decide")
@requires(VIEW)
@limiter.limit("240 per hour")
def decide(dispatch_id: int) -> Response | tuple[str, int]:
    """Agree or send back; the signer's agreement gives the number."""
    dispatch, unit = open_dispatch(actor(), dispatch_id, lock=True)
    form = DecideForm()
    agreed = request.form.get("act") == "agree"
    if not form.validate():
        return page(dispatch, unit, decide=form, status=422)
    try:
        with transaction():
            state = decide_step(
                actor(),
                dispatch=dispatch,
                unit=unit,
                agreed=agreed,
                words=form.words.data or "",
                revision=person_key(form.revision.data) or 0,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(*open_dispatch(actor(), dispatch_id), decide=form, status=422)
    except Conflict as problem:
        said(problem)
        return to_page(dispatch_id)
    if not agreed:
        flash(_("Sent back to whoever drafted it."), "ok")
    elif state == "signed":
        flash(_("Signed and numbered; the paper is being set."), "ok")
    else:
        flash(_("Agreed; it has gone on."), "ok")
    return to_page(dispatch_id)


@blueprint.post("/dispatches/<int:dispatch_id>/void", endpoint="void")
@requires(DRAFT)
def declare(dispatch_id: int) -> Response | tuple[str, int]:
    """Declare it void; a number it has stays in the register with the reason."""
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=DRAFT, lock=True)
    unit = fetch(Unit, dispatch.unit_id, actor=actor(), may=DRAFT)
    if dispatch.state not in ("void", "archived") and not may_void(actor(), dispatch, unit.path):
        flash(_("A numbered document is declared void by whoever may sign."), "due")
        return to_page(dispatch_id)
    form = VoidForm()
    if not form.validate():
        return page(dispatch, unit, void=form, status=422)
    try:
        with transaction():
            declare_void(
                actor(),
                dispatch=dispatch,
                reason=form.reason.data or "",
                revision=person_key(form.revision.data) or 0,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(*open_dispatch(actor(), dispatch_id), void=form, status=422)
    except Conflict as problem:
        said(problem)
    else:
        flash(_("It is void now."), "ok")
    return to_page(dispatch_id)
