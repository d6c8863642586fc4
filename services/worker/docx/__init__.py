"""An official document as a file for word processors, in the official faces: what an office edits and prints itself.

Source of all measures: GB/T 9704-2012. The faces are named, not embedded: offices have them, this product may not.
"""

import io

from docx import Document

from services.worker.docx.faces import shown
from services.worker.docx.frame import frame, imprint, page
from services.worker.docx.marks import LETTER, mark
from services.worker.docx.text import annexes, content
from shared.dispatches.layout import Paper

__all__ = ["write"]


def write(paper: Paper) -> bytes:
    """The document as .docx. Verification code and watermark are the PDF's alone: this file can be changed."""
    document = Document()
    frame(document, paper)
    mark(document, paper)
    content(document, paper)
    annexes(document, paper)
    if paper.form != LETTER:
        imprint(document, paper)
    page(document, letter=paper.form == LETTER)
    document.core_properties.title = shown(paper.title)[:255]
    document.core_properties.author = shown("、".join(paper.offices))[:255]
    document.core_properties.comments = ""
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
