"""Registries: what is declared is bound, what is bound is declared."""

import importlib
from pathlib import Path

from services.worker.app import TASKS, celery
from services.worker.jobs import WORK
from services.worker.schedule import SCHEDULE
from shared.access.permissions import Permission
from shared.access.roles import OPERATOR, ROLES
from shared.jobs import JobKind

ROOT = Path(__file__).resolve().parent.parent.parent


def declared_jobs() -> dict[str, JobKind]:
    found = {}
    for path in sorted((ROOT / "shared").glob("*/jobs.py")):
        module = importlib.import_module(f"shared.{path.parent.name}.jobs")
        for value in vars(module).values():
            if isinstance(value, JobKind):
                found[value.name] = value
    return found


def test_jobs_declared_are_jobs_bound() -> None:
    assert set(declared_jobs()) == set(WORK)


def test_the_clock_names_only_tasks_that_exist() -> None:
    for module in TASKS:
        importlib.import_module(module)
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(celery.tasks)


def test_every_permission_is_somebodys() -> None:
    given = frozenset().union(*(spec.permissions for spec in ROLES.values())) | OPERATOR
    assert given == frozenset(Permission)


def test_the_operator_shares_no_right_with_a_tenants_role() -> None:
    for spec in ROLES.values():
        assert not spec.permissions & OPERATOR
