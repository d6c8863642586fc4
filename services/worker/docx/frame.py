"""The page of a document: paper, margins, grid, page numbers, and the imprint at the end of the last page."""

from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from services.worker.docx.faces import FANG, FOUR, PITCH, SONG, THREE, border, indent, on_grid, run, to_right
from shared.dispatches.layout import Paper

#: Page and text area in mm: 156 × 225.
PAGE, TOP, LEFT, RIGHT, BOTTOM = (210, 297), 37, 28, 26, 35
#: From the lower edge of the sheet to the foot of the page number: 7 mm below the text, and its own height.
NUMBER_FOOT = 22
#: Between characters, in twentieths of a point.
CLOSER = -5
#: Rules of the imprint in eighths of a point: 0.35 mm outside, 0.25 mm inside.
THICK, THIN = 8, 6


def frame(document: Document, paper: Paper) -> None:
    """Paper, margins, the grid of 22 lines of 28 characters, the face of plain text, a draft's word in the head."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance, section.footer_distance = Mm(15), Mm(NUMBER_FOOT)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    # Lines only: some word processors give a character that is wider than its cell, by a fifth of a point, two cells.
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(PITCH * 20)))
    plain = document.styles["Normal"]
    plain.font.size = Pt(THREE)
    plain.font.name = FANG
    fonts = plain.element.get_or_add_rPr().get_or_add_rFonts()
    for place in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(place), FANG)
    # So that 28 characters of 16 pt fill 156 mm.
    closer = OxmlElement("w:spacing")
    closer.set(qn("w:val"), str(CLOSER))
    plain.element.get_or_add_rPr().append(closer)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    if paper.watermark:
        head = section.header.paragraphs[0]
        to_right(head)
        run(head, paper.watermark, face=SONG, size=FOUR)


def page(document: Document, *, letter: bool) -> None:
    """Page numbers: odd pages right, even pages left, one character in; the first page of a letter has none."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    _number(to_right(section.footer.paragraphs[0], 1))
    even = section.even_page_footer.paragraphs[0]
    indent(even, left=1)
    _number(even)
    if letter:
        section.different_first_page_header_footer = True
        _lower_rule(section)


def _number(paragraph: Paragraph) -> None:
    run(paragraph, "— ", face=SONG, size=FOUR)
    holder = run(paragraph, "", face=SONG, size=FOUR)._element
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = text
        holder.append(element)
    run(paragraph, " —", face=SONG, size=FOUR)


def _lower_rule(section: Section) -> None:
    """The second double rule of a letter, 20 mm above the lower edge, thin above thick."""
    foot = section.first_page_footer.paragraphs[0]
    on_grid(foot)
    border(foot, "bottom", kind="thinThickSmallGap", points=3, colour="E60012")
    indent(foot, left=-0.44 * 7 / 2.8, right=-0.44 * 7 / 2.8)


def imprint(document: Document, paper: Paper) -> None:
    """版记: a table that stands at the foot of the page the document ends on."""
    rows = [f"抄送：{paper.copies.rstrip('。')}。"] if paper.copies else []
    issued = paper.printed_on.strftime("%Y年%-m月%-d日") + "印发" if paper.printed_on else ""
    if not rows and not paper.printed_by:
        return
    table = document.add_table(rows=len(rows) + (1 if paper.printed_by else 0), cols=2)
    table.autofit = False
    # A table that floats is anchored at the paragraph after it.
    anchor = document.add_paragraph()
    anchor.paragraph_format.line_spacing = Pt(1)
    anchor.paragraph_format.space_after = Pt(0)
    _at_foot(table)
    _rules(table)
    for row, text in enumerate(rows):
        cell = table.cell(row, 0).merge(table.cell(row, 1))
        paragraph = cell.paragraphs[0]
        indent(paragraph, left=1, right=1)
        run(paragraph, text, size=FOUR)
    if paper.printed_by:
        left, right = table.rows[-1].cells
        indent(left.paragraphs[0], left=1)
        run(left.paragraphs[0], paper.printed_by, size=FOUR)
        run(to_right(right.paragraphs[0], 1), issued, size=FOUR)
    for column, width in zip(table.columns, (88, 68), strict=True):
        for cell in column.cells:
            cell.width = Mm(width if len(set(cell._tc.xpath("./w:tcPr/w:gridSpan"))) == 0 else 156)


def _at_foot(table: Table) -> None:
    place = OxmlElement("w:tblpPr")
    for name, value in (
        ("horzAnchor", "margin"),
        ("vertAnchor", "margin"),
        ("tblpXSpec", "center"),
        ("tblpYSpec", "bottom"),
    ):
        place.set(qn(f"w:{name}"), value)
    properties = table._tbl.tblPr
    # The schema wants it right after the style.
    style = properties.find(qn("w:tblStyle"))
    properties.insert(0 if style is None else 1, place)


def _rules(table: Table) -> None:
    borders = OxmlElement("w:tblBorders")
    for side, width in (("top", THICK), ("bottom", THICK), ("insideH", THIN)):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(width)), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)
