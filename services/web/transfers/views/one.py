"""One transfer: where it stands, and what this side may do with it."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.transfers.forms import (
    AcceptForm,
    NumberForm,
    ReceiptForm,
    RefuseForm,
    ReissueForm,
    WithdrawForm,
)
from services.web.transfers.views.lists import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Invalid, NotFound
from shared.i18n import _
from shared.jobs import Job
from shared.members.registry import REGISTRY
from shared.members.statuses import status_name
from shared.organisations.models import Unit
from shared.organisations.queries import in_reach
from shared.sealing import masked
from shared.transfers import actions
from shared.transfers.models import Letter, Transfer
from shared.transfers.queries import arriving, last_contact, letters_of, row_of
from shared.transfers.queries.choices import TAKING
from shared.transfers.validity import validity

#: So many units can be chosen from at acceptance; the one that was named is always among them.
UNITS = 300


def _path(unit_id: int | None) -> str | None:
    return db.session.scalar(select(Unit.path).where(Unit.id == unit_id)) if unit_id else None


def _units(transfer: Transfer) -> list[tuple[int, str]]:
    """Where somebody who comes may be received: units in the actor's reach, the named one first."""
    return [
        (unit_id, name)
        for unit_id, name in db.session.execute(
            select(Unit.id, Unit.name)
            .where(
                Unit.state == "active",
                Unit.line == transfer.line,
                Unit.kind.in_(TAKING),
                in_reach(actor(), Permission.TRANSFER_EDIT),
            )
            .order_by((Unit.id == (transfer.to_unit_id or 0)).desc(), Unit.path)
            .limit(UNITS)
        )
    ]


def _accept_form(transfer: Transfer, *, filled: bool) -> AcceptForm:
    form = AcceptForm() if filled else AcceptForm(formdata=None, unit_id=transfer.to_unit_id)
    form.offer(_units(transfer) if transfer.direction == "in" else [])
    return form


def _page(
    transfer: Transfer,
    *,
    accept: AcceptForm | None = None,
    refuse: RefuseForm | None = None,
    reissue: ReissueForm | None = None,
    receipt: ReceiptForm | None = None,
) -> str:
    row = row_of(transfer.id)
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    who = actor()
    receives = transfer.direction == "in" or transfer.route == "inside"
    open_ = transfer.state == "sent"
    may_receive = receives and open_ and who.can(Permission.TRANSFER_EDIT, _path(transfer.to_unit_id))
    may_send = transfer.direction == "out" and who.can(Permission.TRANSFER_EDIT, _path(transfer.from_unit_id))
    letters = letters_of(transfer.id) if transfer.route == "outside" else []
    return render_template(
        "transfers/show.html",
        transfer=transfer,
        row=row,
        coming=_coming(transfer) if may_receive else None,
        may_receive=may_receive,
        may_accept=may_receive and not row.late and transfer.effective_on <= today(),
        may_withdraw=may_send and open_,
        may_number=may_send or (receives and who.can(Permission.TRANSFER_EDIT, _path(transfer.to_unit_id))),
        may_letter=may_send,
        accept=accept or (_accept_form(transfer, filled=False) if may_receive else None),
        refuse=refuse or RefuseForm(formdata=None),
        withdraw=WithdrawForm(formdata=None),
        number=NumberForm(formdata=None, external_no=transfer.external_no),
        letters=letters,
        jobs=_jobs(letters),
        holding=next((letter for letter in letters if letter.void_on is None), None),
        reissue=reissue or _reissue_form(transfer),
        receipt=receipt or ReceiptForm(formdata=None, receipt_on=today()),
        rule=validity("beyond", today()),
        longest=validity("longest", today()),
    )


def _coming(transfer: Transfer) -> dict[str, Any] | None:
    """What the receiver sees of somebody before deciding; the identity number masked."""
    payload = arriving(transfer)
    if payload is None:
        return None
    return {
        "name": payload.name,
        "sex": payload.sex,
        "ethnic": payload.ethnic,
        "born": payload.born,
        "standing": status_name(payload.status),
        "joined": payload.joined,
        "confirmed": payload.confirmed,
        "identity": masked(payload.identity, head=0, tail=4) if payload.identity else "",
        "phone": masked(payload.phone, head=3, tail=4) if payload.phone else "",
        "dues_paid_to": payload.dues_paid_to,
        "reason": payload.reason,
        "external_no": payload.external_no,
        "words": [
            str(words[told].name)
            for column, words in REGISTRY.items()
            if (told := getattr(payload, column)) in words
        ],
    }


def _jobs(letters: list[Letter]) -> dict[int, Job]:
    wanted = [letter.job_id for letter in letters if letter.job_id is not None and letter.file_id is None]
    if not wanted:
        return {}
    return {job.id: job for job in db.session.scalars(select(Job).where(Job.id.in_(wanted)))}


def _reissue_form(transfer: Transfer) -> ReissueForm | None:
    if transfer.route != "outside" or transfer.state != "sent":
        return None
    form = ReissueForm(
        formdata=None,
        form_key=secrets.token_urlsafe(16),
        valid_days=validity("beyond", today()).days,
        contact=last_contact(transfer.from_unit_id or 0),
    )
    form.offer()
    return form


@blueprint.get("/<int:transfer_id>")
@requires(Permission.TRANSFER_VIEW)
def show(transfer_id: int) -> str:
    return _page(fetch(Transfer, transfer_id, actor=actor(), may=Permission.TRANSFER_VIEW))


def _held(transfer_id: int) -> Transfer:
    return fetch(Transfer, transfer_id, actor=actor(), may=Permission.TRANSFER_EDIT, lock=True)


@blueprint.post("/<int:transfer_id>/accept")
@requires(Permission.TRANSFER_EDIT)
def accept(transfer_id: int) -> Response | tuple[str, int]:
    transfer = _held(transfer_id)
    form = _accept_form(transfer, filled=True)
    if not form.validate():
        return _page(transfer, accept=form), 422
    unit = None
    if transfer.direction == "in" and form.unit_id.data:
        unit = fetch(Unit, form.unit_id.data, actor=actor(), may=Permission.TRANSFER_EDIT)
    try:
        with transaction():
            actions.accept(
                actor(), transfer, unit=unit, match=form.match.data or "", reply=form.reply.data or ""
            )
    except Invalid as problem:
        show_problem(form, problem)
        db.session.rollback()
        return _page(_held(transfer_id), accept=form), 422
    flash(_("Received; the membership here begins on %(day)s", day=transfer.effective_on), "ok")
    return redirect(url_for("transfers.show", transfer_id=transfer_id), 303)


@blueprint.post("/<int:transfer_id>/refuse")
@requires(Permission.TRANSFER_EDIT)
def refuse(transfer_id: int) -> Response | tuple[str, int]:
    transfer = _held(transfer_id)
    form = RefuseForm()
    if not form.validate():
        return _page(transfer, refuse=form), 422
    with transaction():
        actions.refuse(actor(), transfer, reply=form.reply.data or "")
    flash(_("Sent back with your reason"), "ok")
    return redirect(url_for("transfers.show", transfer_id=transfer_id), 303)


@blueprint.post("/<int:transfer_id>/withdraw")
@requires(Permission.TRANSFER_EDIT)
def withdraw(transfer_id: int) -> Response:
    transfer = _held(transfer_id)
    form = WithdrawForm()
    if not form.validate():
        raise Invalid(_("The form could not be read."))
    with transaction():
        actions.withdraw(actor(), transfer, reason=form.reason.data or "")
    flash(_("Taken back; the relationship stands here as before"), "ok")
    return redirect(url_for("transfers.show", transfer_id=transfer_id), 303)


@blueprint.post("/<int:transfer_id>/number")
@requires(Permission.TRANSFER_EDIT)
def number(transfer_id: int) -> Response:
    transfer = _held(transfer_id)
    form = NumberForm()
    if not form.validate():
        raise Invalid(_("The form could not be read."))
    with transaction():
        changed = actions.note_number(actor(), transfer, external_no=form.external_no.data or "")
    flash(_("Saved") if changed else _("Nothing was different"), "ok")
    return redirect(url_for("transfers.show", transfer_id=transfer_id), 303)


@blueprint.post("/<int:transfer_id>/letters")
@requires(Permission.TRANSFER_EDIT)
def reissue(transfer_id: int) -> Response | tuple[str, int]:
    """A new letter with its own number; the old one is void."""
    transfer = _held(transfer_id)
    form = ReissueForm()
    form.offer()
    if not form.validate() or not form.form_key.data:
        return _page(transfer, reissue=form), 422
    with transaction():
        letter = actions.reissue(
            actor(),
            transfer,
            reason=form.reason.data or "",
            valid_days=form.valid_days.data,
            contact=form.contact.data or "",
            form_key=form.form_key.data[:64],
        )
    flash(_("Letter %(number)s takes the place of the old one", number=letter.number), "ok")
    return redirect(url_for("transfers.show", transfer_id=transfer_id), 303)


@blueprint.post("/letters/<int:letter_id>/receipt")
@requires(Permission.TRANSFER_EDIT)
def receipt(letter_id: int) -> Response | tuple[str, int]:
    """Note the receipt that came back: the transfer is accepted."""
    letter = fetch(Letter, letter_id, actor=actor(), may=Permission.TRANSFER_EDIT, lock=True)
    transfer = db.session.execute(
        select(Transfer).where(Transfer.id == letter.transfer_id).with_for_update()
    ).scalar_one()
    form = ReceiptForm()
    if not form.validate():
        return _page(transfer, receipt=form), 422
    try:
        with transaction():
            actions.note_receipt(
                actor(), letter, transfer, on=form.receipt_on.data or today(), by=form.receipt_by.data or ""
            )
    except Invalid as problem:
        show_problem(form, problem)
        db.session.rollback()
        return _page(transfer, receipt=form), 422
    flash(_("The receipt is noted; the membership ended on %(day)s", day=transfer.effective_on), "ok")
    return redirect(url_for("transfers.show", transfer_id=transfer.id), 303)
