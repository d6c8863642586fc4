"""The faces of official documents and other papers, taken out of Debian's packages without installing these.

    python3 deploy/local/fonts.py [FOLDER]     # into the account's own folder of fonts, if no other is named
    python3 deploy/local/fonts.py --there      # says by its exit code whether all are there

FandolFang lies in a package of TeX that would bring hundreds of megabytes with it; only the font files are unpacked.
Runs on the system's python3 with nothing but its standard library. What is there already is not fetched again, and
nothing is asked of a network then.
"""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

#: Debian package → the files wanted of it. What each is for: services/worker/pdf/{glyphs.py,templates/paper.css}.
WANTED: dict[str, tuple[str, ...]] = {
    "texlive-lang-chinese": (
        "FandolFang-Regular.otf",
        "FandolKai-Regular.otf",
        "FandolSong-Regular.otf",
        "FandolHei-Bold.otf",
    ),
    "fonts-lxgw-wenkai": ("LXGWWenKai-Regular.ttf",),
    "fonts-cwtex-fs": ("cwfs.ttf",),
}
#: Folders in which such a file counts as there.
PLACES = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local" / "share" / "fonts",
)
#: No download takes this long, in seconds.
LIMIT = 900


class NotFetched(RuntimeError):
    """Some package could not be fetched or unpacked; the message says why."""


def own_folder() -> Path:
    """The folder of this account in which fontconfig looks."""
    return Path.home() / ".local" / "share" / "fonts" / "jiceng"


def missing(folder: Path) -> dict[str, list[str]]:
    """Package → its files that are nowhere on this machine."""
    there = {
        path.name
        for place in (*PLACES, folder)
        if place.is_dir()
        for path in place.rglob("*")
        if path.is_file() and path.stat().st_size > 0
    }
    lacking = {package: [name for name in names if name not in there] for package, names in WANTED.items()}
    return {package: names for package, names in lacking.items() if names}


def fetch(folder: Path) -> list[str]:
    """Bring what is missing into the folder; gives the names of the new files. Raises NotFetched."""
    brought = []
    for package, names in missing(folder).items():
        with tempfile.TemporaryDirectory(prefix="jiceng-fonts-") as work:
            brought += _unpack(_download(package, Path(work)), names, folder)
    if brought:
        _index(folder)
    return brought


def _download(package: str, work: Path) -> Path:
    # apt checks the package against the signed list of its archive.
    apt = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "-o", "Acquire::http::Timeout=20"]
    try:
        _run([*apt, "download", package], work)
    except NotFetched:
        if os.geteuid() != 0:
            raise
        # The lists may be old or not there at all, as in a fresh container.
        _run([*apt, "update"], work)
        _run([*apt, "download", package], work)
    found = sorted(work.glob("*.deb"))
    if not found:
        raise NotFetched(f"{package}: nothing was downloaded")
    return found[0]


def _unpack(deb: Path, names: list[str], folder: Path) -> list[str]:
    """The named files, flat, each only when it is whole: nothing of the package is run."""
    content = _run(["dpkg-deb", "--fsys-tarfile", str(deb)], deb.parent)
    folder.mkdir(parents=True, exist_ok=True)
    brought = []
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            name = PurePosixPath(member.name).name
            if not member.isfile() or name not in names or name in brought:
                continue
            source = archive.extractfile(member)
            assert source is not None
            half = folder / f".{name}.part"
            half.write_bytes(source.read())
            half.chmod(0o644)
            half.replace(folder / name)
            brought.append(name)
    lacking = sorted(set(names) - set(brought))
    if lacking:
        raise NotFetched(f"{deb.name} does not hold {', '.join(lacking)}")
    return brought


def _index(folder: Path) -> None:
    """Tell fontconfig, where its program is there; without it the next reader finds the files by itself."""
    try:
        subprocess.run(["fc-cache", str(folder)], capture_output=True, check=False, timeout=LIMIT)
    except FileNotFoundError:
        return


def _run(command: list[str], work: Path) -> bytes:
    try:
        done = subprocess.run(command, cwd=work, capture_output=True, check=False, timeout=LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetched(f"{command[0]}: {error}") from error
    if done.returncode:
        raise NotFetched(f"{' '.join(command)}: {done.stderr.decode('utf-8', 'replace')[-600:].strip()}")
    return done.stdout


if __name__ == "__main__":
    there_only = sys.argv[1:] == ["--there"]
    target = Path(sys.argv[1]) if len(sys.argv) > 1 and not there_only else own_folder()
    if there_only:
        sys.exit(1 if missing(target) else 0)
    try:
        new = fetch(target)
    except NotFetched as error:
        sys.exit(str(error))
    print("\n".join(new) if new else "nothing to fetch")
