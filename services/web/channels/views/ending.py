"""The page behind a mail's unsubscribe link; nobody is signed in. Looking changes nothing, the press does.

The mail program's own button sends the same POST (RFC 8058), without a form's token and without a session: the signed
link is all it shows, and all it can do is end mails of one topic to one person.
"""

from flask import render_template, request
from werkzeug.wrappers import Response

from services.web import edge
from services.web.channels.views.routes import blueprint
from services.web.edge import requires
from services.web.limits import limiter
from shared.accounts.actions.unsubscribing import Ending, read_token, still_good, unsubscribe
from shared.db import transaction
from shared.i18n import use_locale
from shared.messages.topics import TOPICS

PER_ADDRESS = "60 per minute; 600 per hour"


def _opened(token: str) -> tuple[Ending, str]:
    """What the link ends and in whose language, with its tenant open; the reader's own session stays outside."""
    ending = read_token(token)
    edge.open_link(ending.tenant_id)
    return ending, still_good(ending)


def _page(token: str, ending: Ending, locale: str, *, done: bool) -> str:
    with use_locale(locale):
        return render_template(
            "channels/unsubscribe.html", token=token, topic=TOPICS[ending.topic], done=done
        )


@blueprint.get("/unsubscribe/<token>")
@requires(None)
@limiter.limit(PER_ADDRESS)
def unsubscribe_page(token: str) -> str:
    return _page(token, *_opened(token), done=False)


@blueprint.post("/unsubscribe/<token>", endpoint="unsubscribe")
@requires(None)
@limiter.limit(PER_ADDRESS)
def end_mails(token: str) -> str | Response:
    ending, locale = _opened(token)
    with transaction():
        unsubscribe(ending)
    if request.form.get("List-Unsubscribe") == "One-Click":
        return Response("", 200, mimetype="text/plain")
    return _page(token, ending, locale, done=True)
