"""Labels that Word prints by itself: automatic numbering is not in the text of a paragraph, and is put back here."""

import re
from collections.abc import Iterator
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

_DIGITS = "〇一二三四五六七八九"
_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "ideographDigital",
    "taiwaneseCountingThousand",
    "taiwaneseCounting",
}


def chinese(number: int) -> str:
    """16 → 十六, up to 999."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "〇"
    return text + (_DIGITS[ones] if ones or not number else "")


def _attribute(element: Any | None, child: str) -> str:
    found = element.find(qn(child)) if element is not None else None
    return str(found.get(qn("w:val"), "")) if found is not None else ""


class Numbering:
    """Counts the numbered paragraphs of one document as Word does."""

    def __init__(self, document: Document) -> None:
        self.levels: dict[tuple[str, str], tuple[str, str, int]] = {}
        self.counts: dict[tuple[str, int], int] = {}
        self.abstract: dict[str, str] = {}
        for element in self._parts(document):
            if element.tag == qn("w:num"):
                self.abstract[str(element.get(qn("w:numId")))] = _attribute(element, "w:abstractNumId")
            elif element.tag == qn("w:abstractNum"):
                key = str(element.get(qn("w:abstractNumId")))
                for level in element.findall(qn("w:lvl")):
                    start = _attribute(level, "w:start")
                    self.levels[key, str(level.get(qn("w:ilvl")))] = (
                        _attribute(level, "w:numFmt"),
                        _attribute(level, "w:lvlText"),
                        int(start) if start.isdigit() else 1,
                    )

    @staticmethod
    def _parts(document: Document) -> Iterator[Any]:
        for relation in document.part.rels.values():
            if relation.reltype.endswith("/numbering"):
                yield from relation.target_part.element

    def label(self, paragraph: Paragraph) -> str:
        """What Word prints before the paragraph; '' where it numbers nothing, or draws a bullet."""
        numbered = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if numbered is None and paragraph.style is not None:
            numbered = paragraph.style.element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if numbered is None:
            return ""
        abstract = self.abstract.get(_attribute(numbered, "w:numId"), "")
        depth = _attribute(numbered, "w:ilvl")
        level = int(depth) if depth.isdigit() else 0
        if (abstract, str(level)) not in self.levels:
            return ""
        for key in [key for key in self.counts if key[0] == abstract and key[1] > level]:
            del self.counts[key]
        _style, pattern, start = self.levels[abstract, str(level)]
        self.counts[abstract, level] = self.counts.get((abstract, level), start - 1) + 1
        return re.sub(r"%(\d)", lambda found: self._number(abstract, int(found.group(1)) - 1), pattern)

    def _number(self, abstract: str, level: int) -> str:
        style, _pattern, start = self.levels.get((abstract, str(level)), ("decimal", "", 1))
        number = self.counts.get((abstract, level), start)
        if style in _CHINESE and 0 < number < 1000:
            return chinese(number)
        if style == "decimalEnclosedCircle" and 1 <= number <= 20:
            return chr(0x2460 + number - 1)
        return "" if style == "bullet" else str(number)
