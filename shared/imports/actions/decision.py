"""A decision about one row, and whether a person may let it through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.imports.issues import ISSUES


@dataclass(frozen=True, slots=True)
class Decision:
    """About one row: `choice` is take, leave, '' (open again) or use:<column>:<ref>; `cells` are corrected ones."""

    choice: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)


def can_take(findings: Sequence[Sequence[Any]]) -> bool:
    """Whether a person may let a row through with these findings."""
    return all(ISSUES[finding[1]].take is not None for finding in findings)
