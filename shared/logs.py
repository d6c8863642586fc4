"""What a line of the log may hold: keys, counts and places in the code; never a person's datum.

An exception's own words may quote one ("Failing row contains …", "invalid literal …"), and so may the variables of a
frame. So the log tells the kinds of the exceptions and where in the code they passed, and nothing they said.
"""

import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog


def places(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn exc_info into `exception`: kinds and places, the cause first."""
    given = line.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    parts: list[str] = []
    while isinstance(error, BaseException) and len(parts) < 6:
        frames = traceback.extract_tb(error.__traceback__)
        told = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        code = getattr(error, "sqlstate", None)
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        parts.append("\n".join([f"{kind} {code}" if code else kind, *told]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if parts:
        line["exception"] = "\n\n".join(reversed(parts))
    return line


def steps() -> list[Any]:
    """What every line passes through before it is written out."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        places,
    ]


def log_lines(level: int) -> None:
    """One JSON object a line on standard output."""
    structlog.configure(
        processors=[*steps(), structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
