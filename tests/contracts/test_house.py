"""The rules of the house that a grep can hold."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import shared

ROOT = Path(__file__).resolve().parent.parent.parent
NOUN_FILES = {"__init__.py", "models.py", "actions.py", "queries.py", "jobs.py"}
#: Registries and pure rules, each with one meaning; docs/architecture.md says which.
REGISTRY_FILES = {
    "accounts": {"passwords.py"},
    "assessments": set(),
    "audiences": {"recipients.py"},
    "certificates": {"kinds.py"},
    "letterheads": {"sandbox.py"},
    "documents": set(),
    "dispatches": {"kinds.py", "layout.py", "paragraphs.py"},
    "dues": {"classes.py", "money.py"},
    "duties": {"periods.py"},
    "events": {"kinds.py", "marks.py"},
    "findings": set(),
    "imports": set(),
    "members": {"posts.py", "statuses.py", "relations.py", "registry.py", "numbers.py"},
    "organisations": {"kinds.py", "terms.py", "codes.py"},
    "reforms": {"operations.py"},
    "tenants": {"settings.py"},
    "transfers": {"payload.py", "states.py"},
}
#: words.py: how rows of this noun are said on its pages.
WEB_FILES = {"__init__.py", "views.py", "forms.py", "words.py"}
NOUNS = sorted(
    path.parent.name
    for path in (ROOT / "shared").glob("*/models.py")
    if path.parent.name not in {"db", "access"}
)
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base", "services", "tools"}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "static" not in path.parts and "node_modules" not in path.parts:
                yield path


def offenders(pattern: str, *folders: str, allowed: tuple[str, ...] = ()) -> list[str]:
    found = []
    expression = re.compile(pattern)
    for path in sources(*folders):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(allowed) if allowed else False:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if expression.search(line):
                found.append(f"{name}:{number}: {line.strip()}")
    return found


def test_the_package_is_the_one_of_this_repository() -> None:
    assert Path(shared.__file__ or "").resolve().parent == ROOT / "shared"


def test_no_grab_bags() -> None:
    stems = {
        path.relative_to(ROOT).as_posix()
        for path in sources("shared", "services")
        if path.stem in FORBIDDEN_NAMES
    }
    folders = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "shared").rglob("*")
        if path.is_dir() and path.name in FORBIDDEN_NAMES
    }
    assert stems | folders == set()


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_holds_only_files_of_the_vocabulary(noun: str) -> None:
    folder = ROOT / "shared" / noun
    names = {path.name for path in folder.glob("*.py")}
    assert names - NOUN_FILES - REGISTRY_FILES.get(noun, set()) == set()


def test_a_page_noun_holds_only_views_and_forms() -> None:
    odd = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "services/web").glob("*/*.py")
        if path.name not in WEB_FILES and path.parent.name not in {"commands", "assets"}
    }
    assert odd == set()


def test_only_the_database_room_commits() -> None:
    assert offenders(r"\.commit\(", "shared", "services", allowed=("shared/db/",)) == []


def test_only_the_settings_read_the_environment() -> None:
    assert (
        offenders(r"os\.environ|os\.getenv|getenv\(", "shared", "services", allowed=("shared/settings.py",))
        == []
    )


def test_a_tenant_is_opened_at_the_edges_only() -> None:
    edges = ("services/web/edge.py", "services/worker/app.py", "services/web/commands/", "shared/tenancy.py")
    assert offenders(r"(?<![\w.])tenant\(", "shared", "services", allowed=edges) == []
    importers = offenders(r"from shared\.tenancy import .*\btenant\b", "shared", "services", allowed=edges)
    assert importers == []


def test_searches_use_only_leakproof_operators() -> None:
    assert offenders(r"\.i?like\(|\.ilike|\.match\(.*columns|to_tsvector", "shared", "services") == []
    assert offenders(r"\b[A-Z]\w+\.\w+\.(startswith|contains|endswith)\(", "shared", "services") == []


def test_no_sql_is_built_from_strings() -> None:
    migrations = ("shared/db/migrations/", "shared/db/policies.py")
    assert (
        offenders(
            r"text\(\s*f[\"']|text\([^)]*%|execute\(\s*f[\"']", "shared", "services", allowed=migrations
        )
        == []
    )


def test_objects_come_through_the_door() -> None:
    assert offenders(r"session\.get\(\s*[A-Z]|get_or_404|\.query\.", "shared", "services") == []


def test_templates_hold_no_inline_script_or_style() -> None:
    found = []
    for path in sorted((ROOT / "services/web/templates").rglob("*.html")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=\"|hx-on|javascript:", line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_no_host_of_a_registry_and_no_address_in_the_locks() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--index-url|--find-links", path.read_text("utf-8")), path.name
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")
