"""What a unit lacks besides its duties: offices, a term that ends, a size that does not fit. Advice, no refusal."""

from dataclasses import dataclass
from datetime import date

from shared.i18n import _
from shared.members.posts import post_name
from shared.members.queries import PostRow, StatusCount
from shared.members.statuses import STATUSES
from shared.organisations.kinds import KINDS, posts_of
from shared.organisations.models import Unit

#: The superior reminds of the end of a term generally six months before it.
TERM_NOTICE_DAYS = 183


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is wanting: state and word of the tag, then what it is and where it stands."""

    kind: str
    word: str
    title: str
    source: str = ""


def vacant(unit: Unit, posts: list[PostRow], members: int) -> list[str]:
    """The offices a unit of this kind and size should have filled and has not."""
    held = {row.code for row in posts}
    return [code for code in posts_of(unit.kind, members) if code not in held]


def lacking(unit: Unit, *, on: date, posts: list[PostRow], counts: list[StatusCount]) -> list[Lack]:
    """Everything wanting in one unit, the late first."""
    spec = KINDS.get(unit.kind)
    if spec is None:
        return []
    found: list[Lack] = []
    by_status = {count.status: count.people for count in counts}
    members = sum(people for key, people in by_status.items() if key in STATUSES and STATUSES[key].counts)
    if unit.term_ends_on is not None:
        left = (unit.term_ends_on - on).days
        if left < 0:
            found.append(
                Lack(
                    "late",
                    _("Term ended"),
                    _("The term ended %(n)s days ago; no election is recorded.", n=-left),
                )
            )
        elif left <= TERM_NOTICE_DAYS:
            found.append(
                Lack(
                    "due",
                    _("%(n)s days left", n=left),
                    _("The term ends on %(day)s: prepare the election.", day=unit.term_ends_on),
                )
            )
    elif spec.term_years is not None:
        found.append(Lack("due", _("Missing"), _("The end of the term is not entered.")))
    for code in vacant(unit, posts, members):
        found.append(Lack("due", _("Vacant"), _("%(post)s: nobody holds this office.", post=post_name(code))))
    if not spec.has_members:
        return found
    for rule in spec.thresholds:
        counted = {
            "full": by_status.get("full", 0),
            "party": by_status.get("full", 0) + by_status.get("probationary", 0),
            "union": members,
        }[rule.counted]
        source = rule.source if rule.grade == "A" else _("%(source)s, unconfirmed", source=rule.source)
        if rule.least is not None and counted < rule.least:
            found.append(
                Lack(
                    "late" if rule.must and unit.kind.endswith("branch") else "due",
                    _("Too few"),
                    _("%(n)s members where at least %(least)s are the rule.", n=counted, least=rule.least),
                    source,
                )
            )
        if rule.most is not None and counted > rule.most:
            found.append(
                Lack(
                    "due",
                    _("Many"),
                    _(
                        "%(n)s members where at most %(most)s are usual: consider dividing the unit.",
                        n=counted,
                        most=rule.most,
                    ),
                    source,
                )
            )
    return sorted(found, key=lambda lack: lack.kind != "late")
