"""One tenant sends very much, its neighbour ten: how long do these take? On servers of their own, with one worker of
one process, so that everything stands in one line.

    python -m tests.factories.neighbours FOLDER MESSAGES
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from deploy.local.servers import embedded
from tests.benchmarks.stage import many_people, many_units, new_tenant
from tests.factories.sink import sink
from tests.factories.storm import DATABASE, FILL, ROOT, Ground

TEN = 10


def neighbours(folder: Path, messages: int) -> dict[str, float]:
    """Seconds until the neighbour's ten are sent, and how many of the big tenant's still waited then."""
    with embedded(folder) as servers, sink(folder / "arrived") as address:
        ground = Ground(servers, address)
        big = ground.stage(messages)
        with psycopg.connect(servers.url("postgres", DATABASE), autocommit=True) as connection:
            small = new_tenant(connection, name="neighbour")
            many_units(connection, small, branches=2)
            many_people(connection, small, count=TEN)
        ground.start_worker()
        try:
            # The sweep's nudge, and one of somebody who tells something each second.
            ground.sweep(big)
            ground.queue.send_task("messages.send", kwargs={"tenant_id": big}, retry=False)
            _until(lambda: sum(address.arrived().values()) > TEN)
            ground.sql(FILL, tenant=small)
            began = time.monotonic()
            ground.queue.send_task("messages.send", kwargs={"tenant_id": small}, retry=False)
            _until(lambda: _unsent(ground, small) == 0)
            return {"seconds": time.monotonic() - began, "waiting": _unsent(ground, big)}
        finally:
            for worker in list(ground.workers):
                ground.kill(worker)


def _unsent(ground: Ground, tenant_id: int) -> int:
    [(count,)] = ground.sql(
        "select count(*) from delivery where tenant_id = %(tenant)s and state <> 'sent'", tenant=tenant_id
    )
    return int(str(count))


def _until(condition: Callable[[], bool], *, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.1)


def waited(messages: int) -> dict[str, float]:
    """The same in a process of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        command = [sys.executable, "-m", "tests.factories.neighbours", folder, str(messages)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(neighbours(Path(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201 - for whoever asked
