"""How a benchmark measures and reports."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from shared.clock import now


@dataclass(frozen=True)
class Measure:
    """One result. ratio = ours / reference; `unit` says of what, `goal` what was promised of the ratio."""

    name: str
    ours: float
    reference: float
    ratio: float
    unit: str
    goal: str
    at: str


def measure(name: str, *, ours: float, reference: float, unit: str, goal: str) -> Measure:
    return Measure(name, ours, reference, ours / reference, unit, goal, now().isoformat(timespec="seconds"))


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def alternate(
    ours: Callable[[], object],
    reference: Callable[[], object],
    *,
    rounds: int = 5,
    between: Callable[[], object] = lambda: None,
) -> tuple[float, float]:
    """Median seconds of both, run in turn; `between` puts the data back and is not measured."""
    mine: list[float] = []
    theirs: list[float] = []
    for number in range(rounds):
        pair = [(mine, ours), (theirs, reference)]
        # Who goes first changes, so that neither always finds the cache warm.
        for taken, call in pair if number % 2 == 0 else reversed(pair):
            between()
            taken.append(seconds(call))
    return statistics.median(mine), statistics.median(theirs)


def report(*measures: Measure) -> None:
    """Hand the results to the program that started this benchmark."""
    for one in measures:
        sys.stdout.write("MEASURE " + json.dumps(asdict(one)) + "\n")
