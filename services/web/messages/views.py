"""The own messages: what the bell opens, and which topics come by which channels."""

import re
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from shared.access.permissions import Permission
from shared.accounts.actions.choosing import choose_messages
from shared.accounts.queries.choices import choices_of
from shared.db import transaction
from shared.i18n import _
from shared.messages.actions import read_all, read_notice
from shared.messages.channels import CHANNELS, SPECS
from shared.messages.queries import PAGE, own_notices
from shared.messages.reasons import reason_text
from shared.messages.topics import TOPICS
from shared.settings import settings

blueprint = Blueprint("messages", __name__)


def _after() -> tuple[bool, int] | None:
    """The last line shown, as `read-id`."""
    read, _dash, last = request.args.get("after", "").partition("-")
    return (read == "1", int(last)) if last.isascii() and last.isdigit() and len(last) < 16 else None


@blueprint.get("/notices")
@requires(Permission.SELF)
def index() -> str:
    found = own_notices(actor().person_id or 0, after=_after())
    shown = found[:PAGE]
    return render_template(
        "messages/index.html",
        notices=shown,
        first=_after() is None,
        after=f"{int(shown[-1].read)}-{shown[-1].id}" if len(found) > PAGE else None,
    )


@dataclass(slots=True)
class Part:
    """A paragraph of a message: a heading with its lines, or plain text; `page`: where in the product to go on."""

    heading: str = ""
    lines: list[str] = field(default_factory=list)
    page: str = ""


def _parts(body: str) -> list[Part]:
    """A message's text as its page shows it: the line that names a page of this product becomes the part's link."""
    own = re.compile(re.escape(settings().base_url) + r"(/(?![/\\])[^\s<>\"]*)")
    found = []
    for text in body.split("\n\n"):
        part = Part()
        for line in text.split("\n"):
            address = own.search(line)
            if address is not None and line.strip() == _("Open the page: %(address)s", address=address[0]):
                part.page = address[1]
                continue
            if line.strip():
                part.lines.append(line.removeprefix("- "))
        if len(part.lines) > 1 and not text.startswith("- "):
            part.heading = part.lines.pop(0)
        if part.lines or part.page:
            found.append(part)
    return found


@blueprint.get("/notices/<int:delivery_id>")
@requires(Permission.SELF)
def show(delivery_id: int) -> str:
    """One own notice; opening it marks it read, once."""
    with transaction():
        notice = read_notice(actor(), delivery_id=delivery_id)
    return render_template("messages/show.html", notice=notice, parts=_parts(notice.body))


@blueprint.post("/notices/read")
@requires(Permission.SELF)
def read() -> Response:
    with transaction():
        count = read_all(actor())
    flash(_("%(n)s messages marked as read", n=count), "ok")
    return redirect(url_for("messages.index"), 303)


@blueprint.get("/notices/choices")
@requires(Permission.SELF)
def choices() -> str:
    """Which topics come by which channels, within what the tenant uses."""
    found = choices_of(actor().person_id or 0)
    # What always stands needs no column.
    shown = [channel for channel in found.channels if not SPECS[channel].fixed]
    return render_template(
        "messages/choices.html",
        choices=found,
        shown=shown,
        topics=TOPICS,
        channels=CHANNELS,
        reason_text=reason_text,
    )


@blueprint.post("/notices/choices")
@requires(Permission.SELF)
def choose() -> Response:
    given = [
        (topic, channel)
        for topic, _colon, channel in (text.partition(":") for text in request.form.getlist("wanted"))
    ]
    with transaction():
        changed = choose_messages(actor(), wanted=given)
    flash(_("Saved; it holds for messages from now on.") if changed else _("Nothing was changed."), "ok")
    return redirect(url_for("messages.choices"), 303)
