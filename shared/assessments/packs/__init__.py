"""The sheets shipped with the product: data files, checked when read."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from shared.assessments.metrics import METRICS

_FOLDER = Path(__file__).parent
_LINE_KINDS = {"count", "evidence", "rating"}
#: What a sheet of marks adds up to.
FULL_MARKS = Decimal(100)


@dataclass(frozen=True, slots=True)
class ShippedLine:
    heading: str
    name: str
    kind: str
    full: Decimal
    metric: str | None
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShippedSheet:
    key: str
    version: int
    #: bureau or union: whose units it is for.
    tenant_kind: str
    name: str
    unit_kinds: list[str]
    sectors: list[str]
    source: str
    settle_days: int
    lines: tuple[ShippedLine, ...]


def _line(data: dict[str, Any], place: str) -> ShippedLine:
    line = ShippedLine(
        heading=data["heading"],
        name=data["name"],
        kind=data["kind"],
        full=Decimal(str(data["full"])),
        metric=data.get("metric"),
        params=data.get("params", {}),
    )
    if line.kind not in _LINE_KINDS or line.full <= 0:
        raise ValueError(f"{place}: kind or full marks of {line.name!r}")
    if line.metric is not None and (line.metric not in METRICS or line.kind != "count"):
        raise ValueError(f"{place}: {line.metric!r} is no metric of a count line")
    return line


def read_sheet(path: Path) -> ShippedSheet:
    """One sheet. Raises ValueError or KeyError naming the file where it does not add up."""
    data = tomllib.loads(path.read_text("utf-8"))
    lines = tuple(_line(each, path.name) for each in data.pop("line"))
    if sum((line.full for line in lines), Decimal(0)) != FULL_MARKS:
        raise ValueError(f"{path.name}: the lines do not add up to {FULL_MARKS}")
    return ShippedSheet(lines=lines, **data)


@cache
def shipped_sheets() -> tuple[ShippedSheet, ...]:
    return tuple(read_sheet(path) for path in sorted(_FOLDER.glob("*.toml")))
