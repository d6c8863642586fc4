"""What stands below the red rule: addressees, body, enclosures, signature, annotation, annexes."""

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT

from services.worker.docx.faces import FANG, HEI, KAI, TITLE, TWO, add, blank, centred, indent, run, to_right
from shared.dispatches.layout import Paper
from shared.dispatches.paragraphs import Paragraph, Table, parts

FACES = {1: HEI, 2: KAI}
#: The date's right edge stands so many characters in: with a seal, and without one.
WITH_SEAL, WITHOUT_SEAL = 4, 2


def content(document: Document, paper: Paper) -> None:
    """Everything of the document itself but its annexes and the imprint."""
    if paper.addressees:
        add(document, paper.addressees.rstrip("：:") + "：")
    body(document, paper.body)
    for label, names in (("出席：", paper.present), ("请假：", paper.absent), ("列席：", paper.guests)):
        if names and paper.form == "minutes":
            paragraph = add(document)
            indent(paragraph, first=2)
            run(paragraph, label, face=HEI)
            run(paragraph, names)
    enclosures(document, paper)
    if paper.form != "minutes":
        signature(document, paper)
    if paper.annotation:
        paragraph = add(document, f"（{paper.annotation.strip('（）()')}）")
        indent(paragraph, first=2)


def body(document: Document, text: str) -> None:
    for part in parts(text):
        if isinstance(part, Table):
            _table(document, part)
        else:
            _paragraph(document, part)


def _paragraph(document: Document, part: Paragraph) -> None:
    paragraph = add(document)
    indent(paragraph, first=2)
    if part.heading:
        run(paragraph, part.heading, face=FACES.get(part.level, FANG))
    if part.text:
        run(paragraph, part.text)


def _table(document: Document, part: Table) -> None:
    table = document.add_table(rows=len(part.rows), cols=len(part.rows[0]))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, row in enumerate(part.rows):
        for cell, text in zip(table.rows[number].cells, row, strict=True):
            run(cell.paragraphs[0], text, face=FANG if number else HEI, size=12)


def enclosures(document: Document, paper: Paper) -> None:
    names = paper.enclosures or tuple(annex.title for annex in paper.annexes)
    if not names:
        return
    blank(document)
    for number, name in enumerate(names, start=1):
        label = "附件：" if number == 1 else "　　　"
        count = f"{number}." if len(names) > 1 else ""
        paragraph = add(document, f"{label}{count}{name}")
        # The text of a long name stands below itself, not below the label.
        indent(paragraph, left=2 + 3 + (1 if count else 0), hanging=3 + (1 if count else 0))


def signature(document: Document, paper: Paper) -> None:
    """Name over date; where a seal comes over both, the name is centred over the date."""
    names = paper.signed_as or paper.offices
    date = paper.signed_on.strftime("%Y年%-m月%-d日") if paper.signed_on else ""
    blank(document, 2)
    wide = _width(date)
    for name in names:
        if paper.sealed:
            margin = max(0.0, WITH_SEAL + (wide - _width(name)) / 2)
            to_right(add(document, name), margin)
        else:
            to_right(add(document, name), WITHOUT_SEAL)
    if not date:
        return
    if paper.sealed:
        to_right(add(document, date), WITH_SEAL)
    else:
        # The date begins two characters right of the name.
        start = WITHOUT_SEAL + _width(names[-1]) - 2 - wide
        to_right(add(document, date), max(0.0, start))


def _width(text: str) -> float:
    """In characters; figures are half as wide."""
    return sum(0.5 if sign.isascii() else 1 for sign in text)


def annexes(document: Document, paper: Paper) -> None:
    """Each on a page of its own: 附件1 flush left, the title centred on the third line."""
    for number, annex in enumerate(paper.annexes, start=1):
        first = add(document)
        first.paragraph_format.page_break_before = True
        run(first, f"附件{number}" if len(paper.annexes) > 1 else "附件", face=HEI)
        blank(document)
        centred(add(document, annex.title, face=TITLE, size=TWO))
        blank(document)
        body(document, annex.body)
