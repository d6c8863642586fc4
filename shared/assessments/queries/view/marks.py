"""What a count comes to by the rule of its line. The SQL of score_units says the same."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

NOTHING = Decimal(0)
#: Marks are stored with two places.
PLACES = Decimal("0.01")
WHOLE = Decimal(100)


def points_of(*, full: Decimal, lost: Decimal) -> Decimal:
    """max(0, full − Σ deductions)."""
    return max(NOTHING, full - lost)


def number(params: dict[str, Any], name: str) -> Decimal:
    """A number of a line's rule; what the sheet does not say takes nothing off."""
    return Decimal(str(params.get(name, 0)))


def points_by(
    rule: str,
    params: dict[str, Any],
    *,
    full: Decimal,
    due: int,
    done: int,
    made_up: int = 0,
    flawed: int = 0,
) -> Decimal:
    """The marks of a line that was asked for `due`: by deductions, below a line, by tiers, or whole.

    deduct: full − what each missing, made up and incomplete one takes off; below: full − per_percent for each per cent
    under `line`; tiers: the marks of the highest step that is reached; whole: all done or nothing.
    """
    if rule == "deduct":
        lost = number(params, "per_missing") * (due - done)
        lost += number(params, "per_made_up") * made_up + number(params, "per_flaw") * flawed
        return points_of(full=full, lost=lost)
    if rule == "whole":
        return full if done >= due else NOTHING
    rate = Decimal(done) * WHOLE / due
    if rule == "below":
        under = max(NOTHING, number(params, "line") - rate)
        points = points_of(full=full, lost=under * number(params, "per_percent"))
    else:
        reached = [
            Decimal(str(marks)) for at_least, marks in params["tiers"] if Decimal(str(at_least)) <= rate
        ]
        points = min(full, max(reached, default=NOTHING))
    return points.quantize(PLACES, ROUND_HALF_UP)
