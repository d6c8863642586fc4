"""Faces, sizes and the small moves of WordprocessingML that python-docx has no words for."""

import re

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FANG = "仿宋_GB2312"
KAI = "楷体_GB2312"
HEI = "黑体"
TITLE = "方正小标宋简体"
SONG = "宋体"
RED = RGBColor(0xE6, 0x00, 0x12)
#: 3号, 2号, 4号 in points.
THREE, TWO, FOUR = 16, 22, 14
#: 22 lines in 225 mm, 28 characters in 156 mm, in points.
PITCH = 28.99
CELL = 15.79


#: What XML cannot hold: control characters but the tab, halves of pairs, and the two that are no characters.
_REFUSED = re.compile("[\x00-\x08\x0a-\x1f\ud800-\udfff\ufffe\uffff]")


def shown(text: str) -> str:
    """The text without what no file of this kind can hold."""
    return _REFUSED.sub("", text)


def add(document: Document, text: str = "", *, face: str = FANG, size: float = THREE) -> Paragraph:
    """A paragraph on the grid, flush left, with one run."""
    paragraph = document.add_paragraph()
    on_grid(paragraph)
    if text:
        run(paragraph, text, face=face, size=size)
    return paragraph


def on_grid(paragraph: Paragraph, *, lines: float = 1) -> None:
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = Pt(PITCH * lines)


def run(
    paragraph: Paragraph, text: str, *, face: str = FANG, size: float = THREE, colour: RGBColor | None = None
) -> Run:
    made = paragraph.add_run(shown(text))
    made.font.size = Pt(size)
    made.font.name = face
    fonts = made._element.get_or_add_rPr().get_or_add_rFonts()
    for place in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(place), face)
    if colour is not None:
        made.font.color.rgb = colour
    return made


def blank(document: Document, lines: int = 1) -> None:
    for _ in range(lines):
        add(document)


def indent(
    paragraph: Paragraph, *, first: float = 0, left: float = 0, right: float = 0, hanging: float = 0
) -> None:
    """Indents in characters, so that they follow the face."""
    properties = paragraph._element.get_or_add_pPr()
    element = properties.find(qn("w:ind"))
    if element is None:
        element = OxmlElement("w:ind")
        properties.append(element)
    for name, characters in (("firstLine", first), ("left", left), ("right", right), ("hanging", hanging)):
        if characters:
            element.set(qn(f"w:{name}Chars"), str(round(characters * 100)))
            element.set(qn(f"w:{name}"), str(round(characters * CELL * 20)))


def border(paragraph: Paragraph, side: str, *, kind: str, points: float, colour: str, space: int = 1) -> None:
    """A rule above or below a paragraph; `points` is its width, `space` its distance in points (0 to 31)."""
    properties = paragraph._element.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.append(borders)
    borders.append(_line(side, kind, points, colour, space))


def _line(side: str, kind: str, points: float, colour: str, space: int = 0) -> BaseOxmlElement:
    element = OxmlElement(f"w:{side}")
    element.set(qn("w:val"), kind)
    element.set(qn("w:sz"), str(round(points * 8)))
    element.set(qn("w:space"), str(space))
    element.set(qn("w:color"), colour)
    return element


def centred(paragraph: Paragraph) -> Paragraph:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def to_right(paragraph: Paragraph, characters: float = 0) -> Paragraph:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    indent(paragraph, right=characters)
    return paragraph
