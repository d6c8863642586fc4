"""The figures of the statistics, as data: what they count, in which order their rows stand, how each is called.

The age bands are those of the national statistics of Party members; no law sets them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.i18n import _, lazy_
from shared.members.registry import EDUCATION, EMPLOYMENT, HOUSEHOLD, POLITICAL, Choice
from shared.members.statuses import ENDINGS, STATUSES, status_name
from shared.organisations.kinds import KINDS, SECTORS, kind_name

#: Key of the row of those of whom it is not known.
UNKNOWN = "unknown"
#: (key, least, most) years of age on the day.
AGES: tuple[tuple[str, int, int], ...] = (
    ("-30", 0, 30),
    ("31-35", 31, 35),
    ("36-40", 36, 40),
    ("41-45", 41, 45),
    ("46-50", 46, 50),
    ("51-55", 51, 55),
    ("56-60", 56, 60),
    ("61-", 61, 200),
)
#: (key, least, most) members of a unit's own.
SIZES: tuple[tuple[str, int, int], ...] = (
    ("0", 0, 0),
    ("1-2", 1, 2),
    ("3-6", 3, 6),
    ("7-49", 7, 49),
    ("50-99", 50, 99),
    ("100-", 100, 1_000_000_000),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One table. `of`: people (on the day), flow (people in the year), units (on the day), change (units in the year).

    `keys` are the rows in their order; without them the rows are what there is, the most first.
    """

    key: str
    name: lazy_
    of: str
    word: Callable[[str], str]
    keys: tuple[str, ...] = ()
    lines: tuple[str, ...] = ("party", "union")


def _sex(key: str) -> str:
    return _("male") if key == "m" else _("female")


def _age(key: str) -> str:
    least, _dash, most = key.partition("-")
    if not least:
        return _("%(n)s and younger", n=most)
    return _("%(first)s to %(last)s", first=least, last=most) if most else _("%(n)s and older", n=least)


def _size(key: str) -> str:
    least, _dash, most = key.partition("-")
    if key == "0":
        return _("without members")
    return (
        _("%(first)s to %(last)s", first=least, last=most) if most else _("%(n)s members and more", n=least)
    )


def _ethnic(stem: str) -> str:
    return stem if stem.endswith("人") or stem == "其他" else stem + "族"


def _of(choices: Mapping[str, Choice]) -> Callable[[str], str]:
    return lambda key: str(choices[key].name) if key in choices else key


def _flow(key: str) -> str:
    words: dict[str, lazy_] = {
        "admitted": lazy_("Admitted"),
        "came": lazy_("Came from elsewhere"),
        **{f"left:{reason}": name for reason, name in ENDINGS.items()},
        "left:": lazy_("Left, reason not noted"),
    }
    return str(words[key]) if key in words else key


def _change(key: str) -> str:
    return _("Set up") if key == "set_up" else _("Dissolved")


FIGURES: dict[str, Figure] = {
    figure.key: figure
    for figure in (
        Figure("sex", lazy_("Sex"), "people", _sex, ("m", "f")),
        Figure("age", lazy_("Age"), "people", _age, tuple(key for key, _least, _most in AGES)),
        Figure("ethnic", lazy_("Ethnic group"), "people", _ethnic),
        Figure("education", lazy_("Education"), "people", _of(EDUCATION), tuple(EDUCATION)),
        Figure(
            "status",
            lazy_("Standing"),
            "people",
            status_name,
            tuple(key for key, status in STATUSES.items() if status.counts),
        ),
        Figure("political", lazy_("Political status"), "people", _of(POLITICAL), tuple(POLITICAL), ("union",)),
        Figure(
            "household", lazy_("Household registration"), "people", _of(HOUSEHOLD), tuple(HOUSEHOLD), ("union",)
        ),
        Figure("employment", lazy_("Form of employment"), "people", _of(EMPLOYMENT), tuple(EMPLOYMENT)),
        Figure("people_kind", lazy_("Kind of their unit"), "people", kind_name, tuple(KINDS)),
        Figure(
            "people_sector",
            lazy_("Sector of their unit"),
            "people",
            lambda key: str(SECTORS[key]) if key in SECTORS else key,
            tuple(SECTORS),
        ),
        Figure(
            "flow",
            lazy_("Joined and left in the year"),
            "flow",
            _flow,
            ("admitted", "came", *(f"left:{reason}" for reason in ENDINGS if reason != "mistake"), "left:"),
        ),
        Figure("kind", lazy_("Kind"), "units", kind_name, tuple(KINDS)),
        Figure(
            "sector",
            lazy_("Sector"),
            "units",
            lambda key: str(SECTORS[key]) if key in SECTORS else key,
            tuple(SECTORS),
        ),
        Figure("size", lazy_("Members of the unit's own"), "units", _size, tuple(key for key, _a, _b in SIZES)),
        Figure("change", lazy_("Set up and dissolved in the year"), "change", _change, ("set_up", "dissolved")),
    )
}  # fmt: skip


def figures_on(line: str, *of: str) -> list[Figure]:
    """The figures of a line that count one of these, in their order."""
    return [figure for figure in FIGURES.values() if figure.of in of and line in figure.lines]


def row_name(figure: str, key: str) -> str:
    """A row's words in the reader's language."""
    return _("unknown") if key == UNKNOWN else FIGURES[figure].word(key)
