"""Circulars that came: to the person, or to a unit for which the person answers. Read, answered."""

from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from services.web.circulars.forms import ReplyForm
from services.web.circulars.views.routes import SEND, blueprint, came_to_me, file_held, file_sent, said
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.circulars.actions import mark_read, reply
from shared.circulars.actions.drafting import is_over
from shared.circulars.models import Circular, Receipt
from shared.circulars.queries import AtHand, at_hand, files_of, inbox
from shared.circulars.queries.reading import continuing
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.events.queries import names_of
from shared.i18n import _
from shared.organisations.models import Unit


def _after() -> tuple[int, int] | None:
    """The last row before this page: the circular and the receipt."""
    first, _sep, second = request.args.get("after", "").partition("-")
    circular_id, receipt_id = person_key(first), person_key(second)
    return (circular_id, receipt_id) if circular_id is not None and receipt_id is not None else None


@blueprint.get("")
@requires(Permission.SELF)
def index() -> BaseResponse | str:
    """What came; whoever sends circulars and gets none begins with those sent out."""
    view = request.args.get("view", "")
    waiting = view == "waiting"
    rows, more = inbox(actor(), waiting=waiting, after=_after())
    if not rows and not view and _after() is None and actor().may(SEND):
        return redirect(url_for("circulars.sent"), 303)
    return render_template(
        "circulars/index.html",
        rows=rows,
        waiting=waiting,
        more=f"{more[0]}-{more[1]}" if more else None,
        on=today(),
        may_send=actor().may(SEND),
    )


@dataclass(frozen=True, slots=True)
class Passing:
    """A unit for which the reader may pass it on; `copies`: what it passed on already, by what a receipt is of."""

    unit_id: int
    name: str
    #: Whether units below are in reach.
    below: bool
    copies: dict[str, int]


def _passing(circular: Circular, mine: list[tuple[Receipt, str]]) -> list[Passing]:
    unit_ids = [receipt.unit_id for receipt, _name in mine if receipt.unit_id is not None]
    if circular.state != "sent" or not unit_ids or not actor().may(SEND):
        return []
    below = Unit.__table__.alias("below")
    has_below = (
        select(1)
        .where(
            below.c.tenant_id == Unit.tenant_id,
            below.c.parent_id == Unit.id,
            below.c.state == "active",
            reach_filter(actor(), SEND, below.c.path),
        )
        .exists()
    )
    copies = (
        select(func.jsonb_object_agg(Circular.whom, Circular.id))
        .where(Circular.from_id == circular.id, Circular.unit_id == Unit.id, Circular.state == "sent")
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Unit.id, Unit.name, has_below, copies)
        .where(
            Unit.id.in_(continuing(unit_ids)), Unit.state == "active", reach_filter(actor(), SEND, Unit.path)
        )
        .order_by(Unit.path)
    )
    return [Passing(key, name, under, made or {}) for key, name, under, made in rows]


def _page(
    circular: Circular,
    mine: list[tuple[Receipt, str]],
    *,
    wrong: ReplyForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    forms: dict[int, ReplyForm] = {}
    over = is_over(circular)
    for receipt, _name in mine:
        if circular.state != "sent" or circular.reply == "none" or (over and receipt.replied_at is not None):
            continue
        if wrong is not None and wrong.receipt_id.data == str(receipt.id):
            forms[receipt.id] = wrong
            continue
        form = ReplyForm(
            formdata=None,
            prefix="",
            receipt_id=str(receipt.id),
            choice=receipt.choice,
            text=receipt.reply_text,
        )
        form.offer(circular)
        forms[receipt.id] = form
    sender = db.session.scalar(select(Unit.name).where(Unit.id == circular.unit_id))
    people = names_of([key for receipt, _name in mine for key in (receipt.read_by, receipt.replied_by)])
    return (
        render_template(
            "circulars/show.html",
            circular=circular,
            sender=sender,
            mine=mine,
            forms=forms,
            people=people,
            files=files_of(circular.id) if circular.state == "sent" else [],
            passing=_passing(circular, mine),
            over=over,
            on=today(),
        ),
        status,
    )


@blueprint.get("/<int:circular_id>")
@requires(Permission.SELF)
def show(circular_id: int) -> tuple[str, int]:
    """The circular as its recipient sees it; opening it marks it read, once."""
    circular, mine = came_to_me(circular_id)
    if any(receipt.read_at is None for receipt, _name in mine):
        with transaction():
            mark_read(actor(), circular=circular)
        circular, mine = came_to_me(circular_id)
    return _page(circular, mine)


@blueprint.post("/<int:circular_id>/reply", endpoint="reply")
@requires(Permission.SELF)
@limiter.limit("240 per hour")
def reply_to(circular_id: int) -> BaseResponse | tuple[str, int]:
    """The answer of one recipient; sent again it changes until the last day."""
    circular, mine = came_to_me(circular_id, lock=True)
    form = ReplyForm()
    form.offer(circular)
    if not form.validate():
        return _page(circular, mine, wrong=form, status=422)
    try:
        with transaction():
            changed = reply(
                actor(),
                circular=circular,
                receipt_id=person_key(form.receipt_id.data) or mine[0][0].id,
                choice=form.choice.data or "",
                text=form.text.data or "",
            )
    except Invalid as problem:
        show_problem(form, problem)
        circular, mine = came_to_me(circular_id)
        return _page(circular, mine, wrong=form, status=422)
    except Conflict as problem:
        said(problem)
    else:
        flash(_("Your reply has been sent.") if changed else _("Nothing was changed."), "ok")
    return redirect(url_for("circulars.show", circular_id=circular_id), 303)


@blueprint.get("/files/<int:circular_file_id>")
@requires(Permission.SELF)
def file(circular_file_id: int) -> Response:
    """A file of a circular that came; nobody gets it any more once the circular is withdrawn."""
    held = file_held(circular_file_id)
    circular, _mine = came_to_me(held.circular_id)
    if circular.state != "sent":
        raise NotFound(_("This circular has been withdrawn."))
    return file_sent(held, circular)


@blueprint.app_template_global("circulars_at_hand")
def circulars_at_hand() -> AtHand | None:
    """What is still to be read or answered (circulars/_today.html); None where there is nothing."""
    found = at_hand(actor())
    return found if found.rows else None
