"""Reads of reorganisations: the list, the forecast of a draft, what was built on one."""

from shared.reforms.queries.built import BUILT, Built, built_on
from shared.reforms.queries.counting import ROWS, WHYS, Counts, Why
from shared.reforms.queries.forecast import Forecast, Refused, draft_naming, forecast
from shared.reforms.queries.listing import PAGE, ReformRow, reforms
from shared.reforms.queries.pasted import Pasted, read_pasted
from shared.reforms.queries.reading import members_at, reform_at, steps_of, unit_names

__all__ = [
    "BUILT",
    "PAGE",
    "ROWS",
    "WHYS",
    "Built",
    "Counts",
    "Forecast",
    "Pasted",
    "ReformRow",
    "Refused",
    "Why",
    "built_on",
    "draft_naming",
    "forecast",
    "members_at",
    "read_pasted",
    "reform_at",
    "reforms",
    "steps_of",
    "unit_names",
]
