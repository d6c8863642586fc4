"""Reads of the votes of a record, and what is said of them: how each came out, and why."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from shared.db import db
from shared.events.models import Vote
from shared.events.voting.counting import Counted, judge
from shared.events.voting.rules import NAMES, Fraction, rule_on
from shared.i18n import _


@dataclass(frozen=True, slots=True)
class Said:
    """One vote as the record shows it; `why` are the sentences that say how it came out."""

    vote: Vote
    name: str
    why: list[str]
    source: str


def votes_of(event_id: int) -> list[Vote]:
    """The votes of one record in their order. One query."""
    return list(db.session.scalars(select(Vote).where(Vote.event_id == event_id).order_by(Vote.ordinal)))


def votes_said(event_id: int, held_on: date) -> list[Said]:
    """The votes of a record with the reasons of their result. One query."""
    return [said_of(vote, held_on) for vote in votes_of(event_id)]


def part_of(fraction: Fraction) -> str:
    return _("half") if (fraction.over, fraction.under) == (1, 2) else str(fraction)


def said_of(vote: Vote, held_on: date) -> Said:
    rule = rule_on(vote.rule, held_on)
    name = str(NAMES.get(vote.rule, vote.rule))
    if rule is None:
        return Said(vote, name, [], "")
    counted = Counted(vote.due_count, vote.present_count, vote.yes, vote.no, vote.abstain, vote.written)
    verdict = judge(rule, counted)
    why = [
        _(
            "%(due)s with a vote, %(present)s present; at least %(needed)s needed: quorum reached.",
            due=counted.due,
            present=counted.present,
            needed=verdict.needed_present,
        )
    ]
    words = {
        "yes": counted.yes,
        "needed": verdict.needed_yes,
        "part": part_of(rule.majority),
        "base": verdict.base,
    }
    why.append(
        _("%(yes)s ayes; %(needed)s needed, more than %(part)s of the %(base)s due.", **words)
        if rule.majority_of == "due"
        else _("%(yes)s ayes; %(needed)s needed, more than %(part)s of the %(base)s present.", **words)
    )
    if counted.written:
        why.append(_("%(n)s written opinions of the absent are counted.", n=counted.written))
    if vote.basis:
        why.append(_("Left out of those due by: %(basis)s", basis=vote.basis))
    if idle := counted.votes - counted.cast:
        why.append(_("%(n)s who could vote did not.", n=idle))
    return Said(vote, name, why, rule.source)
