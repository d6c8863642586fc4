"""The blueprint of imports, and its objects through the door."""

from flask import Blueprint, request

from services.web.edge import actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.errors import Forbidden
from shared.i18n import _
from shared.imports.layouts import LEDGER
from shared.imports.models import Batch

blueprint = Blueprint("imports", __name__, url_prefix="/imports")


def batch_at(batch_id: int, *, lock: bool = False) -> Batch:
    """The import, if it is mine or I have the whole tenant; a roster is the administrator's alone."""
    batch = fetch(Batch, batch_id, actor=actor(), may=Permission.IMPORT_LEDGER, lock=lock)
    if batch.layout != LEDGER and not actor().may(Permission.IMPORT_RUN):
        raise Forbidden(_("Your role does not include this."))
    return batch


def number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
