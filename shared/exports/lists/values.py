"""Values as a spreadsheet takes them."""

from datetime import date

from shared.exports.lists.columns import Cell


def day_of(text: object) -> Cell:
    """A day as a date; a month or a year, known no better, as the text it is."""
    said = str(text or "")
    if len(said) != 10:
        return said or None
    try:
        return date.fromisoformat(said)
    except ValueError:
        return said
