"""Where the pages of reminders are registered, and what their addresses may say."""

from datetime import date

from flask import Blueprint, request

from shared.i18n import _
from shared.messages.channels import CHANNELS, NOWHERE

blueprint = Blueprint("reminders", __name__)


def number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def day(name: str) -> date | None:
    """A day of the address; None for none and for what no page of ours names."""
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2199 else None


def channel_name(channel: str) -> str:
    return _("No way") if channel == NOWHERE else str(CHANNELS.get(channel, channel))
