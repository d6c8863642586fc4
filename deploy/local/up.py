"""Run the whole of it on this machine: `make up` calls this in .venv, with everything installed.

Servers first, then the migrations, the demo once, then web, worker and scheduler, each a child with a log of its own.
Ctrl-C or SIGTERM ends them in the reverse order; a child that ends by itself ends all, and the end of its log is shown.
"""

import base64
import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from shlex import quote
from types import FrameType

from deploy.local.children import Child
from deploy.local.processes import CannotStart, free_port, secret, tail
from deploy.local.servers import embedded, psql

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
START_SECONDS = 90
#: Time that running jobs get to finish when all is stopped; what is cut off is taken up again at the next start.
WORKER_SECONDS = 10

DEMO_ROLES = ("admin", "officer", "leader", "secretary", "successor", "reviewer", "auditor", "member")
DEMO_TENANTS = ("organ.demo", "union.demo")


class Stop(Exception):
    """Somebody asked us to end."""


def main() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    began = time.monotonic()
    data_dir = Path(os.environ.get("DATA_DIR") or ROOT / ".data").resolve()
    for folder in ("log", "run", "mail", "files"):
        (data_dir / folder).mkdir(parents=True, exist_ok=True)
        (data_dir / folder).chmod(0o700)  # letters hold one-time links
    port = _port()
    with ExitStack() as stack:
        stack.enter_context(_alone(data_dir))
        (data_dir / "env").unlink(missing_ok=True)
        environment = _environment(stack, data_dir, port)
        _migrate(environment, data_dir)
        children = [
            Child("web", _web(port), environment, data_dir),
            Child("worker", _worker(), environment, data_dir, seconds=WORKER_SECONDS, then=signal.SIGQUIT),
            Child("scheduler", _scheduler(data_dir), environment, data_dir),
        ]
        for child in children:
            stack.enter_context(child.running())
        _wait(environment["BASE_URL"] + "/healthz", children)
        stack.enter_context(_env_file(data_dir / "env", environment))
        _greet(environment, time.monotonic() - began)
        while True:
            time.sleep(0.5)
            for child in children:
                child.must_run()


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """One run over one data folder: two schedulers would do everything twice."""
    with (data_dir / "run" / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"It runs already over {data_dir}; its addresses stand in {data_dir / 'env'}"
            ) from None
        yield


def _stop(number: int, frame: FrameType | None) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # once is enough; the rest is done in order
    raise Stop


# --- what runs ----------------------------------------------------------------------------------------------


def _web(port: int) -> list[str]:
    host = os.environ.get("HOST", "127.0.0.1")
    return [str(BIN / "gunicorn"), "--config", "deploy/gunicorn.conf.py", "--bind", f"{host}:{port}"]


def _worker() -> list[str]:
    program = [
        str(BIN / "celery"),
        "--app",
        "services.worker.app:celery",
        "--skip-checks",
        "worker",
        "--loglevel",
        "INFO",
    ]
    return [*program, "--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle"]


def _scheduler(data_dir: Path) -> list[str]:
    program = [
        str(BIN / "celery"),
        "--app",
        "services.worker.app:celery",
        "--skip-checks",
        "beat",
        "--loglevel",
        "INFO",
    ]
    run = data_dir / "run"
    (run / "beat.pid").unlink(missing_ok=True)
    return [*program, "--schedule", str(run / "beat"), "--pidfile", str(run / "beat.pid")]


# --- with which settings ------------------------------------------------------------------------------------


def _environment(stack: ExitStack, data_dir: Path, port: int) -> dict[str, str]:
    """The children's environment. Servers that the caller names are used; the others are started here."""
    environment = dict(os.environ)
    given_database, given_redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not (given_database and given_redis):
        servers = stack.enter_context(
            embedded(data_dir, durable=True, with_postgres=not given_database, with_redis=not given_redis)
        )
        if not given_database:
            environment |= {"DATABASE_URL": servers.app_url, "DATABASE_OWNER_URL": servers.owner_url}
        if not given_redis:
            environment["REDIS_URL"] = servers.redis_url
    if given_database:
        _refuse_almighty(given_database)
    defaults = {
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATA_DIR": str(data_dir),
        "MAIL_DIR": str(data_dir / "mail"),
        "FILES_URL": (data_dir / "files").as_uri(),
        "SECRET_KEY": secret(data_dir, "secret_key"),
        "INSTANCE_KEY": secret(data_dir, "instance_key", base64.b64encode(secrets.token_bytes(32)).decode()),
        "DEMO_PASSWORD": secret(data_dir, "demo_password", _spoken_password()),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # threads share their heaps: less memory, no slower for us
    }
    return {**defaults, **{name: value for name, value in environment.items() if value}}


def _spoken_password() -> str:
    """Four groups that can be read aloud and typed, 80 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def _refuse_almighty(url: str) -> None:
    """A role that passes by the walls between tenants would make them a decoration."""
    sql = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user;\n"
    if psql(url, sql=sql).strip() == "t":
        raise CannotStart(
            "DATABASE_URL names a role that bypasses row-level security. Make the two roles with roles.sql and\n"
            "database.sql in deploy/postgres, then give jiceng_app in DATABASE_URL, jiceng_owner in DATABASE_OWNER_URL."
        )


def _port() -> int:
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        raise CannotStart(f"PORT={wanted} is not a TCP port")
    if free_port(int(wanted)) != int(wanted):
        raise CannotStart(f"Port {wanted} is taken. Choose another: make up PORT=8001")
    return int(wanted)


def _migrate(environment: dict[str, str], data_dir: Path) -> None:
    if not environment.get("DATABASE_OWNER_URL"):
        print("· DATABASE_OWNER_URL is not given: no migration, no demo")
        return
    _run("migrate", environment, data_dir)
    known = sha256(environment["DATABASE_URL"].rpartition("@")[2].encode()).hexdigest()[:12]
    done = data_dir / "run" / (f"demo-{known}" if os.environ.get("DATABASE_URL") else "demo")
    if not done.exists():
        print("· Loading the demo, once", flush=True)
        _run("demo", environment, data_dir)
        done.touch()


def _run(command: str, environment: dict[str, str], data_dir: Path) -> None:
    log = data_dir / "log" / f"{command}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(BIN / "jiceng"), command], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            code = process.wait()
        except Stop:
            process.terminate()
            process.wait()
            raise
    if code:
        raise CannotStart(f"jiceng {command} ended with {code}:\n{tail(log, 30)}")


# --- telling ------------------------------------------------------------------------------------------------


def _wait(url: str, children: list[Child]) -> None:
    end = time.monotonic() + START_SECONDS
    answer = ""
    while time.monotonic() < end:
        for child in children:
            child.must_run()
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
                if response.status == 200:
                    return
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read(500).decode(errors='replace')}"
        except OSError as error:
            answer = str(error)
        time.sleep(0.1)
    raise CannotStart(f"{url} did not answer 200 within {START_SECONDS} s: {answer}")


@contextmanager
def _env_file(file: Path, environment: dict[str, str]) -> Iterator[None]:
    """NAME=value lines that a shell and psql can read, there exactly while all of it runs."""
    told = ("BASE_URL", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "MAIL_DIR", "DEMO_PASSWORD")
    # The command `jiceng` needs these too: set -a; . .data/env; set +a; .venv/bin/jiceng --help
    needed = ("DATA_DIR", "FILES_URL", "SECRET_KEY", "INSTANCE_KEY")
    values = {name: environment.get(name, "") for name in told + needed}
    half = file.with_suffix(".new")
    half.touch(mode=0o600)
    lines = [f"{name}={quote(value)}\n" for name, value in values.items()]
    half.write_text("".join(lines), encoding="utf-8")
    half.rename(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _greet(environment: dict[str, str], seconds: float) -> None:
    print(f"\n  基层 runs at {environment['BASE_URL']}  (started in {seconds:.1f} s)\n")
    print("  Demo logins, all with the password", environment["DEMO_PASSWORD"])
    for tenant in DEMO_TENANTS:
        print("   ", "  ".join(f"{role}@{tenant}" for role in DEMO_ROLES))
    print("    operator@platform.demo\n\n  Ctrl-C stops everything.\n", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Stop:
        print("· Stopped", flush=True)
    except CannotStart as error:
        sys.exit(f"\n{error}")
