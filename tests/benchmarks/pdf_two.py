"""200 unit ledgers by two workers on two cores, against the loop of tutorials on one.

The two take chunks from one heap, as the chunks of a printing are taken; each has a child of its own.
"""

import threading
from collections import deque
from typing import Any

from services.worker.pdf import Press, fill
from shared.clock import today
from shared.db import bare_app, db
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import measure, report, seconds
from tests.benchmarks.pdf_core import all_values, naive, scored, stage
from tests.benchmarks.stage import superuser

CHUNK = 10


def two(values: list[dict[str, Any]]) -> None:
    heap = deque(values[start : start + CHUNK] for start in range(0, len(values), CHUNK))

    def work() -> None:
        with Press() as press:
            while heap:
                try:
                    chunk = heap.popleft()
                except IndexError:
                    return
                for each in chunk:
                    press.set(fill("ledger", **each))

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def main() -> None:
    with superuser() as connection:
        tenant_id = stage(connection)
    year = today().year
    with bare_app(settings()).app_context(), tenant(tenant_id):
        scored(year)
        values = all_values(year)
        db.session.remove()
    ours = seconds(lambda: two(values))
    theirs = seconds(lambda: naive(values))
    report(
        measure(
            "pdf_two",
            ours=theirs,
            reference=ours,
            unit=f"s for {len(values)} ledgers, the loop on one core against two workers",
            goal="≥ 3.2",
        )
    )


if __name__ == "__main__":
    main()
