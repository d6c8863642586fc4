"""The blueprint of imports, and its objects through the door."""

from flask import Blueprint, request

from services.web.edge import actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.imports.models import Batch

blueprint = Blueprint("imports", __name__, url_prefix="/imports")


def batch_at(batch_id: int, *, lock: bool = False) -> Batch:
    return fetch(Batch, batch_id, actor=actor(), may=Permission.IMPORT_RUN, lock=lock)


def number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
