"""The whole product as children of the test process: gunicorn, a worker on a real queue, the demo loaded once."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import free_port, tail

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
START_SECONDS = 60
STOP_SECONDS = 15


@dataclass(frozen=True)
class Stack:
    """Where it answers, and the demo's one password."""

    base_url: str
    password: str
    data_dir: Path


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Everything up over this process's own database, with a queue of its own; stopped in order at the end."""
    port = free_port()
    data_dir = Path(os.environ["DATA_DIR"])
    log_dir = data_dir / "log"
    log_dir.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "BASE_URL": f"http://127.0.0.1:{port}",
        # The first numbers belong to the processes that run the other tests.
        "REDIS_URL": os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{8 + os.getpid() % 8}",
    }
    with (log_dir / "demo.log").open("wb") as out:
        subprocess.run(
            [str(BIN / "jiceng"), "demo"], cwd=ROOT, env=environment, stdout=out, stderr=out, check=False
        )
    web = ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    worker = ["celery", "--app", "services.worker.app:celery", "--skip-checks", "worker"]
    worker += ["--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    with ExitStack() as children:
        for name, command in (("web", web), ("worker", worker)):
            children.enter_context(_child(command, environment, log_dir / f"{name}.log"))
        _wait(f"http://127.0.0.1:{port}/healthz", log_dir)
        yield Stack(f"http://127.0.0.1:{port}", environment["DEMO_PASSWORD"], data_dir)


@contextmanager
def _child(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        try:
            yield
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
            process.wait()


def _wait(url: str, log_dir: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
            if response.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("\n\n".join(tail(log_dir / f"{name}.log") for name in ("demo", "web", "worker")))
