"""The fonts of official documents are fetched once, whole or not at all."""

from pathlib import Path

import pytest

from deploy.local import fonts


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any of them."""
    monkeypatch.setattr(fonts, "PLACES", ())
    return tmp_path / "share" / "fonts" / "jiceng"


def test_everything_is_missing_on_a_bare_machine(bare: Path) -> None:
    assert fonts.missing(bare) == {package: list(names) for package, names in fonts.WANTED.items()}


def test_what_is_there_is_not_asked_for_again(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare.mkdir(parents=True)
    for names in fonts.WANTED.values():
        for name in names:
            (bare / name).write_bytes(b"font")
    monkeypatch.setenv("PATH", "/nonexistent")
    assert fonts.fetch(bare) == []


def test_an_empty_file_counts_as_missing(bare: Path) -> None:
    bare.mkdir(parents=True)
    (bare / "cwfs.ttf").write_bytes(b"")
    assert fonts.missing(bare)["fonts-cwtex-fs"] == ["cwfs.ttf"]


def test_without_apt_it_says_so_and_leaves_nothing_behind(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(fonts.NotFetched, match="apt-get"):
        fonts.fetch(bare)
    assert not bare.exists() or list(bare.iterdir()) == []
