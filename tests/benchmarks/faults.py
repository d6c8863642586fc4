"""20,000 mails while workers are killed every few seconds, Redis is flushed, PostgreSQL restarted, two schedulers tick
at once and none for a night: none lost, and doubled at most what the documented window allows. And ten mails of one
tenant while its neighbour sends 100,000: within a minute.
"""

import os
import sys

from tests.benchmarks.measure import measure, report
from tests.factories.neighbours import waited
from tests.factories.storm import brewed

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "20000"))
#: What the neighbour sends meanwhile.
MANY = 5 * MESSAGES
#: One kill for so many mails: every few seconds.
PER_KILL = 1000


def main() -> None:
    found = brewed(messages=MESSAGES, kills=MESSAGES // PER_KILL, milliseconds=5, limit=540)
    print(found, file=sys.stderr)
    if found.lost or found.strange or found.states != {"sent": MESSAGES}:
        raise SystemExit(f"not each arrived: {found}")
    ten = waited(MANY)
    report(
        measure(
            "faults",
            ours=found.doubled,
            reference=found.window,
            unit=f"doubled of {MESSAGES:,} at {found.kills} kills; lost {found.lost}",
            goal="≤ 1",
        ),
        measure(
            "neighbour", ours=ten["seconds"], reference=60, unit=f"s for ten beside {MANY:,}", goal="≤ 1"
        ),
    )


if __name__ == "__main__":
    main()
