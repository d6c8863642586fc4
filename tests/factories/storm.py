"""Mail going out while everything fails: workers killed, the queue flushed, the database restarted, a night without a
scheduler. On servers of its own, which it may stop. Counts what arrived.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psycopg
from celery import Celery
from redis import Redis

from deploy.local import postgres
from deploy.local.processes import end
from deploy.local.servers import Servers, embedded
from shared.messages.actions import OUTCOMES
from shared.settings import settings
from tests.benchmarks.stage import many_people, many_units, new_tenant
from tests.factories.sink import Sink, sink

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "storm"
#: Seconds of a lease in the storm: a worker that was killed holds its messages for twice as long.
LEASE = 2
WORKERS = 2
FILL = """
with made as (
    insert into occasion (tenant_id, kind, key, detail)
    select %(tenant)s, 'dues', 'dues:storm', jsonb_build_object('unit_id', min(id), 'line', 'party', 'people', 3)
    from unit where tenant_id = %(tenant)s returning id
)
insert into delivery (tenant_id, occasion_id, person_id, channel)
select %(tenant)s, made.id, p.id, 'email' from person p, made where p.tenant_id = %(tenant)s
"""


@dataclass
class Storm:
    """What happened, and what it came to."""

    messages: int
    kills: int = 0
    flushes: int = 0
    restarts: int = 0
    nights: int = 0
    seconds: float = 0.0
    lost: int = 0
    doubled: int = 0
    #: Copies that cannot be told to be the same message.
    strange: int = 0
    states: dict[str, int] = field(default_factory=dict)

    @property
    def window(self) -> int:
        """What may be doubled at most: OUTCOMES of each worker at each kill, and at the restart of the database."""
        return OUTCOMES * (self.kills + WORKERS * self.restarts)


class Ground:
    """The servers, the workers and the queue of one storm."""

    def __init__(self, servers: Servers, address: Sink) -> None:
        self.servers, self.sink = servers, address
        self.environment = os.environ | {
            "DATABASE_URL": servers.url("jiceng_app", DATABASE),
            "DATABASE_OWNER_URL": servers.url("jiceng_owner", DATABASE),
            "REDIS_URL": servers.redis_url,
            "DATA_DIR": str(servers.data_dir / "run" / DATABASE),
            "MAIL_URL": f"smtp://127.0.0.1:{address.port}",
            "JOB_LEASE": str(LEASE),
            "LOG_LEVEL": "WARNING",
        }
        self.queue = Celery("storm", broker=servers.redis_url, set_as_current=False)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.started = 0

    def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.servers.url("postgres", DATABASE), autocommit=True) as connection:
            done = connection.execute(statement, values or None)
            return done.fetchall() if done.description else []

    def stage(self, messages: int) -> int:
        self.servers.make_database(DATABASE)
        command = [sys.executable, "-c", "from shared.db.migrations import upgrade; upgrade()"]
        subprocess.run(command, env=self.environment, cwd=ROOT, check=True)
        with psycopg.connect(self.servers.url("postgres", DATABASE), autocommit=True) as connection:
            tenant_id = new_tenant(connection)
            many_units(connection, tenant_id, branches=20)
            many_people(connection, tenant_id, count=messages)
            connection.execute(FILL, {"tenant": tenant_id})
            connection.execute("analyze")
        return tenant_id

    def start_worker(self) -> None:
        self.started += 1
        program = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "services.worker.app:celery",
            "--skip-checks",
            "worker",
        ]
        with (self.servers.data_dir / "log" / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                [*program, "-c", "1", "-n", f"s{self.started}@storm", "--without-mingle", "--without-gossip"],
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,
                stdout=log,
                stderr=log,
            )
        self.workers.append(worker)

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """kill -9 of the worker and of the process in which it sends."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
        self.workers.remove(worker)

    def sweep(self, tenant_id: int) -> None:
        """The scheduler's tick; the queue may be away."""
        with contextlib.suppress(Exception):
            self.queue.send_task("sweep.tenant", kwargs={"tenant_id": tenant_id}, retry=False, expires=5)

    def flush(self) -> None:
        Redis.from_url(self.servers.redis_url).flushall()

    def restart_database(self) -> None:
        server = postgres.running(self.servers.data_dir)
        assert server is not None
        end(server[0], signal.SIGINT)
        assert postgres.start(self.servers.data_dir, durable=False) == self.servers.postgres_port

    def night(self) -> None:
        """Nobody sends and nothing ticks for eight hours: the clock of all rows is put back instead."""
        for worker in list(self.workers):
            self.kill(worker)
        self.flush()
        self.sql(
            "update delivery set created_at = created_at - interval '8 hours',"
            " not_before = not_before - interval '8 hours', lease_until = lease_until - interval '8 hours'"
            " where state in ('pending', 'sending')"
        )
        for _worker in range(WORKERS):
            self.start_worker()


@contextlib.contextmanager
def ticking(ground: Ground, tenant_id: int) -> Iterator[None]:
    """Two schedulers side by side, each with a minute of two seconds."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(2):
            ground.sweep(tenant_id)

    with ThreadPoolExecutor(2) as pool:
        for _scheduler in range(2):
            pool.submit(tick)
        try:
            yield
        finally:
            over.set()


def storm(folder: Path, *, messages: int, kills: int, milliseconds: float = 5, limit: float = 600) -> Storm:
    """Send `messages` while all of it fails; returns what arrived. Raises TimeoutError after `limit` seconds."""
    found = Storm(messages)
    step = messages // (kills + 1)
    with embedded(folder) as servers, sink(folder / "arrived", milliseconds=milliseconds) as address:
        ground = Ground(servers, address)
        tenant_id = ground.stage(messages)
        # What else happens, by the share that has arrived.
        events = [(0.3, "flushes", ground.flush), (0.5, "restarts", ground.restart_database)]
        events.append((0.7, "nights", ground.night))
        began = time.monotonic()
        try:
            for _worker in range(WORKERS):
                ground.start_worker()
            with ticking(ground, tenant_id):
                next_kill = step
                while True:
                    time.sleep(0.1)
                    if time.monotonic() - began > limit:
                        raise TimeoutError(f"{sum(address.arrived().values())} of {messages} after {limit} s")
                    arrived = len(address.arrived())
                    if arrived >= next_kill and found.kills < kills:
                        ground.kill(ground.workers[0])
                        ground.start_worker()
                        found.kills += 1
                        next_kill += step
                    if events and arrived >= events[0][0] * messages:
                        _share, name, happen = events.pop(0)
                        happen()
                        setattr(found, name, getattr(found, name) + 1)
                        found.kills += WORKERS if name == "nights" else 0
                        kills += WORKERS if name == "nights" else 0
                    if arrived >= messages and not ground.sql(
                        "select 1 from delivery where state in ('pending', 'sending') limit 1"
                    ):
                        break
        finally:
            for worker in list(ground.workers):
                ground.kill(worker)
        found.seconds = time.monotonic() - began
        copies = address.arrived()
        rows = ground.sql("select 'delivery-' || tenant_id || '-' || id from delivery")
        known = {str(row[0]) for row in rows}
        by_row = {name.strip("<>").partition("@")[0]: number for name, number in copies.items()}
        found.lost = len(known - set(by_row))
        found.strange = sum(number for name, number in by_row.items() if name not in known)
        found.doubled = sum(number - 1 for name, number in by_row.items() if name in known)
        for state, number in ground.sql("select state, count(*) from delivery group by 1"):
            found.states[str(state)] = int(str(number))
    return found


def brewed(*, messages: int, kills: int, milliseconds: float, limit: float) -> Storm:
    """A storm in a process of its own, which leaves nothing behind in this one."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # The database runs under another account, which must get there.
        Path(folder).chmod(0o755)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.factories.storm", folder),
                *(str(number) for number in (messages, kills, milliseconds, limit)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return Storm(**json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    _program, home, *numbers = sys.argv
    settings()
    result = storm(
        Path(home),
        messages=int(numbers[0]),
        kills=int(numbers[1]),
        milliseconds=float(numbers[2]),
        limit=float(numbers[3]),
    )
    print(json.dumps(asdict(result)))  # noqa: T201 - for the one who brewed it
