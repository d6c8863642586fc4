"""Kinds of columns that the tables of dues share: sums, shares, the first of a month."""

from decimal import Decimal
from typing import Annotated

from sqlalchemy import (
    Numeric,
)
from sqlalchemy.orm import mapped_column

Money = Annotated[Decimal, mapped_column(Numeric(14, 2))]
MaybeMoney = Annotated[Decimal | None, mapped_column(Numeric(14, 2))]
#: A share of a sum: 0.005 is half a per cent.
Share = Annotated[Decimal, mapped_column(Numeric(9, 6))]

FIRST_OF_MONTH = "extract(day from {0}) = 1"
