"""A tenant's own words on its papers: drafted, looked at with real rows, put into use."""

import secrets
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.letterheads.forms import WordsForm
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.documents.reports import REPORTS
from shared.duties.queries.scopes import offered_units
from shared.errors import Invalid, NotFound
from shared.i18n import _
from shared.letterheads.actions import OwnWords, change_words, draft_words, retire_words, use_words
from shared.letterheads.models import Letterhead
from shared.letterheads.queries import letterheads, values_of
from shared.letterheads.sandbox import COLUMNS, VALUES, left_over, other_times, render
from shared.organisations.models import Unit

blueprint = Blueprint("letterheads", __name__, url_prefix="/letterheads")


def row_of(letterhead_id: int, *, lock: bool = False) -> Letterhead:
    """The tenant's row. Raises NotFound."""
    statement = select(Letterhead).where(Letterhead.id == letterhead_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _words(form: WordsForm) -> OwnWords:
    return OwnWords(
        report=form.report.data or "",
        header=form.header.data or "",
        name=form.name.data or "",
        heading=form.heading.data or "",
        body=form.body.data or "",
        place=form.place.data or "",
        on_purpose=bool(form.on_purpose.data),
    )


@dataclass(frozen=True)
class Preview:
    """What a section says of a real unit, and what in it looks forgotten."""

    unit: Unit
    lines: list[str] = field(default_factory=list)
    wrong: str = ""
    left: list[str] = field(default_factory=list)


def _preview(body: str) -> Preview | None:
    """With the rows of the unit chosen, or of one that keeps a ledger."""
    key = request.args.get("unit_id", "")
    if key.isascii() and key.isdigit() and len(key) < 16:
        unit = fetch(Unit, int(key), actor=actor(), may=Permission.SETTING_EDIT)
    else:
        found = db.session.scalars(
            select(Unit)
            .where(Unit.state == "active", Unit.parent_id.is_not(None))
            .order_by(Unit.path)
            .limit(1)
        ).one_or_none()
        if found is None:
            return None
        unit = found
    try:
        text = render(body, values_of(unit, year=today().year))
    except Invalid as problem:
        return Preview(unit, wrong="; ".join(map(str, problem.fields.values())))
    return Preview(
        unit,
        text.splitlines(),
        left=[*left_over(text), *other_times(text, year=today().year, month=None)][:20],
    )


@blueprint.get("")
@requires(Permission.SETTING_EDIT)
def index() -> str:
    return render_template("letterheads/index.html", rows=letterheads(), reports=REPORTS)


def _page(form: WordsForm, title: str, row: Letterhead | None = None, status: int = 200) -> tuple[str, int]:
    return (
        render_template(
            "letterheads/form.html",
            form=form,
            title=title,
            row=row,
            values=VALUES,
            columns=COLUMNS,
            preview=_preview(row.body) if row is not None and row.body else None,
            units=offered_units(actor(), Permission.SETTING_EDIT) if row is not None else [],
        ),
        status,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.SETTING_EDIT)
def new() -> Response | tuple[str, int]:
    title = _("Own words on a paper")
    sending = request.method == "POST"
    form = WordsForm() if sending else WordsForm(formdata=None, form_key=secrets.token_hex(12))
    form.offer()
    if not sending:
        return _page(form, title)
    if not form.validate() or not form.form_key.data:
        return _page(form, title, status=422)
    try:
        with transaction():
            key = draft_words(actor(), given=_words(form), form_key=form.form_key.data[:64]).id
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form, title, status=422)
    return redirect(url_for("letterheads.edit", letterhead_id=key), 303)


@blueprint.route("/<int:letterhead_id>", methods=["GET", "POST"])
@requires(Permission.SETTING_EDIT)
def edit(letterhead_id: int) -> Response | tuple[str, int]:
    """The words, and what they give with real rows."""
    row = row_of(letterhead_id)
    sending = request.method == "POST"
    form = WordsForm() if sending else WordsForm(formdata=None, obj=row)
    form.offer()
    title = str(REPORTS[row.report].name) if row.report in REPORTS else _("Every paper")
    if not sending:
        return _page(form, title, row)
    revision = form.revision.data or ""
    if not form.validate() or not (revision.isascii() and revision.isdigit() and len(revision) < 9):
        return _page(form, title, row, 422)
    try:
        with transaction():
            change_words(
                actor(), row=row_of(letterhead_id, lock=True), given=_words(form), revision=int(revision)
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form, title, row_of(letterhead_id), 422)
    flash(_("Saved."), "ok")
    return redirect(url_for("letterheads.edit", letterhead_id=letterhead_id), 303)


@blueprint.post("/<int:letterhead_id>/use")
@requires(Permission.SETTING_EDIT)
def use(letterhead_id: int) -> Response:
    with transaction():
        use_words(actor(), row=row_of(letterhead_id, lock=True))
    flash(_("In use from now on; papers that are made carry it."), "ok")
    return redirect(url_for("letterheads.index"), 303)


@blueprint.post("/<int:letterhead_id>/retire")
@requires(Permission.SETTING_EDIT)
def retire(letterhead_id: int) -> Response:
    with transaction():
        retire_words(actor(), row=row_of(letterhead_id, lock=True))
    return redirect(url_for("letterheads.index"), 303)
