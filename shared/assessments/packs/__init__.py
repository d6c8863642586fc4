"""The sheets shipped with the product: data files, checked when read."""

import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from shared.assessments.grades import shipped_grading, to_json
from shared.assessments.metrics import METRICS

_FOLDER = Path(__file__).parent
_LINE_KINDS = {"count", "evidence", "rating", "must", "bonus", "veto"}
_RULES = {"deduct", "below", "tiers", "whole"}
#: Lines that are no part of what a sheet adds up to.
_BESIDE = {"bonus", "veto"}
#: Data of this folder that is no sheet.
_OTHER = {"forbidden.toml"}
#: What a sheet of marks adds up to.
FULL_MARKS = Decimal(100)
BONUS_CAP = Decimal(5)


@dataclass(frozen=True, slots=True)
class ShippedLine:
    heading: str
    name: str
    kind: str
    full: Decimal
    metric: str | None
    params: dict[str, Any]
    rule: str = "deduct"
    standard: str = ""


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
    #: Marks of all lines without bonus and veto, and how much the bonus lines may add together.
    total: Decimal = FULL_MARKS
    bonus_cap: Decimal = BONUS_CAP
    #: What of shared.assessments.grades it begins with; {}: no grades.
    grading: dict[str, Any] = field(default_factory=dict)


def _line(data: dict[str, Any], place: str) -> ShippedLine:
    line = ShippedLine(
        heading=data["heading"],
        name=data["name"],
        kind=data["kind"],
        full=Decimal(str(data.get("full", 0))),
        metric=data.get("metric"),
        params=data.get("params", {}),
        rule=data.get("rule", "deduct"),
        standard=data.get("standard", ""),
    )
    if line.kind not in _LINE_KINDS or (line.full <= 0) != (line.kind == "veto") or line.rule not in _RULES:
        raise ValueError(f"{place}: kind or full marks of {line.name!r}")
    if line.metric is not None and (line.metric not in METRICS or line.kind != "count"):
        raise ValueError(f"{place}: {line.metric!r} is no metric of a count line")
    return line


def read_sheet(path: Path) -> ShippedSheet:
    """One sheet. Raises ValueError or KeyError naming the file where it does not add up."""
    data = tomllib.loads(path.read_text("utf-8"))
    lines = tuple(_line(each, path.name) for each in data.pop("line"))
    if sum((line.full for line in lines if line.kind not in _BESIDE), Decimal(0)) != FULL_MARKS:
        raise ValueError(f"{path.name}: the lines do not add up to {FULL_MARKS}")
    if any(line.kind == "bonus" and line.full > BONUS_CAP for line in lines):
        raise ValueError(f"{path.name}: a bonus line above {BONUS_CAP}")
    ladder = shipped_grading(data.pop("grading"))
    if ladder is None:
        raise ValueError(f"{path.name}: no such ladder")
    return ShippedSheet(lines=lines, grading=to_json(ladder), **data)


@cache
def shipped_sheets() -> tuple[ShippedSheet, ...]:
    return tuple(read_sheet(path) for path in sorted(_FOLDER.glob("*.toml")) if path.name not in _OTHER)
