"""The day's reminders, and presses over many items."""

from shared.db import transaction
from shared.jobs import Claimed
from shared.reminders.actions.digest import PAUSE, digest_is_due, drop_what_is_over, remind_due
from shared.reminders.actions.press import press_items
from shared.reminders.queries.ladder import ladder


def remind() -> None:
    """The sweep's part: from the tenant's hour on, plan and bundle the day, whatever is due or late in it."""
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
