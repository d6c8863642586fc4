"""Runs the benchmarks one after the other, prints the table, writes .data/bench.json."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.local.servers import Servers, embedded

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
NOT_BENCHMARKS = {"__init__", "__main__", "measure", "stage"}
#: No benchmark may take longer, its data included.
LIMIT_SECONDS = 600


def environment(servers: Servers, database: str) -> dict[str, str]:
    data = servers.data_dir / "run" / database
    return {
        **os.environ,
        "DATABASE_URL": servers.url("jiceng_app", database),
        "DATABASE_OWNER_URL": servers.url("jiceng_owner", database),
        "BENCH_SUPERUSER_URL": servers.url("postgres", database),
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": "a secret for benchmarks only",
        "INSTANCE_KEY": base64.b64encode(b"b" * 32).decode(),
        "DATA_DIR": str(data),
        "FILES_URL": "",
        "MAIL_URL": "",
        "LOG_LEVEL": "WARNING",
    }


def run_one(servers: Servers, name: str) -> list[dict[str, Any]]:
    database = f"bench_{name}"
    servers.make_database(database)
    env = environment(servers, database)
    command = [sys.executable, "-c", "from shared.db.migrations import upgrade; upgrade()"]
    subprocess.run(command, env=env, cwd=ROOT, check=True)
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{name}"],
        env=env,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    if done.returncode:
        print(done.stdout)
        raise SystemExit(f"benchmark {name} failed")
    marker = "MEASURE "
    return [json.loads(line[len(marker) :]) for line in done.stdout.splitlines() if line.startswith(marker)]


def table(rows: list[dict[str, Any]]) -> str:
    lines = [f"{'name':<26}{'ours':>14}{'reference':>14}{'ratio':>9}  {'goal':<10}unit"]
    for row in rows:
        lines.append(
            f"{row['name']:<26}{row['ours']:>14,.3f}{row['reference']:>14,.3f}{row['ratio']:>9.2f}"
            f"  {row['goal']:<10}{row['unit']}"
        )
    return "\n".join(lines)


def main(wanted: list[str]) -> None:
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_BENCHMARKS)
    unknown = set(wanted) - set(names)
    if unknown:
        raise SystemExit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(names)}")
    output = ROOT / ".data" / "bench.json"
    kept = json.loads(output.read_text("utf-8")) if output.exists() else []
    with embedded(ROOT / ".data" / "bench", durable=True) as servers:
        fresh: list[dict[str, Any]] = []
        for name in wanted or names:
            print(f"· {name}", flush=True)
            fresh += run_one(servers, name)
    new = {row["name"] for row in fresh}
    output.write_text(
        json.dumps([row for row in kept if row["name"] not in new] + fresh, indent=1) + "\n", "utf-8"
    )
    print(table(fresh))


if __name__ == "__main__":
    main(sys.argv[1:])
