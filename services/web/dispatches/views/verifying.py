"""The page behind the code on a document; nobody is signed in.

It says whether the document is genuine, its number, its date and the digest of its file, and nothing else: not whose it
is, not what it is about.
"""

from flask import render_template
from sqlalchemy import select

from services.web import edge
from services.web.dispatches.views.routes import blueprint
from services.web.edge import requires
from services.web.limits import limiter
from shared.accounts.actions.proofs import proof_of
from shared.db import db
from shared.dispatches.models import Dispatch
from shared.dispatches.queries import number_of
from shared.errors import NotFound
from shared.files import File
from shared.tenancy import platform

PER_ADDRESS = "30 per minute; 300 per hour"


@blueprint.get("/verify/<token>")
@requires(None)
@limiter.limit(PER_ADDRESS)
def verify(token: str) -> tuple[str, int]:
    """What stands behind a code. One that nobody gave out: not genuine, 404."""
    edge.leave_tenant()
    try:
        with platform():
            link = proof_of(token)
            db.session.remove()
    except NotFound:
        return _page(None, "", "", 404)
    edge.open_link(link.tenant_id or 0)
    row = db.session.execute(
        select(Dispatch, File.sha256)
        .join(File, (File.tenant_id == Dispatch.tenant_id) & (File.id == Dispatch.file_id))
        .where(Dispatch.id == int(str(link.detail["dispatch_id"])), Dispatch.number.is_not(None))
    ).one_or_none()
    if row is None:
        return _page(None, "", "", 404)
    dispatch, digest = row
    return _page(dispatch, number_of(dispatch), digest, 200)


def _page(dispatch: Dispatch | None, number: str, digest: str, status: int) -> tuple[str, int]:
    return (
        render_template("dispatches/verify.html", dispatch=dispatch, number=number, digest=digest),
        status,
    )
