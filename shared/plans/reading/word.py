"""The text of a Word document as it reads with all tracked changes taken: paragraphs and tables in their order.

python-docx leaves out what stands in insertions, content controls and tables inside of tables; a paper that went
through several hands has all three.
"""

from collections.abc import Iterator
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from shared.plans.reading.numbering import Numbering

#: What is deleted or moved away, what is only an older program's copy, and what is no text.
_SKIPPED = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:pPr"),
    qn("w:rPr"),
    qn("w:instrText"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_BREAKS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "-"}
_PARAGRAPH, _TABLE, _ROW, _CELL, _TEXT = (qn(name) for name in ("w:p", "w:tbl", "w:tr", "w:tc", "w:t"))
#: Tables inside of tables deeper than this are not read.
DEEPEST = 20


def lines_of(document: Document) -> list[str]:
    """One line a paragraph, one a row of a table; labels that Word prints by itself are put back."""
    return list(_blocks(document.element.body, document, Numbering(document), 0))


def _blocks(parent: Any, document: Document, numbering: Numbering, depth: int) -> Iterator[str]:
    for child in parent:
        if child.tag == _PARAGRAPH:
            text = _text(child)
            yield numbering.label(Paragraph(child, document._body)) + text if text.strip() else ""
        elif child.tag == _TABLE and depth < DEEPEST:
            for row in child.iter(_ROW):
                if _table_of(row) is child:
                    yield from _row(row, document, numbering, depth + 1)
        elif child.tag not in _SKIPPED and child.tag != _TABLE:
            yield from _blocks(child, document, numbering, depth)


def _table_of(row: Any) -> Any:
    above = row.getparent()
    while above is not None and above.tag != _TABLE:
        above = above.getparent()
    return above


def _row(row: Any, document: Document, numbering: Numbering, depth: int) -> Iterator[str]:
    """The cells of a row in one line; tables inside of them follow as lines of their own."""
    cells = [cell for cell in row.iter(_CELL) if next(cell.iterancestors(_ROW)) is row]
    yield " ".join(
        " ".join(text for paragraph in _own(cell) if (text := _text(paragraph).strip())) for cell in cells
    )
    for cell in cells:
        for table in cell.iter(_TABLE):
            if next(table.iterancestors(_CELL)) is cell:
                yield from _blocks([table], document, numbering, depth)


def _own(cell: Any) -> Iterator[Any]:
    """The paragraphs of a cell, those of tables inside of it left out."""
    for paragraph in cell.iter(_PARAGRAPH):
        if next(paragraph.iterancestors(_CELL)) is cell:
            yield paragraph


def _text(element: Any) -> str:
    found = []
    for child in element:
        if child.tag in _SKIPPED or child.tag == _PARAGRAPH:
            continue
        if child.tag == _TEXT:
            found.append(child.text or "")
        elif child.tag in _BREAKS:
            found.append(_BREAKS[child.tag])
        else:
            found.append(_text(child))
    return "".join(found)
