"""Secrecy marks: material that bears one does not belong here.

The words alone are no mark: a theme day about keeping state secrets is welcome. A mark stands with a star and a term,
in brackets, after 密级, or alone on its line (GB/T 9704: upper left corner of the first page).
"""

import re

from shared.errors import Invalid
from shared.i18n import _

_WORD = r"(?:绝\s*密|絕\s*密|机\s*密|機\s*密|秘\s*密)"
_MARK = re.compile(
    rf"{_WORD}\s*[★☆✩✭]"
    rf"|[★☆]\s*{_WORD}"
    rf"|[【\[（(〔「《<]\s*{_WORD}\s*[】\]）)〕」》>]"
    rf"|密\s*[级級]\s*[:：]?\s*{_WORD}"
    rf"|^[\s　]*{_WORD}[\s　]*$",
    re.MULTILINE,
)


def bears_mark(text: str) -> bool:
    """Whether a text bears a secrecy mark."""
    return _MARK.search(text) is not None


def refuse_marks(*texts: str) -> None:
    """Raise Invalid when one of the texts bears a secrecy mark. Nothing of it is kept or logged."""
    if any(bears_mark(text) for text in texts):
        raise Invalid(
            _("This bears a secrecy mark. Classified material does not belong here; nothing of it was saved.")
        )
