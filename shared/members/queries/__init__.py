"""Reads of people: the roster page by page, one person, counts by unit, search."""

from shared.members.queries.counts import StatusCount, count_by_status, other_line, people_below
from shared.members.queries.finding import Found, find, find_by_number
from shared.members.queries.mobile import (
    MobileFilter,
    MobileRow,
    count_mobile,
    mobile_page,
)
from shared.members.queries.offices import (
    OfficeFilter,
    OfficeRow,
    count_offices,
    leaders_on,
    offices_page,
)
from shared.members.queries.person import (
    MembershipRow,
    PersonCard,
    PostRow,
    leaders_of,
    person_card,
    posts_at,
)
from shared.members.queries.roster import CAP, Page, RosterFilter, RosterRow, count, roster_page
from shared.members.queries.stays import advice_of, keepers_of, stays_of

__all__ = [
    "CAP",
    "Found",
    "MembershipRow",
    "MobileFilter",
    "MobileRow",
    "OfficeFilter",
    "OfficeRow",
    "Page",
    "PersonCard",
    "PostRow",
    "RosterFilter",
    "RosterRow",
    "StatusCount",
    "advice_of",
    "count",
    "count_by_status",
    "count_mobile",
    "count_offices",
    "find",
    "find_by_number",
    "keepers_of",
    "leaders_of",
    "leaders_on",
    "mobile_page",
    "offices_page",
    "other_line",
    "people_below",
    "person_card",
    "posts_at",
    "roster_page",
    "stays_of",
]
