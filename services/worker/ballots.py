"""The background part of secret votes: closed in time, tidied up after, and told."""

from sqlalchemy import select, text

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.ballots.actions.holding import close_due
from shared.ballots.models import Poll
from shared.clock import local
from shared.db import db, transaction
from shared.i18n import _
from shared.jobs import Claimed
from shared.messages.actions import Parcel

#: Where the former versions of rows lie that could join a voter to a ballot.
_TABLES = ("ballots.ballot", "ballots.receipt", "public.poll_voter")
_VACUUM = {table: text("vacuum " + table) for table in _TABLES}


def close_votes() -> None:
    """The sweep's part: what is past its time is closed."""
    with transaction():
        close_due()


def tidy(job: Claimed) -> None:
    """Remove the row versions from before the ballots were written in random order."""
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in _VACUUM.values():
            connection.execute(statement)
    with transaction():
        job.hold()
        job.finish(result={})


def compose_polls(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """Tells of a vote that is open; not any more once it is closed or the person has voted."""
    recipients = addressed(parcels)
    known = {
        poll.id: poll
        for poll in db.session.scalars(
            select(Poll).where(Poll.id.in_({int(one.detail["poll_id"]) for one in recipients}))
        )
    }

    def write(one: Addressed) -> Said | None:
        poll = known[int(one.detail["poll_id"])]
        if poll.state != "open" or poll.closes_at is None:
            return None
        return Said(
            _("Please vote: %(title)s", title=poll.title),
            _(
                "A secret vote is open until %(time)s. Nobody can see how you voted; the list says only that you did.",
                time=local(poll.closes_at).strftime("%Y-%m-%d %H:%M"),
            ),
            f"/ballots/{poll.id}/vote",
            {"title": poll.title, "day": local(poll.closes_at).strftime("%Y-%m-%d %H:%M")},
        )

    return compose_each([one for one in recipients if int(one.detail["poll_id"]) in known], write)


def compose_grades(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """Tells of a grade where it can be read; the grade itself stands on the own page only."""
    recipients = addressed(parcels)
    titles = {
        row.id: row.title
        for row in db.session.execute(
            select(Poll.id, Poll.title).where(Poll.id.in_({int(one.detail["poll_id"]) for one in recipients}))
        )
    }

    def write(one: Addressed) -> Said | None:
        title = titles[int(one.detail["poll_id"])]
        return Said(
            _("The committee has decided: %(title)s", title=title),
            _("Your grade stands on your own page."),
            "/ballots/grades",
            {"title": title},
        )

    return compose_each([one for one in recipients if int(one.detail["poll_id"]) in titles], write)
