"""Composes reminders, and presses over many items."""

from services.worker.channels.outgoing import Composed
from shared.clock import today
from shared.db import transaction
from shared.i18n import _, use_locale
from shared.jobs import Claimed
from shared.messages.actions import Parcel
from shared.reminders.actions.digest import PAUSE, digest_is_due, drop_what_is_over, remind_due
from shared.reminders.actions.press import press_items
from shared.reminders.queries.ladder import ladder
from shared.reminders.queries.letters import body_of, letters, subject_of
from shared.settings import settings


def compose(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The digests and presses in hand; what was done meanwhile is left out, and nothing left is the reason `done`."""
    on = today()
    found: dict[int, Composed | str] = {}
    for delivery_id, letter in letters([parcel.id for parcel in parcels]).items():
        if letter.reason is not None:
            found[delivery_id] = letter.reason
            continue
        with use_locale(letter.locale):
            found[delivery_id] = Composed(
                to=letter.address,
                subject=subject_of(letter, on),
                text=body_of(letter, on),
                footer="\n\n"
                + _("Open the to-do list: %(address)s", address=settings().base_url + "/")
                + "\n"
                + _("This message was sent by the system; replies are not read."),
                locale=letter.locale,
            )
    return found


def remind() -> None:
    """The sweep's part: from the tenant's hour on, plan and bundle the day."""
    with transaction():
        steps = ladder()
        drop_what_is_over(steps.reopened_at)
        due = digest_is_due(steps)
    if due:
        with transaction():
            remind_due(pause=PAUSE)


def press_many(job: Claimed) -> None:
    """One press over many items, in the statement that a small one takes too."""
    job.progress(0, len(job.args["ids"]))
    with transaction():
        job.hold()
        pressed = press_items(occasion_id=job.args["occasion_id"], ids=job.args["ids"])
        job.finish(result={"occasion_id": pressed.occasion_id, **pressed.counts()})
