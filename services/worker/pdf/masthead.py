"""The head of an official document (版头): where mark, number, signers and rule stand.

Millimetres from the upper edge of the text area.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from services.worker.pdf.titles import width_of
from shared.dispatches.layout import Paper

#: A line of the grid: 225 mm / 22, rounded down so that the 22nd still fits.
LINE = 10.227
#: The text area's width, and how much of it a mark may take.
WIDTH, MARK_WIDTH = 156.0, 152.0
#: Height of an ideograph of 16 pt.
TEXT = 5.644
#: Upper edge of the mark: below the text area's; of a letter, 30 mm below the paper's.
MARK_TOP, LETTER_TOP = 35.0, -7.0
#: The mark's height: no larger than the State Council's (22 mm), smaller where the name is long, and that of a letter.
TALL, LOW, LETTER = 22.0, 13.5, 12.3
#: A mark is made no narrower than this; rather it gets lower.
NARROWEST = 0.62
#: Ink of a bold ideograph begins this far below the upper edge of its line, in heights of the type.
ABOVE_INK = 0.088
#: The rule stands 4 mm below the number.
BELOW_NUMBER = LINE - (LINE - TEXT) / 2 + 4

Put = Callable[[str], Markup]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the mark (发文机关标志), set `width` wide and then narrowed by `squeeze` about its middle."""

    text: Markup
    left: float
    top: float
    width: float
    size: float
    squeeze: float


@dataclass(frozen=True, slots=True)
class SignerLine:
    """Two names of those who sign, and the label before the first of them."""

    top: float
    label: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The whole head; `height` is whole lines, so that what follows stands on the grid."""

    height: float
    marks: tuple[Mark, ...]
    number_top: float
    rule_top: float
    corner: tuple[Markup, ...] = ()
    signers: tuple[SignerLine, ...] = ()
    beside: str = ""
    beside_top: float = 0.0
    day: str = ""


def mark_words(paper: Paper) -> tuple[tuple[str, ...], str]:
    """The lines of the mark and what stands once beside or behind them."""
    behind = {"letter": "", "minutes": "纪要"}.get(paper.form, "文件")
    offices = tuple(
        office.strip().removesuffix(behind) if behind else office.strip() for office in paper.offices
    )
    return tuple(office for office in offices if office), behind


def _one(text: str, put: Put, top: float, size: float) -> tuple[Mark, float]:
    """A mark of one line: the higher of two sizes that its length allows."""
    wide = width_of(text)
    if size == TALL and wide * size * NARROWEST > MARK_WIDTH:
        size = LOW
    size = min(size, MARK_WIDTH / (wide * NARROWEST))
    squeeze = min(1.0, MARK_WIDTH / (wide * size))
    width = wide * size + 2
    return Mark(put(text), (WIDTH - width) / 2, top - ABOVE_INK * size, width, size, round(squeeze, 4)), size


def _joint(offices: tuple[str, ...], behind: str, put: Put, top: float) -> tuple[tuple[Mark, ...], float]:
    """Several offices one below the other, each as wide as the widest, and 文件 once at their right."""
    most = max(map(width_of, offices))
    size = min(11.0, 60.0 / len(offices))
    end = min(16.0, size * len(offices)) if behind else 0.0
    room = MARK_WIDTH - end * width_of(behind) - (5 if behind else 0)
    squeeze = min(1.0, room / (most * size))
    size = size if squeeze >= NARROWEST else size * squeeze / NARROWEST
    squeeze = max(squeeze, NARROWEST)
    pitch, wide = size * 1.25, most * size * squeeze
    left = (WIDTH - wide - (end * width_of(behind) + 5 if behind else 0)) / 2
    marks = []
    for place, office in enumerate(offices):
        own = width_of(office) * size + 2
        stretch = min(1.6, wide / (width_of(office) * size))
        box = left + (wide - own) / 2
        marks.append(
            Mark(put(office), box, top + place * pitch - ABOVE_INK * size, own, size, round(stretch, 4))
        )
    height = pitch * (len(offices) - 1) + size
    if behind:
        own = end * width_of(behind) + 2
        marks.append(
            Mark(put(behind), left + wide + 4, top + (height - end) / 2 - ABOVE_INK * end, own, end, 1.0)
        )
    return tuple(marks), height


def _marks(paper: Paper, put: Put, top: float, size: float) -> tuple[tuple[Mark, ...], float]:
    offices, behind = mark_words(paper)
    if not offices:
        return (), size
    if len(offices) == 1 or paper.form in {"letter", "minutes"}:
        mark, height = _one(offices[0] + behind, put, top, size)
        return (mark,), height
    return _joint(offices, behind, put, top)


def head_of(paper: Paper, *, mark: Put, corner: tuple[Put, Put]) -> Head:
    """`corner`: faces of the copy's number, and of secrecy and urgency."""
    fang, hei = corner
    lines = [fang(paper.copy_number)] if paper.copy_number else []
    lines += [hei(word) for word in (paper.secrecy, paper.urgency) if word]
    if paper.form == "letter":
        return _letter(paper, mark, tuple(lines))
    marks, height = _marks(paper, mark, MARK_TOP, TALL)
    number_top = MARK_TOP + height + 2 * LINE
    signers: list[SignerLine] = []
    names = paper.signers if paper.form == "upward" else ()
    for place in range(0, len(names), 2):
        top = number_top + place // 2 * LINE
        signers.append(SignerLine(top, place == 0, names[place : place + 2]))
    number_top += max(0, len(signers) - 1) * LINE
    below = number_top + (LINE if paper.form == "minutes" else 0)
    rule_top = below + BELOW_NUMBER
    day = paper.signed_on
    return Head(
        height=ceil((rule_top + 2 * LINE) / LINE - 0.05) * LINE,
        marks=marks,
        number_top=number_top,
        rule_top=rule_top,
        corner=tuple(lines),
        signers=tuple(signers),
        beside="、".join(paper.signed_as or paper.offices) if paper.form == "minutes" else "",
        beside_top=below,
        day=f"{day.year}年{day.month}月{day.day}日" if day else "",
    )


def _letter(paper: Paper, put: Put, corner: tuple[Markup, ...]) -> Head:
    """信函: mark, double rule 4 mm below it, the number at the right 7/8 of an ideograph below the rule."""
    marks, height = _marks(paper, put, LETTER_TOP, LETTER)
    rule_top = LETTER_TOP + height + 4
    number_top = rule_top + 1.75 + TEXT * 7 / 8 - (LINE - TEXT) / 2
    lines = max(1, len(corner))
    end = number_top + lines * LINE - (LINE - TEXT) / 2 + 2 * LINE - 1.4
    return Head(
        height=ceil(end / LINE - 0.05) * LINE,
        marks=marks,
        number_top=number_top,
        rule_top=rule_top,
        corner=corner,
    )
