"""Reads of certificates: the list, templates, seals with their uses, who may be given one."""

from shared.certificates.queries.lists import (
    CertificateFilter,
    CertificateRow,
    SealRow,
    certificates_page,
    counts,
    matching,
    seals,
    templates,
)
from shared.certificates.queries.recipients import Found, everybody, named_people, named_units, units_below

__all__ = [
    "CertificateFilter",
    "CertificateRow",
    "Found",
    "SealRow",
    "certificates_page",
    "counts",
    "everybody",
    "matching",
    "named_people",
    "named_units",
    "seals",
    "templates",
    "units_below",
]
