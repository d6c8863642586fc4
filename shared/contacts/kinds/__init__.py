"""Kinds of visits and postings in words."""

from shared.i18n import lazy_

VISITS: dict[str, lazy_] = {
    "visit": lazy_("Visit"),
    "reception": lazy_("Reception of petitioners"),
    "contact": lazy_("Visit to a contact point"),
}
POSTINGS: dict[str, lazy_] = {
    "posting": lazy_("Posting to the grassroots"),
    "village": lazy_("Posted to a village"),
    "first_secretary": lazy_("Posted as first secretary"),
    "instructor": lazy_("Posted as instructor"),
}
