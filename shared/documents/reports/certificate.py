"""A certificate or card, with the seal where one was put on it."""

import base64
from typing import Any

from sqlalchemy import select

from shared.access.permissions import Permission
from shared.certificates.actions.issuing import say_day
from shared.certificates.models import Certificate, Seal
from shared.db import db
from shared.documents.reports.report import Report, Subject
from shared.errors import Conflict
from shared.files import File, read
from shared.i18n import _, lazy_
from shared.tenants.queries import keys


def _picture(seal_id: int | None) -> str:
    """The seal as a data address; '' leaves its place free."""
    if seal_id is None:
        return ""
    file = db.session.scalars(
        select(File).join(Seal, Seal.file_id == File.id).where(Seal.id == seal_id)
    ).one()
    return "data:image/png;base64," + base64.b64encode(read(file, keys=keys())).decode()


def _read(subject: Subject) -> dict[str, Any]:
    row = db.session.execute(select(Certificate).where(Certificate.id == subject.id)).scalar_one()
    if row.state == "void":
        raise Conflict(_("This certificate is void."))
    return {
        "heading": row.heading,
        "recipient": row.recipient,
        "paragraphs": [line.strip() for line in row.body.splitlines() if line.strip()],
        "issuer": row.issuer,
        "day": say_day(row.granted_on),
        "number": row.number,
        "small": row.pages == "a5-landscape",
        "seal": _picture(row.seal_id),
    }


REPORT = Report(
    key="certificate",
    name=lazy_("Certificate"),
    about=lazy_("A certificate or card with its number, and the seal once it is put on"),
    of="certificate",
    span="none",
    may=Permission.DOCUMENT_PRINT,
    read=_read,
    pages="landscape",
    excel="certificates.list",
    page=("certificates.show", "certificate_id"),
)
