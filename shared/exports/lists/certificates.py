"""Certificates as Excel: number, for whom, by which template, of which day, sealed or void."""

from collections.abc import Iterator, Sequence

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.certificates.queries import CertificateFilter, CertificateRow, certificates_page
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import path_said
from shared.i18n import _, lazy_

VIEWS = {
    "waiting": lazy_("wait for a seal"),
    "sealed": lazy_("bear a seal"),
    "void": lazy_("void"),
    "all": lazy_("All"),
}


def _columns(_actor: Actor, _given: CertificateFilter) -> list[Column[CertificateRow]]:
    def state(row: CertificateRow) -> str:
        if row.state == "void":
            return _("void")
        return _("sealed") if row.seal_name else _("to be sealed")

    return [
        Column(_("Certificate number"), lambda row: row.number, 24),
        Column(_("Awarded to"), lambda row: row.recipient, 24),
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("Template"), lambda row: row.template_name, 24),
        Column(_("Day"), lambda row: row.granted_on, 12),
        Column(_("State"), state, 12),
        Column(_("Seal"), lambda row: row.seal_name, 24),
        Column(_("Sealed at"), lambda row: row.sealed_at, 16),
        Column(_("Why it is void"), lambda row: row.void_reason or None, 30),
    ]


def _chunks(actor: Actor, given: CertificateFilter) -> Iterator[Sequence[CertificateRow]]:
    before = None
    while True:
        rows, before = certificates_page(actor, given, before=before, size=CHUNK)
        yield rows
        if before is None:
            return


def _said(_actor: Actor, given: CertificateFilter) -> list[tuple[str, str]]:
    said = [*path_said(given.path), (_("Shown"), str(VIEWS[given.view]))]
    return [*said, (_("Year"), str(given.year))] if given.year else said


CERTIFICATES: List[CertificateFilter, CertificateRow] = List(
    name="certificates.list",
    title=lazy_("Certificates"),
    permission=Permission.DOCUMENT_VIEW,
    filter=CertificateFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
