"""One kind of sheet and its columns."""

from dataclasses import dataclass

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `aliases` are compared without blanks, brackets and what stands inside them."""

    key: str
    title: lazy_
    aliases: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of sheet. `sheet` is its number in shared.imports.models.Row."""

    key: str
    title: lazy_
    sheet: int
    columns: tuple[Column, ...]
    #: Columns that tell this layout from the others.
    telling: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns)

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)
