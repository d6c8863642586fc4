"""What a cell's reader gives back."""

from typing import Any

#: The value (None: empty or refused) and the code of what is wrong with it (None: nothing).
Parsed = tuple[Any, str | None]


def text_of(raw: object) -> str:
    """A cell as a person sees it, blanks at its ends removed."""
    if type(raw) is str:
        return raw.strip()
    if raw is None:
        return ""
    if isinstance(raw, float):
        return str(int(raw)) if raw == int(raw) and abs(raw) < 1e15 else repr(raw)
    return str(raw).strip()
