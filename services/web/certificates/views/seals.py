"""The seals of the tenant's units, and how often each was used."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.certificates.forms import SealForm
from services.web.certificates.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.certificates.actions import add_seal, retire_seal
from shared.certificates.actions.sealing import LARGEST
from shared.certificates.models import Seal
from shared.certificates.queries import seals as all_seals
from shared.db import transaction
from shared.duties.queries.scopes import offered_units
from shared.errors import Invalid
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.route("/seals", methods=["GET", "POST"])
@requires(Permission.SETTING_EDIT)
def seals() -> Response | tuple[str, int]:
    """Every seal, and one more."""
    sending = request.method == "POST"
    form = SealForm() if sending else SealForm(formdata=None, form_key=secrets.token_hex(12))
    form.picture.flags.required = True
    form.unit_id.choices = offered_units(actor(), Permission.SETTING_EDIT)

    def page(status: int) -> tuple[str, int]:
        rows = all_seals(actor(), may=Permission.SETTING_EDIT, active=False)
        return render_template("certificates/seals.html", form=form, rows=rows), status

    if not sending:
        return page(200)
    if not form.validate() or not form.form_key.data or form.unit_id.data is None:
        return page(422)
    unit = fetch(Unit, form.unit_id.data, actor=actor(), may=Permission.SETTING_EDIT)
    picture = b""
    if (sent := request.files.get("picture")) is not None:
        # One byte more than is taken says that it is too large, without reading all of it.
        picture = sent.stream.read(LARGEST + 1)
        sent.close()
    try:
        with transaction():
            add_seal(
                actor(),
                unit=unit,
                name=form.name.data or "",
                picture=picture,
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("Saved."), "ok")
    return redirect(url_for("certificates.seals"), 303)


@blueprint.post("/seals/<int:seal_id>/retire")
@requires(Permission.SETTING_EDIT)
def retire_one(seal_id: int) -> Response:
    seal = fetch(Seal, seal_id, actor=actor(), may=Permission.SETTING_EDIT)
    with transaction():
        retire_seal(actor(), seal=seal)
    return redirect(url_for("certificates.seals"), 303)
