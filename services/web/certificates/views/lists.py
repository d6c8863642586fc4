"""The certificates of a reach, and the acts on a whole filter: seal, print."""

import secrets
from contextlib import suppress

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.certificates.views.routes import asked, blueprint, number, seal_sent
from services.web.edge import actor, back, requires
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.certificates.actions import MOST, put_seal
from shared.certificates.models import Seal
from shared.certificates.queries import certificates_page, counts, matching, seals, templates
from shared.clock import today
from shared.db import db, transaction
from shared.documents.actions import print_many
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Invalid
from shared.i18n import _


@blueprint.get("")
@requires(Permission.DOCUMENT_VIEW)
def index() -> str:
    """Those that wait for a seal first."""
    who = actor()
    here = asked()
    before = number("before")
    rows, more = certificates_page(who, here.given, before=before)
    kept = templates(all_states=True)
    usable = seals(who, may=Permission.SEAL_USE) if who.may(Permission.SEAL_USE) else []
    return render_template(
        "certificates/index.html",
        rows=rows,
        asked=here,
        counts=counts(who, here.given),
        templates=kept,
        usable=any(one.state == "active" for one in kept),
        scopes=scope_units(who, Permission.DOCUMENT_VIEW),
        years=range(today().year, today().year - 5, -1),
        seals=usable,
        seal_choices=[(one.id, one.name) for one in usable],
        next=here.address(before=more) if more else None,
        previous=here.address() if before else None,
        form_key=secrets.token_hex(12),
        most=MOST,
    )


@blueprint.post("/seal")
@requires(Permission.SEAL_USE)
def seal() -> Response:
    """Put one seal on everything of the filter that waits, where it is as many as the page said."""
    who = actor()
    chosen = fetch(Seal, seal_sent(), actor=who, may=Permission.SEAL_USE)
    here = asked(Permission.SEAL_USE)
    with transaction():
        ids = [row.id for row in db.session.execute(matching(who, here.given, may=Permission.SEAL_USE))]
        if str(len(ids)) != request.form.get("count", ""):
            raise Conflict(_("The list has changed meanwhile. Look at it again before sealing."))
        sealed = put_seal(who, seal=chosen, certificate_ids=ids[:MOST])
    flash(_("%(n)s certificates bear the seal. The use is in the audit trail.", n=sealed), "ok")
    return redirect(here.address(view="sealed"), 303)


@blueprint.post("/print")
@requires(Permission.DOCUMENT_PRINT)
def print_all() -> Response:
    """Print everything of the filter as one zip."""
    who = actor()
    here = asked(Permission.DOCUMENT_PRINT)
    found = db.session.execute(matching(who, here.given, may=Permission.DOCUMENT_PRINT).limit(MOST)).all()
    if not found:
        raise Invalid(_("There is nothing to print here."))
    with suppress(Conflict), transaction():
        print_many(
            who,
            report="certificate",
            subject_ids=[row.id for row in found],
            where=_("%(n)s certificates", n=len(found)),
            form_key=request.form.get("form_key", "")[:64] or None,
        )
    return back("documents.index")
