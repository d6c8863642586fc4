"""One certificate: what it says, its seal, void."""

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.certificates.forms import VoidForm
from services.web.certificates.views.routes import blueprint, seal_sent
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.certificates.actions import put_seal
from shared.certificates.actions import void as declare_void
from shared.certificates.models import Certificate, CertificateTemplate, Seal
from shared.certificates.queries import seals
from shared.db import db, transaction
from shared.errors import Invalid
from shared.events.queries import names_of
from shared.i18n import _
from shared.organisations.models import Unit


def _page(certificate: Certificate, form: VoidForm, status: int = 200) -> tuple[str, int]:
    who = actor()
    unit = db.session.execute(select(Unit).where(Unit.id == certificate.unit_id)).scalar_one()
    template = db.session.execute(
        select(CertificateTemplate).where(CertificateTemplate.id == certificate.template_id)
    ).scalar_one()
    seal = (
        db.session.execute(select(Seal).where(Seal.id == certificate.seal_id)).scalar_one()
        if certificate.seal_id
        else None
    )
    waits = certificate.state == "issued" and seal is None
    return (
        render_template(
            "certificates/show.html",
            certificate=certificate,
            unit=unit,
            template=template,
            seal=seal,
            names=names_of({key for key in (certificate.issued_by, certificate.sealed_by) if key}),
            seals=seals(who, may=Permission.SEAL_USE)
            if waits and who.can(Permission.SEAL_USE, unit.path)
            else [],
            may_void=certificate.state == "issued" and who.can(Permission.CERTIFICATE_ISSUE, unit.path),
            form=form,
        ),
        status,
    )


@blueprint.get("/<int:certificate_id>")
@requires(Permission.DOCUMENT_VIEW)
def show(certificate_id: int) -> tuple[str, int]:
    certificate = fetch(Certificate, certificate_id, actor=actor(), may=Permission.DOCUMENT_VIEW)
    return _page(certificate, VoidForm(formdata=None))


@blueprint.post("/<int:certificate_id>/seal")
@requires(Permission.SEAL_USE)
def seal_one(certificate_id: int) -> Response:
    """Put a seal on this one."""
    who = actor()
    certificate = fetch(Certificate, certificate_id, actor=who, may=Permission.SEAL_USE)
    chosen = fetch(Seal, seal_sent(), actor=who, may=Permission.SEAL_USE)
    with transaction():
        put_seal(who, seal=chosen, certificate_ids=[certificate.id])
    flash(_("%(n)s certificates bear the seal. The use is in the audit trail.", n=1), "ok")
    return redirect(url_for("certificates.show", certificate_id=certificate_id), 303)


@blueprint.post("/<int:certificate_id>/void")
@requires(Permission.CERTIFICATE_ISSUE)
def void(certificate_id: int) -> Response | tuple[str, int]:
    certificate = fetch(Certificate, certificate_id, actor=actor(), may=Permission.CERTIFICATE_ISSUE)
    form = VoidForm()
    if not form.validate():
        return _page(certificate, form, 422)
    unit = db.session.execute(select(Unit).where(Unit.id == certificate.unit_id)).scalar_one()
    try:
        with transaction():
            declare_void(actor(), certificate=certificate, unit=unit, reason=form.reason.data or "")
    except Invalid as problem:
        show_problem(form, problem)
        return _page(certificate, form, 422)
    flash(_("The certificate is void; its number stays."), "ok")
    return redirect(url_for("certificates.show", certificate_id=certificate_id), 303)
