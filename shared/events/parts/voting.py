"""表决: matters put to the vote at the meeting. The count is checked against who was due; the result follows.

Source: domain facts §1 to §3; the numbers are the rules' (shared.events.voting), none is here. The name is voting,
because `votes` is a field of older records.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from shared.db import db
from shared.errors import Invalid
from shared.events.kinds import MAX_TEXT
from shared.events.marks import refuse_marks
from shared.events.models import Event, Vote
from shared.events.parts.context import Context, Row
from shared.events.voting import Counted, Numbers, VoteRule, electorate, judge, numbers, rule_on, rules_for
from shared.events.voting.rules import NAMES
from shared.i18n import _
from shared.tenants.queries import setting

FIELDS = ("matter", "rule", "ballot", "due", "present", "yes", "no", "abstain", "written", "basis")
MOST = 60
BALLOTS = ("secret", "open")
#: No meeting has more people; keeps what is typed inside the column.
LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class _Line:
    """One line on its way through the checks; `wrong` maps a field of the form to what is wrong."""

    number: int
    row: Row
    wrong: dict[str, object]

    def text(self, name: str) -> str:
        return self.row.get(name, "").strip()

    def refuse(self, name: str, what: object) -> None:
        self.wrong.setdefault(f"voting-{self.number}-{name}", what)

    def count(self, name: str, proposed: int = 0) -> int:
        text = self.text(name)
        if not text:
            return proposed
        if not (text.isascii() and text.isdigit() and len(text) < 8 and int(text) <= LARGEST):
            self.refuse(name, _("A whole number, please."))
            return proposed
        return int(text)


def check(context: Context, rows: Sequence[Row]) -> list[Row]:
    """The votes with their numbers filled in; Invalid where one could not be taken so."""
    rules = rules_for(context.kind, context.held_on)
    wrong: dict[str, object] = {}
    if rows and not rules:
        raise Invalid("", fields={"voting": _("No vote is taken at this kind of event.")})
    if len(rows) > MOST:
        raise Invalid("", fields={"voting": _("At most %(n)s lines.", n=MOST)})
    excused = bool(rows) and bool(setting("vote_excused"))
    known: dict[str, Numbers] = {}
    clean = []
    for number, row in enumerate(rows):
        line = _Line(number, row, wrong)
        rule = rules.get(line.text("rule") or next(iter(rules)))
        if rule is None:
            line.refuse("rule", _("Choose one of the list."))
            continue
        if rule.voters not in known:
            who = electorate(rule, context.kind, context.unit.id, context.held_on)
            known[rule.voters] = numbers(
                who, context.roll, due_count=context.due_count, present_count=context.present_count
            )
        clean.append(_one(line, rule, known[rule.voters], excused=excused))
    if wrong:
        raise Invalid("", fields=wrong)
    return clean


def _one(line: _Line, rule: VoteRule, all_of_them: Numbers, *, excused: bool) -> Row:
    matter, basis = line.text("matter"), line.text("basis")
    if not matter:
        line.refuse("matter", _("Name the matter put to the vote."))
    for name, text in (("matter", matter), ("basis", basis)):
        if len(text) > MAX_TEXT:
            line.refuse(name, _("At most %(n)s characters.", n=MAX_TEXT))
    refuse_marks(matter, basis)
    due = _due(line, all_of_them.due, basis, excused=excused)
    present = line.count("present", min(all_of_them.present, due))
    if present > min(all_of_them.present, due):
        line.refuse(
            "present",
            _(
                "By the attendance %(n)s with a vote are present; at most %(n)s.",
                n=min(all_of_them.present, due),
            ),
        )
    counted = Counted(
        due, present, line.count("yes"), line.count("no"), line.count("abstain"), line.count("written")
    )
    ballot = _ballot(line, rule)
    _check_count(line, rule, counted)
    return {
        "matter": matter,
        "rule": rule.key,
        "ballot": ballot,
        "due": str(due),
        "present": str(present),
        "yes": str(counted.yes),
        "no": str(counted.no),
        "abstain": str(counted.abstain),
        "written": str(counted.written),
        "basis": basis if due < all_of_them.due else "",
    }


def _due(line: _Line, most: int, basis: str, *, excused: bool) -> int:
    """Those due to vote: everybody with a vote, or fewer where the tenant allows it and a paper says why."""
    due = line.count("due", most)
    if most == 0:
        line.refuse("due", _("Nobody of this unit had a vote on that day."))
    elif due > most:
        line.refuse("due", _("%(n)s had a vote on that day; at most %(n)s.", n=most))
    elif due == 0:
        line.refuse("due", _("At least one person must be due to vote."))
    elif due < most and not excused:
        line.refuse(
            "due",
            _(
                "%(n)s had a vote on that day; left empty, all of them count. To leave some out, the organisation"
                " must allow it under Settings.",
                n=most,
            ),
        )
    elif due < most and not basis:
        line.refuse("basis", _("%(n)s are left out: name the paper that says why.", n=most - due))
    return min(due, most)


def _ballot(line: _Line, rule: VoteRule) -> str:
    ballot = line.text("ballot")
    if ballot not in ("", *BALLOTS):
        line.refuse("ballot", _("Choose one of the list."))
    elif ballot == "open" and rule.ballot == "secret":
        line.refuse("ballot", _("This matter is decided by secret ballot; an open vote does not count."))
    return ballot or ("secret" if rule.ballot == "secret" else "open")


def _check_count(line: _Line, rule: VoteRule, counted: Counted) -> None:
    """Whether the ballots can be, and whether enough came."""
    absent = counted.due - counted.present
    if counted.written > absent:
        line.refuse("written", _("%(n)s with a vote were absent; at most %(n)s wrote.", n=absent))
    elif counted.written and not _written_counts(rule):
        line.refuse("written", _("Written opinions do not count at this vote."))
    elif counted.yes > counted.votes:
        line.refuse(
            "yes",
            _(
                "%(yes)s ayes are more than the %(n)s votes that could be cast.",
                yes=counted.yes,
                n=counted.votes,
            ),
        )
    elif counted.cast > counted.votes:
        line.refuse(
            "yes",
            _(
                "%(cast)s votes in all are more than the %(n)s that could be cast.",
                cast=counted.cast,
                n=counted.votes,
            ),
        )
    verdict = judge(rule, counted)
    if not verdict.quorate and counted.due:
        line.refuse(
            "present",
            _(
                "No quorum: %(due)s due, %(present)s present, at least %(needed)s needed. This vote cannot be filed;"
                " take the line out and the record can.",
                due=counted.due,
                present=counted.present,
                needed=verdict.needed_present,
            ),
        )
    elif not counted.cast:
        line.refuse("yes", _("Enter how the votes fell."))


def _written_counts(rule: VoteRule) -> bool:
    return rule.written == "yes" or (rule.written == "setting" and bool(setting("vote_written")))


def write(event: Event, rows: Sequence[Row]) -> None:
    db.session.execute(delete(Vote).where(Vote.event_id == event.id))
    for number, row in enumerate(rows, start=1):
        rule = rule_on(row["rule"], event.held_on)
        counted = counted_row(row)
        db.session.add(
            Vote(
                event_id=event.id,
                ordinal=number,
                matter=row["matter"],
                rule=row["rule"],
                secret=row["ballot"] == "secret",
                due_count=counted.due,
                present_count=counted.present,
                yes=counted.yes,
                no=counted.no,
                abstain=counted.abstain,
                written=counted.written,
                basis=row["basis"],
                passed=rule is not None and judge(rule, counted).passed,
            )
        )


def counted_row(row: Row) -> Counted:
    """The numbers of a clean row."""
    due, present, yes, no, abstain, written = (
        int(row[name]) for name in ("due", "present", "yes", "no", "abstain", "written")
    )
    return Counted(due, present, yes, no, abstain, written)


def read(event_id: int) -> list[Row]:
    found = db.session.scalars(select(Vote).where(Vote.event_id == event_id).order_by(Vote.ordinal))
    return [
        {
            "matter": vote.matter,
            "rule": vote.rule,
            "ballot": "secret" if vote.secret else "open",
            "due": str(vote.due_count),
            "present": str(vote.present_count),
            "yes": str(vote.yes),
            "no": str(vote.no),
            "abstain": str(vote.abstain),
            "written": str(vote.written),
            "basis": vote.basis,
        }
        for vote in found
    ]


def say(rows: Sequence[Row]) -> str:
    """The votes in words, one a line; a number that a draft has left empty stays out."""
    words = {
        "due": _("Due, with a vote"),
        "present": _("Present, with a vote"),
        "yes": _("Ayes"),
        "no": _("Noes"),
        "abstain": _("Abstentions"),
        "written": _("In writing"),
        "basis": _("Paper by which some are left out"),
    }
    lines = []
    for row in rows:
        counts = [
            f"{word} {row[name]}" for name, word in words.items() if row.get(name) not in (None, "", "0")
        ]
        rule = str(NAMES.get(row.get("rule", ""), ""))
        lines.append(_(", ").join(text for text in (row.get("matter", ""), rule, *counts) if text))
    return "\n".join(lines)
