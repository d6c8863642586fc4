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
TESTS = ["pytest", "-n", "2", "--dist", "loadgroup"]


def main(arguments: list[str]) -> int:
    failed = [name for name, command in LINT.items() if not passes(name, command)]
    if "--no-tests" not in arguments:
        browser = shutil.which("chromium") is not None
        if not browser and STRICT:
            failed.append("browser tests (no Chromium)")
        marks = [] if browser else ["-m", "not browser"]
        if not passes("tests", [*TESTS, *marks]):
            failed.append("tests")
        if not browser:
            print("· NOT RUN: the browser tests (Chromium is not installed)")
    if failed:
        print(f"· Failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    print(f"· {name}", flush=True)
    done = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, check=False)
    print(
        f"  {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
