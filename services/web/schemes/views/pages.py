"""The list of sheets, one sheet with its lines and versions, and a new draft."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.schemes import words
from services.web.schemes.forms import NewForm
from services.web.schemes.views.routes import blueprint
from shared.access.permissions import Permission
from shared.assessments.actions.schemes import faults_of, overlaps, spec_of, start_draft
from shared.assessments.models import Line, Scheme
from shared.assessments.queries.schemes import (
    lines_at,
    offered_sheets,
    scheme_at,
    scheme_list,
    sheet_of,
    versions_of,
)
from shared.db import transaction
from shared.errors import Invalid
from shared.i18n import _


def tree_of(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """The lines under their headings, in order."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.heading, []).append(line)
    return list(found.items())


@blueprint.get("")
@requires(Permission.SCORE_VIEW)
def index() -> str:
    """The sheets of the organisation: what counts now, what is being written, what was."""
    drafts = actor().may(Permission.SCHEME_EDIT)
    view = "all" if request.args.get("view") == "all" else "now"
    after = request.args.get("after", type=int)
    rows, more = scheme_list(drafts=drafts, view=view, after=after)
    return render_template(
        "schemes/index.html",
        rows=rows,
        view=view,
        after=after,
        more=rows[-1].scheme.id if more else None,
        offered=offered_sheets() if drafts else [],
        may_edit=drafts,
        words=words,
    )


@blueprint.get("/<int:scheme_id>")
@requires(Permission.SCORE_VIEW)
def show(scheme_id: int) -> str:
    """One sheet: its lines under their headings, each with its rule in words, and its versions."""
    drafts = actor().may(Permission.SCHEME_EDIT)
    scheme = scheme_at(scheme_id, drafts=drafts)
    lines = list(lines_at(scheme.id))
    faults = []
    if scheme.state == "draft":
        faults = faults_of(
            [spec_of(line) for line in lines],
            total=scheme.total,
            bonus_cap=scheme.bonus_cap,
            applies=scheme.applies,
        )
    return render_template(
        "schemes/show.html",
        scheme=scheme,
        lines=lines,
        headings=tree_of(lines),
        faults=faults,
        met=overlaps(scheme) if scheme.state == "draft" else [],
        versions=versions_of(scheme, drafts=drafts),
        may_edit=drafts,
        words=words,
        form_key=secrets.token_hex(12),
    )


def _sources() -> list[tuple[str, str]]:
    """What a new draft may begin with."""
    running, _more = scheme_list(drafts=True, view="all")
    found = [("", _("an empty sheet"))]
    found += [
        (f"shipped:{sheet.key}", _("Shipped: %(name)s", name=_(sheet.name))) for sheet in offered_sheets()
    ]
    for row in running:
        if row.scheme.state != "draft":
            name = _("%(name)s, version %(n)s", name=_(row.scheme.name), n=row.scheme.version)
            found.append((f"next:{row.scheme.id}", _("New version of: %(name)s", name=name)))
            found.append((f"copy:{row.scheme.id}", _("A sheet of its own after: %(name)s", name=name)))
    return found


@blueprint.get("/new")
@requires(Permission.SCHEME_EDIT)
def new() -> str:
    """Choose what a new draft begins with."""
    form = NewForm(formdata=None)
    form.form_key.data = secrets.token_hex(12)
    form.source.choices = _sources()
    form.source.data = request.args.get("source", "")
    return render_template("schemes/new.html", form=form)


@blueprint.post("/new")
@requires(Permission.SCHEME_EDIT)
@limiter.limit("60 per hour")
def start() -> Response | tuple[str, int]:
    """Begin a draft."""
    form = NewForm()
    form.source.choices = _sources()
    try:
        if not form.validate() or not form.form_key.data:
            raise Invalid("")
        with transaction():
            scheme = _started(form)
    except Invalid as problem:
        show_problem(form, problem)
        return render_template("schemes/new.html", form=form), 422
    flash(_("The draft is begun. Nothing counts by it until it is issued."), "ok")
    return redirect(url_for("schemes.edit", scheme_id=scheme.id), 303)


def _started(form: NewForm) -> Scheme:
    word, _sep, key = (form.source.data or "").partition(":")
    name = form.name.data or ""
    form_key = (form.form_key.data or "")[:64]
    if word == "shipped":
        return start_draft(actor(), form_key=form_key, name=name, shipped=sheet_of(key))
    if word in ("next", "copy"):
        if not (key.isascii() and key.isdigit() and len(key) < 18):
            raise Invalid("", fields={"source": _("Choose one from the list.")})
        base = scheme_at(int(key), drafts=False)
        return start_draft(actor(), form_key=form_key, name=name, base=base, own=word == "copy")
    if word or not name.strip():
        raise Invalid("", fields={"name": _("Fill this in.")})
    return start_draft(actor(), form_key=form_key, name=name)
