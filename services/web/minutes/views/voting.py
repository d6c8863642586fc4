"""What the pages of a record say of its votes: what may be voted on, by which numbers, and why it passed or not."""

from dataclasses import dataclass
from datetime import date

from services.web.minutes.views.routes import blueprint
from shared.clock import today
from shared.events.models import Event
from shared.events.queries.votes import Said, part_of, votes_said
from shared.events.voting import Counted, VoteRule, electorate, judge, rules_for
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


def _numbers_said(rule: VoteRule, due: int) -> str:
    verdict = judge(rule, Counted(due, due, 0))
    words = {
        "rule": rule.name,
        "needed": verdict.needed_present,
        "part": part_of(rule.majority),
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


@blueprint.app_template_global("votes_said")
def votes_shown(event: Event) -> list[Said]:
    """The votes of a record with the reasons of their result."""
    return votes_said(event.id, event.held_on)
