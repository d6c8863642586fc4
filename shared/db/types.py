"""Column types that carry a meaning."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column

Key = Annotated[int, mapped_column(BigInteger)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Sealed = Annotated[bytes, mapped_column(LargeBinary)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]
#: A materialised path or another text compared byte by byte.
Bytewise = Annotated[str, mapped_column(Text(collation="C"))]

PARTIAL_PATTERN = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"


def key_of(text: str) -> int | None:
    """The key that a text names, or None for what no key can be: other digits than 0 to 9, more than 18 of them."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@dataclass(frozen=True, order=True, slots=True)
class PartialDate:
    """A date as exact as it was given: a day, a month, or a year. Never an invented 1st."""

    text: str

    def __post_init__(self) -> None:
        if not re.match(PARTIAL_PATTERN, self.text):
            raise ValueError(self.text)
        if len(self.text) == 10:
            date.fromisoformat(self.text)

    def __str__(self) -> str:
        return self.text

    @property
    def year(self) -> int:
        return int(self.text[:4])

    @property
    def month(self) -> int | None:
        return int(self.text[5:7]) if len(self.text) >= 7 else None

    @property
    def day(self) -> date | None:
        """The exact day, where one was given."""
        return date.fromisoformat(self.text) if len(self.text) == 10 else None


class Partial(TypeDecorator[PartialDate]):
    """PartialDate as its ISO text: sorts and compares as it reads."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, dialect: Any) -> str | None:
        return None if value is None else value.text

    def process_result_value(self, value: str | None, dialect: Any) -> PartialDate | None:
        return None if value is None else PartialDate(value)
