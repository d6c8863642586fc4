"""Work declared by accounts, and the messages that have a link mailed."""

from collections.abc import Callable

from shared.i18n import lazy_
from shared.jobs import JobKind, queue

INVITE = JobKind("accounts.invite", lazy_("Invite by mail"))

#: The platform's own task that mails one link, or every link that waits.
POST = "accounts.post"


def post_soon(token_id: int) -> Callable[[], None]:
    """A call for after the commit: have one link mailed now. A queue that is away costs a minute, until the sweep."""

    def send() -> None:
        try:
            queue.send_task(POST, kwargs={"token_id": token_id}, retry=False)
        except Exception:
            return

    return send
