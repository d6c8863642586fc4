"""Brackets and splits as shipped: data files with source, level, grade and validity, checked when read."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from shared.dues.classes import CLASSES, STREAMS

_FOLDER = Path(__file__).parent
#: Every tenant takes both lines: a bureau's tree may hold unions too.
PACKS = {line: _FOLDER / f"{line}.toml" for line in ("party", "union")}


@cache
def shipped_rules() -> tuple[dict[str, Any], ...]:
    """One row a class and bracket. Raises ValueError naming the file where a class is unknown."""
    found = []
    for line, path in PACKS.items():
        for rule in tomllib.loads(path.read_text("utf-8"))["rule"]:
            common = {key: value for key, value in rule.items() if key != "classes"}
            for payer_class in rule["classes"]:
                if CLASSES[payer_class].line != line:
                    raise ValueError(f"{path.name}: {payer_class!r} pays on another line")
                found.append({"line": line, "payer_class": payer_class, **common})
    return tuple(found)


@cache
def shipped_splits() -> tuple[dict[str, Any], ...]:
    """One row a stream. Raises ValueError naming the file where a stream is unknown."""
    found = []
    for path in PACKS.values():
        for split in tomllib.loads(path.read_text("utf-8"))["split"]:
            if split["stream"] not in STREAMS:
                raise ValueError(f"{path.name}: {split['stream']!r}")
            found.append(split)
    return tuple(found)
