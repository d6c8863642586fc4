"""PostgreSQL and Redis out of PyPI packages, for `make up`, the tests and the benchmarks.

    with embedded(Path(".data"), durable=True) as servers:
        servers.app_url, servers.redis_url, …

Several processes may enter the same folder at once: the first starts the servers, the last one out stops
them. Who is inside is told by a shared lock on a file, which the kernel drops when a process dies, so that no
count goes wrong. Only the standard library is used here; the servers' own `psql` speaks to the database.
"""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from deploy.local import postgres, redis
from deploy.local.processes import CannotStart, end, secret

SQL = Path(__file__).resolve().parent.parent / "postgres"


@dataclass(frozen=True)
class Servers:
    """The addresses of running servers, as URLs that libpq and SQLAlchemy read."""

    data_dir: Path
    postgres_port: int
    redis_port: int
    passwords: dict[str, str]

    def url(self, role: str, database: str = "jiceng") -> str:
        """The address of `database` for one of postgres, jiceng_owner, jiceng_app."""
        return f"postgresql://{role}:{quote(self.passwords[role])}@127.0.0.1:{self.postgres_port}/{database}"

    @property
    def superuser_url(self) -> str:
        return self.url("postgres")

    @property
    def owner_url(self) -> str:
        return self.url("jiceng_owner")

    @property
    def app_url(self) -> str:
        return self.url("jiceng_app")

    @property
    def redis_url(self) -> str:
        """Database 0 of Redis; a test worker may take another by changing the last number."""
        return f"redis://:{quote(self.passwords['redis'])}@127.0.0.1:{self.redis_port}/0"

    def make_database(self, name: str, *, template: str | None = None) -> None:
        """Make the database `name` anew, empty or as a copy of `template` (to which nobody is connected)."""
        superuser = self.url("postgres", "postgres")
        psql(superuser, sql=f'drop database if exists "{name}" with (force)')
        if template:
            psql(
                superuser,
                sql=f'create database "{name}" owner jiceng_owner template "{template}" strategy file_copy',
            )
        psql(superuser, file=SQL / "database.sql", variables={"database": name})


def psql(
    url: str, *, file: Path | None = None, sql: str = "", variables: dict[str, str] | None = None
) -> str:
    """Run a script as the role of `url`; returns what it printed, raises CannotStart with its error text.

    Variables go into the script's input, not onto the command line where every account could read them.
    """
    settings = "".join(f"\\set {name} '{value}'\n" for name, value in (variables or {}).items())
    script = settings + (file.read_text(encoding="utf-8") if file else sql)
    done = subprocess.run(
        [
            str(postgres.programs() / "bin" / "psql"),
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            "-",
        ],
        input=script,
        text=True,
        capture_output=True,
        env={**os.environ, **_connection(url)},
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"psql: {done.stderr.strip()}")
    return done.stdout


@contextmanager
def embedded(
    data_dir: Path, *, durable: bool = False, with_postgres: bool = True, with_redis: bool = True
) -> Iterator[Servers]:
    """Both servers with their data under `data_dir`, the roles made and the database `jiceng` there.

    `durable` waits for the disk at each commit; without it a crash of the machine may lose everything.
    Raises CannotStart.
    """
    data_dir = data_dir.resolve()
    for folder in ("log", "run", "secrets"):
        (data_dir / folder).mkdir(parents=True, exist_ok=True)
        (data_dir / folder).chmod(0o700)
    with (
        (data_dir / "run" / "servers.lock").open("a") as door,
        (data_dir / "run" / "users.lock").open("a") as inside,
    ):
        fcntl.flock(door, fcntl.LOCK_EX)
        try:
            fcntl.flock(inside, fcntl.LOCK_SH)
            servers = _start(data_dir, durable=durable, with_postgres=with_postgres, with_redis=with_redis)
            fcntl.flock(door, fcntl.LOCK_UN)
            yield servers
        finally:
            fcntl.flock(door, fcntl.LOCK_EX)
            try:
                fcntl.flock(inside, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else is still inside
            else:
                stop(data_dir)


def stop(data_dir: Path) -> None:
    """Stop both servers, PostgreSQL by its fast shutdown; does nothing where they do not run."""
    pid = redis.running(data_dir)
    if pid:
        end(pid, signal.SIGTERM)
    server = postgres.running(data_dir)
    if server:
        end(server[0], signal.SIGINT)


def _start(data_dir: Path, *, durable: bool, with_postgres: bool, with_redis: bool) -> Servers:
    passwords = {name: secret(data_dir, name) for name in ("postgres", "jiceng_owner", "jiceng_app", "redis")}
    redis_port = redis.start(data_dir, passwords["redis"]) if with_redis else 0
    if not with_postgres:
        return Servers(data_dir, 0, redis_port, passwords)
    running = postgres.running(data_dir)
    port = running[1] if running else postgres.start(data_dir, durable=durable)
    servers = Servers(data_dir, port, redis_port, passwords)
    if not running:
        superuser = servers.url("postgres", "postgres")
        words = {"owner_password": passwords["jiceng_owner"], "app_password": passwords["jiceng_app"]}
        psql(superuser, file=SQL / "roles.sql", variables=words)
        psql(superuser, file=SQL / "database.sql", variables={"database": "jiceng"})
    return servers


def _connection(url: str) -> dict[str, str]:
    """The parts of a URL as libpq's environment, so that no password stands on a command line."""
    parts = urlsplit(url)
    return {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
    }


if __name__ == "__main__":  # a quick look: start, show, stop
    with embedded(Path(sys.argv[1])) as shown:
        print(shown.app_url, shown.redis_url)
