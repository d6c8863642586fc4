"""One form issues one certificate or many: template and unit first, then for whom and of which day."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.certificates.forms import WHO, IssueForm
from services.web.certificates.views.routes import blueprint, number, template_of
from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.certificates.actions import issue
from shared.certificates.kinds import own_holes
from shared.certificates.models import CertificateTemplate
from shared.certificates.queries import Found, everybody, named_people, named_units, templates, units_below
from shared.clock import today
from shared.db import transaction
from shared.duties.queries.scopes import offered_units
from shared.errors import Invalid
from shared.i18n import _
from shared.organisations.models import Unit

READERS = {"everybody": everybody, "below": units_below}


def _found(unit: Unit, who: str, text: str) -> Found:
    """Whom the form names. Raises Invalid under `names` for what fits nobody, or more than one."""
    if who in READERS:
        return READERS[who](actor(), unit)
    names = [line.strip() for line in text.splitlines() if line.strip()]
    found = (named_units if who == "units" else named_people)(actor(), unit, names)
    said = []
    if found.unknown:
        said.append(_("Not found here or below: %(names)s.", names=_(", ").join(found.unknown[:20])))
    if found.several:
        said.append(
            _(
                "More than one has this name: %(names)s. Choose their own unit above.",
                names=_(", ").join(found.several[:20]),
            )
        )
    if said:
        raise Invalid(_("Some fields need another look."), fields={"names": " ".join(said)})
    return found


def _words(template: CertificateTemplate) -> list[tuple[str, str]]:
    """(placeholder, what was typed) of those that the form asks for."""
    return [(hole, request.form.get(f"word-{hole}", "")) for hole in own_holes(template.body)]


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_ISSUE)
@limiter.limit("240 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    """Issue certificates; the template and the unit stand in the address."""
    who = actor()
    usable = templates()
    template_id, unit_id = number("template_id"), number("unit_id")
    template = template_of(template_id) if template_id is not None else None
    if template is None and usable:
        template = usable[0]
    units = offered_units(who, Permission.CERTIFICATE_ISSUE)
    if unit_id is None and units:
        unit_id = units[0][0]
    unit = fetch(Unit, unit_id, actor=who, may=Permission.CERTIFICATE_ISSUE) if unit_id is not None else None
    sending = request.method == "POST"
    form = (
        IssueForm()
        if sending
        else IssueForm(formdata=None, form_key=secrets.token_hex(12), who="people", granted_on=today())
    )
    form.offer()
    wrong: dict[str, str] = {}

    def page(status: int) -> tuple[str, int]:
        return (
            render_template(
                "certificates/new.html",
                form=form,
                template=template,
                templates=[(one.id, one.name) for one in usable],
                unit=unit,
                units=units,
                words=_words(template) if template else [],
                wrong=wrong,
            ),
            status,
        )

    if not sending:
        return page(200)
    if template is None or unit is None or not form.validate() or form.granted_on.data is None:
        return page(422)
    if form.who.data not in WHO or not form.form_key.data:
        return page(422)
    try:
        found = _found(unit, form.who.data, form.names.data or "")
        with transaction():
            issued = issue(
                who,
                template=template_of(template.id, lock=True),
                recipients=found.recipients,
                words=dict(_words(template)),
                granted_on=form.granted_on.data,
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        wrong.update(
            {
                name.removeprefix("word-"): str(said)
                for name, said in problem.fields.items()
                if "word-" in name
            }
        )
        show_problem(form, problem)
        return page(422)
    flash(_("%(n)s certificates issued", n=issued), "ok")
    return redirect(url_for("certificates.index", template_id=template.id), 303)
