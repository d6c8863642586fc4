"""What the pages of a record say of its votes: what may be voted on, by which numbers, and why it passed or not."""

from dataclasses import dataclass
from datetime import date

from services.web.minutes.views.routes import blueprint
from shared.clock import today
from shared.events.models import Event, Vote
from shared.events.queries.votes import votes_of
from shared.events.voting import Counted, VoteRule, electorate, judge, rule_on, rules_for
from shared.events.voting.rules import NAMES, Fraction
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import setting


@dataclass(frozen=True, slots=True)
class Frame:
    """What the form of a kind offers: (key, name) of the rules, and what is said above the lines."""

    rules: list[tuple[str, str]]
    said: list[str]
    opens: bool
    #: Whether some may be left out of those due, and whether written opinions may count.
    excused: bool
    written: bool


def _part(fraction: Fraction) -> str:
    return _("half") if (fraction.over, fraction.under) == (1, 2) else str(fraction)


def _numbers_said(rule: VoteRule, due: int) -> str:
    verdict = judge(rule, Counted(due, due, 0))
    words = {
        "rule": rule.name,
        "needed": verdict.needed_present,
        "part": _part(rule.majority),
        "due": due,
        "ayes": verdict.needed_yes,
    }
    if rule.majority_of == "due":
        said = _(
            "%(rule)s: %(due)s with a vote, at least %(needed)s present; passed with %(ayes)s ayes"
            " (more than %(part)s of those due).",
            **words,
        )
    else:
        said = _(
            "%(rule)s: %(due)s with a vote, at least %(needed)s present; passed with more than %(part)s of those"
            " present.",
            **words,
        )
    return said + (_("Secret ballot.") if rule.ballot == "secret" else "")


@blueprint.app_template_global("vote_frame")
def vote_frame(kind: str, unit: Unit, day: date | None) -> Frame | None:
    """The section of votes for the form of a record; None where no vote is taken at the kind."""
    on = day or today()
    rules = rules_for(kind, on)
    if not rules:
        return None
    by_voters = {rule.voters: rule for rule in rules.values()}
    who = {voters: electorate(rule, kind, unit.id, on) for voters, rule in by_voters.items()}
    said = []
    for rule in rules.values():
        voters = who[rule.voters].voters
        if voters is not None:
            said.append(_numbers_said(rule, len(voters)))
    excused = bool(setting("vote_excused"))
    away = max((len(one.away) for one in who.values()), default=0)
    if excused and away:
        said.append(
            _("%(n)s of them are registered as away; with a written basis they may be left out.", n=away)
        )
    return Frame(
        rules=[(rule.key, rule.name) for rule in rules.values()],
        said=said,
        opens=any(kind in rule.opens_at for rule in rules.values()),
        excused=excused,
        written=any(rule.written != "no" for rule in rules.values()),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One vote as the record shows it; `why` are the sentences that say how it came out."""

    vote: Vote
    name: str
    why: list[str]
    source: str


@blueprint.app_template_global("votes_said")
def votes_said(event: Event) -> list[Said]:
    """The votes of a record with the reasons of their result."""
    return [_said(vote, event.held_on) for vote in votes_of(event.id)]


def _said(vote: Vote, held_on: date) -> Said:
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
        "part": _part(rule.majority),
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
