"""What the pages that leave as Excel read from their address: the same reading as the pages' own."""

from services.web.dues.views.routes import month_asked, number, scope_asked, show_asked, unit_at, year_asked
from services.web.edge import actor
from shared.access.permissions import Permission
from shared.dues.queries.overview import month_counts
from shared.exports.lists.dues import BookFilter, MonthFilter, SheetFilter


def months_asked() -> MonthFilter:
    """A month over all units, as the page shows them."""
    scope, _unit = scope_asked()
    month = month_asked()
    return MonthFilter(scope.line, scope.path, month, show_asked(month_counts(actor(), scope, month)))


def _unit_asked() -> int | None:
    """The unit of the address, in the reader's reach; another's is refused here already."""
    unit_id = number("unit_id")
    return None if unit_id is None else unit_at(unit_id, Permission.DUES_VIEW).id


def sheet_asked() -> SheetFilter:
    return SheetFilter(_unit_asked(), month_asked())


def book_asked() -> BookFilter:
    return BookFilter(year_asked(), _unit_asked())
