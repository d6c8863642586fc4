"""A real worker in a process of its own, on this test's database and queue."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.jobs import queue

ROOT = Path(__file__).resolve().parents[3]
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def own_queue(monkeypatch: pytest.MonkeyPatch) -> str:
    """A queue that no other test's worker takes from, and no other test sends to."""
    name = f"test-{os.getpid()}-{secrets.token_hex(4)}"
    send = queue.send_task

    def send_here(*args: Any, **options: Any) -> Any:
        return send(*args, **options, queue=name)

    monkeypatch.setattr(queue, "send_task", send_here)
    return name


@pytest.fixture
def start_worker(tmp_path: Path, own_queue: str) -> Iterator[Start]:
    """Start one or more; whatever still runs at the end is ended."""
    running: list[subprocess.Popen[bytes]] = []
    log = (tmp_path / "worker.log").open("wb")

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "services.worker.app:celery", "worker", "-c", "2"),
                *("-Q", own_queue),
                *("-n", f"w{len(running)}-{os.getpid()}@test", "--without-mingle", "--without-gossip"),
            ],
            cwd=ROOT,
            env=os.environ | {"LOG_LEVEL": "WARNING"},
            start_new_session=True,
            stdout=log,
            stderr=log,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
    log.close()
