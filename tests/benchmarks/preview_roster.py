"""A file of 100,000 people to its preview, against the bare read of the same file; and the memory it takes.

The reference opens the workbook and turns every row into Python's objects, nothing more. Ours does the same, and
judges each row, asks the roster about it, seals it and stages it. Each side runs in a process of its own, because one
of the two results is the most memory that a process had.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from python_calamine import CalamineWorkbook

from services.worker.app import flask_app
from services.worker.jobs import run
from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.imports.actions.upload import upload
from shared.imports.models import Batch
from shared.tenancy import tenant
from tests.benchmarks.measure import measure, report
from tests.benchmarks.stage import new_tenant, superuser
from tests.factories.rosters import roster

ROWS = 100_000
ROUNDS = 3
MEGABYTE = 1024


def bare(path: str) -> tuple[float, int]:
    """Seconds and rows of a bare read."""
    began = time.perf_counter()
    workbook = CalamineWorkbook.from_path(path)
    count = sum(len(workbook.get_sheet_by_name(name).to_python()) for name in workbook.sheet_names)
    return time.perf_counter() - began, count


def ours(path: str, tenant_id: int) -> tuple[float, int]:
    """Seconds from the waiting job to the staged rows, and how many people are ready to commit."""
    with flask_app.app_context(), tenant(tenant_id):
        with transaction():
            batch = upload(
                SYSTEM, data=Path(path).read_bytes(), name="roster.xlsx", form_key=f"b{os.getpid()}"
            )
            batch_id, job_id = batch.id, batch.job_id
        db.session.remove()
    began = time.perf_counter()
    run(tenant_id=tenant_id, job_id=job_id)
    taken = time.perf_counter() - began
    with flask_app.app_context(), tenant(tenant_id):
        staged = db.session.get_one(Batch, (tenant_id, batch_id))
        assert staged.state == "staged", staged.problem
        count = int(staged.counts["sheets"]["0"]["new"])
        db.session.remove()
    return taken, count


def _apart(*arguments: str) -> tuple[float, float]:
    """One side in a fresh process: seconds, and its peak of memory in MB."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.preview_roster", *arguments],
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    taken, peak = done.stdout.split()
    return float(taken), float(peak)


def main() -> None:
    with TemporaryDirectory() as folder, superuser() as connection:
        path = Path(folder) / "roster.xlsx"
        path.write_bytes(roster(ROWS, units=2000))
        mine, theirs, peaks = [], [], []
        for number in range(ROUNDS):
            tenant_id = new_tenant(connection, name=f"preview {number}")
            reading, staging = _apart("bare", str(path)), _apart("ours", str(path), str(tenant_id))
            theirs.append(ROWS / reading[0])
            mine.append(ROWS / staging[0])
            peaks.append(staging[1])
    report(
        measure("preview_roster", ours=median(mine), reference=median(theirs), unit="rows/s", goal="≥ 1/6"),
        measure("preview_roster_memory", ours=max(peaks), reference=300, unit="MB", goal="≤ 1"),
    )


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        side, file, *rest = sys.argv[1:]
        seconds, counted = bare(file) if side == "bare" else ours(file, int(rest[0]))
        assert counted >= ROWS, counted
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
        sys.stdout.write(f"{seconds} {peak}\n")
