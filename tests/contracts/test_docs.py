"""The papers name what exists."""

from dataclasses import fields
from pathlib import Path

from services.web.commands import jiceng
from shared.settings import Settings

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def test_every_setting_stands_in_operations() -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    assert [one.name for one in fields(Settings) if f"`{one.name.upper()}`" not in text] == []


def test_every_command_stands_in_operations() -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    own = {name for name in jiceng.commands if name not in {"run", "shell", "routes", "limiter", "db"}}
    assert {name for name in own if f"`jiceng {name}" not in text} == set()


def test_every_decision_is_listed() -> None:
    listed = (DOCS / "adr" / "README.md").read_text("utf-8")
    assert [path.name for path in sorted((DOCS / "adr").glob("0*.md")) if path.name not in listed] == []
