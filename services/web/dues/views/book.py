"""The book of a unit, its hand-overs, and the sheet that is published each year."""

import secrets
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.dues.forms import EntryForm
from services.web.dues.views.routes import blueprint, unit_at, unit_tabs, year_asked
from services.web.edge import actor, requires
from services.web.fields import Form, show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.dues.actions.book import enter, reverse
from shared.dues.actions.turning_over import due_share, receive, streams_of, turn_over
from shared.dues.classes import CATEGORIES, STREAMS, category_name
from shared.dues.models import Entry, Turnover
from shared.dues.money import quarter_days, show_money, show_percent
from shared.dues.queries.book import book_page, book_year, published, turnovers_from, turnovers_to
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit
from shared.organisations.queries import superior


def _years() -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in range(today().year, today().year - 6, -1)]


def _place() -> tuple[date, int] | None:
    day, _tilde, key = request.args.get("after", "").partition("~")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    return (found, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None


def _page(unit: Unit, year: int, form: EntryForm | None = None) -> str:
    if form is None:
        form = EntryForm(formdata=None, data={"form_key": secrets.token_hex(12), "on_date": today()})
        form.offer(unit.line)
    rows, after = book_page(unit, year, after=_place())
    return render_template(
        "dues/book.html",
        unit=unit,
        year=year,
        years=_years(),
        sums=book_year(unit, year),
        rows=rows,
        first=url_for("dues.book", unit_id=unit.id, year=year) if request.args.get("after") else None,
        next=url_for("dues.book", unit_id=unit.id, year=year, after=f"{after[0]}~{after[1]}")
        if after
        else None,
        form=form,
        category_name=category_name,
        money=show_money,
        percent=show_percent,
        tabs_of=unit_tabs(unit, "dues.book"),
        may_edit=actor().can(Permission.DUES_EDIT, unit.path),
    )


@blueprint.get("/units/<int:unit_id>/book")
@requires(Permission.DUES_VIEW)
def book(unit_id: int) -> str:
    return _page(unit_at(unit_id, Permission.DUES_VIEW), year_asked())


@blueprint.post("/units/<int:unit_id>/book")
@requires(Permission.DUES_EDIT)
def enter_line(unit_id: int) -> Response | tuple[str, int]:
    """One line of income or spending."""
    unit = unit_at(unit_id, Permission.DUES_EDIT)
    form = EntryForm()
    form.offer(unit.line)
    try:
        if not form.validate_on_submit() or form.on_date.data is None:
            raise Invalid("")
        with transaction():
            enter(
                actor(),
                unit=unit,
                category=form.category.data,
                amount=form.amount.data,
                on_date=form.on_date.data,
                said=form.said.data or "",
                document=form.document.data or "",
                form_key=(form.form_key.data or secrets.token_hex(12))[:64],
            )
    except (Invalid, Conflict) as problem:
        if problem.fields or str(problem):
            show_problem(form, Invalid(str(problem), fields=problem.fields))
        return _page(unit, year_asked(), form), problem.status
    flash(_("Entered."), "ok")
    return redirect(url_for("dues.book", unit_id=unit.id, year=form.on_date.data.year), 303)


@blueprint.post("/entries/<int:dues_entry_id>/reverse")
@requires(Permission.DUES_EDIT)
def reverse_line(dues_entry_id: int) -> Response:
    """Take a line back by a line of its own."""
    entry = fetch(Entry, dues_entry_id, actor=actor(), may=Permission.DUES_EDIT, lock=True)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    with transaction():
        reverse(actor(), entry, reason=request.form.get("reason", ""))
    flash(_("Reversed by a line of its own."), "ok")
    return redirect(url_for("dues.book", unit_id=entry.unit_id), 303)


@blueprint.get("/units/<int:unit_id>/turnover")
@requires(Permission.DUES_VIEW)
def turnover(unit_id: int) -> str:
    """The quarters of a year: what came in, which share goes up, what is handed over; and what came from below."""
    unit = unit_at(unit_id, Permission.DUES_VIEW)
    year = year_asked()
    sent = turnovers_from(unit.id, year)
    lines = []
    for stream in streams_of(unit):
        for quarter in (1, 2, 3, 4):
            period = f"{year}-Q{quarter}"
            done = sent.get((stream, period))
            ended = today() >= quarter_days(period)[1]
            due = due_share(unit, stream, period) if done is None and ended else None
            lines.append((stream, period, done, ended, due))
    return render_template(
        "dues/turnover.html",
        unit=unit,
        above=superior(unit),
        year=year,
        years=_years(),
        lines=lines,
        streams=STREAMS,
        received=turnovers_to(unit.id, year),
        money=show_money,
        percent=show_percent,
        tabs_of=unit_tabs(unit, "dues.turnover"),
        may_edit=actor().can(Permission.DUES_EDIT, unit.path),
    )


@blueprint.post("/units/<int:unit_id>/turnover")
@requires(Permission.DUES_EDIT)
def hand_over(unit_id: int) -> Response:
    """Hand the share of a quarter over to the unit above."""
    unit = unit_at(unit_id, Permission.DUES_EDIT)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    period = request.form.get("period", "")
    if len(period) != 7 or not period[:4].isdecimal() or period[4:] not in ("-Q1", "-Q2", "-Q3", "-Q4"):
        raise Invalid(_("Choose a quarter."))
    if not 2000 <= int(period[:4]) <= today().year:
        raise Invalid(_("Choose a quarter."))
    with transaction():
        made = turn_over(
            actor(), unit=unit, stream=request.form.get("stream", ""), period=period, sent_on=today()
        )
        amount = show_money(made.amount)
    flash(_("%(amount)s yuan handed over; the unit above confirms it.", amount=amount), "ok")
    return redirect(url_for("dues.turnover", unit_id=unit.id, year=period[:4]), 303)


@blueprint.post("/turnovers/<int:turnover_id>/receive")
@requires(Permission.DUES_EDIT)
def confirm(turnover_id: int) -> Response:
    """The unit above confirms that it came in."""
    row = fetch(Turnover, turnover_id, actor=actor(), may=Permission.DUES_EDIT, lock=True)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    unit = unit_at(row.unit_id, Permission.DUES_EDIT)
    with transaction():
        news = receive(actor(), row, unit=unit)
    flash(_("Confirmed; it stands in the book.") if news else _("It was confirmed already."), "ok")
    return redirect(url_for("dues.turnover", unit_id=unit.id, year=row.period[:4]), 303)


@blueprint.get("/units/<int:unit_id>/publication")
@requires(Permission.DUES_VIEW)
def publication(unit_id: int) -> str:
    """The yearly sheet that a branch shows its members: sums and counts, no names."""
    unit = unit_at(unit_id, Permission.DUES_VIEW)
    year = year_asked()
    return render_template(
        "dues/publication.html",
        unit=unit,
        year=year,
        years=_years(),
        sums=book_year(unit, year),
        counts=published(unit, year),
        categories=CATEGORIES,
        money=show_money,
        percent=show_percent,
        tabs_of=unit_tabs(unit, "dues.publication"),
    )
