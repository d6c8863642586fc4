"""Style, behaviour and icons: the sources, and the reader of the manifest their build leaves."""

import json
from functools import cache
from pathlib import Path

from flask import Flask

STATIC = Path(__file__).parent.parent / "static"


@cache
def manifest(folder: Path = STATIC) -> dict[str, str]:
    """Plain name to built name; empty where nothing was built yet (the pages then work unstyled)."""
    path = folder / "manifest.json"
    if not path.is_file():
        return {}
    names: dict[str, str] = json.loads(path.read_text("utf-8"))
    return names


def asset(name: str) -> str:
    """The address of a built file: ``asset("app.css")`` is ``/static/app.4be1….css``."""
    return f"/static/{manifest().get(name, name)}"


def offer_assets(app: Flask) -> None:
    """Let every template say ``asset("app.css")``; called once where the application is made."""
    app.jinja_env.globals["asset"] = asset
