"""Starting, watching and ending a server's process, and the little that is remembered between starts."""

import os
import pwd
import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO


class CannotStart(RuntimeError):
    """A server did not come up; the message holds the end of its log."""


def secret(data_dir: Path, name: str, value: str | None = None) -> str:
    """A random password that stays the same between starts (.data/secrets/NAME, for its owner only)."""
    file = data_dir / "secrets" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:  # noqa: PTH123
            out.write(value or secrets.token_urlsafe(24))
    return file.read_text(encoding="ascii")


def free_port(preferred: int = 0) -> int:
    """A TCP port of this machine that nobody listens on; `preferred` when it is free."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise CannotStart("this machine has no free TCP port")


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for a message."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def spawn(
    command: list[str], out: IO[bytes], account: pwd.struct_passwd | None, *, cwd: Path
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own: Ctrl-C at the terminal reaches only who stops it in order."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        start_new_session=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, name: str, seconds: float = 60
) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise CannotStart(f"{name} ended with {process.returncode}:\n{tail(log)}")
        if time.monotonic() > end:
            raise CannotStart(f"{name} did not answer within {seconds:.0f} s:\n{tail(log)}")
        time.sleep(0.02)


def end(pid: int, how: int, seconds: float = 30) -> None:
    """Signal one process and wait until it is gone, whoever its parent is."""
    with suppress(ProcessLookupError):
        os.kill(pid, how)
    end = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > end:
            raise CannotStart(f"process {pid} does not end")
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # reap it where it is our own child
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A dead process whose parent does not reap it is still in the table.
    with suppress(OSError):
        return (
            Path(f"/proc/{pid}/stat")
            .read_text(encoding="utf-8", errors="replace")
            .rpartition(")")[2]
            .split()[0]
            != "Z"
        )
    return False


def package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"the package {name} is not installed: run `make venv`")
    return Path(spec.submodule_search_locations[0])


def is_program(program: str, pid: int) -> bool:
    """Whether the process is still that program: after a restart its number may be another's."""
    try:
        return program in Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
    except OSError:
        return False


def remembered(data_dir: Path, name: str) -> int:
    try:
        return int((data_dir / "run" / f"{name}.port").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def remember(data_dir: Path, name: str, port: int) -> None:
    (data_dir / "run" / f"{name}.port").write_text(str(port), encoding="ascii")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
