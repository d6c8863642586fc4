"""Languages. Message ids are English; catalogues are gettext, built from shared/locale/parts.

The locale is a context variable set by every edge: the session's for a page, the recipient's for mail and PDF.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

LOCALES = ("zh_Hans", "zh_Hant", "en")
DEFAULT = LOCALES[0]
#: The name of each language in itself, and its tag for <html lang>.
NAMES = {"zh_Hans": "简体", "zh_Hant": "繁體", "en": "English"}
TAGS = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "en": "en"}

_FOLDER = Path(__file__).parent / "locale"
_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT)


@cache
def _catalogue(locale: str) -> gettext.NullTranslations:
    return gettext.translation("messages", _FOLDER, [locale], fallback=True)


def current_locale() -> str:
    return _locale.get()


@contextmanager
def use_locale(locale: str | None) -> Iterator[None]:
    """Speak `locale` inside the block; an unknown one means the default."""
    token = _locale.set(locale if locale in LOCALES else DEFAULT)
    try:
        yield
    finally:
        _locale.reset(token)


def _(message: str, /, **values: Any) -> str:
    """Translate now; `%(name)s` placeholders are filled from `values`."""
    text = _catalogue(_locale.get()).gettext(message) if message else ""
    return text % values if values else text


class lazy_:
    """Translate when shown: for registries and class bodies."""

    __slots__ = ("message", "values")

    def __init__(self, message: str, /, **values: Any) -> None:
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return _(self.message, **self.values)

    def __mod__(self, values: object) -> str:
        """WTForms fills its own placeholders into a message this way; ours are filled already."""
        return str(self)

    def __html__(self) -> str:
        return str(self).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, lazy_) and (self.message, self.values) == (other.message, other.values)

    def __hash__(self) -> int:
        return hash(self.message)
