"""Everything that must hold before a change is taken: `make test` calls this in .venv, with everything installed."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
STRICT = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

LINT = {
    "lint": ["ruff", "check", "--quiet"],
    "format": ["ruff", "format", "--check", "--quiet"],
    "types": ["mypy"],
    "import contracts": ["lint-imports", "--no-logo"],
}
#: The browser drives a stack of its own, which needs both cores: after the others, one test at a time.
TESTS = ["pytest", "-n", "2", "--dist", "loadgroup", "-m", "not browser"]
BROWSER_TESTS = ["pytest", "-m", "browser"]


def main(arguments: list[str]) -> int:
    failed = [name for name, command in LINT.items() if not passes(name, command)]
    if "--no-tests" not in arguments and not passes("tests", TESTS):
        failed.append("tests")
    browser = shutil.which("chromium") is not None
    if not browser and STRICT and "--no-tests" not in arguments:
        failed.append("browser tests (Chromium is not installed)")
    if failed:
        print(f"· Failed so far: {', '.join(failed)}", flush=True)
    if "--no-tests" in arguments:
        return 1 if failed else 0
    if not browser:
        print("· NOT RUN: the browser tests (Chromium is not installed)", flush=True)
        return 1 if failed else 0
    # Last, so that what is read last is a test runner's own closing line.
    return 1 if not run(BROWSER_TESTS) or failed else 0


def passes(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    print(f"· {name}", flush=True)
    good = run(command)
    print(f"  {'passed' if good else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return good


def run(command: list[str]) -> bool:
    return subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
