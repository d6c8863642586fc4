"""Dues (党费, 会费): who pays on what base, what a month asks, what was collected, reliefs, and the unit's book.

Every sum is NUMERIC(14, 2); nothing is ever computed in floating point. What a closed month asked is never overwritten:
a later change of a base stands as a correction in a later month.
"""

from shared.dues.models.book import EmployerMonth as EmployerMonth
from shared.dues.models.book import Entry as Entry
from shared.dues.models.book import Turnover as Turnover
from shared.dues.models.months import Charge as Charge
from shared.dues.models.months import DuesSheet as DuesSheet
from shared.dues.models.months import Payment as Payment
from shared.dues.models.months import Receipt as Receipt
from shared.dues.models.rules import DuesBase as DuesBase
from shared.dues.models.rules import DuesRule as DuesRule
from shared.dues.models.rules import DuesSplit as DuesSplit
from shared.dues.models.rules import Relief as Relief
