"""The embedded stack: memory when idle, and the time from gunicorn's start to its first 200."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from deploy.local import postgres, redis
from deploy.local.processes import free_port
from tests.benchmarks.measure import measure, report

ROOT = Path(__file__).resolve().parent.parent.parent
GOAL_MEGABYTES = 600.0
GOAL_SECONDS = 3.0
#: Long enough for the start's own work (first sweep, caches of the servers) to be over.
SETTLE_SECONDS = 75
OWN = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "DATA_DIR",
    "FILES_URL",
    "SECRET_KEY",
    "INSTANCE_KEY",
)


def answers(address: str) -> bool:
    host, port = address.removeprefix("http://").split(":")
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(host, int(port), timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        finally:
            connection.close()
    return False


def wait(address: str, process: subprocess.Popen[bytes], limit: float) -> float:
    began = time.perf_counter()
    while time.perf_counter() - began < limit:
        if answers(address):
            return time.perf_counter() - began
        if process.poll() is not None:
            raise SystemExit(f"it ended by itself with {process.returncode}")
        time.sleep(0.02)
    raise SystemExit(f"no answer within {limit} s")


def megabytes(process: psutil.Process) -> float:
    """Proportional set size of a process and all below it: shared pages are counted once in the sum."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += one.memory_full_info().pss
    return total / 2**20


def idle() -> float:
    with tempfile.TemporaryDirectory(dir=ROOT / ".data") as folder:
        environment = {name: value for name, value in os.environ.items() if name not in OWN}
        port = free_port()
        environment |= {"DATA_DIR": folder, "PORT": str(port)}
        with (Path(folder) / "up.log").open("wb") as log:
            stack = subprocess.Popen(
                [sys.executable, "-m", "deploy.local.up"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        try:
            wait(f"http://127.0.0.1:{port}", stack, 150)
            time.sleep(SETTLE_SECONDS)
            found = megabytes(psutil.Process(stack.pid))
            # The servers detach themselves from the program that started them.
            server = postgres.running(Path(folder))
            pids = [server[0] if server else None, redis.running(Path(folder))]
            for pid in filter(None, pids):
                one = psutil.Process(pid)
                if stack.pid not in {parent.pid for parent in one.parents()}:
                    found += megabytes(one)
            return found
        finally:
            stack.send_signal(signal.SIGTERM)
            stack.wait(60)


def first_answer() -> float:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).parent / "gunicorn"), "--config", "deploy/gunicorn.conf.py"]
    web = subprocess.Popen([*command, "--bind", f"127.0.0.1:{port}"], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        return wait(address, web, 30)
    finally:
        web.terminate()
        web.wait(20)


def main() -> None:
    starts = sorted(first_answer() for _ in range(5))
    report(
        measure(
            "web_start", ours=starts[2], reference=GOAL_SECONDS, unit="s to the first 200 (≤)", goal="≤ 1"
        ),
        measure("stack_idle", ours=idle(), reference=GOAL_MEGABYTES, unit="MB summed PSS (≤)", goal="≤ 1"),
    )


if __name__ == "__main__":
    main()
