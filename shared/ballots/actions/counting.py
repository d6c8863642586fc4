"""Paper ballots: two people count, and what both counted alike is the result."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.audit import record
from shared.ballots.kinds import ballot_kinds
from shared.ballots.models import Poll, PollCount, PollItem
from shared.ballots.queries.results import agreed_count, voters_on_paper
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _


@dataclass(frozen=True, slots=True)
class Counted:
    """One person's count: ballots issued, returned and invalid, and {item key: {choice: votes}}, 'w': {name: votes}."""

    issued: int
    returned: int
    invalid: int
    totals: dict[str, dict[str, int]]


def _check(poll: Poll, given: Counted, voters: int) -> dict[str, dict[str, int]]:
    kind = ballot_kinds()[poll.kind]
    items = db.session.scalars(select(PollItem).where(PollItem.poll_id == poll.id)).all()
    valid = given.returned - given.invalid
    wrong: dict[str, object] = {}
    if not 0 <= given.issued <= voters:
        wrong["issued"] = _("At most as many as may vote: %(n)s.", n=voters)
    if not 0 <= given.returned <= given.issued:
        wrong["returned"] = _("More ballots came back than were issued: the vote is void.")
    if not 0 <= given.invalid <= given.returned:
        wrong["invalid"] = _("More are invalid than came back.")
    totals: dict[str, dict[str, int]] = {}
    for item in items:
        line = {choice: given.totals.get(str(item.id), {}).get(choice, 0) for choice in kind.choices}
        if any(votes < 0 for votes in line.values()):
            wrong[f"item-{item.id}"] = _("This is not a number of votes.")
        elif kind.choices == ("pick",):
            if line["pick"] > valid:
                wrong[f"item-{item.id}"] = _("More votes than valid ballots (%(n)s).", n=valid)
        elif sum(line.values()) != valid:
            wrong[f"item-{item.id}"] = _(
                "The votes of a line add up to the valid ballots: %(n)s, not %(sum)s.",
                n=valid,
                sum=sum(line.values()),
            )
        totals[str(item.id)] = line
    written = {name: votes for name, votes in given.totals.get("w", {}).items() if votes > 0}
    if written and not kind.elects:
        raise Invalid(_("Nobody can be written in here."))
    if any(votes > valid for votes in written.values()):
        wrong["written"] = _("More votes than valid ballots (%(n)s).", n=valid)
    if wrong:
        raise Invalid(_("The numbers do not fit together; see the fields."), fields=wrong)
    return totals | ({"w": written} if written else {})


def enter_count(
    actor: Actor, *, poll: Poll, given: Counted, form_key: str, voter_class: str = "members"
) -> bool:
    """Enter, or enter anew, what this person counted of one class; True when the vote is closed by it.

    It is, as soon as of each class two people counted the same.

    The poll is locked by the caller. Raises Conflict when it is not open on paper, Invalid with the wrong fields.
    """
    if actor.person_id is None:
        raise Forbidden(_("There is no person behind this account."))
    if poll.way != "paper" or poll.state != "open":
        raise Conflict(_("This vote is not open."))
    voters = voters_on_paper(poll.id)
    if voter_class not in voters:
        raise Invalid(_("This vote has no such class of voters."))
    totals: dict[str, Any] = _check(poll, given, voters[voter_class])
    mine = db.session.scalar(
        select(PollCount).where(
            PollCount.poll_id == poll.id,
            PollCount.person_id == actor.person_id,
            PollCount.voter_class == voter_class,
        )
    )
    if mine is None:
        mine = PollCount(
            poll_id=poll.id, person_id=actor.person_id, voter_class=voter_class, form_key=form_key
        )
        db.session.add(mine)
    mine.issued, mine.returned, mine.invalid, mine.totals = (
        given.issued,
        given.returned,
        given.invalid,
        totals,
    )
    db.session.flush()
    record(actor, verb="ballot.count", object_type="poll", object_id=poll.id, unit_id=poll.unit_id, detail={})
    counts = db.session.scalars(select(PollCount).where(PollCount.poll_id == poll.id)).all()
    if any(agreed_count(one for one in counts if one.voter_class == key) is None for key in voters):
        return False
    poll.state = "closed"
    poll.closed_at = func.now()
    db.session.flush()
    record(actor, verb="ballot.close", object_type="poll", object_id=poll.id, unit_id=poll.unit_id, detail={})
    return True
