"""The head of a document: what stands above the red rule, and the rule."""

from docx.document import Document
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt

from services.worker.docx.faces import (
    CELL,
    FANG,
    HEI,
    KAI,
    RED,
    TITLE,
    TWO,
    add,
    blank,
    border,
    centred,
    indent,
    on_grid,
    run,
    to_right,
)
from services.worker.pdf.titles import lines_of
from shared.dispatches.layout import Paper

LETTER = "letter"
#: The upper edge of the mark lies so far below the text area's (a letter's: 30 mm below the sheet's edge).
MARK_DOWN = 35
#: The mark is never higher than 22 mm and never wider than the text area, in points.
MARK_MOST, WIDTH = 62, 442
#: One line of the grid in mm.
LINE = 10.23
#: Ideographs of the title in a line.
TITLE_MOST = 19
#: A rule in red, 0.5 mm, so many mm below the number.
RULE, RULE_BELOW = 1.5, 4


def mark(document: Document, paper: Paper) -> None:
    """份号, 密级, 紧急程度; 发文机关标志; 发文字号 and 签发人; the red rule; the title."""
    if paper.form == LETTER:
        _letter(document, paper)
    else:
        _red_head(document, paper)
    blank(document, 1 if paper.form == "minutes" else 2)
    for line in lines_of(paper.title, TITLE_MOST, paper.offices):
        centred(add(document, line, face=TITLE, size=TWO))
    blank(document)


def _top(document: Document, paper: Paper) -> int:
    """The lines in the upper left corner; how many."""
    lines = [(paper.copy_number, FANG), (paper.secrecy, HEI), (paper.urgency, HEI)]
    shown = [(text, face) for text, face in lines if text]
    for text, face in shown:
        add(document, text, face=face)
    return len(shown)


def _down(document: Document, millimetres: float) -> None:
    if millimetres <= 0:
        return
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = Mm(millimetres)
    paragraph.paragraph_format.space_after = Pt(0)


def _red_head(document: Document, paper: Paper) -> None:
    _down(document, MARK_DOWN - _top(document, paper) * LINE)
    words = "纪要" if paper.form == "minutes" else "文件"
    longest = max(len(office) for office in paper.offices) + (len(words) if len(paper.offices) == 1 else 0)
    size = min(MARK_MOST, WIDTH / longest)
    for number, office in enumerate(paper.offices):
        # Of a joint document the word stands with the leading office.
        text = office if number else _joined(office, words)
        paragraph = centred(document.add_paragraph())
        paragraph.paragraph_format.space_after = Pt(0)
        run(paragraph, text, face=TITLE, size=round(size * 2) / 2, colour=RED)
    blank(document, 2)
    if paper.form == "upward" and paper.signers:
        _with_signers(document, paper)
    else:
        centred(add(document, paper.number))
    # 4 mm below the number, as wide as the text area.
    rule = document.add_paragraph()
    rule.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    rule.paragraph_format.line_spacing = Mm(RULE_BELOW)
    rule.paragraph_format.space_after = Pt(0)
    border(rule, "bottom", kind="single", points=RULE, colour="E60012", space=0)


def _joined(office: str, words: str) -> str:
    return office if office.endswith(words) else office + words


def _with_signers(document: Document, paper: Paper) -> None:
    """Number left, signers right, two a line."""
    pairs = [paper.signers[start : start + 2] for start in range(0, len(paper.signers), 2)]
    for row, pair in enumerate(pairs):
        last = row == len(pairs) - 1
        paragraph = add(document)
        indent(paragraph, left=1, right=1)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Pt(WIDTH - CELL), WD_TAB_ALIGNMENT.RIGHT)
        run(paragraph, (paper.number if last else "") + "\t" + ("签发人：" if not row else ""))
        run(paragraph, "　".join(pair), face=KAI)


def _letter(document: Document, paper: Paper) -> None:
    """The office's name without 文件, the double rule, and the number at its right end below."""
    names = centred(document.add_paragraph())
    names.paragraph_format.space_after = Pt(0)
    size = min(MARK_MOST, WIDTH / max(len(office) for office in paper.offices))
    run(names, "　".join(paper.offices), face=TITLE, size=round(size * 2) / 2, colour=RED)
    border(names, "bottom", kind="thickThinSmallGap", points=3, colour="E60012", space=11)
    indent(names, left=-1.26, right=-1.26)
    _top(document, paper)
    number = add(document, paper.number)
    on_grid(number)
    to_right(number)
