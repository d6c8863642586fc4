"""Reads of transfers: lists in reach, one with its letters, who can receive."""

from shared.transfers.queries.choices import (
    Place,
    is_any_published,
    own_receivers,
    places_elsewhere,
    places_inside,
    published,
)
from shared.transfers.queries.letters import (
    LetterFacts,
    last_contact,
    last_number,
    letter_facts,
    letters_of,
)
from shared.transfers.queries.lists import (
    PAGE,
    SHOWS,
    TransferFilter,
    TransferRow,
    arriving,
    counts,
    exchange_of,
    of_person,
    open_of,
    row_of,
    rows_of,
    transfer_rows,
)

__all__ = [
    "PAGE",
    "SHOWS",
    "LetterFacts",
    "Place",
    "TransferFilter",
    "TransferRow",
    "arriving",
    "counts",
    "exchange_of",
    "is_any_published",
    "last_contact",
    "last_number",
    "letter_facts",
    "letters_of",
    "of_person",
    "open_of",
    "own_receivers",
    "places_elsewhere",
    "places_inside",
    "published",
    "row_of",
    "rows_of",
    "transfer_rows",
]
