"""What an entry of the catalogue declares, and what one paper is of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.i18n import lazy_
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Subject:
    """What one paper is of: a row of the kind the report names, the unit it stands at, and the span asked for.

    `actor` is whoever asked, with the reach held when the paper is made.
    """

    unit: Unit
    id: int
    actor: Actor
    #: How the row is called: on the list of papers and in the file's name.
    title: str = ""
    year: int | None = None
    month: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One entry of the catalogue.

    `read` gives the template's values for one subject in a constant number of queries: plain values, since the paper is
    filled and set after the transaction is over. What it gives must not hold the time of day: the same rows are the
    same paper, which is then taken from the store.
    """

    key: str
    name: lazy_
    #: What one paper is of: a key of SUBJECTS.
    of: str
    span: Literal["year", "month", "day", "none"]
    #: The right needed at the subject's unit, besides DOCUMENT_PRINT.
    may: Permission
    read: Callable[[Subject], dict[str, Any]]
    #: services/worker/pdf/templates/<key>.html unless named.
    template: str = ""
    #: Key of the list in shared.exports that holds the same rows.
    excel: str | None = None
    #: Page format: the class of <html> on the paper. "portrait", "landscape", "a5".
    pages: str = "portrait"
    #: One sentence for the catalogue.
    about: lazy_ | None = None
    #: Where the same rows stand in the program: (endpoint, name of the argument for the subject's id or "").
    page: tuple[str, str] | None = None
    #: Holds personal data such as identity numbers: the file is sealed, and never zipped with others.
    sealed: bool = False
    #: Whether it is also offered for all units of a reach at once (of == "unit" only).
    many: bool = True
    #: `read` names parts, each a paper of its own, which the worker binds into one file.
    bound: bool = False

    @property
    def template_name(self) -> str:
        return self.template or self.key
