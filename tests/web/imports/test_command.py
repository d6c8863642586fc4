"""`jiceng roster import` does what the pages do, by the rights of the login that it names."""

import threading
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from services.web.commands import jiceng
from tests.factories.imports import Importer
from tests.factories.rosters import roster
from tests.world import World


def arguments(world: World, file: Path, *more: str, role: str = "admin") -> list[str]:
    side = world.organ
    return [
        *("roster", "import", str(file), "--tenant", str(side.tenant_id)),
        *("--as", side[role].identifier, *more),
    ]


def test_it_waits_for_the_worker_and_commits(
    app: Flask, world: World, importer: Importer, tmp_path: Path, work: Callable[[int], int]
) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(roster(5, units=2, root="丙机关党委"))
    over = threading.Event()

    def worker() -> None:
        while not over.wait(0.2):
            work(world.organ.tenant_id)

    thread = threading.Thread(target=worker)
    thread.start()
    try:
        done = app.test_cli_runner().invoke(jiceng, arguments(world, file, "--commit", "--timeout", "60"))
    finally:
        over.set()
        thread.join()
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert "new\t8" in lines
    assert "people_new\t5" in lines
    assert lines[-1].endswith("/imports/1") or "/imports/" in lines[-1]
    assert importer.rows("select count(*) from unit where name like '丙%'") == [(3,)]


def test_without_a_worker_it_says_so(app: Flask, world: World, importer: Importer, tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(roster(2, units=1))
    done = app.test_cli_runner().invoke(jiceng, arguments(world, file, "--timeout", "1"))
    assert done.exit_code == 1
    assert "后台还没有处理到" in done.output
    assert importer.rows("select state from import_batch") == [("reading",)]


def test_whoever_may_not_import_may_not_by_command(app: Flask, world: World, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"PK")
    done = app.test_cli_runner().invoke(jiceng, arguments(world, file, role="secretary"))
    assert done.exit_code == 1
    refused = app.test_cli_runner().invoke(jiceng, arguments(world, file))
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
