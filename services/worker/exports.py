"""Writing long lists: chunk by chunk, in the asker's language and reach of the moment."""

from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import select

from shared.clock import now
from shared.db import db, transaction
from shared.errors import Forbidden
from shared.exports.actions import KEPT_DAYS, MEDIA_TYPE, PURPOSE, file_name, fill, note
from shared.exports.lists import LISTS, unpack
from shared.exports.queries import asker, reach_of
from shared.files import keep, write
from shared.i18n import _, use_locale
from shared.jobs import Claimed, Job


def write_list(job: Claimed) -> None:
    """Write the list of the job for whoever asked for it, with the rights they have now.

    A worker that dies leaves nothing: the next one begins anew, and only the finished file gets a row.
    """
    with use_locale(job.args.get("locale")):
        listed = LISTS[str(job.args["list"])]
        given = unpack(listed, job.args["filter"])
        by = db.session.scalars(select(Job.requested_by).where(Job.id == job.id)).one()
        actor = asker(by, locale=str(job.args.get("locale"))) if by is not None else None
        if actor is None or not actor.may(listed.permission):
            raise Forbidden(_("Whoever asked for this list may not see it any more."))
        reach = reach_of(actor, listed.permission)
        total = listed.count(actor, given) if listed.count else 0
        db.session.rollback()
        job.progress(0, total)

        def beat(rows: int) -> None:
            # No transaction stays open between two chunks, and none of their rows in memory.
            db.session.remove()
            job.progress(rows, max(rows, total))

        rows = 0

        def write_rows(handle: BinaryIO) -> None:
            nonlocal rows
            rows = fill(handle, actor, listed, given, beat=beat)

        written = write(write_rows)
        with transaction():
            job.hold()
            file = keep(
                written,
                name=file_name(listed),
                media_type=MEDIA_TYPE,
                purpose=PURPOSE,
                created_by=by,
                expires_at=now() + timedelta(days=KEPT_DAYS),
            )
            note(actor, listed, rows)
            job.finish(result={"rows": rows, "reach": reach}, file_id=file.id)
