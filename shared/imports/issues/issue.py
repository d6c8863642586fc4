"""One thing that can be wrong with a row."""

from dataclasses import dataclass

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class Issue:
    """`take` names what is imported when a person lets the row through; None: it must be corrected or left out."""

    text: lazy_
    take: lazy_ | None = None
    #: The heading under which rows of this kind stand together.
    group: str = "format"
