"""E-mail of one worker process and of two at once ≥ 0.9 × as many bare smtplib loops, one connection each.

The sink is a process of its own and answers each message after 5 ms. Ours claims, composes, sends and notes every row;
the bare loop sends the bytes of one message again and again. The clock runs from a common start, each process warm.
"""

import os
import smtplib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import measure, report
from tests.benchmarks.stage import many_people, many_units, new_tenant, superuser
from tests.factories.sink import sink

ROOT = Path(__file__).resolve().parent.parent.parent
MESSAGES = int(os.environ.get("BENCH_MESSAGES", "4000"))
ROUNDS = 3


def stage(connection: psycopg.Connection, count: int) -> int:
    """A tenant and people with mail addresses, each with a transfer's notice to come."""
    tenant_id = new_tenant(connection)
    many_units(connection, tenant_id, branches=50)
    many_people(connection, tenant_id, count=count)
    connection.execute("analyze")
    return tenant_id


def fill(connection: psycopg.Connection, tenant_id: int) -> None:
    """One alert of dues for each person: the plainest kind, composed from the occasion and the unit's name."""
    connection.execute("truncate occasion, delivery cascade")
    connection.execute(
        "with made as (insert into occasion (tenant_id, kind, key, detail) select %s, 'dues', 'dues:bench',"
        " jsonb_build_object('unit_id', min(id), 'line', 'party', 'people', 3) from unit where tenant_id = %s"
        " returning id) insert into delivery (tenant_id, occasion_id, person_id, channel) select %s, made.id, p.id,"
        " 'email' from person p, made where p.tenant_id = %s",
        [tenant_id, tenant_id, tenant_id, tenant_id],
    )
    connection.execute("analyze delivery")


def bare(count: int) -> None:
    """The loop that ours is compared with."""
    text = _example()
    server = smtplib.SMTP("127.0.0.1", int(os.environ["SINK_PORT"]))
    server.ehlo()
    _ready()
    for number in range(count):
        server.sendmail("noreply@jiceng.test", [f"p{number}@example.test"], text)
    server.quit()


def _example() -> bytes:
    from services.worker.channels.letter import letter  # noqa: PLC0415 - the worker's side only
    from services.worker.channels.outgoing import Outgoing  # noqa: PLC0415

    text = "根支部有 3 人三个月以上未交纳党费。请先谈心；系统不会自动处理。\n\n打开页面：http://localhost/dues/unpaid?unit_id=1\n"
    return letter(Outgoing(message_id="bare", to="p@example.test", subject="党费：3 人长期未交纳", text=text))


def ours(tenant_id: int) -> None:
    from services.worker.app import flask_app  # noqa: PLC0415
    from services.worker.messages import send_waiting  # noqa: PLC0415

    with flask_app.app_context(), tenant(tenant_id):
        _ready()
        while send_waiting():
            pass


def _ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


def seconds(port: int, *arguments: list[str]) -> float:
    """From the common start until the last of these processes is done."""
    environment = os.environ | {"SINK_PORT": str(port), "MAIL_URL": f"smtp://127.0.0.1:{port}"}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.email", *given],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for given in arguments
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        if process.wait(300):
            raise SystemExit("a sender failed")
    return time.perf_counter() - began


def compare(connection: psycopg.Connection, tenant_id: int, port: int, workers: int) -> tuple[float, float]:
    """Messages a second: ours, bare; the median of some rounds in turn."""
    mine, theirs = [], []
    for _round in range(ROUNDS):
        share = MESSAGES // workers
        theirs.append(MESSAGES / seconds(port, *[["bare", str(share)]] * workers))
        fill(connection, tenant_id)
        mine.append(MESSAGES / seconds(port, *[["ours", str(tenant_id)]] * workers))
        row = connection.execute(
            "select count(*) filter (where state = 'sent'), count(*) from delivery"
        ).fetchone()
        if row != (MESSAGES, MESSAGES):
            raise SystemExit(f"not all were sent: {row}")
    return sorted(mine)[ROUNDS // 2], sorted(theirs)[ROUNDS // 2]


def main() -> None:
    settings()
    with (
        superuser() as connection,
        tempfile.TemporaryDirectory() as folder,
        sink(Path(folder) / "log") as server,
    ):
        tenant_id = stage(connection, MESSAGES)
        one = compare(connection, tenant_id, server.port, 1)
        two = compare(connection, tenant_id, server.port, 2)
    report(
        measure("email_one", ours=one[0], reference=one[1], unit="messages/s, 1 worker", goal="≥ 0.9"),
        measure("email_two", ours=two[0], reference=two[1], unit="messages/s, 2 workers", goal="≥ 0.9"),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        bare(int(sys.argv[2]))
    elif sys.argv[1:2] == ["ours"]:
        ours(int(sys.argv[2]))
    else:
        main()
