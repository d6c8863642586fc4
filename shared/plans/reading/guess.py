"""What the title says: year, issuing organ, what kind of paper it is. A person confirms it."""

import re
from dataclasses import dataclass

from shared.hanzi import simplified

#: Words of a title → kind of paper, the first that is found.
_KINDS = (
    ("work_points", re.compile(r"工作要点|要点")),
    ("speech", re.compile(r"讲话|致辞|发言")),
    ("scheme", re.compile(r"实施方案|行动方案|工作方案|行动计划|三年行动|规划")),
    ("notice", re.compile(r"通知|意见|办法")),
)
_YEAR = re.compile(r"(20\d{2}|二[〇○零]\d{0}[一二三四五六七八九〇○零]{2})年")
_SPAN = re.compile(r"(20\d{2})\s*[-—–~～至]+\s*(20\d{2})年?")
_DIGITS = {char: str(number) for number, char in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_ORGAN = re.compile(
    r"^(?:在)?(?P<organ>[\w*]{1,20}?(?:总工会|工会|委员会|工委|党委|党组|机关|党支部|局|厅|委|部|办公室|公司|集团|学院|大学|医院))"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """`kind`: work_points, speech, scheme, notice or other."""

    kind: str
    year_from: int | None
    year_to: int | None
    organ: str


def guess(title: str) -> Guess:
    """From the title alone: 2023年市总工会…工作要点 → work_points, 2023, 市总工会."""
    folded = simplified(title)
    kind = next((name for name, pattern in _KINDS if pattern.search(folded)), "other")
    first: int | None = None
    last: int | None = None
    if span := _SPAN.search(folded):
        first, last = int(span.group(1)), int(span.group(2))
    elif found := _YEAR.search(folded):
        first = last = int("".join(_DIGITS.get(char, char) for char in found.group(1)))
    rest = _SPAN.sub("", folded, count=1) if first != last else _YEAR.sub("", folded, count=1)
    organ = _ORGAN.match(rest.removeprefix("关于印发").lstrip("《〈 "))
    name = organ.group("organ").removeprefix("在") if organ else ""
    # As it is printed, not as it was folded: folding keeps places.
    place = folded.find(name) if name else -1
    return Guess(kind, first, last, title[place : place + len(name)] if place >= 0 else "")
