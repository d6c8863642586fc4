"""The tenant's templates of certificates."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.certificates.forms import TemplateForm
from services.web.certificates.views.routes import blueprint, template_of
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.permissions import Permission
from shared.certificates.actions import Wording, change_template, make_template, retire_template
from shared.certificates.kinds import KINDS, PAGES
from shared.certificates.queries import templates as all_templates
from shared.db import transaction
from shared.errors import Invalid
from shared.i18n import _


@blueprint.get("/templates")
@requires(Permission.DOCUMENT_VIEW)
def templates() -> str:
    return render_template(
        "certificates/templates.html", rows=all_templates(all_states=True), kinds=KINDS, pages=PAGES
    )


def _wording(form: TemplateForm) -> Wording:
    return Wording(
        name=form.name.data or "",
        kind=form.kind.data or "",
        heading=form.heading.data or "",
        body=form.body.data or "",
        issuer=form.issuer.data or "",
        prefix=form.prefix.data or "",
        pages=form.pages.data or "",
    )


def _page(form: TemplateForm, title: str, status: int = 200) -> tuple[str, int]:
    return render_template("certificates/template.html", form=form, title=title), status


@blueprint.route("/templates/new", methods=["GET", "POST"])
@requires(Permission.SETTING_EDIT)
def new_template() -> Response | tuple[str, int]:
    title = _("New template of a certificate")
    sending = request.method == "POST"
    form = (
        TemplateForm()
        if sending
        else TemplateForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            heading=_("Certificate of honour"),
            body=_("{name}: for outstanding work in {year} is granted the title of {title}."),
            issuer=actor().tenant_name,
        )
    )
    form.offer()
    if not sending:
        return _page(form, title)
    if not form.validate() or not form.form_key.data:
        return _page(form, title, 422)
    try:
        with transaction():
            make_template(actor(), given=_wording(form), form_key=form.form_key.data[:64])
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form, title, 422)
    flash(_("Saved."), "ok")
    return redirect(url_for("certificates.templates"), 303)


@blueprint.route("/templates/<int:certificate_template_id>", methods=["GET", "POST"])
@requires(Permission.SETTING_EDIT)
def edit_template(certificate_template_id: int) -> Response | tuple[str, int]:
    """Change a template: later certificates only."""
    sending = request.method == "POST"
    row = template_of(certificate_template_id)
    title = row.name
    form = TemplateForm() if sending else TemplateForm(formdata=None, obj=row)
    form.offer()
    if not sending:
        return _page(form, title)
    revision = form.revision.data or ""
    if not form.validate() or not (revision.isascii() and revision.isdigit() and len(revision) < 9):
        return _page(form, title, 422)
    try:
        with transaction():
            locked = template_of(certificate_template_id, lock=True)
            change_template(actor(), template=locked, given=_wording(form), revision=int(revision))
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form, title, 422)
    flash(_("Saved."), "ok")
    return redirect(url_for("certificates.templates"), 303)


@blueprint.post("/templates/<int:certificate_template_id>/retire")
@requires(Permission.SETTING_EDIT)
def retire(certificate_template_id: int) -> Response:
    with transaction():
        retire_template(actor(), template=template_of(certificate_template_id, lock=True))
    return redirect(url_for("certificates.templates"), 303)
