"""A paper that is its asker's alone: it shows what their reach holds, stands at no unit, and no colleague has it."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from services.worker.pdf import Press, PressFailed
from shared.access.actor import Actor
from shared.clock import now
from shared.db import db, transaction
from shared.errors import Forbidden, Invalid
from shared.exports.queries import asker
from shared.files import store
from shared.i18n import _, use_locale
from shared.jobs import Claimed, Job

#: A paper is a picture of one day; it is deleted after so many.
PAPER_DAYS = 90
#: What no file's name may hold, and how long it may be without its ending.
_NOT_IN_NAMES = str.maketrans("", "", '\\/:*?"<>|')
LONGEST_NAME = 120


def print_alone(job: Claimed, compose: Callable[[Actor], tuple[str, str]], *, purpose: str) -> None:
    """Set one paper in the language and with the reach that whoever asked has now.

    `compose` gives its name and its HTML, or raises a Problem where they may not see it any more.
    """
    job.progress(0, 1)
    with use_locale(job.args.get("locale")):
        by = db.session.scalars(select(Job.requested_by).where(Job.id == job.id)).one()
        actor = asker(by, locale=str(job.args.get("locale"))) if by is not None else None
        if actor is None:
            raise Forbidden(_("Whoever asked for this list may not see it any more."))
        name, html = compose(actor)
        # Nothing is held open while the paper is set.
        db.session.rollback()
        with Press() as press:
            try:
                data = press.set(html)
            except PressFailed as failure:
                raise Invalid(
                    _("None of the papers could be made. The fault is ours and has been noted.")
                ) from failure
    with transaction():
        job.hold()
        file = store(
            data,
            name=name.translate(_NOT_IN_NAMES)[:LONGEST_NAME] + ".pdf",
            media_type="application/pdf",
            purpose=purpose,
            created_by=by,
            expires_at=now() + timedelta(days=PAPER_DAYS),
        )
        job.finish(result={"papers": 1}, file_id=file.id)
