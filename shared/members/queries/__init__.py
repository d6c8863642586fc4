"""Reads of people: the roster page by page, one person, counts by unit, search."""

from shared.members.queries.counts import StatusCount, count_by_status, people_below
from shared.members.queries.finding import Found, find
from shared.members.queries.person import (
    MembershipRow,
    PersonCard,
    PostRow,
    leaders_of,
    person_card,
    posts_at,
)
from shared.members.queries.roster import CAP, Page, RosterFilter, RosterRow, count, roster_page

__all__ = [
    "CAP",
    "Found",
    "MembershipRow",
    "Page",
    "PersonCard",
    "PostRow",
    "RosterFilter",
    "RosterRow",
    "StatusCount",
    "count",
    "count_by_status",
    "find",
    "leaders_of",
    "people_below",
    "person_card",
    "posts_at",
    "roster_page",
]
