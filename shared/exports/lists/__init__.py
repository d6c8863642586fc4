"""Every list that leaves as Excel, by its name. A new one is an entry here and its reading in services/web/exports."""

from typing import Any

from shared.exports.lists.accounts import ACCOUNTS
from shared.exports.lists.assessments import BOARD
from shared.exports.lists.audit import TRAIL, WORDS
from shared.exports.lists.certificates import CERTIFICATES
from shared.exports.lists.circulars import RECEIPTS
from shared.exports.lists.columns import Cell, Column, List, pack, unpack
from shared.exports.lists.contacts import CONTACTS
from shared.exports.lists.deeds import DEEDS
from shared.exports.lists.dispatches import DISPATCHES, NUMBERS
from shared.exports.lists.documents import PAPERS
from shared.exports.lists.dues import BOOK, MONTHS, SHEET
from shared.exports.lists.duties import EXEMPTIONS, PLAN
from shared.exports.lists.events import CALENDAR, REVIEWS
from shared.exports.lists.findings import FINDINGS
from shared.exports.lists.ledger import LEDGER, OVERVIEW, UNIT_YEAR
from shared.exports.lists.life import LIFE
from shared.exports.lists.members import MOBILE, OFFICES, ROSTER
from shared.exports.lists.organisations import TERMS, UNIT_LIST
from shared.exports.lists.publications import PUBLICATIONS
from shared.exports.lists.reforms import REFORMS
from shared.exports.lists.reminders import LOG, PROOF
from shared.exports.lists.reports import TABLES
from shared.exports.lists.resolutions import RESOLUTIONS
from shared.exports.lists.returns import RESULTS, RETURNS
from shared.exports.lists.rounds import HONOURS, ROUND_RESULTS
from shared.exports.lists.standing import APPRAISALS, ROUND_UNITS
from shared.exports.lists.statistics import STATISTICS
from shared.exports.lists.study import TO_MAKE_UP, UNIT_HOURS
from shared.exports.lists.tasks import RESPONSIBILITIES, TASKS
from shared.exports.lists.transfers import TRANSFERS
from shared.exports.lists.watchlist import WATCHED

_ALL: tuple[List[Any, Any], ...] = (
    ACCOUNTS,
    BOARD,
    BOOK,
    CALENDAR,
    CERTIFICATES,
    DEEDS,
    DISPATCHES,
    EXEMPTIONS,
    FINDINGS,
    HONOURS,
    LEDGER,
    LOG,
    MOBILE,
    MONTHS,
    NUMBERS,
    OFFICES,
    OVERVIEW,
    PAPERS,
    PLAN,
    PROOF,
    PUBLICATIONS,
    RECEIPTS,
    REFORMS,
    RESOLUTIONS,
    RESULTS,
    RETURNS,
    REVIEWS,
    ROSTER,
    ROUND_RESULTS,
    ROUND_UNITS,
    APPRAISALS,
    SHEET,
    RESPONSIBILITIES,
    TASKS,
    TERMS,
    TO_MAKE_UP,
    TRAIL,
    TRANSFERS,
    UNIT_HOURS,
    UNIT_LIST,
    UNIT_YEAR,
    WATCHED,
    *CONTACTS,
    *LIFE,
    *STATISTICS,
    *TABLES,
)
LISTS: dict[str, List[Any, Any]] = {one.name: one for one in _ALL}

# The trail says which list left by its title.
WORDS["list"] = {name: one.title for name, one in LISTS.items()}

__all__ = ["LISTS", "Cell", "Column", "List", "pack", "unpack"]
