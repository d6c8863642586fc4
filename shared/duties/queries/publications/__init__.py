"""Reads of what is made public (党务公开): the lists of the page, and what the ledger offers."""

from shared.duties.queries.publications.listed import (
    CAP,
    ITEMS,
    KIND,
    SHOWN,
    Missing,
    PublicationFilter,
    Published,
    Shown,
    last_of_items,
    missing,
    public_for,
    publication_counts,
    publications,
    published_in,
)
from shared.duties.queries.publications.offers import Suggested, suggested

__all__ = [
    "CAP",
    "ITEMS",
    "KIND",
    "SHOWN",
    "Missing",
    "PublicationFilter",
    "Published",
    "Shown",
    "Suggested",
    "last_of_items",
    "missing",
    "public_for",
    "publication_counts",
    "publications",
    "published_in",
    "suggested",
]
