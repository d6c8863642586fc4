"""Findings as they are pasted: rows of a table from Excel or Word, or typed lines, one finding each."""

import re
from dataclasses import dataclass
from datetime import date

from shared.errors import Invalid
from shared.i18n import _

#: Lines taken at once; characters of one finding.
MOST = 500
MAX_CONTENT = 4000
MAX_POINT = 60
MAX_CATEGORY = 40

#: Headings of lists of problems as offices write them, without blanks.
_HEADINGS = {
    "序号": "",
    "编号": "",
    "類別": "category",
    "类别": "category",
    "问题类别": "category",
    "問題類別": "category",
    "问题": "content",
    "問題": "content",
    "问题表现": "content",
    "具体问题": "content",
    "反馈问题": "content",
    "存在问题": "content",
    "要点": "point",
    "要點": "point",
    "问题要点": "point",
    "责任单位": "unit",
    "責任單位": "unit",
    "责任组织": "unit",
    "整改单位": "unit",
    "单位": "unit",
    "期限": "due_on",
    "整改时限": "due_on",
    "整改期限": "due_on",
    "完成时限": "due_on",
}
#: The order of the cells where there are no headings.
_ORDER = ("category", "content", "unit", "due_on", "point")
_NUMBER = re.compile(r"^\s*(?:[（(]?\d{1,3}[)）]|\d{1,3}[.．、])\s*|^\s*[一二三四五六七八九十]{1,3}、\s*")
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as it was pasted; what a line does not say is None and comes from the form."""

    place: int
    content: str
    category: str | None = None
    point: str | None = None
    unit: str | None = None
    due_on: date | None = None
    #: Where the unit is known and not only called by a name.
    unit_id: int | None = None


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def read_lines(text: str) -> list[Line]:
    """The findings of a pasted text. Raises Invalid under `lines` with the numbers of the lines that cannot be read."""
    found: list[Line] = []
    wrong: list[str] = []
    order: tuple[str, ...] = _ORDER
    for place, raw in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        cells = [cell.strip().strip('"').strip() for cell in raw.split("\t")]
        if not any(cells):
            continue
        named = [_HEADINGS.get(re.sub(r"\s", "", cell)) for cell in cells]
        if len(cells) > 1 and None not in named and "content" in named:
            order = tuple(str(name) for name in named)
            continue
        if len(cells) == 1:
            values = {"content": _NUMBER.sub("", cells[0])}
        else:
            if order is _ORDER and cells[0].isdigit():
                cells = cells[1:]
            values = {name: cell for name, cell in zip(order, cells, strict=False) if name and cell}
        due = _day(values["due_on"]) if "due_on" in values else None
        if not values.get("content"):
            wrong.append(_("Line %(n)s: it says no problem", n=place))
        elif len(values["content"]) > MAX_CONTENT:
            wrong.append(_("Line %(n)s: more than %(most)s characters", n=place, most=MAX_CONTENT))
        elif len(values.get("category", "")) > MAX_CATEGORY or len(values.get("point", "")) > MAX_POINT:
            wrong.append(_("Line %(n)s: category or point is too long", n=place))
        elif "due_on" in values and due is None:
            wrong.append(_("Line %(n)s: the last day cannot be read", n=place))
        else:
            found.append(
                Line(
                    place,
                    values["content"],
                    values.get("category"),
                    values.get("point"),
                    values.get("unit"),
                    due,
                )
            )
        if len(found) > MOST:
            raise Invalid(
                _("At most %(n)s findings at once.", n=MOST), fields={"lines": _("Too many lines.")}
            )
    if wrong or not found:
        text = "；".join(wrong[:10]) if wrong else _("Write at least one finding.")
        raise Invalid(_("Some fields need another look."), fields={"lines": text})
    return found
